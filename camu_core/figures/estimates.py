"""Estimates of reports with their intervals, as whiskers and as texts to hover over."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from camu_core.figures.theme import whiskers
from camu_core.wording.format import number


def whiskers_of(estimates: Sequence[Mapping[str, Any]], factor: float, dark: bool) -> dict[str, Any]:
    """Error bars of a trace whose values are `factor` times these; none where there is no interval."""
    value, low, high = (factor * np.array([e[end] for e in estimates], float) for end in ("value", "low", "high"))
    return {**whiskers(value, low, high, dark), "thickness": 1.5, "width": 4}


def change_text(estimate: Mapping[str, Any]) -> str:
    """A change of a share, in points, with its interval."""
    return estimate_text(estimate, 100, "points", "{:+.1f}")


def estimate_text(estimate: Mapping[str, Any], factor: float, unit: str, form: str) -> str:
    """'+3.1 points' and below it the interval, rounded alike. Args: form: such as "{:+.1f}"."""
    return f"{number(form, factor * estimate['value'])} {unit}<br>{interval_text(estimate, factor, form)}"


def interval_text(estimate: Mapping[str, Any], factor: float, form: str) -> str:
    """The interval and what it is over; the latter alone where there is none."""
    if estimate["low"] is None:
        return f"n = {estimate['n']:,}"
    low, high = (number(form, factor * estimate[end]) for end in ("low", "high"))
    return f"95% interval {low} to {high}, n = {estimate['n']:,}"

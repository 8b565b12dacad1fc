"""Entanglement: what forgetting one class does to every other class."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from scipy.stats import norm

from camu_core.measures.estimates import CONFIDENCE, to_numbers

Summary = Mapping[str, Any]


def entanglement(summaries: Iterable[Summary], n_classes: int) -> dict[str, np.ndarray]:
    """How the test accuracy of every class moves when one class is forgotten.

    Args:
        summaries: `RunResult.summary` of runs that forget one class each, of one dataset and method; several runs of a
            class, with different seeds, are averaged; runs that forget something else are left out.
        n_classes: C.
    Returns:
        float64 (C, C), row = forgotten class, column = class looked at, NaN where there is no run or no test sample:
        `change`: accuracy of the unlearned model minus that of the original, -1..1;
        `margin`: half the width of the 95% interval of a change. It takes the two accuracies as independent though
        they come from the same images, and does not shrink with the number of seeds: too wide rather than too narrow.
    Source of the margin: A. Agresti, B. Caffo, The American Statistician 54, 2000.
    """
    rows = [summary for summary in summaries if len(summary["spec"]["forget"].get("classes", ())) == 1]
    forgotten = np.array([summary["spec"]["forget"]["classes"][0] for summary in rows], dtype=np.int64)
    before, after = (
        np.array([row["metrics"][model]["per_class_test"] for row in rows], dtype=np.float64).reshape(-1, n_classes)
        for model in ("original", "unlearned")
    )
    n = np.array([row["metrics"]["original"]["confusion_test"] for row in rows]).reshape(-1, n_classes, n_classes)
    margin = _difference_margin(before, after, n.sum(axis=2))
    return {"change": _mean_by_row(after - before, forgotten), "margin": _mean_by_row(margin, forgotten)}


def harmed_classes(summary: Summary) -> list[int]:
    """The classes to keep that lost more test accuracy in one run than chance explains, 95%.

    Args:
        summary: of a run that forgets classes, or single images, of which all classes are to be kept.
    """
    before, after = (
        np.array(summary["metrics"][model]["per_class_test"], dtype=np.float64) for model in ("original", "unlearned")
    )
    margin = _difference_margin(before, after, np.sum(summary["metrics"]["original"]["confusion_test"], axis=1))
    forgotten = summary["spec"]["forget"].get("classes", [])
    return [label for label in np.flatnonzero(before - after > margin).tolist() if label not in forgotten]


def _difference_margin(before: np.ndarray, after: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Half the width of the 95% interval of the difference of two fractions of n each, one success and failure added.

    Args:
        before, after: float64 fractions.
        n: int64 counts, of the same shape.
    """
    smoothed = [(fraction * n + 1) / (n + 2) for fraction in (before, after)]
    variance = sum(fraction * (1 - fraction) / (n + 2) for fraction in smoothed)
    return norm.ppf((1 + CONFIDENCE) / 2) * np.sqrt(variance)


def _mean_by_row(cells: np.ndarray, forgotten: np.ndarray) -> np.ndarray:
    """(runs, C) -> (C, C): the mean of the runs that forget each class."""
    n_classes = cells.shape[1]
    return np.stack(
        [
            cells[forgotten == label].mean(axis=0) if (forgotten == label).any() else np.full(n_classes, np.nan)
            for label in range(n_classes)
        ]
    )


def entanglement_report(method: Iterable[Summary], retraining: Iterable[Summary], n_classes: int) -> dict[str, Any]:
    """The map of a method, that of retraining, and their difference, as JSON types (None = no such number).

    Args:
        method: summaries of the method's runs.
        retraining: of `retrain` runs, possibly none.
    Returns:
        `method`, `retraining`: {"change", "margin"}, C x C nested lists; `difference`: change by the method minus
        change by retraining, C x C: what the method does to a class that never having seen the data does not.
    """
    ours, gold = entanglement(method, n_classes), entanglement(retraining, n_classes)
    return {
        "method": {name: to_numbers(matrix) for name, matrix in ours.items()},
        "retraining": {name: to_numbers(matrix) for name, matrix in gold.items()},
        "difference": to_numbers(ours["change"] - gold["change"]),
    }

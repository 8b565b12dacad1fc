"""What was chosen in a table or a chart: it comes from the browser, so it can be anything."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def rows(event: Any, n: int) -> list[int]:
    """Numbers of the rows that are ticked, those of 0..n-1."""
    return [row for row in _listed(event, "rows") if type(row) is int and 0 <= row < n]


def custom(event: Any) -> list[Any]:
    """The customdata of the points that are selected."""
    points = (point for point in _listed(event, "points") if isinstance(point, Mapping))
    return [point["customdata"] for point in points if "customdata" in point]


def numbers(event: Any, n: int) -> list[int]:
    """As `custom`, where it is the number of an image, those of 0..n-1; sorted."""
    return sorted({int(value) for value in custom(event) if type(value) in (int, float) and value in range(n)})


def fair_part(points: Sequence[int], most: int) -> list[int]:
    """All, or so many of them drawn at random, the same ones every time; in their order."""
    if len(points) <= most:
        return list(points)
    drawn = np.random.default_rng(0).choice(len(points), most, replace=False)
    return [points[i] for i in sorted(drawn)]


def _listed(event: Any, name: str) -> list[Any]:
    selection = event.get("selection") if isinstance(event, Mapping) else None
    listed = selection.get(name) if isinstance(selection, Mapping) else None
    return list(listed) if isinstance(listed, list) else []

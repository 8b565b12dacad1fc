"""The pictures of the page as lines, areas, marks and words: what a PDF and a PNG are drawn from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from camu_core.board.content import Bar, Bars, Maps, Picture
from camu_core.board.layout import Box
from camu_core.board.letters import width
from camu_core.figures.theme import LIGHT, MODEL_COLORS

_LABEL, _SMALL = 9.0, 8.0  # sizes of type
_LEGEND, _GROUPS, _HEADROOM, _AXIS = 15.0, 13.0, 13.0, 28.0
_TICKS = (0.0, 0.5, 1.0)
_MAP_MARGIN = 0.05  # of the extent of all points
ROLES = {False: ("to keep", LIGHT.retain, "circle"), True: ("to forget", LIGHT.forget, "diamond")}


@dataclass(frozen=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    color: str
    width: float = 0.75


@dataclass(frozen=True)
class Area:
    box: Box
    color: str


@dataclass(frozen=True)
class Mark:
    """A circle or diamond of a diameter."""

    x: float
    y: float
    size: float
    color: str
    symbol: str


@dataclass(frozen=True)
class Label:
    """A word whose baseline begins, is centred or ends at a point.

    Args:
        align: "left", "centre" or "right".
    """

    x: float
    y: float
    text: str
    size: float
    color: str
    align: str = "left"
    is_bold: bool = False


Shape = Line | Area | Mark | Label


def shapes_of(picture: Picture, box: Box) -> Iterator[Shape]:
    """A picture, all of it within its box."""
    if isinstance(picture.drawn, Bars):
        yield from _bars(picture.drawn, box)
    elif isinstance(picture.drawn, Maps):
        yield from _maps(picture.drawn, box)


def _bars(bars: Bars, box: Box) -> Iterator[Shape]:
    left, right = box.x + _AXIS, box.x + box.width
    top, bottom = box.y + _HEADROOM, box.y + box.height - _LEGEND - _GROUPS
    high = bottom - top

    def at(value: float) -> float:
        return bottom - high * min(max(value, 0.0), 1.0)

    for tick in _TICKS:
        yield Line(left, at(tick), right, at(tick), LIGHT.grid)
        written = f"{tick:.0%}" if bars.is_share else f"{tick:.1f}"
        yield Label(left - 4, at(tick) + 3, written, _SMALL, LIGHT.muted, "right")
    group_width = (right - left) / len(bars.groups)
    bar_width = min(34.0, 0.78 * group_width / len(bars.series))
    for i, group in enumerate(bars.groups):
        centre = left + (i + 0.5) * group_width
        yield Label(centre, bottom + 10, group, _LABEL, LIGHT.text, "centre")
        for j, (network, values) in enumerate(bars.series.items()):
            x = centre + (j - len(bars.series) / 2) * bar_width
            yield from _bar(values[i], Box(x, bottom, bar_width, 0), at, MODEL_COLORS[network])
    entries = [(bars.titles[network], MODEL_COLORS[network], "square") for network in bars.series]
    yield from _legend(entries, box)


def _bar(bar: Bar, foot: Box, at: Callable[[float], float], color: str) -> Iterator[Shape]:
    top, middle = at(bar.value), foot.x + foot.width / 2
    yield Area(Box(foot.x + 1, top, foot.width - 2, max(foot.y - top, 0.8)), color)
    peak = top
    if bar.low is not None and bar.high is not None:
        peak = min(top, at(bar.high))
        yield Line(middle, at(bar.low), middle, at(bar.high), LIGHT.text)
        for end in (bar.low, bar.high):
            yield Line(middle - 2.5, at(end), middle + 2.5, at(end), LIGHT.text)
    yield Label(middle, peak - 3, bar.label, _LABEL, LIGHT.text, "centre", is_bold=True)


def frame(maps: Maps, aspect: float) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest x and y of a picture that holds all points, in which one unit is as long across as up.

    Args:
        aspect: width of the picture by its height.
    """
    points = np.concatenate(list(maps.panels.values()))
    low, high = points.min(axis=0), points.max(axis=0)
    extent = np.maximum((high - low) * (1 + 2 * _MAP_MARGIN), 1e-9)
    extent = np.maximum(extent, [extent[1] * aspect, extent[0] / aspect])
    return (low + high - extent) / 2, (low + high + extent) / 2


def panels(maps: Maps, box: Box) -> list[tuple[str, np.ndarray, Box]]:
    """Title, points and place of each map."""
    gap = 8.0
    each = (box.width - gap * (len(maps.panels) - 1)) / len(maps.panels)
    return [
        (title, points, Box(box.x + i * (each + gap), box.y + _HEADROOM, each, box.height - _HEADROOM - _LEGEND))
        for i, (title, points) in enumerate(maps.panels.items())
    ]


def _maps(maps: Maps, box: Box) -> Iterator[Shape]:
    for title, points, place in panels(maps, box):
        low, high = frame(maps, place.width / place.height)
        scale = place.width / (high[0] - low[0])
        yield Area(place, LIGHT.page)
        yield Label(place.x + place.width / 2, place.y - 3, title, _LABEL, LIGHT.text, "centre", is_bold=True)
        for is_forget, (_, color, symbol) in ROLES.items():
            for x, y in points[maps.is_forget == is_forget].tolist():
                size = 3.6 if is_forget else 2.6
                yield Mark(place.x + (x - low[0]) * scale, place.y + (high[1] - y) * scale, size, color, symbol)
    yield from _legend(list(ROLES.values()), box)


def _legend(entries: list[tuple[str, str, str]], box: Box) -> Iterator[Shape]:
    """Names with their marks, in the middle of the last line of a box."""
    mark, gap, size = 10.0, 12.0, _LABEL
    wide = sum(mark + width(name, size) for name, *_ in entries) + gap * (len(entries) - 1)
    if wide > box.width:
        gap, size = 6.0, _LABEL * (box.width - (mark + 6.0) * len(entries)) / (wide - (mark + gap) * len(entries))
        wide = box.width
    x, y = box.x + (box.width - wide) / 2, box.y + box.height - 3
    for name, color, symbol in entries:
        if symbol == "square":
            yield Area(Box(x, y - 7, 7, 7), color)
        else:
            yield Mark(x + 3.5, y - 3.2, 5.5, color, symbol)
        yield Label(x + mark, y, name, size, LIGHT.text)
        x += mark + width(name, size) + gap

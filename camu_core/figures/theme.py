"""One palette, fixed roles, one plotly template for light and one for dark pages."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import plotly.graph_objects as go

# Okabe and Ito's colour-blind safe palette, 2008; a role keeps its hue on every page.
MODEL_COLORS = {"original": "#7F7F7F", "unlearned": "#009E73", "retrained": "#AA5C8F"}
MODEL_TITLES = {"original": "Before", "unlearned": "After forgetting", "retrained": "Retrained without it"}
UNTRAINED = "untrained"  # a network with its first random weights
PROBED_TITLES = {**MODEL_TITLES, UNTRAINED: "Never trained"}
MODEL_SYMBOLS = {"original": "circle", "unlearned": "diamond", "retrained": "square"}
# Ten classes that show on both grounds; none is orange, which means to forget. Symbols differ too.
CLASS_COLORS = (
    "#0072B2", "#B8AD00", "#009E73", "#CC79A7", "#56B4E9", "#A51C5B", "#8C6D31", "#6FBF3F", "#7F7F7F", "#6F5FC0",
)  # fmt: skip
CLASS_SYMBOLS = (
    "circle", "square", "diamond", "cross", "x", "triangle-up", "triangle-down", "pentagon", "star", "hexagram",
)  # fmt: skip

_NAMES_WITH_ROOM = 25
_ROW_PIXELS, _MARK_PIXELS, _AROUND_PIXELS = 24, 12, 130  # of a row and of each mark in it; title, axis and legend
# The meta of a figure that has more words than a narrow window has room for: it is scrolled, or leaves some out.
WIDE, DENSE = "wide", "dense"
FONT = "Source Sans, Source Sans Pro, system-ui, sans-serif"
_CHARACTERS = 66 * 16  # in a line, times their size in pixels: plotly cuts a title where half a page, or a tablet, ends


@dataclass(frozen=True)
class Ground:
    """Colours that depend on whether the page is light or dark; the roles are lighter on a dark page."""

    text: str
    muted: str
    grid: str
    page: str
    forget: str
    retain: str


LIGHT = Ground(text="#1D2733", muted="#5B6673", grid="#E4E8ED", page="#FFFFFF", forget="#D55E00", retain="#0072B2")
DARK = Ground(text="#E9EDF2", muted="#A3AFBC", grid="#2D3742", page="#11161C", forget="#F07B2B", retain="#56B4E9")


def ground(dark: bool) -> Ground:
    return DARK if dark else LIGHT


@cache
def template(dark: bool) -> go.layout.Template:
    """The plotly template of all figures."""
    tones = ground(dark)
    axis = {
        "gridcolor": tones.grid, "zeroline": False, "linecolor": tones.grid, "automargin": True,
        "tickfont": {"color": tones.muted}, "title": {"font": {"color": tones.muted, "size": 13}},
    }  # fmt: skip
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "color": tones.text, "size": 14},
            "title": {
                "x": 0,
                "xref": "container",
                "xanchor": "left",
                "y": 1,
                "yref": "container",
                "yanchor": "top",
                "pad": {"l": 4},
                "font": {"weight": 600},
            },
            "modebar": {"orientation": "v", "bgcolor": "rgba(0,0,0,0)"},  # beside the plot, not over the title
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(CLASS_COLORS),
            "xaxis": axis,
            "yaxis": axis,
            "margin": {"l": 8, "r": 8, "b": 8},
            "hoverlabel": {"bgcolor": tones.page, "bordercolor": tones.grid, "font": {"color": tones.text}},
            "legend": {
                "orientation": "h",
                "yref": "container",
                "yanchor": "bottom",
                "y": 0,
                "x": 0,
                "font": {"color": tones.muted},
            },
        }
    )


def styled(figure: go.Figure, dark: bool, title: str, height: int, headroom: int = 0) -> go.Figure:
    """Put on template, title and height; every figure of this project passes through here.

    Args:
        title: plain; broken into lines where it is long, and the figure grows by them.
        headroom: pixels between title and plot, for what stands there, such as the titles of panels.
    """
    heading, pixels = title_layout(title)
    further = pixels - title_layout("")[1]
    return figure.update_layout(
        template=template(dark), title=heading, height=height + further, margin_t=pixels + headroom
    )


def is_crowded(class_names: Sequence[str]) -> bool:
    """Whether there are more classes than names, or cells with figures in them, fit beside one another."""
    return len(class_names) > _NAMES_WITH_ROOM


def rows_height(class_names: Sequence[str], height: int, n_marks: int = 1) -> int:
    """Pixels of a figure with a row a class, and marks below one another in it; at least the usual height."""
    row = _ROW_PIXELS if is_crowded(class_names) else max(_ROW_PIXELS, _MARK_PIXELS * n_marks)
    return max(height, _AROUND_PIXELS + row * len(class_names))


def title_layout(title: str, font_size: int = 16) -> tuple[dict[str, Any], int]:
    """A title on as many lines as it needs, as plotly wants it, and the pixels it takes.

    Args:
        title: plain, or as it was laid out before.
        font_size: pixels.
    """
    lines = textwrap.wrap(title.replace("<br>", " "), _CHARACTERS // font_size)
    above = 12 + (0.7 * font_size if len(lines) > 1 else 0)  # plotly sets several lines too high by so much
    heading = {"text": "<br>".join(lines), "font": {"size": font_size}, "pad": {"t": above}}
    return heading, 22 + round(1.375 * font_size * max(1, len(lines)))


def whiskers(values: np.ndarray, low: np.ndarray, high: np.ndarray, dark: bool) -> dict[str, Any]:
    """A trace's error bars. Args: values: with `low` and `high` of their intervals; NaN has none."""
    return {
        "type": "data", "symmetric": False, "array": high - values, "arrayminus": values - low,
        "color": ground(dark).muted, "thickness": 1, "width": 3,
    }  # fmt: skip

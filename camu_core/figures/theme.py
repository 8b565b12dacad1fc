"""One palette, fixed roles, one plotly template for light and one for dark pages."""

import textwrap
from dataclasses import dataclass

import plotly.graph_objects as go

# Okabe and Ito's colour-blind safe palette, 2008; a role keeps its hue on every page.
MODEL_COLORS = {"original": "#7F7F7F", "unlearned": "#009E73", "retrained": "#AA5C8F"}
MODEL_TITLES = {"original": "Before", "unlearned": "After forgetting", "retrained": "Retrained without it"}
UNTRAINED = "untrained"  # a network with its first random weights
PROBED_TITLES = {**MODEL_TITLES, UNTRAINED: "Never trained at all"}
MODEL_SYMBOLS = {"original": "circle", "unlearned": "diamond", "retrained": "square"}
# Ten classes: the eight of Okabe and Ito that show on both grounds, and two greys between them in lightness.
CLASS_COLORS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6D31", "#B8AD00", "#7F7F7F", "#5E4FA2",
)  # fmt: skip
CLASS_SYMBOLS = (
    "circle", "square", "diamond", "cross", "x", "triangle-up", "triangle-down", "pentagon", "star", "hexagram",
)  # fmt: skip

FONT = "Source Sans, Source Sans Pro, system-ui, sans-serif"
# Plotly cuts a title where the figure ends: so many characters stand on half a page, or on a tablet.
_TITLE_CHARACTERS, _TITLE_LINE = 66, 22  # pixels a line


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
                "pad": {"t": 12, "l": 4},
                "font": {"size": 16, "weight": 600},
            },
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(CLASS_COLORS),
            "xaxis": axis,
            "yaxis": axis,
            "margin": {"l": 8, "r": 8, "t": 44, "b": 8},
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
        title: broken into lines where it is long; the figure grows by them.
        headroom: pixels between title and plot, for what stands there, such as the titles of panels.
    """
    lines = textwrap.wrap(title, _TITLE_CHARACTERS)
    further = _TITLE_LINE * max(0, len(lines) - 1)
    return figure.update_layout(
        template=template(dark), title_text="<br>".join(lines), height=height + further,
        margin_t=44 + further + headroom,
    )  # fmt: skip

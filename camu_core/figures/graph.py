"""The causal graph before and after, and one image's answers."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from camu_core.figures.theme import MODEL_COLORS, MODEL_TITLES, ground, styled
from camu_core.wording.format import number

_WIDEST, _THINNEST = 20, 1.5


class _Node(NamedTuple):
    name: str
    x: float
    y: float


_DATA = {"forget": _Node("forget data", 0.0, 1.0), "retain": _Node("retain data", 0.0, 0.0)}
_REPRESENTATION = _Node("representation", 1.0, 0.5)
_ANSWERS = {"forget": _Node("forget answer", 2.0, 1.0), "retain": _Node("retain answer", 2.0, 0.0)}


class GraphView(Protocol):
    """See `camu_core.causal.graph`."""

    inflow: Mapping[str, float]
    outflow: Mapping[str, float]
    right: Mapping[str, Mapping[str, Any]]
    replaced: frozenset[str]


def graph_figure(views: Mapping[str, GraphView], title: str, dark: bool = False, height: int = 400) -> go.Figure:
    """Images -> representation -> answers; widths are measured effects, relative to the widest of their kind.

    Args:
        views: by panel title, such as before and after.
    """
    figure = make_subplots(cols=len(views), subplot_titles=list(views), horizontal_spacing=0.03)
    widest = {
        kind: max(abs(value) for view in views.values() for value in getattr(view, kind).values()) or 1.0
        for kind in ("inflow", "outflow")
    }
    for column, view in enumerate(views.values(), start=1):
        for group in ("forget", "retain"):
            is_cut = group in view.replaced
            bits, points = view.inflow[group], view.outflow[group]
            _arrow(figure, column, _DATA[group], _REPRESENTATION, abs(bits) / widest["inflow"],
                   f"{bits:.3f} bits", group, is_cut, dark)  # fmt: skip
            _arrow(figure, column, _REPRESENTATION, _ANSWERS[group], abs(points) / widest["outflow"],
                   f"{number('{:.0f}', 100 * points)} points", group, is_cut, dark)  # fmt: skip
        _nodes(figure, column, view, dark)
    figure.update_xaxes(range=[-0.42, 2.42], visible=False, fixedrange=True)
    figure.update_yaxes(range=[-0.3, 1.3], visible=False, fixedrange=True)
    figure.update_annotations(selector={"yref": "paper"}, font={"size": 15, "color": ground(dark).muted})
    return styled(figure, dark, title, height, headroom=32).update_layout(showlegend=False, dragmode=False)


def _arrow(
    figure: go.Figure, column: int, source: _Node, target: _Node, share: float, label: str, group: str, is_cut: bool,
    dark: bool,
) -> None:  # fmt: skip
    """A line as wide as its effect; cut ones are thin, grey and dashed, and say so."""
    tones = ground(dark)
    color = tones.muted if is_cut else getattr(tones, group)
    (_, x0, y0), (_, x1, y1) = source, target
    x0, x1, y0, y1 = x0 + 0.24 * (x1 - x0), x0 + 0.70 * (x1 - x0), y0 + 0.24 * (y1 - y0), y0 + 0.70 * (y1 - y0)
    width = _THINNEST if is_cut else max(_THINNEST, _WIDEST * share)
    words = "cut" if is_cut else label
    figure.add_scatter(
        row=1, col=column, x=[x0, x1], y=[y0, y1], mode="lines+markers",
        line={"color": color, "width": width, "dash": "dot" if is_cut else "solid"},
        marker={"symbol": "arrow", "angleref": "previous", "color": color, "line": {"width": 0}, "opacity": 1,
                "size": [0, max(12, 2 * width)]},
        hovertemplate=f"{source.name} → {target.name}: {words}<extra></extra>",
    )  # fmt: skip
    is_up = y0 + y1 > 1
    figure.add_annotation(
        row=1, col=column, x=(x0 + x1) / 2, y=(y0 + y1) / 2, text=f"<b>{words}</b>", showarrow=False,
        yshift=(26 + width / 2) * (1 if is_up else -1), font={"size": 14, "color": color},
    )  # fmt: skip


def _nodes(figure: go.Figure, column: int, view: GraphView, dark: bool) -> None:
    tones = ground(dark)
    shown = [(_REPRESENTATION, "represen-<br>tation", tones.muted)]
    for group, images in (("forget", "images<br>to forget"), ("retain", "images<br>to keep")):
        color, is_replaced = getattr(tones, group), group in view.replaced
        right = f"right answer:<br>probability <b>{view.right[group]['value']:.1%}</b>"
        shown.append((_ANSWERS[group], right, color))
        if is_replaced:
            shown.append((_DATA[group], "replaced:<br>do(image)", tones.muted))
        else:
            shown.append((_DATA[group], images, color))
    for node, words, color in shown:
        figure.add_annotation(
            row=1, col=column, x=node.x, y=node.y, text=words, showarrow=False, bordercolor=color, borderwidth=2,
            borderpad=7, bgcolor=tones.page, font={"size": 13, "color": tones.text},
        )  # fmt: skip


def answers_figure(
    probabilities: Mapping[str, np.ndarray],
    class_names: Sequence[str],
    true_class: int,
    title: str,
    dark: bool = False,
    height: int = 320,
) -> go.Figure:
    """What each network answers to one image: the probability of every class.

    Args:
        probabilities: float (C,) by model name, or by any title.
    """
    figure, tones = go.Figure(), ground(dark)
    names = [f"<b>{name}</b>" if i == true_class else name for i, name in enumerate(class_names)]
    for model, row in probabilities.items():
        heading = MODEL_TITLES.get(model, model)
        figure.add_bar(
            x=names, y=row, name=heading, marker={"color": MODEL_COLORS.get(model, tones.text)},
            hovertemplate="%{x}: %{y:.1%}<extra>" + heading + "</extra>",
        )  # fmt: skip
    figure.add_vrect(
        x0=true_class - 0.4, x1=true_class + 0.4, fillcolor=tones.forget, line_width=0, opacity=0.10, layer="below"
    )
    figure.update_xaxes(type="category", title="answer (the true class is shaded)")
    figure.update_yaxes(range=[0, 1.05], tickformat=".0%", tickvals=[0, 0.5, 1], title="probability")
    return styled(figure, dark, title, height).update_layout(barmode="group", bargap=0.2)

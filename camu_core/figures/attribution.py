"""What each of CaMU's terms does, and what forgetting one class does to the others."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from camu_core.figures.cells import write_in_cells
from camu_core.figures.estimates import change_text, whiskers_of
from camu_core.figures.theme import ground, is_crowded, styled
from camu_core.wording.format import number

# term of CaMU -> (words, role whose colour it takes)
TERM_TITLES = {
    "retain_representation_weight": ("keep the other<br>representations", "retain"),
    "forget_representation_weight": ("move the forgotten<br>representations", "forget"),
    "retain_label_weight": ("keep the other<br>labels", "retain"),
    "forget_label_weight": ("change the forgotten<br>labels", "forget"),
}

_LEAST_SCALE = 10.0  # points; so that single images do not glow


def attribution_figure(
    attribution: Mapping[str, Any], title: str, dark: bool = False, height: int = 380, axis: str = "change of accuracy"
) -> go.Figure:
    """One outcome: each term's share as a bar, and what is lost when it alone is left out as a hollow diamond.

    Args:
        attribution: of `attribution_report`.
        axis: what is counted in points.
    """
    tones, terms = ground(dark), list(attribution["shapley"])
    names = [TERM_TITLES[term][0] for term in terms]
    shares = [attribution["shapley"][term] for term in terms]
    alone = [attribution["leave_one_out"][term] for term in terms]
    figure = go.Figure()
    figure.add_bar(
        x=names, y=[100 * e["value"] for e in shares], name="Shapley value",
        marker={"color": [getattr(tones, TERM_TITLES[term][1]) for term in terms]},
        error_y=whiskers_of(shares, 100, dark),
        customdata=[change_text(e).replace("n =", "seeds =") for e in shares],
        hovertemplate="share: %{customdata}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=names, y=[100 * e["value"] for e in alone], mode="markers", name="lost if only this term is left out",
        marker={"symbol": "diamond-open", "size": 15, "color": tones.text, "line": {"width": 2.5}},
        customdata=[change_text(e).replace("n =", "seeds =") for e in alone],
        hovertemplate="left out alone: %{customdata}<extra></extra>",
    )  # fmt: skip
    for name, share in zip(names, shares, strict=True):
        is_up, points = share["value"] > 0, 100 * share["value"]
        figure.add_annotation(
            x=name, y=points, text=f"<b>{number('{:+.0f}', points)}</b>", showarrow=False, xshift=24,
            yshift=10 if is_up else -10, font={"size": 14, "color": tones.text},
        )  # fmt: skip
    figure.add_hline(y=0, line={"color": tones.muted, "width": 1})
    figure.update_yaxes(title=f"{axis} (points)", nticks=5)
    return styled(figure, dark, title, height).update_layout(bargap=0.4)


def interactions_figure(
    attributions: Mapping[str, Mapping[str, Any]], title: str, dark: bool = False, height: int = 340
) -> go.Figure:
    """Pairs of terms: what two add together beyond what they add apart, one panel an outcome, one scale.

    Args:
        attributions: `attribution_report` by panel title.
    """
    figure = make_subplots(
        cols=len(attributions), subplot_titles=list(attributions), horizontal_spacing=0.03, shared_yaxes=True
    )
    highest = 1e-9  # points; a scale has two ends although no two terms interact
    for column, attribution in enumerate(attributions.values(), start=1):
        terms = list(attribution["shapley"])
        names = [TERM_TITLES[term][0] for term in terms]
        cells = np.full((len(terms), len(terms)), np.nan)
        for pair in attribution["interactions"]:
            i, j = sorted(terms.index(term) for term in pair["terms"])
            cells[j, i] = 100 * pair["estimate"]["value"]
        highest = max(highest, np.nanmax(np.abs(cells)))
        figure.add_heatmap(
            row=1, col=column, z=cells[1:, :-1], x=names[:-1], y=names[1:], coloraxis="coloraxis", xgap=2, ygap=2,
            text=[["" if np.isnan(cell) else number("{:+.0f}", cell) for cell in row] for row in cells[1:, :-1]],
            hovertemplate="%{x} with %{y}:<br>%{z:+.1f} points<extra></extra>", hoverongaps=False,
        )  # fmt: skip
    scale, ends = _diverging(highest, dark, "points"), [-0.5, len(names) - 1.5]
    write_in_cells(figure, scale["colorscale"], -highest, highest)
    figure.update_xaxes(showgrid=False, tickangle=0, range=ends)
    figure.update_yaxes(showgrid=False, range=ends[::-1])
    figure.update_annotations(font={"size": 14, "color": ground(dark).muted})
    return styled(figure, dark, title, height, headroom=32).update_layout(coloraxis=scale)


def entanglement_figure(
    panels: Mapping[str, Mapping[str, Any]],
    class_names: Sequence[str],
    title: str,
    links: Mapping[str, Sequence[str | None]] | None = None,
    dark: bool = False,
    height: int = 500,
) -> go.Figure:
    """Class by class: what forgetting the row did to the column. One symmetric scale.

    Grey: the diagonal, which has another scale, and what is unknown; rows that are not run yet are empty.

    Args:
        panels: {"change": (C, C), "margin": (C, C) or None} in fractions, None = unknown, by panel title.
        links: digest of the run of each row, by panel title: what a click on a cell tells.
    """
    tones, names = ground(dark), list(class_names)
    figure = make_subplots(cols=len(panels), subplot_titles=list(panels), horizontal_spacing=0.04, shared_yaxes=True)
    tables = [_points(panel["change"]) for panel in panels.values()]
    others = [table[~np.eye(len(names), dtype=bool)] for table in tables]
    highest = max([_LEAST_SCALE, *(np.nanmax(np.abs(part)) for part in others if not np.isnan(part).all())])
    for column, ((heading, panel), table) in enumerate(zip(panels.items(), tables, strict=True), start=1):
        is_diagonal = np.eye(len(names), dtype=bool)
        figure.add_heatmap(
            row=1, col=column, z=np.where(is_diagonal, np.nan, table), x=names, y=names, coloraxis="coloraxis",
            xgap=2, ygap=2, text=_cell_texts(table, panel["margin"]), hoverinfo="skip", hoverongaps=False,
        )  # fmt: skip
        _add_cells(figure, column, names, table, panel["margin"], (links or {}).get(heading))
        for i in range(0 if is_crowded(names) else len(names)):
            figure.add_annotation(row=1, col=column, x=i, y=i, showarrow=False,  # a name could be a number
                                  text="" if np.isnan(table[i, i]) else number("{:.0f}", table[i, i]),
                                  font={"size": 11, "color": tones.muted})  # fmt: skip
        for i in np.flatnonzero(np.isnan(table).all(axis=1)).tolist():
            figure.add_shape(row=1, col=column, type="rect", x0=-0.5, x1=len(names) - 0.5, y0=i - 0.5, y1=i + 0.5,
                             fillcolor=tones.page, line_width=0, layer="below")  # fmt: skip
            if not is_crowded(names):
                figure.add_annotation(row=1, col=column, x=(len(names) - 1) / 2, y=i, showarrow=False,
                                      text="not run yet", font={"size": 11, "color": tones.muted})  # fmt: skip
    scale, ends = _diverging(highest, dark, "points"), [-0.5, len(names) - 0.5]
    if not is_crowded(names):
        write_in_cells(figure, scale["colorscale"], -highest, highest)
    figure.update_xaxes(title="accuracy of this class", type="category", showgrid=False, range=ends)
    figure.update_yaxes(type="category", showgrid=False, range=ends[::-1])
    figure.update_yaxes(title="class that was forgotten", col=1)
    figure.update_annotations(selector={"yref": "paper"}, font={"size": 14, "color": tones.muted}, yshift=6)
    return styled(figure, dark, title, height, headroom=32).update_layout(
        coloraxis=scale,
        plot_bgcolor=tones.grid,
        margin_pad=0,
        clickmode="event+select",
        dragmode=False,
    )


def _add_cells(
    figure: go.Figure,
    column: int,
    names: Sequence[str],
    table: np.ndarray,
    margin: Sequence[Sequence[float | None]] | None,
    links: Sequence[str | None] | None,
) -> None:
    """A mark nobody sees on every cell: heatmaps cannot be clicked, marks can."""
    cells = [(i, j) for i in range(len(names)) for j in range(len(names)) if not np.isnan(table[i, j])]
    beyond = _points(margin) if margin is not None else np.full_like(table, np.nan)
    figure.add_scatter(
        row=1, col=column, x=[names[j] for _, j in cells], y=[names[i] for i, _ in cells], mode="markers",
        marker={"size": 24, "symbol": "square", "color": "rgba(0,0,0,0.004)"}, showlegend=False,
        customdata=[links[i] if links else None for i, _ in cells],
        text=[
            f"forget {names[i]}: {names[j]} {number('{:+.1f}', table[i, j])} points"
            + ("" if np.isnan(beyond[i, j]) else f"<br>95% interval ± {beyond[i, j]:.1f}")
            for i, j in cells
        ],
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def _points(matrix: Sequence[Sequence[float | None]]) -> np.ndarray:
    return 100 * np.array(matrix, dtype=np.float64)


def _cell_texts(table: np.ndarray, margin: Sequence[Sequence[float | None]] | None) -> np.ndarray:
    """Changes of at least half a point; bold beyond their margin."""
    beyond = _points(margin) if margin is not None else np.full_like(table, np.inf)
    texts = [
        [
            "" if np.isnan(cell) or i == j or abs(cell) < 0.5
            else f"<b>{number('{:+.0f}', cell)}</b>" if abs(cell) > beyond[i, j]
            else number("{:+.0f}", cell)
            for j, cell in enumerate(row)
        ]
        for i, row in enumerate(table)
    ]  # fmt: skip
    return np.array(texts)


def _diverging(highest: float, dark: bool, unit: str) -> dict[str, Any]:
    """Grey for losses, blue for gains, the page's ground for nothing: told apart by every kind of eye."""
    tones = ground(dark)
    return {
        "cmin": -highest, "cmax": highest, "colorscale": [[0, tones.muted], [0.5, tones.page], [1, tones.retain]],
        "colorbar": {"title": {"text": unit, "side": "top"}, "thickness": 12, "len": 0.9, "outlinewidth": 0},
    }  # fmt: skip

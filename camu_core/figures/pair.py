"""Two networks' answers against each other."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from camu_core.figures.cells import write_in_cells
from camu_core.figures.theme import ground, is_crowded, styled


def agreement_figure(
    counts: np.ndarray,
    class_names: Sequence[str],
    runs: tuple[str, str],
    title: str,
    dark: bool = False,
    height: int = 480,
) -> go.Figure:
    """How often each pair of answers occurs; off the diagonal, the two networks disagree. A click tells the cell.

    Args:
        counts: int (C, C), rows = answers of A, columns = answers of B.
        runs: what A and B are.
    """
    tones, names = ground(dark), list(class_names)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, scale = go.Figure(), [[0, tones.page], [1, tones.retain]]
    figure.add_heatmap(
        z=shares, x=names, y=names, xgap=1, ygap=1, zmin=0, zmax=1, showscale=False, hoverinfo="skip",
        colorscale=scale, text=np.where(counts > 0, counts.astype(str), ""),
    )  # fmt: skip
    for label in range(len(names)):
        figure.add_shape(type="rect", x0=label - 0.5, x1=label + 0.5, y0=label - 0.5, y1=label + 0.5,
                         line={"color": tones.muted, "width": 1})  # fmt: skip
    hover = "A says %{y}, B says %{x}<br>images: %{text}"
    _add_cells(figure, names, counts, hover)
    if not is_crowded(names):
        write_in_cells(figure, scale, 0, 1)
    return _matrix(figure, names, (f"B says ({runs[1]})", f"A says ({runs[0]})"), dark, title, height)


def confusion_difference_figure(
    a: np.ndarray,
    b: np.ndarray,
    class_names: Sequence[str],
    forget_classes: Sequence[int],
    title: str,
    dark: bool = False,
    height: int = 480,
) -> go.Figure:
    """B's confusion matrix minus A's, in points of each row: grey where B says it less often, blue where more often.

    Args:
        a, b: counts (C, C), rows = true class, columns = the network's answer.
    """
    tones = ground(dark)
    shares = [np.asarray(m, dtype=float) / np.maximum(np.sum(m, axis=1, keepdims=True), 1) for m in (a, b)]
    points = 100 * (shares[1] - shares[0])
    names = [f"<b>{name}</b>" if label in forget_classes else name for label, name in enumerate(class_names)]
    reach = max(10.0, float(np.abs(points).max()))
    figure, scale = go.Figure(), [[0, tones.muted], [0.5, tones.page], [1, tones.retain]]
    figure.add_heatmap(
        z=points, x=names, y=names, xgap=1, ygap=1, zmin=-reach, zmax=reach, colorscale=scale,
        colorbar={"title": {"text": "points", "side": "top"}, "thickness": 12, "len": 0.9, "outlinewidth": 0},
        text=np.where(np.rint(points) != 0, np.char.mod("%+.0f", points), ""),
        customdata=np.dstack([100 * shares[0], 100 * shares[1]]),
        hovertemplate="true %{y}, answer %{x}<br>A %{customdata[0]:.1f}%, B %{customdata[1]:.1f}%<extra></extra>",
    )  # fmt: skip
    if not is_crowded(names):
        write_in_cells(figure, scale, -reach, reach)
    for label in forget_classes:
        figure.add_shape(type="rect", x0=-0.5, x1=len(names) - 0.5, y0=label - 0.5, y1=label + 0.5,
                         line={"color": tones.forget, "width": 2})  # fmt: skip
    return _matrix(figure, names, ("the network says", "true class"), dark, title, height)


def _add_cells(figure: go.Figure, names: Sequence[str], counts: np.ndarray, hover: str) -> None:
    """A mark nobody sees on every cell with images: heatmaps cannot be clicked, marks can."""
    rows, columns = np.nonzero(counts)
    cells = np.stack([rows, columns], axis=1).tolist()
    figure.add_scatter(
        x=[names[j] for _, j in cells], y=[names[i] for i, _ in cells], mode="markers", showlegend=False,
        marker={"size": 26, "symbol": "square", "color": "rgba(0,0,0,0.004)"},
        customdata=cells, text=counts[rows, columns].astype(str),
        hovertemplate=hover + "<extra></extra>",
    )  # fmt: skip


def _matrix(
    figure: go.Figure, names: Sequence[str], axes: tuple[str, str], dark: bool, title: str, height: int
) -> go.Figure:
    ends = [-0.5, len(names) - 0.5]
    figure.update_xaxes(title=axes[0], type="category", showgrid=False, range=ends)
    figure.update_yaxes(title=axes[1], type="category", showgrid=False, range=ends[::-1])
    return styled(figure, dark, title, height).update_layout(clickmode="event+select", dragmode=False)

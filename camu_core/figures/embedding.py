"""Representations as points in the plane: the same samples, the same axes, one panel a model."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from camu_core.figures.theme import CLASS_COLORS, CLASS_SYMBOLS, Ground, ground, is_crowded, styled

# Up to here a browser without a graphics card draws plain SVG faster than WebGL.
_SVG_POINTS = 800
# How large a label is, in pixels, in a panel of the size that it has beside two others on a small screen.
_CHARACTER, _LINE, _PANEL_PIXELS = 8, 20, 260
_MOST_COVERED = 0.2  # of a panel as wide as high
_MOST_PUSHES = 500


@dataclass(frozen=True)
class Panel:
    """One model's view of the samples.

    Args:
        title: over the panel.
        points: float32 (N, 2).
        logits: float32 (N, C), for what hovering tells.
    """

    title: str
    points: np.ndarray
    logits: np.ndarray


def axis_ranges(points: Iterable[np.ndarray], margin_fraction: float = 0.06) -> tuple[list[float], list[float]]:
    """x and y ranges that hold all of several point sets, with a margin."""
    together = np.concatenate(list(points))
    low, high = together.min(axis=0), together.max(axis=0)
    margin = (high - low) * margin_fraction + 1e-9
    x, y = np.stack([low - margin, high + margin], axis=1).tolist()
    return x, y


def growing_ranges(first: np.ndarray, later: Iterable[np.ndarray]) -> tuple[list[float], list[float]]:
    """Ranges with room around the first of several moments, widened only where later points leave it."""
    corners = np.transpose(axis_ranges([first], margin_fraction=0.15))
    return axis_ranges([corners, *later], margin_fraction=0.02)


def embedding_figure(
    panels: Sequence[Panel],
    y: np.ndarray,
    is_forget: np.ndarray,
    class_names: Sequence[str],
    ranges: tuple[list[float], list[float]],
    title: str,
    dark: bool = False,
    color_by: str = "role",
    height: int = 460,
    hover: Sequence[str] | None = None,
    chosen: Sequence[int] = (),
) -> go.Figure:
    """Side-by-side scatter plots on one pair of axes.

    Args:
        y: int64 (N,), true classes.
        is_forget: bool (N,).
        ranges: from `axis_ranges`, so that panels, snapshots and reruns can be compared by eye.
        color_by: "role" (forget / retain) or "class".
        hover: what each sample tells, N texts; by default its class and what the panel's network says of it.
        chosen: samples, 0..N-1, that are ringed in every panel; the others are faint then.
    """
    figure = make_subplots(cols=len(panels), subplot_titles=[panel.title for panel in panels], horizontal_spacing=0.02)
    fade = 0.35 if len(chosen) else 1.0
    groups = _groups(y, is_forget, class_names, color_by, ground(dark))
    for column, panel in enumerate(panels, start=1):
        guess = panel.logits.argmax(axis=1)
        for name, mask, color, symbol, size, opacity in groups:
            told = [hover[i] for i in np.flatnonzero(mask).tolist()] if hover else [
                f"true class {class_names[true]}<br>this network says {class_names[said]}"
                for true, said in zip(y[mask], guess[mask], strict=True)
            ]  # fmt: skip
            add = figure.add_scattergl if len(y) > _SVG_POINTS else figure.add_scatter
            add(
                row=1, col=column, x=panel.points[mask, 0], y=panel.points[mask, 1], mode="markers", name=name,
                legendgroup=name, showlegend=column == 1 and not is_crowded([name for name, *_ in groups]),
                customdata=np.flatnonzero(mask), text=told,
                hovertemplate="%{text}<extra></extra>",
                marker={"color": color, "symbol": symbol, "size": size, "opacity": fade * opacity},
            )  # fmt: skip
        if len(chosen):
            figure.add_scatter(
                row=1, col=column, x=panel.points[chosen, 0], y=panel.points[chosen, 1], mode="markers",
                name="selected", legendgroup="selected", showlegend=column == 1, hoverinfo="skip",
                marker={"symbol": "circle-open", "size": 9, "color": ground(dark).text, "line": {"width": 1.5}},
            )  # fmt: skip
    tones = ground(dark)
    frame = {"showticklabels": False, "showgrid": False, "mirror": True, "linecolor": tones.grid, "constrain": "domain"}
    figure.update_xaxes(range=ranges[0], **frame)
    figure.update_yaxes(range=ranges[1], constraintoward="top", **frame)
    for column in range(1, len(panels) + 1):  # one unit is as long to the side as up, in every window
        figure.update_yaxes(scaleanchor=_axis("x", column), col=column)
    figure.update_annotations(font={"size": 14, "color": tones.muted}, yshift=6)
    labels = [
        label
        for column, panel in enumerate(panels, start=1)
        for label in class_labels(column, panel.points, y, is_forget, class_names, ranges, tones, height)
    ]
    figure.update_layout(annotations=[*figure.layout.annotations, *labels])
    headroom = 30 if any(panel.title for panel in panels) else 0
    return styled(figure, dark, title, height, headroom).update_layout(
        margin_l=2, margin_r=2, margin_pad=0, uirevision="embedding"
    )


def _groups(
    y: np.ndarray, is_forget: np.ndarray, class_names: Sequence[str], color_by: str, tones: Ground
) -> list[tuple[str, np.ndarray, str, str, int, float]]:
    """(name, mask, colour, symbol, size, opacity) of each trace."""
    if color_by == "role":
        return [
            ("to keep", ~is_forget, tones.retain, "circle", 5, 0.45),
            ("to forget", is_forget, tones.forget, "diamond", 7, 0.9),
        ]
    return [
        (
            name, y == label, CLASS_COLORS[label % len(CLASS_COLORS)],
            CLASS_SYMBOLS[(label + label // len(CLASS_COLORS)) % len(CLASS_SYMBOLS)],  # no two of 100 look alike
            7 if is_forget[y == label].all() else 5, 0.75,
        )
        for label, name in enumerate(class_names)
    ]  # fmt: skip


def _axis(name: str, column: int) -> str:
    return name if column == 1 else f"{name}{column}"


def class_labels(
    column: int,
    points: np.ndarray,
    y: np.ndarray,
    is_forget: np.ndarray,
    class_names: Sequence[str],
    ranges: tuple[list[float], list[float]],
    tones: Ground,
    height: int,
) -> list[dict[str, Any]]:
    """Each class's name at its median point or beside it; in the forget set's colour where all of it is forgotten.

    Of many classes, or in a low picture, only those that are forgotten: the others' names would cover it.
    """
    present = np.unique(y)
    covered = sum(_CHARACTER * len(class_names[label]) + 6 for label in present) * _LINE
    if is_crowded(class_names) or covered > _MOST_COVERED * height**2:
        present = np.array([label for label in present if is_forget[y == label].all()], dtype=int)
    if not len(present):
        return []
    medians = np.array([np.median(points[y == label], axis=0) for label in present])
    extent = np.ptp(ranges, axis=1)
    sizes = np.array([[_CHARACTER * len(class_names[label]) + 6, _LINE] for label in present])
    places = spread_out(medians, sizes * extent.max() / _PANEL_PIXELS, ranges)
    return [
        {
            "xref": _axis("x", column), "yref": _axis("y", column), "x": float(place[0]), "y": float(place[1]),
            "text": f"<b>{class_names[label]}</b>", "showarrow": False, "bgcolor": tones.page, "opacity": 0.85,
            "borderpad": 2,
            "font": {"size": 13, "color": tones.forget if is_forget[y == label].all() else tones.text},
        }
        for label, place in zip(present, places, strict=True)
    ]  # fmt: skip


def spread_out(centres: np.ndarray, sizes: np.ndarray, ranges: tuple[list[float], list[float]]) -> np.ndarray:
    """Move boxes as little as it takes until none covers another, by pushing those that do apart, step by step.

    Args:
        centres: float (N, 2).
        sizes: float (N, 2), width and height.
        ranges: of x and y, in which the centres stay.
    Returns:
        float (N, 2).
    """
    low, high = np.array(ranges).T
    places = np.clip(centres.astype(float), low, high)
    needed = (sizes[:, None] + sizes[None]) / 2
    for _ in range(_MOST_PUSHES):
        apart = places[:, None] - places[None]
        overlap = needed - np.abs(apart)
        np.einsum("iij->ij", overlap)[:] = 0
        is_covered = (overlap > 0).all(axis=2)
        if not is_covered.any():
            break
        by_x = is_covered & (overlap[..., 0] < overlap[..., 1])  # the shorter way out
        order = np.sign(np.arange(len(places))[:, None] - np.arange(len(places)))  # of two in one point
        side = np.where(apart == 0, order[..., None], np.sign(apart))
        push = np.stack([by_x, is_covered & ~by_x], axis=2) * overlap * side
        n_pushing = np.maximum(1, is_covered.sum(axis=1, keepdims=True))
        places = np.clip(places + 0.6 * push.sum(axis=1) / n_pushing, low, high)
    return places

"""A run that plays: figures with a frame for each snapshot, which show the last one until somebody plays them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from camu_core.figures.embedding import Panel, axis_ranges, class_labels, embedding_figure
from camu_core.figures.live import accuracy_curve, accuracy_labels
from camu_core.figures.theme import LIGHT
from camu_core.progress import Snapshot

_HEIGHT = 460  # pixels


def playing_map(
    snapshots: Sequence[Snapshot],
    points: np.ndarray,
    y: np.ndarray,
    is_forget: np.ndarray,
    class_names: Sequence[str],
    title: str,
) -> go.Figure:
    """The samples as the network sees them; frames have the names of the snapshots' steps.

    Args:
        points: float32 (S, N, 2), of S snapshots in one frame.
        y: int64 (N,), true classes.
        is_forget: bool (N,).
    """
    ranges = axis_ranges(points)
    hover = [f"true class {class_names[label]}" for label in y]
    panel = Panel("", points[-1], snapshots[-1].logits)
    figure = embedding_figure([panel], y, is_forget, class_names, ranges, title, height=_HEIGHT, hover=hover)
    groups = [trace.customdata for trace in figure.data]  # which samples are drawn together
    figure.frames = [
        _frame(
            snapshot,
            [{"x": at[group, 0], "y": at[group, 1]} for group in groups],
            class_labels(1, at, y, is_forget, class_names, ranges, LIGHT, _HEIGHT),
        )
        for snapshot, at in zip(snapshots, points, strict=True)
    ]
    return figure


def playing_accuracies(snapshots: Sequence[Snapshot], title: str) -> go.Figure:
    """Accuracy of both parts up to each snapshot, in frames of the same names."""
    total = snapshots[-1].index
    figure = accuracy_curve(snapshots, total, title, height=300)
    figure.frames = [
        _frame(
            snapshot,
            [{"x": line.x[: k + 1], "y": line.y[: k + 1]} for line in figure.data],
            accuracy_labels(snapshot, total),
        )
        for k, snapshot in enumerate(snapshots)
    ]
    return figure


def _frame(snapshot: Snapshot, traces: Sequence[dict[str, Any]], labels: Sequence[Any]) -> go.Frame:
    """What moves: places, and labels."""
    return go.Frame(
        name=str(snapshot.index), data=[{"type": "scatter", **trace} for trace in traces],
        traces=list(range(len(traces))), layout={"annotations": labels},
    )  # fmt: skip

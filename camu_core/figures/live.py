"""What is drawn while a run goes on: accuracy of both parts, and the loss terms."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from camu_core.figures.theme import ground, styled
from camu_core.progress import Snapshot

_LABEL_PIXELS, _MARK_PIXELS = 20, 5  # a line of text; half a mark, and a little more

# loss name -> (plain words, role whose colour it takes)
LOSS_TITLES = {
    "retain_representation": ("Keep the other representations", "retain"),
    "forget_representation": ("Move the forgotten representations", "forget"),
    "retain_label": ("Keep the other labels", "retain"),
    "forget_label": ("Change the forgotten labels", "forget"),
    "retain_teacher": ("Answer the rest as before", "retain"),
    "forget_teacher": ("Answer the forgotten as if untrained", "forget"),
    "retain_distance": ("Answer the rest as before", "retain"),
    "forget_distance": ("Answer the forgotten unlike before", "forget"),
    "forget_error": ("Error on the images to forget", "forget"),
    "all_error": ("Error on all images", "retain"),
    "noise_error": ("Error on the noise", "forget"),
    "noise_size": ("Size of the noise", "forget"),
    "forget_masked": ("Answer the forgotten without their class", "forget"),
    "unlearn_label": ("Error on the images to forget", "forget"),
    "retain_error": ("Error on the other images", "retain"),
    "forget_length": ("Squared length of answers to the forgotten", "forget"),
    "all_length": ("Squared length of all answers", "retain"),
    "sparsity": ("Sum of the sizes of all weights", "forget"),
    "adversarial_distance": ("Distance of the adversarial images", "forget"),
    "forget_adversarial": ("Learn the adversarial labels", "forget"),
    "retain_adversarial": ("Keep the labels of all images", "retain"),
    "impairing": ("Learn the noise, keep the rest", "retain"),
    "cross_entropy": ("Training error", "retain"),
}


def accuracy_curve(
    snapshots: Sequence[Snapshot], total: int, title: str, dark: bool = False, height: int = 250
) -> go.Figure:
    """Accuracy on the live samples against steps.

    Args:
        snapshots: so far.
        total: steps of the whole run, so that the axis does not move.
    """
    steps, tones = [snapshot.index for snapshot in snapshots], ground(dark)
    figure = go.Figure()
    for name, color, dash, symbol, values in (
        ("to keep", tones.retain, "solid", "circle", [s.retain_accuracy for s in snapshots]),
        ("to forget", tones.forget, "dash", "diamond", [s.forget_accuracy for s in snapshots]),
    ):
        figure.add_scatter(
            x=steps, y=values, mode="lines+markers", name=name, line={"color": color, "width": 3, "dash": dash},
            marker={"symbol": symbol, "size": 6}, hovertemplate="step %{x}: %{y:.0%} right<extra>" + name + "</extra>",
        )  # fmt: skip
    figure.update_layout(annotations=accuracy_labels(snapshots[-1], total, dark) if snapshots else [])
    figure.update_xaxes(range=[-0.02 * total, 1.02 * total], title={"text": "step", "standoff": 0})
    figure.update_yaxes(range=[-0.08, 1.08], tickformat=".0%", tickvals=[0, 0.5, 1])
    return styled(figure, dark, title, height).update_layout(showlegend=False, uirevision="accuracy")


def accuracy_labels(snapshot: Snapshot, total: int, dark: bool = False) -> list[dict[str, Any]]:
    """What stands beside the ends of both lines of `accuracy_curve`: inside the picture, never one over the other."""
    tones = ground(dark)
    ends = [
        ("to keep", tones.retain, snapshot.retain_accuracy), ("to forget", tones.forget, snapshot.forget_accuracy),
    ]  # fmt: skip
    values = np.array([value for _, _, value in ends])
    is_low, shifts = values < 0.5, [0, 0]
    if np.ptp(values) < 0.25:  # the one nearer to the middle makes room
        is_low[:] = values.min() < 0.25
        shifts[values.argmax() if is_low[0] else values.argmin()] = _LABEL_PIXELS if is_low[0] else -_LABEL_PIXELS
    return [
        {
            "x": snapshot.index, "y": value, "text": f"<b>{name} {value:.0%}</b>", "showarrow": False,
            "xanchor": "left" if snapshot.index < 0.6 * total else "right",
            "yanchor": "bottom" if low else "top", "yshift": shift + (_MARK_PIXELS if low else -_MARK_PIXELS),
            "font": {"color": color, "size": 13},
        }
        for (name, color, value), low, shift in zip(ends, is_low, shifts, strict=True)
    ]  # fmt: skip


def loss_curves(
    losses: Mapping[str, np.ndarray], total: int, title: str, dark: bool = False, height: int = 250
) -> go.Figure:
    """Each loss term in its own small panel, on its own scale.

    Args:
        losses: unweighted, one value a step so far.
    """
    names = sorted(losses, key=list({**LOSS_TITLES, **losses}).index)  # ours in our order, then those of others
    told = {name: LOSS_TITLES.get(name) or _title_of(name) for name in names}
    tones = ground(dark)
    n_columns = 2 if len(names) > 1 else 1
    n_rows = max(1, -(-len(names) // n_columns))
    figure = make_subplots(
        rows=n_rows, cols=n_columns, subplot_titles=[told[name][0] for name in names],
        horizontal_spacing=0.12, vertical_spacing=0.3,
    )  # fmt: skip
    for i, name in enumerate(names):
        values = losses[name]
        figure.add_scatter(
            row=i // n_columns + 1, col=i % n_columns + 1, x=np.arange(1, len(values) + 1), y=values, mode="lines",
            name=told[name][0], line={"color": getattr(tones, told[name][1]), "width": 2},
            hovertemplate="step %{x}: %{y:.3g}<extra></extra>",
        )  # fmt: skip
    no_zero = {"0": " "}  # it would touch that of the other axis
    figure.update_xaxes(range=[0, total], nticks=4, tickfont={"size": 11}, labelalias=no_zero)
    figure.update_xaxes(title={"text": "step", "standoff": 0}, row=n_rows)
    figure.update_yaxes(rangemode="tozero", nticks=3)
    figure.update_annotations(font={"size": 11, "color": tones.muted})
    return styled(figure, dark, title, height, headroom=20).update_layout(showlegend=False, uirevision="losses")


def _title_of(name: str) -> tuple[str, str]:
    """What a loss of somebody's own method is called, and the role whose colour it takes, if its name tells one."""
    first = name.partition("_")[0]
    return name.replace("_", " ").capitalize(), first if first in ("forget", "retain") else "text"

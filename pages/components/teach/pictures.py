"""A picture to each question: one that asks, and one that shows the answer."""

from typing import Any

import numpy as np
import streamlit as st

from camu_core import DATASETS, RunResult
from camu_core.figures import (
    Panel,
    axis_ranges,
    class_figure,
    embedding_figure,
    heads_figure,
    split_figure,
)
from camu_core.measures import masked
from camu_core.wording.verdict import finding
from pages.components.privacy import state as state_privacy
from pages.components.shared import charts, images, state, state_pictures
from pages.components.teach import text

_N_SHOWN = 6
_TALL = 260
# Of an image on the projector, at the usual size of type: where it has the room to itself, and where not.
_LARGE, _SMALL = 168, 80


def picture(question: str, result: RunResult, is_revealed: bool) -> None:
    """On the projector. Args: question: its name."""
    strip(
        question, result, is_revealed, _SMALL if question == "hurt" or (is_revealed and question != "mask") else _LARGE
    )
    retrained = state.retrained_for(result.spec)
    metrics, dark = result.metrics_with(retrained), state.is_dark()
    report = state_privacy.report_of(result.spec)
    if question == "inside" and not is_revealed:
        figure = _map(result, dark)
    elif question == "inside" and report is not None:
        figure = heads_figure(report, text.HEADS, dark, _TALL)
    elif question == "hurt" and is_revealed:
        figure = _classes(result, metrics, dark)
    elif question == "claim" or (question == "band" and is_revealed):
        figure = split_figure(metrics, finding(result), dark, _TALL)
    else:
        return
    charts.show(st, figure, key=f"lesson-{question}-{'answer' if is_revealed else 'asked'}", fills=True)


def strip(question: str, result: RunResult, is_revealed: bool, pixels: int) -> None:
    """A row of images with what a network says of them; also on phones. Nothing of a question without one."""
    before, after = result.logits["original"], result.logits["unlearned"]
    forgotten = _forgotten(result)
    if question == "band" and is_revealed:
        _strip(result, forgotten, after, text.AFTER_STRIP, pixels, before)
    elif question == "band":
        is_class = result.spec.forget.kind == "class"
        _strip(result, forgotten, before, text.BEFORE_STRIP if is_class else text.BEFORE_STRIP_IMAGES, pixels)
    elif question == "hurt" and not is_revealed:
        _strip(result, _others(result), before, text.OTHERS_STRIP, pixels)
    elif question == "mask" and is_revealed:
        _strip(result, forgotten, masked(before, result.spec.forget.classes), text.MASK_STRIP, pixels, before)
    elif question == "mask":
        _strip(result, forgotten, before, text.BEFORE_STRIP, pixels)
    elif question == "trace":
        _strip(result, forgotten, after, text.NOW_STRIP, pixels)
        if is_revealed and (retrained := state.retrained_for(result.spec)) is not None:
            _strip(result, forgotten, retrained.logits["unlearned"], text.NEVER_STRIP, pixels)


def _strip(
    result: RunResult, idx: np.ndarray, logits: np.ndarray, title: str, pixels: int, before: np.ndarray | None = None
) -> None:
    names = DATASETS[result.spec.dataset].class_names
    st.markdown(title)
    images.answer_strip(
        result.probe.x[idx], result.probe.y[idx], logits[idx], names, None if before is None else before[idx], pixels
    )


def _forgotten(result: RunResult) -> np.ndarray:
    """A few images of what was forgotten: new ones of classes, else of the very images."""
    is_shown = result.probe.is_forget & (~result.probe.in_train if result.spec.forget.kind == "class" else True)
    return np.flatnonzero(is_shown)[:_N_SHOWN]


def _others(result: RunResult) -> np.ndarray:
    """A new image of each class to keep, of the first so many; of single images, new ones of each class."""
    probe, forgotten = result.probe, result.spec.forget.classes
    labels = [label for label in np.unique(probe.y) if label not in forgotten]
    first = [np.flatnonzero((probe.y == label) & ~probe.in_train)[:1] for label in labels]
    return np.concatenate(first)[: 2 * _N_SHOWN]


def _classes(result: RunResult, metrics: dict[str, Any], dark: bool) -> Any:
    info = DATASETS[result.spec.dataset]
    counts = np.sum(metrics["original"]["confusion_test"], axis=1).tolist()
    per_class = {name: report["per_class_test"] for name, report in metrics.items()}
    return class_figure(
        per_class, counts, info.class_names, result.spec.forget.classes, text.CLASSES, dark, _TALL
    )  # fmt: skip


def _map(result: RunResult, dark: bool) -> Any:
    points = state_pictures.pca_points(result.digest, None)
    panels = [
        Panel(title, points[name], result.logits[name])
        for name, title in (("original", "Before"), ("unlearned", "After"))
    ]
    shown = [panel.points for panel in panels]
    return embedding_figure(
        panels, result.probe.y, result.probe.is_forget, DATASETS[result.spec.dataset].class_names, axis_ranges(shown),
        text.MAP, dark, height=_TALL,
    )  # fmt: skip

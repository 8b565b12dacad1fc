"""What became of a planted secret: how often it works, and some new images with what each network says."""

import numpy as np
import streamlit as st
import torch

from camu_core import DATASETS, RunResult
from camu_core.data import with_mark
from camu_core.figures import planted_figure
from camu_core.wording.planted import planted_title
from pages.components.causal import state as state_causal
from pages.components.draw import state as state_draw
from pages.components.run import text
from pages.components.shared import charts, images, notes, state

_TILES = 8


def show(result: RunResult, retrained: RunResult | None) -> None:
    """Nothing for a run in which nothing was planted."""
    planting = result.spec.forget.planting
    if planting is None:
        return
    with st.container(key="planted"):
        left, right = st.columns([5, 6])
        metrics = result.metrics_with(retrained)
        figure = planted_figure(metrics, planted_title(result.spec, metrics), state.is_dark())
        charts.show(left, figure, key="planted-works")
        with right:
            st.markdown(text.PLANTED_TRIED[planting.kind])
            _pictures(result)
        notes.reading(text.PLANTED_READ[planting.kind], text.PLANTED_NOT)


def _pictures(result: RunResult) -> None:
    """Marked images, one a class as far as they go; or those of swapped classes that some network confuses."""
    planting, probe, names = result.spec.forget.planting, result.probe, DATASETS[result.spec.dataset].class_names
    is_swap = planting.kind == "swap"
    asked = np.flatnonzero(~probe.in_train & (np.isin(probe.y, planting.classes) == is_swap))
    if not is_swap:
        order = np.argsort([np.sum(probe.y[asked[:i]] == probe.y[k]) for i, k in enumerate(asked)], kind="stable")
        asked = np.sort(asked[order[:_TILES]])
    x = torch.from_numpy(probe.x[asked])
    shown = (x if is_swap else with_mark(x)).numpy()
    answers = state_draw.labels(state_causal.causal_job(result.spec), shown)
    if is_swap:
        other = np.where(probe.y[asked] == planting.classes[0], planting.classes[1], planting.classes[0])
        picked = np.flatnonzero(np.any([row == other for row in answers.values()], axis=0))[:_TILES]
        shown, answers = shown[picked], {name: row[picked] for name, row in answers.items()}
    if not len(shown):
        st.caption(text.PLANTED_NONE)
        return
    captions = [
        "\n".join(text.PLANTED_SAID[name].format(name=names[row[i]]) for name, row in answers.items())
        for i in range(len(shown))
    ]
    images.captioned_strip(shown, captions, rem=6.5, side=4.5)

"""Look inside: which weights forgetting changed, and one image inside the networks."""

import numpy as np
import pandas as pd
import streamlit as st

from camu_core import DATASETS, RunResult
from camu_core.figures import maps_figure, saliency_figure, weights_figure
from camu_core.jobs.causal import CausalJob
from camu_core.wording.inside import maps_title, saliency_title, weights_title
from pages.components.causal import reach_in
from pages.components.causal import state as state_causal
from pages.components.causal import text_inside as text
from pages.components.shared import charts, images, notes, state


def look(result: RunResult, job: CausalJob) -> None:
    """All of it, for an image of the probe set that is picked here."""
    st.subheader(text.TITLE, anchor=False)
    idx = reach_in.pick(result, "inside")
    changes, dark = state_causal.weight_changes(job), state.is_dark()
    left, right = st.columns(2, gap="large")
    with left:
        charts.show(st, weights_figure(changes, weights_title(changes), dark), key="weights")
        notes.reading(text.WEIGHTS_READ, text.WEIGHTS_NOT)
    with right:
        pixels(result, job, result.probe.x[idx], int(result.probe.y[idx]))
    channels(job, result.probe.x[idx], int(result.probe.y[idx]))
    notes.folds(text.HOW, [pd.DataFrame({"layer": list(changes), "change": list(changes.values())})])


def pixels(result: RunResult, job: CausalJob, image: np.ndarray, label: int) -> None:
    """An image, and which of its pixels a class's score hangs on in every network.

    Args:
        image: uint8 (channels, H, W).
        label: the class.
    """
    view, name = state_causal.inside_view(job, image, label), DATASETS[result.spec.dataset].class_names[label]
    picture, maps = st.columns([1, 3], vertical_alignment="center")
    picture.image(images.to_picture(image), caption=text.GIVEN, width=96, alt=text.GIVEN)
    title = saliency_title(name, view.likeness)
    charts.show(maps, saliency_figure(view.saliency, title, state.is_dark()), key="saliency")
    notes.reading(text.SALIENCY_READ, text.SALIENCY_NOT)


def channels(job: CausalJob, image: np.ndarray, label: int) -> None:
    """What the first layers of every network make of an image. Args: see `pixels`."""
    view = state_causal.inside_view(job, image, label)
    height = 100 + 56 * sum(map(len, view.maps.values())) + 50 * len(view.maps)
    figure = maps_figure(view.maps, view.order, maps_title(view.changes), state.is_dark(), height)
    charts.show(st, figure, key="feature-maps")
    notes.reading(text.MAPS_READ, text.MAPS_NOT)

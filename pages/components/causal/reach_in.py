"""The causal graph with its switches, and one image with what every network makes of it."""

import numpy as np
import pandas as pd
import streamlit as st

from camu_core import DATASETS, RunResult
from camu_core.causal import graph_title, graph_view, scenario_name
from camu_core.figures import answers_figure, graph_figure
from camu_core.figures.theme import MODEL_TITLES
from camu_core.jobs.causal import CausalJob, CausalResult
from pages.components.causal import state as state_causal
from pages.components.causal import text
from pages.components.shared import charts, images, notes, state


def graph(result: RunResult, causal: CausalResult, job: CausalJob) -> None:
    """Both networks as graphs, under the interventions that are switched on; then one image under the same."""
    place = st.container()
    replaced, encoder, head = _switches(job.can_swap)
    before = graph_view(causal.report, causal.scenarios, "original", replaced)
    after = graph_view(causal.report, causal.scenarios, "unlearned", replaced, encoder, head)
    usual = graph_view(causal.report, causal.scenarios, "unlearned")
    views = {MODEL_TITLES["original"]: before, MODEL_TITLES["unlearned"]: after}
    charts.show(place, graph_figure(views, graph_title(before, after, usual), state.is_dark()), key="graph",
    )  # fmt: skip
    notes.reading(text.GRAPH_READ, text.GRAPH_NOT)
    n_forget = int(result.probe.is_forget.sum())
    how = text.GRAPH_HOW.format(n_forget=n_forget, n_retain=len(result.probe.y) - n_forget)
    notes.folds(how, [_scenario_table(causal)])
    _sample(result, job, replaced, encoder, head)


def _switches(can_swap: bool) -> tuple[list[str], str | None, str | None]:
    """Groups whose images are replaced, and whose encoder and head the network after forgetting gets."""
    with st.container(horizontal=True, vertical_alignment="center", key="do"):
        st.markdown(f"**{text.GRAPH_DO}**")
        replaced = [
            group
            for group, label in (
                ("forget", text.GRAPH_REPLACE_FORGET),
                ("retain", text.GRAPH_REPLACE_RETAIN),
            )
            if st.toggle(label, key=f"do-{group}")
        ]
        old = [
            "original" if can_swap and st.toggle(label, key=key) else None
            for key, label in (("do-encoder", text.GRAPH_OLD_ENCODER), ("do-head", text.GRAPH_OLD_HEAD))
        ]
    return replaced, *old


def _scenario_table(causal: CausalResult) -> pd.DataFrame:
    """The probability of the right answer under every combination of image, encoder and head."""
    rows = []
    for group, scenarios in causal.scenarios.items():
        for name, estimate in scenarios.items():
            shown, encoder, head = name.split("/")
            labels = {"images": text.GROUPS[group], "shown": text.SHOWN[shown]}
            labels |= {"encoder": MODEL_TITLES[encoder], "head": MODEL_TITLES[head]}
            rows.append(notes.estimate_row(labels, estimate))
    return pd.DataFrame(rows)


def _sample(result: RunResult, job: CausalJob, replaced: list[str], encoder: str | None, head: str | None) -> None:
    st.subheader(text.SAMPLE_TITLE, anchor=False)
    idx = pick(result, "sample")
    probe, names = result.probe, DATASETS[result.spec.dataset].class_names
    view, true = state_causal.sample_view(job, idx), int(probe.y[idx])
    is_replaced = ("forget" if probe.is_forget[idx] else "retain") in replaced
    pictures, *places = st.columns([2, 5, 5])
    for picture, caption in ((probe.x[idx], text.SHOWN["own"]), (view.alternative, text.SHOWN["alternative"])):
        pictures.image(images.to_picture(picture), caption=caption, width=120, alt=caption)
    for chart, image in zip(places, ("own", "alternative"), strict=True):
        answers = {model: view.probabilities[scenario_name(image, model, model)] for model in view.prediction_bits}
        if image == ("alternative" if is_replaced else "own") and (encoder or head):
            changed = scenario_name(image, encoder or "unlearned", head or "unlearned")
            answers[text.SAMPLE_WHAT_IF] = view.probabilities[changed]
        charts.show(
            chart,
            answers_figure(answers, names, true, text.SAMPLE_TITLES[image], state.is_dark()),
            key=f"answers-{image}",
        )
    bits = view.representation_bits
    st.markdown(text.SAMPLE_BITS.format(before=bits["original"], after=bits["unlearned"], moved=view.moved_bits))


def pick(result: RunResult, key: str) -> int:
    """An image of the probe set: a group, then one of its samples. Args: key: of the widgets."""
    probe = result.probe
    left, right = st.columns([2, 5], vertical_alignment="bottom")
    group = left.segmented_control(
        text.SAMPLE_GROUP, list(text.GROUPS), format_func=text.GROUPS.get, default="forget",
        key=f"{key}-group", required=True,
    ) or "forget"  # fmt: skip
    members = np.flatnonzero(probe.is_forget == (group == "forget"))
    if len(members) == 1:
        return int(members[0])
    state.remember_for(result.digest, f"{key}-{group}", 1)
    number = right.slider(text.SAMPLE_PICK, 1, len(members), key=f"{key}-{group}")
    return int(members[(number or 1) - 1])  # a client may send none

"""The measured parts of the Causal page: headline, effects of the images, where in the network."""

import pandas as pd
import streamlit as st

from camu_core import DATASETS, RunResult
from camu_core.causal import MEASURES, PARTS, replaced_by_others
from camu_core.engine.batches import Batch
from camu_core.figures import class_effects_figure, effects_figure, layers_figure, mediation_figure
from camu_core.figures.causal import PART_TITLES
from camu_core.figures.theme import MODEL_TITLES
from camu_core.jobs.causal import CausalJob, CausalResult
from camu_core.networks.models import authors_noise
from camu_core.networks.pace import PATIENCE, training_seconds
from camu_core.wording.causal import titles
from camu_core.wording.causal_remarks import hidden_remark, retraining_remarks
from camu_core.wording.format import percent
from pages.components.causal import inside, text
from pages.components.shared import batch, charts, notes, notices, state
from pages.components.shared import text as words


def headline(result: RunResult, causal: CausalResult) -> None:
    """The two shares in large figures, and how they compare with a network that never saw the data."""
    report, sentences = causal.report, titles(causal.report)
    left, right = st.columns([5, 6])
    with left.container(border=True, key="verdict", height="stretch"):
        st.markdown(text.HEADLINE)
        has_others = replaced_by_others(result.probe, report["intervention"]).any()
        kept = ("preserved", text.KEPT, text.NO_SHARE if has_others else text.REPLACED_BY_THEIR_LIKE)
        shares = (("eliminated", text.LOST, text.NO_SHARE), kept)
        for column, (key, label, why_none) in zip(st.columns(2), shares, strict=True):
            _share(
                column, label, {model: share["true_class"] for model, share in report["shares"][key].items()}, why_none
            )
    with right.container(border=True, height="stretch"):
        if result.spec.method == "retrain":
            st.markdown(text.IS_GOLD)
        elif "retrained" in report["shares"]["eliminated"] or report["reference"]:
            st.subheader(sentences["retraining"], anchor=False)
            st.markdown("\n".join(f"- {line}" for line in retraining_remarks(report)[1:]))
            st.caption(text.GOLD_NOTE)
        else:
            _without_gold(result)


def _share(column, label: str, shares: dict, why_none: str) -> None:
    ours = shares["unlearned"]
    column.markdown(label)
    if ours["value"] is None:
        column.metric(label, "none", why_none, delta_color="off", delta_arrow="off",
                      label_visibility="collapsed")  # fmt: skip
        return
    column.metric(label, percent(ours["value"]), label_visibility="collapsed")
    interval = words.INTERVAL.format(low=percent(ours["low"]), high=percent(ours["high"]))
    gold = shares.get("retrained")
    known = gold is not None and gold["value"] is not None
    column.caption(interval + (words.NEVER_SAW.format(value=percent(gold["value"])) if known else ""))


def _without_gold(result: RunResult) -> None:
    seconds = training_seconds(result.spec.dataset, result.spec.model, PATIENCE)
    if why := notices.too_long(seconds):
        st.markdown(text.RETRAIN_NOT.format(why=why))
        return
    st.markdown(text.RETRAIN_NOTE.format(time=words.takes(seconds)))
    if batch.runs_needed(Batch("", "retrained", (state.retraining_of(result.spec),)), text.RETRAIN, shows_time=False):
        st.rerun()


def effects(result: RunResult, causal: CausalResult) -> None:
    """Three measures before, after and retrained; then one of them class by class."""
    report, dark, info = causal.report, state.is_dark(), DATASETS[result.spec.dataset]
    charts.show(st, effects_figure(report["effects"], titles(report)["effects"], dark), key="effects")
    if remark := hidden_remark(report):
        st.markdown(remark)
    notes.reading(text.EFFECTS_READ, text.EFFECTS_NOT)
    measure = st.segmented_control(
        text.MEASURE, list(MEASURES), format_func=text.MEASURE_NAMES.get, default="prediction_bits", key="measure",
        required=True,
    ) or "prediction_bits"  # fmt: skip
    per_class = report["per_class"]["effects"]
    charts.show(
        st,
        class_effects_figure(
            per_class,
            measure,
            info.class_names,
            result.spec.forget.classes,
            text.EFFECTS_BY_CLASS if result.spec.forget.classes else text.EFFECTS_OF_KEPT,
            dark,
        ),
        key="class-effects",
    )
    by_group = _effect_table({text.GROUPS[name]: models for name, models in report["effects"].items()}, "images")
    by_class = _effect_table(dict(zip(info.class_names, per_class, strict=True)), "class")
    notes.folds(
        text.EFFECTS_HOW.format(n=len(result.probe.y), noise=authors_noise(result.probe.x.shape[1])),
        [by_group, by_class],
    )


def _effect_table(groups: dict, heading: str) -> pd.DataFrame:
    return pd.DataFrame(
        notes.estimate_row(
            {heading: group, "network": MODEL_TITLES[model], "effect on": text.TABLE_MEASURES[measure]}, estimate
        )
        for group, models in groups.items()
        for model, measures in models.items()
        for measure, estimate in measures.items()
    )


def where(result: RunResult, causal: CausalResult, job: CausalJob) -> None:
    """Through representation or head, and through which layer."""
    if not job.can_swap:
        st.info(text.NO_SWAP, icon=":material/info:")
        return
    report, sentences, dark = causal.report, titles(causal.report), state.is_dark()
    info, forgotten = DATASETS[result.spec.dataset], result.spec.forget.classes
    intervals, per_class = report["mediation_intervals"], report["per_class"]["mediation"]
    left, right = st.columns(2, gap="large")
    charts.show(
        left,
        mediation_figure({text.WHERE_ROW_FORGET: intervals["forget"]}, sentences["mediation_forget"], dark),
        key="mediation-forget",
    )
    kept = {name: per_class[i] for i, name in enumerate(info.class_names) if i not in forgotten}
    charts.show(left, mediation_figure(
            {f"<b>{text.WHERE_ROW_RETAIN}</b>": intervals["retain"], **kept}, sentences["mediation_retain"], dark,
            height=400,
        ),
        key="mediation-retain",
    )  # fmt: skip
    with left:
        notes.reading(text.WHERE_READ, text.WHERE_NOT)
    charts.show(
        right, layers_figure(report["layers_intervals"]["forget"], sentences["layers"], dark, height=600), key="layers"
    )
    with right:
        notes.reading(text.LAYERS_READ, text.LAYERS_NOT)
    n_forget = int(result.probe.is_forget.sum())
    how = text.WHERE_HOW.format(n_forget=n_forget, n_retain=len(result.probe.y) - n_forget)
    notes.folds(how, [_mediation_table(intervals, per_class, info.class_names), _layer_table(report)])
    inside.look(result, job)


def _mediation_table(intervals: dict, per_class: list, names: tuple[str, ...]) -> pd.DataFrame:
    rows = {text.GROUPS[group]: parts for group, parts in intervals.items()}
    rows |= dict(zip(names, per_class, strict=True))
    titles_of = {**PART_TITLES, "total": text.WHERE_TOTAL}
    return pd.DataFrame(
        notes.estimate_row({"images": row, "part": titles_of[part]}, parts[part])
        for row, parts in rows.items()
        for part in PARTS
    )


def _layer_table(report: dict) -> pd.DataFrame:
    increments = report["layers_intervals"]["forget"]["increments"]
    return pd.DataFrame(notes.estimate_row({"layer": name}, estimate) for name, estimate in increments.items())


def wait(job: CausalJob) -> None:
    """The engine measures; the page polls."""
    engine = state.engine()
    view = engine.watch(job.digest)
    if view is not None and view.state == "failed":
        notices.failed(view)
        return
    if engine.has(job):
        st.rerun()
    if not state.submit(job):
        st.warning(state.refusal(), icon=":material/block:")
        return
    st.status(text.WORKING, state="running")
    if engine.problem():
        st.warning(engine.problem())

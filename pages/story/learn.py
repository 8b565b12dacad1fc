"""The ideas in plain words, with live figures of the example run."""

import numpy as np
import pandas as pd
import streamlit as st

from camu_core import DATASETS, RunResult
from camu_core.causal import SampleView, entanglement_report, scenario_name
from camu_core.figures import (
    answers_figure,
    effects_figure,
    layers_figure,
    mediation_figure,
    split_figure,
)
from camu_core.jobs.causal import OUTCOMES, CausalJob, CausalResult, attribute, attribution_specs
from camu_core.wording.causal import attribution_title, entanglement_title, titles
from camu_core.wording.causal_remarks import hidden_remark, retraining_remarks, substitutes_remark
from camu_core.wording.format import percent, small
from camu_core.wording.verdict import finding, forget_phrase
from pages.components.causal import state as state_causal
from pages.components.causal import text as text_causal
from pages.components.shared import charts, images, state, verdict
from pages.components.story import slow
from pages.components.story import text_learn as words


def main() -> None:
    st.title(words.TITLE, anchor=False)
    run = state.example_run()
    result, retrained = run.result, state.retrained_for(run.result.spec)
    verdict.run_line(run)
    job = state_causal.causal_job(result.spec)
    causal = state_causal.causal_result(job)
    st.markdown(words.LEAD.format(what=f"forget {forget_phrase(result.spec)}", seconds=result.seconds["unlearn"]))
    _chapter(words.WHY_TITLE, words.WHY)
    _sets(result, retrained)
    idx = int(np.flatnonzero(result.probe.is_forget & ~result.probe.in_train)[0])
    view = state_causal.sample_view(job, idx)
    _camu(result)
    _pull(result, causal, idx, view)
    _where(causal)
    _terms(result)
    _map(result, retrained)
    remark = " ".join(retraining_remarks(causal.report, ["forget"])[:1])
    _chapter(words.LIMITS_TITLE, words.LIMITS.format(remark=remark))
    _glossary(job)


def _chapter(title: str, body: str) -> None:
    st.subheader(title, anchor=False, divider="gray")
    st.markdown(body)


def _sets(result: RunResult, retrained: RunResult) -> None:
    before, after = result.metrics["original"], result.metrics["unlearned"]
    gold = retrained.metrics["unlearned"]
    st.subheader(words.SETS_TITLE, anchor=False, divider="gray")
    left, right = st.columns([6, 5], gap="large")
    left.markdown(
        words.SETS.format(
            what=forget_phrase(result.spec), n_forget=before["n"]["forget_train"], n_retain=before["n"]["retain_train"],
            **{
                f"{name}_{part}": percent(report[f"{part}_test"], digits=1)
                for name, report in (("before", before), ("after", after), ("gold", gold))
                for part in ("forget", "retain")
            },
        )
    )  # fmt: skip
    metrics = result.metrics_with(retrained)
    charts.show(
        right,
        split_figure(metrics, finding(result), state.is_dark()),
        key="learn-splits",
    )


def _camu(result: RunResult) -> None:
    _chapter(words.CAMU_TITLE, words.CAMU.format(n_numbers=result.representations["original"].shape[1]))
    slow.lead()
    slow.panel(result)
    st.markdown(words.CAMU_END)
    slow.how()


def _pull(result: RunResult, causal: CausalResult, idx: int, view: SampleView) -> None:
    names, true = DATASETS[result.spec.dataset].class_names, int(result.probe.y[idx])
    right = {name: float(answer[true]) for name, answer in view.probabilities.items()}
    own_before, other_before, own_after, other_after = (
        percent(right[scenario_name(image, model, model)], digits=1)
        for model in ("original", "unlearned")
        for image in ("own", "alternative")
    )
    st.subheader(words.EFFECT_TITLE, anchor=False, divider="gray")
    left, middle = st.columns([6, 5], gap="large")
    left.markdown(
        words.EFFECT.format(
            name=names[true], own_before=own_before, other_before=other_before, own_after=own_after,
            other_after=other_after, effect_before=percent(view.effect["original"], digits=1).rstrip("%"),
            effect_after=percent(view.effect["unlearned"], digits=1).rstrip("%"),
            n=int(result.probe.is_forget.sum()), finding=small(titles(causal.report)["effects"]),
        )
    )  # fmt: skip
    left.markdown(words.EFFECT_CARE.format(remark=hidden_remark(causal.report)))
    with middle.container(horizontal=True):
        for picture, caption in zip((result.probe.x[idx], view.alternative), words.PAIR, strict=True):
            st.image(images.to_picture(picture), caption=caption, width=110, alt=caption)
    answers = {model: view.probabilities[scenario_name("own", model, model)] for model in view.prediction_bits}
    charts.show(
        middle,
        answers_figure(answers, names, true, text_causal.SAMPLE_TITLES["own"], state.is_dark()),
        key="learn-answers",
    )
    charts.show(
        st,
        effects_figure(causal.report["effects"], titles(causal.report)["effects"], state.is_dark(), height=340),
        key="learn-effects",
    )


def _where(causal: CausalResult) -> None:
    sentences, dark, swapped = titles(causal.report), state.is_dark(), causal.scenarios["forget"]
    y = {
        f"y_{encoder[0]}{head[0]}": percent(swapped[scenario_name("own", encoder, head)]["value"], digits=1)
        for encoder in ("original", "unlearned")
        for head in ("original", "unlearned")
    }
    st.subheader(words.WHERE_TITLE, anchor=False, divider="gray")
    left, right = st.columns([6, 5], gap="large")
    left.markdown(words.WHERE.format(finding=sentences["mediation_forget"], **y))
    charts.show(left, mediation_figure(
            {text_causal.WHERE_ROW_FORGET: causal.report["mediation_intervals"]["forget"]},
            sentences["mediation_forget"], dark,
        ),
        key="learn-mediation",
    )  # fmt: skip
    right.markdown(words.LAYERS)
    layers = causal.report["layers_intervals"]["forget"]
    charts.show(
        right,
        layers_figure(layers, sentences["layers"], dark, height=460),
        key="learn-layers",
    )


def _terms(result: RunResult) -> None:
    """With its numbers if somebody has run the subsets already."""
    _chapter(words.TERMS_TITLE, words.TERMS)
    rows = attribution_specs(result.spec)
    if not all(state.is_finished(spec.digest) for row in rows for spec in row):
        st.markdown(words.TERMS_OPEN)
        return
    found = attribute([[state.summary_of(spec.digest) for spec in row] for row in rows])["forget_test"]
    sentence = small(attribution_title(found, OUTCOMES["forget_test"]))
    st.markdown(words.TERMS_KNOWN.format(finding=sentence, remark=substitutes_remark(found)))


def _map(result: RunResult, retrained: RunResult) -> None:
    info = DATASETS[result.spec.dataset]
    report = entanglement_report([result.summary()], [retrained.summary()], info.n_classes)
    _chapter(words.MAP_TITLE, words.MAP.format(finding=small(entanglement_title(report, info.class_names))))


def _glossary(job: CausalJob) -> None:
    st.subheader(words.GLOSSARY_TITLE, anchor=False, divider="gray")
    st.dataframe(
        pd.DataFrame(sorted(words.GLOSSARY.items(), key=lambda pair: pair[0].lower()), columns=["word", "meaning"]),
        hide_index=True, height="content",
    )  # fmt: skip
    with st.container(horizontal=True):
        st.page_link("pages/explore/causal.py", label=words.TO_CAUSAL, icon=":material/account_tree:",
                     query_params={"run": job.sources[0]}, width="content")  # fmt: skip
        st.page_link("pages/story/start.py", label=words.TO_RUN, icon=":material/ink_eraser:", width="content")


main()

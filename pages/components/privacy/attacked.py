"""The membership attack with its threshold: who is caught, who is missed, who is accused falsely."""

import numpy as np
import pandas as pd
import streamlit as st

from camu_core.figures import attack_figure, roc_figure, score_text, scores_figure
from camu_core.figures.theme import MODEL_TITLES
from camu_core.jobs.band import BandJob
from camu_core.jobs.privacy import PrivacyJob, PrivacyResult
from camu_core.measures import ThresholdView
from camu_core.progress import STAGES
from camu_core.wording.format import percent
from camu_core.wording.privacy import attack_score, attack_title
from pages.components.privacy import state as state_privacy
from pages.components.privacy import text
from pages.components.shared import charts, images, notes, state, state_visitor
from pages.components.shared import text as words

SHOWN = 24
TICK_SECONDS = 0.5


def attack(privacy: PrivacyResult) -> None:
    """Choices, then everything that hangs on the threshold, then the attack as a whole."""
    report = privacy.report["attack"]
    if report is None:
        st.info(text.TOO_FEW, icon=":material/info:")
        return
    st.subheader(attack_title(privacy.report), anchor=False)
    left, right = st.columns(2)
    state.remember_for(privacy.digest, "attack-score", attack_score(privacy.report))
    score = left.segmented_control(
        text.SCORE, list(text.SCORES), format_func=text.SCORES.get, key="attack-score", required=True, wrap=True
    )
    network = right.segmented_control(
        text.NETWORK,
        list(report),
        format_func=text.NETWORKS.get,
        default="unlearned",
        key="attack-network",
        required=True,
        wrap=True,
    )
    network, score = network or "unlearned", score or attack_score(privacy.report)  # a client may send none
    st.fragment(_threshold)(privacy, network, score)
    by_score = {name: {"attack": attacks[score]["auc"]} for name, attacks in report.items()}
    charts.show(st, attack_figure(by_score, text.AUC, state.is_dark()), key="auc")
    notes.reading(text.READ, text.NOT)
    notes.folds(text.HOW.format(n=len(privacy.idx["members"])), [_table(report)])


def _threshold(privacy: PrivacyResult, network: str, score: str) -> None:
    """Drawn anew for every move of the slider, and nothing else with it."""
    report, dark = privacy.report["attack"], state.is_dark()
    bins = state_privacy.spread(privacy, network, score)
    first = state_privacy.to_start_at(bins, report[network][score]["threshold"])
    options = state_privacy.thresholds(bins, score, first)
    key = f"threshold-{network}-{score}"
    state.remember_for(privacy.digest, key, first)
    left, right = st.columns([7, 4], gap="medium")
    chart = left.container()
    threshold = left.select_slider(text.THRESHOLD, list(options), key=key, format_func=options.get)
    threshold = first if threshold is None else threshold  # a client may send none
    views = {
        name: state_privacy.view(privacy, name, score, threshold if name == network else attacks[score]["threshold"])
        for name, attacks in report.items()
    }
    charts.show(
        chart,
        scores_figure(bins, score, threshold, text.SPREAD, dark),
        key="scores",
        is_steady=True,
    )
    charts.show(right, roc_figure(views, network, text.CURVE, dark, height=430), key="roc", is_steady=True)
    _counts(views[network])
    _pictures(privacy, views[network])


def _counts(view: ThresholdView) -> None:
    n = len(view.caught) + len(view.missed)
    cells = (
        (text.CAUGHT, f"{len(view.caught):,}", text.OF.format(n=n)),
        (text.MISSED, f"{len(view.missed):,}", text.OF.format(n=n)),
        (text.ACCUSED, f"{len(view.false_alarms):,}", text.OF.format(n=len(view.false_alarms) + len(view.passed))),
        (text.RIGHT, percent(view.balanced_accuracy, digits=1), text.GUESSING),
    )
    for column, (label, value, note) in zip(st.columns(4), cells, strict=True):
        column.metric(label, value, note, delta_color="off", delta_arrow="off")


def _pictures(privacy: PrivacyResult, view: ThresholdView) -> None:
    """The first of each kind, the surest first."""
    kinds = (
        (text.CAUGHT, "members", view.caught), (text.MISSED, "members", view.missed),
        (text.ACCUSED, "others", view.false_alarms),
    )  # fmt: skip
    for column, (label, group, idx) in zip(st.columns(3, gap="medium"), kinds, strict=True):
        with column:
            st.caption(f"**{label}**" if len(idx) else f"**{label}**: {text.NONE_HERE}")
            if len(idx):
                shown: np.ndarray = privacy.images[group][idx[:SHOWN]]
                images.plain_strip(shown, more=len(idx) - len(shown))


def _table(report: dict) -> pd.DataFrame:
    return pd.DataFrame(
        notes.estimate_row({"network": MODEL_TITLES[name], "attack": text.SCORES[score]}, attack["auc"])
        | {
            "threshold": score_text(score, attack["threshold"]),
            **{key: attack[key] for key in ("caught", "missed", "false_alarms", "balanced_accuracy")},
        }
        for name, attacks in report.items()
        for score, attack in attacks.items()
    )


def wait(job: BandJob | PrivacyJob) -> None:
    """The engine retrains or tests; the page polls. Somebody who stopped it starts it again by hand."""
    engine = state.engine()
    view = engine.watch(job.digest)
    if engine.has(job):
        st.rerun()
    if view is None:
        if not state.submit(job):
            st.warning(state.refusal(), icon=":material/block:")
            return
        view = engine.watch(job.digest)
    if view.is_over:
        if view.state == "failed":
            st.error(view.message, icon=":material/report:")
        else:
            st.info(text.BAND_STOPPED if isinstance(job, BandJob) else text.STOPPED, icon=":material/stop_circle:")
        st.button(text.MEASURE, icon=":material/play_arrow:", type="primary",
                  on_click=state_privacy.start, args=(job,))  # fmt: skip
        return
    bar, button = st.columns([6, 1], vertical_alignment="center")
    bar.progress(view.index / view.total if view.total else 0.0, text=_line(view))
    button.button(
        words.STOP, icon=":material/stop_circle:", key="stop-privacy", on_click=state.stop, args=(job.digest,),
        disabled=view.is_stopping or not state_visitor.is_watching(job.digest), width="stretch",
    )  # fmt: skip
    if engine.problem():
        st.warning(engine.problem())


def _line(view) -> str:
    if view.is_stopping:
        return words.STOPPING
    if view.state == "queued":
        return text.QUEUED
    line = words.stage_line(view, STAGES[view.stage])
    return line if view.seconds_left is None else f"{line}, {words.left(view.seconds_left)}"

"""The last scenes of the story: attacks, and what may be said in the end."""

import numpy as np
import streamlit as st

from camu_core import DATASETS, RunResult
from camu_core.figures import class_figure, relearning_figure
from camu_core.jobs.privacy import PrivacyResult
from camu_core.privacy import readings
from camu_core.wording.clauses import tests_as_clauses
from camu_core.wording.format import small
from camu_core.wording.limits import risks
from camu_core.wording.privacy import relearning_title
from camu_core.wording.verdict import claim
from pages.components.causal import state as state_causal
from pages.components.privacy import attacked
from pages.components.privacy import state as state_privacy
from pages.components.shared import charts, notes, state
from pages.components.story import scenes as story
from pages.components.story import text


def attacks(run: state.OpenRun) -> None:
    """Relearning as the picture, all tests in words."""
    st.markdown(text.ATTACKED)
    story.yardstick(run.result)
    privacy = _privacy(run.result)
    if privacy is None:
        return
    left, right = st.columns([5, 6], gap="large")
    with left:
        found = {clause.name: clause for clause in tests_as_clauses(readings(privacy.report))}
        for question, line in text.TEST_LINES.items():
            if question in found:
                clause = found[question]
                figures = f" ({clause.figures})" * bool(clause.figures)
                notes.lead(line.format(finding=small(clause.finding), figures=figures))
    charts.show(right, relearning_figure(
            privacy.report["relearning"], relearning_title(privacy.report), state.is_dark(), story.TALL
        ),
        key="story-relearning", fills=True,
    )  # fmt: skip


def limits(run: state.OpenRun) -> None:
    """The questions that a listener should be able to answer, answered from this run."""
    result, retrained = run.result, state.retrained_for(run.result.spec)
    told = story.verdict_of(result)
    metrics = result.metrics_with(retrained)
    st.subheader(told.headline, anchor=False)
    left, middle, right = st.columns([4, 4, 3], gap="medium")
    with left:
        _answer(text.LIMITS_CLAIM, claim(result, told))
        n_forget = metrics["unlearned"]["n"]["forget_train"]
        forgot = text.FORGOT.format(n_forget=n_forget, forget_clause=told.clauses[0].plain)
        _answer(text.LIMITS_FORGOT, forgot)
        hurt = story.who_lost(result) if result.spec.forget.kind == "class" else ""
        _answer(text.LIMITS_KEPT, f"{told.clauses[1].plain} {hurt}")
        _answer(text.LIMITS_HOW, text.HOW)
        checks = story.checked(result)
        if checks:
            score = text.SCORE.format(n_right=sum(checks.values()), total=len(checks))
            st.markdown(f":material/casino: {score}")
        with st.container(horizontal=True):
            st.page_link("pages/explore/compare.py", label=text.MORE, icon=":material/compare_arrows:",
                         query_params={"run": result.digest}, width="content")  # fmt: skip
            st.page_link("pages/story/learn.py", label=text.LEARN, icon=":material/school:", width="content")
    with middle:
        causal = state_causal.known_report(result.spec)
        _answer(text.LIMITS_WRONG, "".join(f"\n- {risk}" for risk in risks(result, told, causal)))
    info = DATASETS[result.spec.dataset]
    counts = np.sum(metrics["original"]["confusion_test"], axis=1).tolist()
    per_class = {name: report["per_class_test"] for name, report in metrics.items()}
    charts.show(right, class_figure(
            per_class, counts, info.class_names, result.spec.forget.classes, text.LIMITS_PICTURE, state.is_dark(),
            story.TALL,
        ).update_layout(height=story.TALL),  # a scene is one screen, of any number of rows
        key="story-classes", fills=True,
    )  # fmt: skip


def _answer(question: str, answer: str) -> None:
    notes.lead(f"**{question}** {answer}")


def _privacy(result: RunResult) -> PrivacyResult | None:
    """The attacks; made while one waits."""
    job = state_privacy.next_job(result.spec)
    privacy = state_privacy.result_of(job)
    if privacy is None:
        st.fragment(run_every=attacked.TICK_SECONDS)(attacked.wait)(job)
    return privacy

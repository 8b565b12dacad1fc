"""Pick, press, watch, judge."""

import streamlit as st

from camu_core import RunResult
from camu_core.band_job import BandJob
from camu_core.errors import CamuError
from camu_core.figures import split_figure
from camu_core.verdict import finding
from pages.components import (
    charts,
    controls,
    evidence,
    live,
    notices,
    own_images,
    share,
    state,
    state_own,
    state_privacy,
    state_view,
    text,
    text_own,
    verdict,
)
from pages.components.forget import forget_controls


def main() -> None:
    run = state.current_run()
    busy = run.job is not None and not run.job.is_over
    dataset, method = controls.run_controls(run.spec or state.example_run().spec)
    state_own.note_dataset(dataset)
    if not own_images.are_ready(dataset):
        return
    forget = forget_controls(dataset)
    try:
        spec, pressed = controls.press_row(dataset, forget, method, busy)
    except CamuError as error:
        st.error(str(error), icon=":material/report:")
        return
    has_failed = run.spec is not None and run.spec.dataset == dataset and run.result is None and not busy
    if not has_failed:  # else the page says below what is missing
        notices.needs_download(dataset)
    if pressed and spec is not None:
        state.start(spec)
        st.rerun()

    judgement = st.container()
    if busy or (run.result is not None and state_view.is_replaying(run.digest)):
        live.live_panel(run.spec, run.digest)
    elif run.result is None:
        verdict.problem(run)
    elif run.is_example and dataset in state.own_datasets():
        st.caption(text_own.PICK)
    else:
        with judgement:
            _outcome(run)
        with st.container():  # as the live panel is in one, below a row: its charts stay where they are
            st.container()
            live.end(run.result)


def _outcome(run: state.OpenRun) -> None:
    result = run.result
    verdict.run_line(run)
    if run.job is not None and run.job.notice:
        st.warning(run.job.notice)
    retrained, privacy = state.retrained_for(result.spec), state_privacy.report_of(result)
    left, right = st.columns([5, 6])
    with left:
        verdict.verdict_card(result, retrained, privacy)
        with st.container(horizontal=True):
            live.replay_button(result.digest)
            share.popover(result, retrained, privacy)
            if _retraining(result, retrained) and privacy is None:
                _attacks(result)
        if privacy is not None and privacy["reference"] is None:
            evidence.without_band(result)
    charts.show(
        right, split_figure(result.metrics_with(retrained), finding(result), state.is_dark(), height=440), key="splits"
    )


def _retraining(result: RunResult, retrained: RunResult | None) -> bool:
    """Offer the gold standard where it is missing, and say so while it is under way.

    Returns:
        whether nothing is under way, so that the run can be attacked.
    """
    if retrained is not None or result.spec.method == "retrain":
        return True
    spec = state.retraining_of(result.spec)
    job = state.engine().watch(spec.digest)
    if job is not None and not job.is_over:
        st.fragment(run_every=1.0)(_progress)(spec.digest, text.RETRAIN_RUNNING)
        return False
    st.button(
        text.RETRAIN_PRESS,
        help=text.RETRAIN_HELP.format(
            minutes="seconds" if result.spec.dataset in state.QUICK_DATASETS else "some minutes"
        ),
        on_click=state.start_beside,
        args=(spec,),
        icon=":material/model_training:",
    )
    return True


def _attacks(result: RunResult) -> None:
    """Make the tests, or offer them; the verdict completes itself when they are done."""
    try:
        job = state_privacy.next_job(result)
    except CamuError as error:
        st.warning(str(error), icon=":material/report:")
        return
    view = state.engine().watch(job.digest)
    if view is None and state_privacy.is_due(result):
        state_privacy.start(job)
        view = state.engine().watch(job.digest)
    if view is not None and not view.is_over:
        is_band = isinstance(job, BandJob)
        st.fragment(run_every=1.0)(_progress)(job.digest, text.BAND_RUNNING if is_band else text.TESTS_RUNNING)
        return
    st.button(text.TESTS_PRESS, help=text.TESTS_HELP, on_click=state_privacy.start, args=(job,),
              icon=":material/shield_lock:")  # fmt: skip
    if view is not None and view.state == "failed":
        st.error(view.message, icon=":material/report:")


def _progress(digest: str, line: str) -> None:
    """Of a job that is not over; then the page is drawn anew."""
    job = state.engine().watch(digest)
    if job is None or job.is_over:
        st.rerun()
    if job.total:
        st.progress(job.index / job.total, text=line.format(fraction=job.index / job.total))
    else:
        st.progress(0.0, text=text.STARTING)


main()

"""Pick, press, watch, judge."""

from collections.abc import Callable

import streamlit as st

from camu_core import RunResult, RunSpec
from camu_core.engine import JobView
from camu_core.errors import CamuError
from camu_core.figures import split_figure
from camu_core.jobs import BandJob
from camu_core.networks.pace import PATIENCE, training_seconds
from camu_core.networks.training import recipe_for
from camu_core.networks.weights import shipped_retrained
from camu_core.progress import STAGES
from camu_core.wording.verdict import finding
from pages.components.own_images import network
from pages.components.own_images import state as state_own
from pages.components.own_images import text as text_own
from pages.components.own_images import upload as own_upload
from pages.components.privacy import evidence
from pages.components.privacy import state as state_privacy
from pages.components.run import controls, dial, harder, live, planted_outcome
from pages.components.run.forget import forget_controls
from pages.components.shared import charts, notices, share, state, state_view, text, verdict

# After the outcome, so that nothing in it is made anew when it is dimmed.
_DIMMED = (
    "<style>.st-key-outcome, .st-key-live-embedding, .st-key-live-accuracy, .st-key-live-losses, .st-key-strip "
    "{ opacity: .7; filter: saturate(.3); }</style>"
)


def main() -> None:
    run = state.current_run()
    busy = run.job is not None and not run.job.is_over
    dataset, method = controls.run_controls(run.spec or state.example_run().spec)
    state_own.note_dataset(dataset)
    if dataset == state.OWN_IMAGES:
        own_upload.upload()
        return
    model = controls.choose_network(dataset)
    if not network.is_ready(dataset, model):
        if run.spec is not None and (run.spec.dataset, run.spec.model) == (dataset, model):  # of weights given by hand
            _judgement(run, run.spec, busy)
        return
    forget = forget_controls(dataset, model)
    try:
        spec, pressed = controls.press_row(dataset, model, forget, method, busy)
    except CamuError as error:
        st.error(str(error), icon=":material/report:")
        return
    has_failed = run.spec is not None and run.spec.dataset == dataset and run.result is None and not busy
    if not has_failed:  # else the page says below what is missing
        notices.needs_download(dataset)
    if why_not := notices.too_long(_training_of(spec)):
        st.info(why_not, icon=":material/timer_off:")
    elif pressed and spec is not None:
        state.start(spec)
        st.rerun()
    if run.is_example and dataset in state.own_datasets():
        st.caption(text_own.PICK)
    else:
        _judgement(run, spec, busy)


def _judgement(run: state.OpenRun, asked: RunSpec | None, busy: bool) -> None:
    """The open run as it goes on, or what came of it, beside what the choices above ask for."""
    judgement = st.container(key="judgement")
    if busy or (run.result is not None and state_view.is_replaying(run.digest)):
        with judgement:  # in the place of an older outcome, which would else stand above the panel meanwhile
            verdict.run_line(run, is_below_press=True)
        live.live_panel(run.spec, run.digest)
        live.into_view(run.digest)
    elif run.result is None:
        verdict.problem(run)
    else:
        is_older = not controls.ask_for(asked, run.result.spec)
        with judgement, st.container(key="outcome"):
            _outcome(run, is_older)
        with st.container(
            key="outcome-end"
        ):  # as the live panel is in one, below a row: its charts stay where they are
            st.container()
            live.end(run.result)
        if is_older:
            st.html(_DIMMED)


def _outcome(run: state.OpenRun, is_older: bool) -> None:
    """The run that is open; if `is_older`, the choices above it are others by now, and it is named the last one."""
    result = run.result
    verdict.run_line(run, is_older=is_older, is_below_press=True)
    if run.job is not None and run.job.notice:
        st.warning(run.job.notice)
    if not run.is_example:
        state.follow_up(result.spec)
    retrained, privacy = state.retrained_for(result.spec), state_privacy.report_of(result.spec)
    population = state_privacy.population_report_of(result.spec)
    left, right = st.columns([5, 6])
    with left:
        is_judging = privacy is None and state_privacy.is_judging(result.spec)
        judged = verdict.verdict_card(result, retrained, privacy, population, is_judging)
        with st.container(horizontal=True):
            live.replay_button(result.digest)
            share.popover(result, retrained, privacy, population)
            if _retraining(result, retrained) and privacy is None:
                _attacks(result)
        if privacy is not None and privacy["reference"] is None:
            evidence.without_band(result)
    charts.show(
        right, split_figure(result.metrics_with(retrained), finding(result), state.is_dark(), height=440), key="splits"
    )
    verdict.tests(result, judged)
    planted_outcome.show(result, retrained)
    harder.show(result)
    dial.show(result)


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
        st.fragment(run_every=1.0)(_progress)(
            spec.digest, lambda job: text.RETRAIN_RUNNING.format(
                doing=state.retraining_doing(spec, job), fraction=job.index / job.total
            ),
        )  # fmt: skip
        return False
    seconds = _training_of(spec)
    if why_not := notices.too_long(seconds):
        st.caption(why_not)
        return True
    st.button(
        text.RETRAIN_PRESS,
        help=text.RETRAIN_HELP.format(time=text.takes(seconds)),
        on_click=state.start_beside,
        args=(spec, result.spec),
        icon=":material/model_training:",
    )
    return True


def _training_of(spec: RunSpec | None) -> float | None:
    """About the seconds that a run trains a new network; None of one that does not, and where nobody knows yet."""
    if spec is None or spec.method != "retrain" or shipped_retrained(spec):
        return None
    seconds = training_seconds(spec.dataset, spec.model, PATIENCE)
    return seconds and seconds * dict(spec.settings)["epochs"] / recipe_for(spec.dataset, spec.model).epochs


def _attacks(result: RunResult) -> None:
    """Make the tests, or offer them; the verdict completes itself when they are done."""
    job = state_privacy.next_job(result.spec)
    view = state.engine().watch(job.digest)
    if view is not None and not view.is_over:
        st.fragment(run_every=1.0)(_progress)(job.digest, _band_line if isinstance(job, BandJob) else _tests_line)
        return
    st.button(text.TESTS_PRESS, help=text.TESTS_HELP, on_click=state_privacy.start, args=(job,),
              icon=":material/shield_lock:")  # fmt: skip
    if view is not None and view.state == "failed":
        st.error(view.message, icon=":material/report:")


def _band_line(job: JobView) -> str:
    return text.BAND_RUNNING.format(fraction=job.index / job.total)


def _tests_line(job: JobView) -> str:
    return text.TESTS_RUNNING.format(stage=text.stage_line(job, STAGES[job.stage]))


def _progress(digest: str, say: Callable[[JobView], str]) -> None:
    """Of a job that is not over; then the page is drawn anew."""
    job = state.engine().watch(digest)
    if job is None or job.is_over:
        st.rerun()
    if job.total:
        st.progress(job.index / job.total, text=say(job))
    else:
        st.progress(0.0, text=text.STARTING)


main()

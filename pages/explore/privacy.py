"""Could an attacker tell what was forgotten, can it come back, and is it still inside?"""

import streamlit as st

from camu_core import RunResult
from camu_core.errors import CamuError
from camu_core.privacy_job import PrivacyJob
from camu_core.progress import STAGES
from pages.components import attacked, evidence, state, state_privacy, verdict
from pages.components import text as words
from pages.components import text_privacy as text

TICK_SECONDS = 0.5


def main() -> None:
    st.title(text.TITLE, anchor=False)
    run = state.current_run()
    if run.result is None:
        verdict.unfinished(run)
        return
    verdict.run_line(run)
    try:
        _page(run.result)
    except CamuError as error:
        st.error(str(error), icon=":material/report:")


def _page(result: RunResult) -> None:
    st.markdown(text.LEAD)
    job = state_privacy.job_of(result)
    privacy = state_privacy.result_of(job)
    if privacy is None:
        st.fragment(run_every=TICK_SECONDS)(_wait)(job)
        return
    evidence.verdict(result, privacy.report)
    part = st.segmented_control(
        text.PART, list(text.PARTS), format_func=text.PARTS.get, default="attack", key="privacy-part", required=True,
        label_visibility="collapsed", width="stretch",
    )  # fmt: skip
    if part == "attack":
        attacked.attack(privacy)
    elif part == "worst":
        evidence.worst(result, privacy.report)
    elif part == "relearning":
        evidence.relearning(privacy.report)
    elif part == "inside":
        evidence.inside(privacy.report)
    else:
        evidence.layers(privacy.report)


def _wait(job: PrivacyJob) -> None:
    """The engine attacks; the page polls. Somebody who stopped it starts it again by hand."""
    engine = state.engine()
    view = engine.watch(job.digest)
    if engine.has(job):
        st.rerun()
    if view is None:
        engine.submit(job, state.watcher())
        view = engine.watch(job.digest)
    if view.is_over:
        if view.state == "failed":
            st.error(view.message, icon=":material/report:")
        else:
            st.info(text.STOPPED, icon=":material/stop_circle:")
        st.button(text.MEASURE, icon=":material/play_arrow:", type="primary",
                  on_click=engine.submit, args=(job, state.watcher()))  # fmt: skip
        return
    bar, button = st.columns([6, 1], vertical_alignment="center")
    bar.progress(view.index / view.total if view.total else 0.0, text=_line(view))
    button.button(
        words.STOP, icon=":material/stop_circle:", key="stop-privacy", on_click=state.stop, args=(job.digest,),
        disabled=view.is_stopping, width="stretch",
    )  # fmt: skip
    if engine.problem():
        st.warning(engine.problem())


def _line(view) -> str:
    if view.is_stopping:
        return words.STOPPING
    if view.state == "queued":
        return text.QUEUED
    line = words.STAGE_LINE.format(stage=STAGES[view.stage], index=view.index, total=view.total)
    return line if view.seconds_left is None else f"{line}, {words.LEFT.format(seconds=f'{view.seconds_left:.0f}')}"


main()

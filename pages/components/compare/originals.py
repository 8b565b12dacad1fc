"""Original networks of other training seeds, which have to be trained before methods can be compared on them."""

from collections.abc import Sequence

import streamlit as st

from camu_core.engine import TRAINING_PRIORITY
from camu_core.engine.sweeps import SweepSpec
from camu_core.jobs import TrainJob, is_quick
from camu_core.networks.pace import PATIENCE, training_seconds
from pages.components.compare import state as state_compare
from pages.components.compare import text
from pages.components.shared import batch, state, state_batch, state_visitor
from pages.components.shared import text as words


def are_needed(sweep: SweepSpec) -> bool:
    """Draw what there is to train, or how far it is; once all are there, the comparison that waited for them starts.

    Returns:
        whether some are missing.
    """
    jobs, wish = sweep.trainings(), f"waits-{sweep.digest}"
    if not jobs:
        if state.recall(wish):
            state.drop(wish)
            state_batch.start_batch(state_compare.together(sweep))
        return False
    if state.engine().active(job.digest for job in jobs):
        st.fragment(run_every=batch.TICK_SECONDS)(_tick)(jobs, max(len(jobs), sum(map(bool, sweep.training_seeds))))
        return True
    n, seconds = len(jobs), training_seconds(jobs[0].dataset, jobs[0].model, patience=PATIENCE)
    said = text.ORIGINALS[min(n, 2)].format(n=n)
    if seconds is not None:
        said += text.ORIGINALS_TIME.format(time=words.takes(n * seconds))
    st.markdown(said)
    st.button(
        text.ORIGINALS_START, type="primary", icon=":material/model_training:", on_click=_start, args=(jobs, wish)
    )
    views = [view for job in jobs if (view := state.engine().watch(job.digest)) is not None]
    if why := next((view.message for view in views if view.state == "failed"), ""):
        st.error(why, icon=":material/report:")
    return True


def _start(jobs: Sequence[TrainJob], wish: str) -> None:
    for job in jobs:
        if not state.submit(job, 0 if is_quick(job.dataset) else TRAINING_PRIORITY):
            return
    state.put(wish, True)


def _tick(jobs: Sequence[TrainJob], total: int) -> None:
    active = [view for job in jobs if (view := state.engine().watch(job.digest)) is not None and not view.is_over]
    if not active:
        st.rerun()
    n_done = total - len(active)
    parts = sum(view.index / view.total for view in active if view.total and view.stage == "train")
    bar, button = st.columns([6, 1], vertical_alignment="center")
    bar.progress(min(1.0, (n_done + parts) / total), text=text.ORIGINALS_LINE.format(done=n_done, total=total))
    is_mine = any(state_visitor.is_watching(view.digest) for view in active)
    button.button(
        words.STOP, key="stop-originals", icon=":material/stop_circle:", on_click=_stop, args=(jobs,), width="stretch",
        disabled=not is_mine,
    )  # fmt: skip


def _stop(jobs: Sequence[TrainJob]) -> None:
    state.stop(*(job.digest for job in jobs))

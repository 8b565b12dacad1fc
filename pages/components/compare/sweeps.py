"""Sweeps on a page: start, progress, stop, table."""

from functools import lru_cache

import streamlit as st

from camu_core import DATASETS, METHODS
from camu_core.config import is_read_only
from camu_core.engine.batches import Batch, failures_text
from camu_core.engine.owners import SWEEPS
from camu_core.engine.sweeps import SweepSpec, sweep_table, with_forget_names
from camu_core.errors import CamuError
from camu_core.figures.tables import csv_of
from camu_core.networks.models import usual_model
from camu_core.networks.weights import weights_path
from pages.components.shared import state, state_batch, state_visitor, text


def start(sweep: SweepSpec) -> None:
    """Put a sweep on the list and hand its runs to the engine; if they are too many, the page says so."""
    if not state_batch.start_batch(sweep.batch()):
        return
    state.engine().store.note_sweep(sweep.digest, sweep.to_json())
    state_visitor.own(SWEEPS, sweep.digest)


def sweep_list() -> None:
    """All sweeps of images that this visitor may see, with their progress; polls only while one is running."""
    known = state.known_datasets()
    everyones = map(SweepSpec.from_json, state.engine().store.sweeps())
    listed = [s for s in everyones if s.dataset in known and not state_visitor.is_hidden(SWEEPS, s.digest)]
    is_running = any(_n_active(sweep) for sweep in listed)
    st.fragment(run_every=1.0 if is_running else None)(_show)(listed, is_running)


def _show(listed: list[SweepSpec], was_running: bool) -> None:
    for sweep in listed:
        _one(sweep)
    if was_running and not any(_n_active(sweep) for sweep in listed):
        st.rerun()


def _n_active(sweep: SweepSpec) -> int:
    return len(state.engine().active(spec.digest for spec in _batch(sweep).specs))


def _batch(sweep: SweepSpec) -> Batch:
    """Its runs; none if it was made by another version and a method or dataset is gone, or its network is not there."""
    try:
        return _planned(sweep, _stamp(sweep))
    except CamuError:
        return Batch("sweep", sweep.digest, ())


@lru_cache(maxsize=64)
def _planned(sweep: SweepSpec, stamp: float) -> Batch:
    """Planned once, and not at every redraw, while the network is the same."""
    return sweep.batch()


def _stamp(sweep: SweepSpec) -> float:
    """Changes with the network that the runs start from."""
    path = weights_path(sweep.dataset, usual_model(DATASETS[sweep.dataset].shape))
    return path.stat().st_mtime if path.exists() else 0.0


def _one(sweep: SweepSpec) -> None:
    batch = _batch(sweep)
    now = state_batch.batch_view(batch).progress
    with st.container(border=True):
        st.markdown(
            text.SWEEP_LINE.format(
                dataset=DATASETS[sweep.dataset].title,
                what=", ".join(forget.short for forget in sweep.forgets),
                methods=", ".join(METHODS[name].title if name in METHODS else name for name in sweep.methods),
                seeds=", ".join(map(str, sweep.seeds)),
                done=len(now.done),
                total=now.total,
            )
        )
        st.progress(len(now.done) / max(1, now.total))
        if now.failed:
            st.warning(failures_text(now.failed, now.total).replace("\n", "  \n"))
        with st.container(horizontal=True):
            if any(state_visitor.is_watching(spec.digest) for spec in now.active):
                st.button(
                    text.SWEEP_STOP, key=f"stop-{sweep.digest}", on_click=state_batch.stop_batch,
                    args=(batch,),
                )  # fmt: skip
            elif len(now.done) < now.total and not is_read_only():
                st.button(text.SWEEP_CONTINUE, key=f"go-{sweep.digest}", on_click=start, args=(sweep,), type="primary")
            if now.done:
                st.download_button(
                    text.SWEEP_TABLE,
                    lambda: csv_of(with_forget_names(sweep_table(state.summary_of(spec.digest) for spec in now.done))),
                    file_name=f"sweep-{sweep.digest}.csv",
                    key=f"csv-{sweep.digest}",
                )
            if state_visitor.may_change(SWEEPS, sweep.digest) and not is_read_only():
                with st.popover(text.SWEEP_REMOVE, key=f"off-{sweep.digest}"):
                    st.markdown(text.SWEEP_REMOVE_ASK)
                    st.button(
                        text.DELETE_SURE, key=f"sure-{sweep.digest}", on_click=state_visitor.leave,
                        args=(SWEEPS, sweep.digest),
                    )  # fmt: skip

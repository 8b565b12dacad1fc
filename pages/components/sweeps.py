"""Sweeps on a page: start, progress, stop, table."""

from functools import lru_cache

import streamlit as st

from camu_core import DATASETS, METHODS, RunSpec
from camu_core.config import is_read_only
from camu_core.errors import CamuError, TooMuchAsked
from camu_core.models import usual_model
from camu_core.owners import SWEEPS
from camu_core.sweeps import SweepSpec, failures_text, run_name, stop_sweep, submit_sweep, sweep_table
from camu_core.weights import weights_path
from pages.components import state, state_visitor, text


def start(sweep: SweepSpec) -> None:
    """Put a sweep on the list and hand its runs to the engine; if they are too many, the page says so."""
    try:
        submit_sweep(sweep, state.engine(), state.watcher())
    except TooMuchAsked as error:
        state.refuse(str(error))
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
    return len(state.engine().active(digest for digest, _ in _runs(sweep)))


def _runs(sweep: SweepSpec) -> list[tuple[str, RunSpec]]:
    """Digest and spec of every cell."""
    try:
        return _planned(sweep, _stamp(sweep))
    except CamuError:  # made by another version: a method or dataset is gone; or its network is not there
        return []


@lru_cache(maxsize=64)
def _planned(sweep: SweepSpec, stamp: float) -> list[tuple[str, RunSpec]]:
    """Planned once, and not at every redraw, while the network is the same."""
    return [(spec.digest, spec) for spec in sweep.runs()]


def _stamp(sweep: SweepSpec) -> float:
    """Changes with the network that the runs start from."""
    path = weights_path(sweep.dataset, usual_model(DATASETS[sweep.dataset].shape))
    return path.stat().st_mtime if path.exists() else 0.0


def _failed(sweep: SweepSpec, others: set[str]) -> dict[str, str]:
    """Why runs failed, by name; `others` are known not to have."""
    views = {spec: state.engine().watch(digest) for digest, spec in _runs(sweep) if digest not in others}
    return {run_name(spec): view.message for spec, view in views.items() if view is not None and view.state == "failed"}


def _one(sweep: SweepSpec) -> None:
    store, digests = state.engine().store, [digest for digest, _ in _runs(sweep)]
    done = [digest for digest in digests if store.has(digest)]
    active = state.engine().active(digests)
    with st.container(border=True):
        st.markdown(
            text.SWEEP_LINE.format(
                dataset=DATASETS[sweep.dataset].title,
                what=", ".join(forget.short for forget in sweep.forgets),
                methods=", ".join(METHODS[name].title if name in METHODS else name for name in sweep.methods),
                seeds=", ".join(map(str, sweep.seeds)),
                done=len(done),
                total=len(digests),
            )
        )
        st.progress(len(done) / len(digests) if digests else 0.0)
        if failed := _failed(sweep, {*done, *active}):
            st.warning(failures_text(failed, len(digests)).replace("\n", "  \n"))
        with st.container(horizontal=True):
            if any(map(state_visitor.is_watching, active)):
                st.button(
                    text.SWEEP_STOP, key=f"stop-{sweep.digest}", on_click=stop_sweep,
                    args=(sweep, state.engine(), state.watcher()),
                )  # fmt: skip
            elif len(done) < len(digests) and not is_read_only():
                st.button(text.SWEEP_CONTINUE, key=f"go-{sweep.digest}", on_click=start, args=(sweep,), type="primary")
            if done:
                st.download_button(
                    text.SWEEP_TABLE,
                    lambda: sweep_table(map(store.summary, done)).to_csv(index=False),
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

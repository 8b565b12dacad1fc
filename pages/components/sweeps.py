"""Sweeps on a page: start, progress, stop, table."""

import streamlit as st

from camu_core import DATASETS, METHODS
from camu_core.errors import CamuError
from camu_core.sweeps import SweepSpec, stop_sweep, submit_sweep, sweep_table
from pages.components import state, text


def start(sweep: SweepSpec) -> None:
    """Put a sweep on the list and hand its runs to the engine."""
    submit_sweep(sweep, state.engine())
    state.engine().store.note_sweep(sweep.digest, sweep.to_json())


def sweep_list() -> None:
    """All sweeps of images that this visitor may see, with their progress; polls only while one is running."""
    everyones = map(SweepSpec.from_json, state.engine().store.sweeps())
    listed = [sweep for sweep in everyones if sweep.dataset in state.known_datasets()]
    is_running = any(_n_active(sweep) for sweep in listed)
    st.fragment(run_every=1.0 if is_running else None)(_show)(listed, is_running)


def _show(listed: list[SweepSpec], was_running: bool) -> None:
    for sweep in listed:
        _one(sweep)
    if was_running and not any(_n_active(sweep) for sweep in listed):
        st.rerun()


def _n_active(sweep: SweepSpec) -> int:
    views = [state.engine().watch(spec.digest) for spec in _runs(sweep)]
    return sum(view is not None and not view.is_over for view in views)


def _runs(sweep: SweepSpec):
    try:
        return sweep.runs()
    except CamuError:  # made by another version: a method or dataset is gone
        return []


def _one(sweep: SweepSpec) -> None:
    store, runs = state.engine().store, _runs(sweep)
    done = [spec.digest for spec in runs if store.has(spec.digest)]
    with st.container(border=True):
        st.markdown(
            text.SWEEP_LINE.format(
                dataset=DATASETS[sweep.dataset].title,
                what=", ".join(forget.short for forget in sweep.forgets),
                methods=", ".join(METHODS[name].title if name in METHODS else name for name in sweep.methods),
                seeds=", ".join(map(str, sweep.seeds)),
                done=len(done),
                total=len(runs),
            )
        )
        st.progress(len(done) / len(runs) if runs else 0.0)
        with st.container(horizontal=True):
            if _n_active(sweep):
                st.button(
                    text.SWEEP_STOP, key=f"stop-{sweep.digest}", on_click=stop_sweep, args=(sweep, state.engine())
                )
            elif len(done) < len(runs):
                st.button(text.SWEEP_CONTINUE, key=f"go-{sweep.digest}", on_click=start, args=(sweep,), type="primary")
            if done:
                st.download_button(
                    text.SWEEP_TABLE,
                    lambda: sweep_table(map(store.summary, done)).to_csv(index=False),
                    file_name=f"sweep-{sweep.digest}.csv",
                    key=f"csv-{sweep.digest}",
                )
            st.button(text.SWEEP_REMOVE, key=f"off-{sweep.digest}", on_click=store.forget_sweep, args=(sweep.digest,))

"""Many runs behind one page: state.start, state.stop, and how far they are."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

from camu_core import RunSpec
from camu_core.batches import note_batch
from camu_core.engine import BACKGROUND_PRIORITY
from camu_core.errors import TooMuchAsked
from camu_core.jobs import RunJob
from camu_core.sweeps import failures_text, run_name
from pages.components import state


@dataclass(frozen=True)
class BatchView:
    """How a set of runs stands.

    Args:
        n_active: submitted and not over. fraction: 0..1, parts of running ones counted.
        seconds_left: None when unknown. problem: which failed and why, or why nothing runs; empty if all is well.
    """

    n_done: int
    total: int
    n_active: int
    fraction: float
    seconds_left: float | None
    problem: str


def start_batch(key: str, specs: Iterable[RunSpec], kind: str = "") -> None:
    """Hand the runs that are not finished to the engine, behind what people are waiting for.

    Args:
        kind: of `camu_core.batches`, under which the list of all runs folds them; empty if it should not.
    """
    missing = [spec for spec in specs if not state.is_finished(spec.digest)]
    try:
        state.engine().submit_all([RunJob.of(spec) for spec in missing], state.watcher(), BACKGROUND_PRIORITY)
    except TooMuchAsked as error:
        state.refuse(str(error))
    else:
        if kind:
            note_batch(state.engine().store, key, kind, [spec.digest for spec in missing])
    st.session_state.pop(f"batch-{key}", None)


def stop_batch(specs: Iterable[RunSpec]) -> None:
    """Take this session's interest in the runs back; finished ones stay."""
    for spec in reversed(list(specs)):  # the waiting ones first, or they would start when the running ones end
        state.engine().stop(spec.digest, state.watcher())


def batch_view(key: str, specs: Iterable[RunSpec]) -> BatchView:
    """Args: key: names the batch in this session, for its clock."""
    digests = [spec.digest for spec in specs]
    n_done = sum(map(state.is_finished, digests))
    asked = [state.engine().watch(digest) for digest in digests if not state.is_finished(digest)]
    views = [view for view in asked if view is not None]
    active = [view for view in views if not view.is_over]
    parts = sum(view.index / view.total for view in active if view.stage == "unlearn" and view.total)
    fraction = (n_done + 0.95 * parts) / len(digests)
    failed = {run_name(view.job.spec): view.message for view in views if view.state == "failed"}
    began, first = st.session_state.setdefault(f"batch-{key}", (time.monotonic(), fraction)) if active else (0.0, 1.0)
    passed, gained = time.monotonic() - began, fraction - first
    left = passed / gained * (1 - fraction) if passed > 3 and gained > 0.02 else None
    problem = (
        failures_text(failed, len(digests)).replace("\n", "  \n")
        if failed
        else state.engine().problem()
        if active
        else ""
    )
    return BatchView(n_done, len(digests), len(active), fraction, left, problem)

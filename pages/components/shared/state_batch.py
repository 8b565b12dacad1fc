"""Many runs behind one page: started, stopped, and how far they are."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from camu_core.engine.batches import Batch, BatchProgress, failures_text
from camu_core.errors import TooMuchAsked
from camu_core.jobs.memorisation import HalvesJob
from camu_core.jobs.population import OriginalsJob, ShardJob
from camu_core.networks.pace import PATIENCE, training_seconds
from camu_core.planning import run_seconds
from pages.components.shared import state


@dataclass(frozen=True)
class BatchView:
    """How a batch stands.

    Args:
        seconds_left: None when unknown.
        problem: which failed and why, or why nothing runs; empty if all is well.
    """

    progress: BatchProgress
    seconds_left: float | None
    problem: str


def seconds_needed(batch: Batch) -> tuple[float, float] | None:
    """About what the runs that are not there take on all workers, and the longest alone; None if nobody knows yet."""
    each = []
    for spec in batch.specs:
        if not state.is_finished(spec.digest):
            seconds = run_seconds(spec, PATIENCE)
            if seconds is None:  # nor will it be known of the next one
                return None
            each.append(seconds)
    longest = max(each, default=0.0)
    return max(sum(each) / max(1, state.engine().connection.n_threads), longest), longest


def seconds_of_networks(jobs: Sequence[OriginalsJob | ShardJob | HalvesJob], dataset: str, model: str) -> float | None:
    """About what training the networks of jobs that are not there takes on all workers; None if nobody knows yet."""
    n_missing = sum(len(job.seeds) for job in jobs if not state.engine().is_there(job.digest, job.result_type))
    one = training_seconds(dataset, model, PATIENCE)
    return None if one is None else one * n_missing / max(1, state.engine().figures()["threads"])


def start_batch(batch: Batch) -> bool:
    """Submit it for this visitor; whether it was taken. If not, the page says why."""
    try:
        batch.submit(state.engine(), state.watcher())
    except TooMuchAsked as error:
        state.refuse(str(error))
        return False
    st.session_state.pop(f"batch-{batch.key}", None)
    return True


def stop_batch(batch: Batch) -> None:
    """Take this visitor's interest in the runs back; finished ones stay."""
    batch.stop(state.engine(), state.watcher())


def batch_view(batch: Batch) -> BatchView:
    """With a clock of its own in this session."""
    now = batch.progress(state.engine())
    clock = (time.monotonic(), now.fraction)
    began, first = st.session_state.setdefault(f"batch-{batch.key}", clock) if now.active else (0.0, 1.0)
    passed, gained = time.monotonic() - began, now.fraction - first
    left = passed / gained * (1 - now.fraction) if passed > 3 and gained > 0.02 else None
    problem = state.engine().problem() if now.active else ""
    if now.failed:
        problem = failures_text(now.failed, now.total).replace("\n", "  \n")
    return BatchView(now, left, problem)

"""A run at other strengths: which runs are meant, and what is known of them."""

import streamlit as st

from camu_core import RunResult, RunSpec
from camu_core.engine import BACKGROUND_PRIORITY, JobView
from camu_core.engine.batches import Batch
from camu_core.errors import CamuError
from camu_core.jobs import Dial, DialJob, dial_of
from camu_core.jobs.dial import RATES, accuracies
from camu_core.measures.estimates import Estimate
from camu_core.planning import changed_settings
from pages.components.shared import state, state_batch

_QUICK_SECONDS = 60.0


def runs_of(result: RunResult) -> dict[float, RunSpec]:
    """The run at all strengths; none where that would take many minutes, or nothing new could be asked about."""
    tested = result.metrics["unlearned"]
    is_quick = result.seconds["unlearn"] + result.seconds["measure"] <= _QUICK_SECONDS
    has_exam = tested["forget_test"] is not None and tested["retain_test"] is not None
    return dial_of(result.spec) if is_quick and has_exam else {}


def batch_of(runs: dict[float, RunSpec]) -> Batch:
    """Every other strength first, so that the curve has its shape early."""
    specs = list(runs.values())
    return Batch("dial", specs[0].digest, (*specs[1::2], *specs[::2]))


def has_usual_rates(spec: RunSpec) -> bool:
    """Whether a run's dial is around the method's own learning rates."""
    return not set(RATES) & set(changed_settings(dial_of(spec)[1.0]))


def measured(runs: dict[float, RunSpec]) -> dict[float, RunSpec]:
    """Those that there is something to measure of, once no more will come: all but the ones that failed."""
    now = state_batch.batch_view(batch_of(runs)).progress
    is_over = not now.active and len(now.done) + len(now.failed) == now.total
    return {strength: spec for strength, spec in runs.items() if spec in now.done} if is_over else {}


def dial(runs: dict[float, RunSpec]) -> Dial | None:
    """What was measured; None if it was not yet, or cannot be read."""
    if not runs:
        return None
    digest = job_of(runs).digest
    try:
        return _stored(digest) if state.engine().is_there(digest, Dial) else None
    except CamuError:
        return None


def job_of(runs: dict[float, RunSpec]) -> DialJob:
    return DialJob(tuple(runs.items()))


def measuring(runs: dict[float, RunSpec]) -> JobView | None:
    """How the measurements stand, which begin by themselves; None where they are refused."""
    job = job_of(runs)
    if state.engine().watch(job.digest) is None:
        state.submit(job, BACKGROUND_PRIORITY)
    return state.engine().watch(job.digest)


def so_far(runs: dict[float, RunSpec], original: dict) -> dict[float, tuple[Estimate, Estimate]]:
    """What is recognised and kept at the strengths of which a run is there; 0 is the original network."""
    found = {0.0: accuracies(original)}
    for strength, spec in runs.items():
        try:
            if state.is_finished(spec.digest):
                found[strength] = accuracies(state.summary_of(spec.digest)["metrics"]["unlearned"])
        except CamuError:
            continue
    return found


@st.cache_resource(show_spinner=False, max_entries=8)
def _stored(digest: str) -> Dial:
    return state.engine().result(digest, Dial)

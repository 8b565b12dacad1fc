"""The causal decomposition of the open run, and its images one by one."""

import numpy as np
import streamlit as st

from camu_core import RunResult
from camu_core.causal import SampleView, view_sample
from camu_core.causal_job import CausalJob, CausalResult
from camu_core.errors import CamuError
from camu_core.progress import drain
from pages.components import state


def causal_job(result: RunResult, retrained: RunResult | None, intervention: str) -> CausalJob:
    """Raises: WeightsError if the original model is not on this machine."""
    return CausalJob.of(result, retrained, intervention)


def causal_result(job: CausalJob) -> CausalResult | None:
    """The decomposition: at once where it takes a second, else if the engine has it.

    Raises:
        RunDamaged: see `RunStore.load`.
    """
    if job.spec.dataset in state.QUICK_DATASETS:
        return _causal_now(job.digest, job)
    return _causal_stored(job.digest) if state.engine().has(job) else None


def known_report(result: RunResult, retrained: RunResult | None) -> dict | None:
    """The causal report of a run, if it is there or takes a second."""
    try:
        found = causal_result(causal_job(result, retrained, "camu"))
    except CamuError:
        return None
    return found.report if found is not None else None


@st.cache_resource(show_spinner=False, max_entries=state.RESULTS_IN_MEMORY)
def _causal_now(digest: str, _job: CausalJob) -> CausalResult:
    return drain(_job.execute())


@st.cache_resource(show_spinner=False, max_entries=state.RESULTS_IN_MEMORY)
def _causal_stored(digest: str) -> CausalResult:
    return state.engine().result(digest, CausalResult)


def sample_view(job: CausalJob, idx: int) -> SampleView:
    """One probe image seen by every network."""
    return _sample_view(job.digest, idx, job)


@st.cache_resource(show_spinner=False, max_entries=64)
def _sample_view(digest: str, idx: int, _job: CausalJob) -> SampleView:
    return view_sample(networks(_job), _job.probe, idx, _job.intervention, _job.seed)


_CANDIDATES = 12


def typical_image(job: CausalJob, causal: CausalResult) -> int:
    """Index into the probe set: of the first images to forget, the one whose pull was nearest to the mean before."""
    mean = causal.report["effects"]["forget"]["original"]["true_class"]["value"]
    is_shown = job.probe.is_forget & job.probe.is_live
    candidates = np.flatnonzero(is_shown & ~job.probe.in_train)[:_CANDIDATES]
    if not len(candidates):  # no class was forgotten, so that no new image is like them
        candidates = np.flatnonzero(is_shown)[:_CANDIDATES]
    return int(min(candidates, key=lambda idx: abs(sample_view(job, int(idx)).pull["original"] - mean)))


def networks(job: CausalJob):
    """The networks of a run by name, in eval mode."""
    return _causal_models(job.digest, job)


@st.cache_resource(show_spinner=False, max_entries=4)
def _causal_models(digest: str, _job: CausalJob):
    return _job.models()

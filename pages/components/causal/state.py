"""The causal decomposition of the open run, and its images one by one."""

import numpy as np
import streamlit as st

from camu_core import RunSpec
from camu_core.causal import InsideView, SampleView, look_inside, view_sample
from camu_core.causal import weight_changes as changes_of
from camu_core.data import ProbeSet
from camu_core.errors import CamuError
from camu_core.jobs import CausalJob, CausalResult, is_quick
from camu_core.progress import drain
from camu_core.threads import one_thread
from pages.components.shared import state


def causal_job(spec: RunSpec, intervention: str = "camu") -> CausalJob:
    """The decomposition of a run, beside its retraining if that is there."""
    return CausalJob.beside(spec, state.engine().is_there, intervention)


def causal_result(job: CausalJob) -> CausalResult | None:
    """The decomposition if it is there, or made at once where it takes a second.

    Raises:
        RunDamaged: see `RunStore.load`.
    """
    if state.engine().is_there(job.digest, CausalResult):
        return _stored(job.digest)
    return _now(job.digest, job) if is_quick(job.spec.dataset) else None


def known_report(spec: RunSpec) -> dict | None:
    """The causal report of a run, if it is there or takes a second."""
    try:
        found = causal_result(causal_job(spec))
    except CamuError:
        return None
    return found.report if found is not None else None


@st.cache_resource(show_spinner=False, max_entries=state.RESULTS_IN_MEMORY)
def _now(digest: str, _job: CausalJob) -> CausalResult:
    return drain(_job.execute(_job.pack(state.engine().result)))


@st.cache_resource(show_spinner=False, max_entries=state.RESULTS_IN_MEMORY)
def _stored(digest: str) -> CausalResult:
    return state.engine().result(digest, CausalResult)


def sample_view(job: CausalJob, idx: int) -> SampleView:
    """One probe image seen by every network."""
    return _sample_view(job.digest, idx, job)


@st.cache_resource(show_spinner=False, max_entries=64)
def _sample_view(digest: str, idx: int, _job: CausalJob) -> SampleView:
    return view_sample(networks(_job), probe_of(_job), idx, _job.intervention, _job.seed)


def weight_changes(job: CausalJob) -> dict[str, float]:
    """How far forgetting moved the weights of each layer."""
    return _weight_changes(job.spec.digest, job)


@st.cache_data(show_spinner=False, max_entries=64)
def _weight_changes(digest: str, _job: CausalJob) -> dict[str, float]:
    models = networks(_job)
    return changes_of(models["original"], models["unlearned"])


def inside_view(job: CausalJob, image: np.ndarray, label: int) -> InsideView:
    """One image inside every network. Args: image: uint8 (channels, H, W). label: whose score is explained."""
    return _inside_view(job.digest, image, label, job)


@st.cache_resource(show_spinner=False, max_entries=32)
def _inside_view(digest: str, image: np.ndarray, label: int, _job: CausalJob) -> InsideView:
    with one_thread():
        return look_inside(networks(_job), image, label)


def probe_of(job: CausalJob) -> ProbeSet:
    """The images on which the effects are measured."""
    return state.find_result(job.spec.digest).probe


_CANDIDATES = 12


def typical_image(job: CausalJob, causal: CausalResult) -> int:
    """Index into the probe set: of the first images to forget, the one whose effect was nearest to the mean before."""
    mean = causal.report["effects"]["forget"]["original"]["true_class"]["value"]
    probe = probe_of(job)
    is_shown = probe.is_forget & probe.is_live
    candidates = np.flatnonzero(is_shown & ~probe.in_train)[:_CANDIDATES]
    if not len(candidates):  # no class was forgotten, so that no new image is like them
        candidates = np.flatnonzero(is_shown)[:_CANDIDATES]
    return int(min(candidates, key=lambda idx: abs(sample_view(job, int(idx)).effect["original"] - mean)))


def networks(job: CausalJob):
    """The networks of a run by name, in eval mode."""
    return _causal_models(job.digest, job)


@st.cache_resource(show_spinner=False, max_entries=4)
def _causal_models(digest: str, _job: CausalJob):
    return _job.models(_job.pack(state.engine().result))

"""The privacy job of the open run, its result, and the threshold that the visitor drags."""

import streamlit as st

from camu_core import RunResult, RunSpec
from camu_core.band_job import Band, BandJob, band_digest, stored_band
from camu_core.config import is_read_only
from camu_core.engine import BACKGROUND_PRIORITY
from camu_core.errors import CamuError
from camu_core.figures import score_text
from camu_core.measures import Histogram, ThresholdView, histogram, view_threshold
from camu_core.privacy_job import PrivacyJob, PrivacyResult
from pages.components import state

N_THRESHOLDS = 121


def job_of(result: RunResult) -> PrivacyJob:
    """Beside the retraining, if somebody ran it, and the reference band, if there is one.

    Raises:
        WeightsError: the original model is not on this machine.
    """
    return PrivacyJob.of(result, state.retrained_for(result.spec), band_of(result.spec))


def band_of(spec: RunSpec) -> Band | None:
    """The reference band of a run, shipped or made here.

    Raises:
        RunDamaged: see `RunStore.load`.
    """
    digest = band_digest(spec)
    return _band(digest, state.engine().store.has(digest, Band), spec)


@st.cache_resource(show_spinner=False, max_entries=32)
def _band(digest: str, is_stored: bool, _spec: RunSpec) -> Band | None:
    return stored_band(_spec, state.engine().store)


def band_job(spec: RunSpec) -> BandJob | None:
    """What is to be retrained before the tests of a run can be judged; None if that is done."""
    return None if band_of(spec) is not None else BandJob.of(spec)


def next_job(result: RunResult) -> BandJob | PrivacyJob:
    """What the tests of a run wait for: its reference band where that takes seconds, or the tests themselves.

    Raises:
        WeightsError: the original model is not on this machine.
    """
    band = band_job(result.spec) if result.spec.dataset in state.QUICK_DATASETS else None
    return band or job_of(result)


def result_of(job: BandJob | PrivacyJob) -> PrivacyResult | None:
    """If the tests are finished, here or among the shipped ones; None while a band is still to be made.

    Raises:
        RunDamaged: see `RunStore.load`.
    """
    if isinstance(job, BandJob):
        return None
    if not (state.engine().has(job) or state.example_store().has(job.digest, PrivacyResult)):
        return None
    return stored(job.digest)


def report_of(result: RunResult) -> dict | None:
    """What the attacks found, for a verdict; None if they were not tried, or what they found cannot be read."""
    try:
        privacy = result_of(job_of(result))
    except CamuError:
        return None
    return privacy.report if privacy is not None else None


def is_due(result: RunResult) -> bool:
    """Whether the tests are made without asking: they take seconds, or their band is here; and all else is there."""
    has_retrained = result.spec.method == "retrain" or state.retrained_for(result.spec) is not None
    is_quick = result.spec.dataset in state.QUICK_DATASETS or band_of(result.spec) is not None
    return is_quick and has_retrained and not is_read_only()


def is_judging(result: RunResult) -> bool:
    """Whether the tests of a run, or the networks that they need, are under way or will be without asking."""
    try:
        job = next_job(result)
    except CamuError:
        return False
    needed = [job.digest, *([] if result.spec.method == "retrain" else [state.retraining_of(result.spec).digest])]
    views = [state.engine().watch(digest) for digest in needed]
    return any(view is not None and not view.is_over for view in views) or (views[0] is None and is_due(result))


def start(job: BandJob | PrivacyJob) -> None:
    """Make the tests, or the band before them, behind what others are waiting for."""
    state.submit(job, BACKGROUND_PRIORITY)


@st.cache_resource(show_spinner=False, max_entries=8)
def stored(digest: str) -> PrivacyResult:
    """Raises: RunNotFound, RunDamaged: see `RunStore.load`."""
    if state.example_store().has(digest, PrivacyResult):
        return state.example_store().load(digest, PrivacyResult)
    return state.engine().result(digest, PrivacyResult)


def spread(privacy: PrivacyResult, network: str, score: str) -> Histogram:
    """Both groups' scores, in bins."""
    return histogram(*_scores(privacy, network, score))


def view(privacy: PrivacyResult, network: str, score: str, threshold: float) -> ThresholdView:
    """What the threshold catches and misses."""
    return view_threshold(*_scores(privacy, network, score), threshold)


def on_axis(bins: Histogram, threshold: float) -> float:
    """A threshold beyond all scores, moved to just beyond them, where it calls the same images."""
    return min(max(threshold, bins.lowest), bins.highest)


def thresholds(bins: Histogram, score: str, first: float) -> dict[float, str]:
    """What the slider offers and how it is written: the whole axis, and the threshold it starts at.

    Streamlit knows the options by their words, so each word is offered once.
    """
    low, high = float(bins.edges[0]), float(bins.edges[-1])
    inner = (low + (high - low) * i / (N_THRESHOLDS - 1) for i in range(1, N_THRESHOLDS - 1))
    offered = [first, bins.lowest, bins.highest, *inner]
    by_words: dict[str, float] = {}
    for threshold in offered:
        by_words.setdefault(score_text(score, threshold), threshold)
    return {threshold: words for words, threshold in sorted(by_words.items(), key=lambda item: item[1])}


def _scores(privacy: PrivacyResult, network: str, score: str):
    return tuple(privacy.scores[f"{network}/{score}/{group}"] for group in ("members", "others"))

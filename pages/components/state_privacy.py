"""The privacy job of the open run, its result, and the threshold that the visitor drags."""

import streamlit as st

from camu_core import RunResult
from camu_core.config import is_read_only
from camu_core.engine import BACKGROUND_PRIORITY
from camu_core.errors import CamuError
from camu_core.figures import score_text
from camu_core.measures import Histogram, ThresholdView, histogram, view_threshold
from camu_core.privacy_job import PrivacyJob, PrivacyResult
from pages.components import state

N_THRESHOLDS = 121


def job_of(result: RunResult) -> PrivacyJob:
    """Beside the retraining, if somebody ran it.

    Raises:
        WeightsError: the original model is not on this machine.
    """
    return PrivacyJob.of(result, state.retrained_for(result.spec))


def result_of(job: PrivacyJob) -> PrivacyResult | None:
    """If it is finished, here or among the shipped ones.

    Raises:
        RunDamaged: see `RunStore.load`.
    """
    if not (state.engine().has(job) or state.example_store().has(job.digest, PrivacyResult)):
        return None
    return _stored(job.digest)


def report_of(result: RunResult) -> dict | None:
    """What the attacks found, for a verdict; None if they were not tried, or what they found cannot be read."""
    try:
        privacy = result_of(job_of(result))
    except CamuError:
        return None
    return privacy.report if privacy is not None else None


def is_due(result: RunResult) -> bool:
    """Whether the attacks are tried without asking: they take seconds, and all that they need is there."""
    has_gold = result.spec.method == "retrain" or state.retrained_for(result.spec) is not None
    return result.spec.dataset in state.QUICK_DATASETS and has_gold and not is_read_only()


def start(job: PrivacyJob) -> None:
    """Try the attacks, behind what others are waiting for."""
    state.submit(job, BACKGROUND_PRIORITY)


@st.cache_resource(show_spinner=False, max_entries=8)
def _stored(digest: str) -> PrivacyResult:
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

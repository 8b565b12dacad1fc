"""The privacy job of the open run, its result, and the threshold that the visitor drags."""

from functools import lru_cache
from math import isfinite

import streamlit as st

from camu_core import RunSpec
from camu_core.engine import BACKGROUND_PRIORITY, TRAINING_PRIORITY, populations
from camu_core.engine.populations import PopulationProgress
from camu_core.errors import CamuError, TooMuchAsked
from camu_core.figures import score_text
from camu_core.jobs import (
    Band,
    BandJob,
    Population,
    PopulationResult,
    PrivacyJob,
    PrivacyResult,
    Staged,
    followups,
    is_quick,
)
from camu_core.jobs.band import band_minutes
from camu_core.measures import Histogram, ThresholdView, histogram, view_threshold
from camu_core.networks.pace import PATIENCE
from camu_core.planning import is_usual_original
from camu_core.specs import GIVEN
from pages.components.shared import state, state_batch, state_visitor

N_THRESHOLDS = 121
POPULATION_SIZES = (16, 32, 64)  # networks of each kind, as the page offers them


def band_job(spec: RunSpec) -> BandJob | None:
    """What is to be retrained before the tests of a run can be judged; None if that is done."""
    job = BandJob.of(spec)
    return None if state.engine().is_there(job.digest, Band) else job


def known_band(spec: RunSpec) -> Band | None:
    """The networks retrained without what a run forgets; None if they are not made yet, or cannot be read."""
    digest = BandJob.of(spec).digest
    try:
        return state.engine().result(digest, Band) if state.engine().is_there(digest, Band) else None
    except CamuError:
        return None


def band_seconds(spec: RunSpec) -> float | None:
    """About what the reference band of a run takes here; None if nobody knows yet."""
    minutes = band_minutes(spec, PATIENCE)
    return 60 * minutes if isfinite(minutes) else None


def tests_job(spec: RunSpec) -> PrivacyJob:
    """All tests of a run, beside the retraining and the reference band that are there."""
    return PrivacyJob.beside(spec, state.engine().is_there)


def next_job(spec: RunSpec) -> BandJob | PrivacyJob:
    """What the tests of a run wait for: its reference band where that takes seconds, or the tests themselves."""
    return (band_job(spec) if is_quick(spec.dataset) else None) or tests_job(spec)


def result_of(job: BandJob | PrivacyJob) -> PrivacyResult | None:
    """If the tests are finished, here or among the shipped ones; None while a band is still to be made.

    Raises:
        RunDamaged: see `RunStore.load`.
    """
    is_done = isinstance(job, PrivacyJob) and state.engine().is_there(job.digest, PrivacyResult)
    return stored(job.digest) if is_done else None


def report_of(spec: RunSpec) -> dict | None:
    """What the tests of a run found; None if they were not made, or what they found cannot be read."""
    try:
        privacy = result_of(tests_job(spec))
    except CamuError:
        return None
    return privacy.report if privacy is not None else None


def is_judging(spec: RunSpec) -> bool:
    """Whether the tests of a run, or the networks that they need, are under way."""
    needed = [*followups(spec, state.engine().is_there), next_job(spec)]
    views = [state.engine().watch(job.digest) for job in needed]
    return any(view is not None and not view.is_over for view in views)


def start(job: BandJob | PrivacyJob) -> None:
    """Make the tests, or the band before them, behind what others are waiting for; a band of hours behind all."""
    is_long = isinstance(job, BandJob) and not is_quick(job.spec.dataset)
    priority = TRAINING_PRIORITY if is_long else BACKGROUND_PRIORITY
    state.submit(job, priority, job.spec if isinstance(job, PrivacyJob) else None)


def population_of(spec: RunSpec, m: int) -> Population | None:
    """The population of a run; None of a network that was given."""
    return None if spec.method == GIVEN else Population.of(spec, m)


def population_report_of(spec: RunSpec) -> dict | None:
    """What the population of a run's method shows; None without any."""
    found = known_population(spec)
    return found.report if found is not None else None


def known_population(spec: RunSpec) -> PopulationResult | None:
    """The largest population of a run's method that was made here or is shipped; None without any, and of a run from
    weights given by hand, for a population starts from networks of our recipe."""
    try:
        if not is_usual_original(spec) or spec.method == GIVEN:
            return None
        digests = (_population_digest(spec, m) for m in reversed(POPULATION_SIZES))
        made = (digest for digest in digests if state.engine().is_there(digest, PopulationResult))
        return next(map(stored_population, made), None)
    except CamuError:
        return None


@lru_cache(maxsize=64)
def _population_digest(spec: RunSpec, m: int) -> str:
    """Which takes ten milliseconds where every network is a job, and pages ask again and again."""
    return Population.of(spec, m).digest


def start_population(population: Staged) -> None:
    """Submit it for this visitor; if it is not taken, the page says why."""
    try:
        populations.submit_population(state.engine(), population, state.watcher())
    except TooMuchAsked as error:
        state.refuse(str(error))


def stop_population(population: Staged) -> None:
    """Take this visitor's interest back; finished networks stay."""
    populations.stop_population(state.engine(), population, state.watcher())


def is_mine(population: Staged) -> bool:
    """Whether any of it is under way for this visitor, so that they can stop it."""
    return any(state_visitor.is_watching(job.digest) for stage in population.stages() for job in stage)


def population_progress(population: Staged) -> PopulationProgress:
    return populations.population_progress(state.engine(), population)


def has_come_to_rest(population: Staged, now: PopulationProgress) -> bool:
    """Whether nothing of it is under way, twice in a row: between two stages that is so for a moment."""
    key = f"rested-{population.digest}"
    was_resting = st.session_state.pop(key, False)
    if not now.is_active:
        st.session_state[key] = True
    return was_resting and not now.is_active


def is_finished(population: Staged) -> bool:
    return state.engine().is_there(population.digest, population.job.result_type)


def finished_population(population: Population) -> PopulationResult | None:
    """If it is finished.

    Raises:
        RunDamaged: see `RunStore.load`.
    """
    return stored_population(population.digest) if is_finished(population) else None


def population_seconds(population: Population) -> float | None:
    """About what is still to be done, on all processors; None if it is not known."""
    spec = population.spec
    return state_batch.seconds_of_networks([*population.originals, *population.retrained], spec.dataset, spec.model)


@st.cache_resource(show_spinner=False, max_entries=4)
def stored_population(digest: str) -> PopulationResult:
    """Raises: RunNotFound, RunDamaged: see `RunStore.load`."""
    return state.engine().result(digest, PopulationResult)


@st.cache_resource(show_spinner=False, max_entries=8)
def stored(digest: str) -> PrivacyResult:
    """Raises: RunNotFound, RunDamaged: see `RunStore.load`."""
    return state.engine().result(digest, PrivacyResult)


def spread(privacy: PrivacyResult, network: str, score: str) -> Histogram:
    """Both groups' scores, in bins."""
    return histogram(*_scores(privacy, network, score))


def view(privacy: PrivacyResult, network: str, score: str, threshold: float) -> ThresholdView:
    """What the threshold catches and misses."""
    return view_threshold(*_scores(privacy, network, score), threshold)


def to_start_at(bins: Histogram, threshold: float) -> float:
    """The attacker's own threshold; where that is beyond all scores and calls all or nobody, the middle of the axis."""
    if bins.lowest < threshold < bins.highest:
        return threshold
    return (float(bins.edges[0]) + float(bins.edges[-1])) / 2


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

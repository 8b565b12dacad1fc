"""What is computed after a run by itself, and in which order: retraining and reference band, tests, causal effects."""

from camu_core.data import origin_of
from camu_core.jobs.band import Band, BandJob
from camu_core.jobs.base import IsThere, Job
from camu_core.jobs.causal import CausalJob, CausalResult
from camu_core.jobs.privacy import PrivacyJob, PrivacyResult
from camu_core.jobs.run import RunJob
from camu_core.jobs.stages import Staged
from camu_core.networks.weights import shipped_retrained
from camu_core.planning import plan_like
from camu_core.runs.results import RunResult, Storable
from camu_core.specs import RunSpec

_QUICK_DATASETS = ("digits", "fashion_small")


def is_quick(dataset: str) -> bool:
    """Whether retraining takes seconds, so that it is done unasked."""
    return origin_of(dataset) in _QUICK_DATASETS


def followups(about: RunSpec | Staged, is_there: IsThere) -> list[Job[Storable]]:
    """What can be computed next and is not there; empty at the end of the chain.

    Of work in stages the next one; of a finished run:

    1. Its retraining, where that takes seconds or the retrained network is shipped, and its reference band, where that
       takes seconds.
    2. All tests, once both are there.
    3. Its causal decomposition, where that takes seconds.
    """
    if isinstance(about, Staged):
        return about.next_jobs(is_there)
    spec, quick = about, is_quick(about.dataset)
    jobs: list[Job[Storable]] = []
    retraining, band = plan_like(spec, method="retrain"), BandJob.of(spec)
    has_retraining = spec.method == "retrain" or is_there(retraining.digest, RunResult)
    has_band = is_there(band.digest, Band)
    if not has_retraining and (quick or shipped_retrained(retraining)):
        jobs.append(RunJob(retraining))
    if not has_band and quick:
        jobs.append(band)
    if jobs or not (has_retraining and has_band):
        return jobs
    tests, causal = PrivacyJob.beside(spec, is_there), CausalJob.beside(spec, is_there)
    if not is_there(tests.digest, PrivacyResult):
        return [tests]
    return [causal] if quick and not is_there(causal.digest, CausalResult) else []

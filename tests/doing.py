"""Jobs done in the tests' own process, beside results that need not be in any store."""

import sys
from collections.abc import Generator

import pytest

from camu_core import RunResult, RunSpec, RunStore, Step, drain
from camu_core.engine import LocalDriver
from camu_core.jobs import Band, BandJob, CausalJob, Job, PrivacyJob, Staged
from camu_core.networks.training import recipe_for
from camu_core.runs import store
from camu_core.runs.results import Storable


def steps_of(job: Job, *results: Storable) -> Generator[Step, None, Storable]:
    """Args: results: what the job goes on from, beside what is stored or shipped."""
    made, work = {result.digest: result for result in results}, LocalDriver(RunStore())
    return job.execute(job.pack(lambda digest, kind: made[digest] if digest in made else work.result(digest, kind)))


def done(job: Job, *results: Storable) -> Storable:
    """The result of a job, see `steps_of`."""
    return drain(steps_of(job, *results))


def privacy_job(run: RunResult, retrained: RunResult | None = None, band: Band | None = None) -> PrivacyJob:
    return PrivacyJob(run.spec, retrained.digest if retrained else None, band.digest if band else None)


def privacy_of(run: RunResult, retrained: RunResult | None = None, band: Band | None = None) -> dict:
    """The report of all tests of a run."""
    return done(privacy_job(run, retrained, band), *(each for each in (run, retrained, band) if each)).report


def causal_job(run: RunResult, retrained: RunResult | None = None, **more) -> CausalJob:
    return CausalJob(run.spec, retrained.digest if retrained else None, **more)


def band_of(spec: RunSpec) -> Band:
    """The shipped band of a run."""
    return LocalDriver(RunStore()).result(BandJob.of(spec).digest, Band)


def populated(population: Staged) -> tuple[LocalDriver, Storable]:
    """All of a population, or of other work in stages, kept in CAMU_HOME."""
    store = RunStore()
    work = LocalDriver(store)
    while jobs := population.next_jobs(work.is_there):
        for job in jobs:
            store.save(drain(work.follow(job)))
    return work, work.result(population.digest, population.job.result_type)


def hide_shipped_networks(patch: pytest.MonkeyPatch) -> None:
    """No retrained networks of a population come with the project."""
    patch.setattr(store, "SHIPPED", [folder for folder in store.SHIPPED if folder.name != "populations"])


def shorten_trainings(patch: pytest.MonkeyPatch) -> None:
    """Networks of a population of digits are trained for two epochs."""
    recipe = recipe_for("digits", "cnn").with_values({"epochs": 2})
    for name in ("runs.population", "jobs.population", "runs.memorisation", "jobs.memorisation", "methods.retrain"):
        patch.setattr(sys.modules[f"camu_core.{name}"], "recipe_for", lambda dataset, model: recipe)

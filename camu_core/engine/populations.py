"""A population, or other work in stages, under way: handed to the engine stage by stage, counted and stopped as one.

Finished shards stay when it is stopped, whoever wanted it; the same again goes on where it was.
"""

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from camu_core.engine.engine import BACKGROUND_PRIORITY, NOT_KEPT, Engine
from camu_core.engine.monitor import JobState
from camu_core.errors import RunError
from camu_core.jobs import Staged
from camu_core.progress import Step
from camu_core.runs.results import Storable

_LOOK_SECONDS = 0.5

R = TypeVar("R", bound=Storable)


@dataclass(frozen=True)
class PopulationProgress:
    """How a population stands.

    Args:
        fraction: 0..1 of its jobs, parts of running ones counted.
        is_active: whether any is under way, or waits.
        failed: why, of the first job that failed; empty if none did.
    """

    fraction: float
    is_active: bool
    failed: str


def submit_population(engine: Engine, population: Staged, watcher: str = "") -> None:
    """Hand over what can be done now; the engine goes on with the rest.

    Raises:
        TooMuchAsked: see `Engine.submit_all`.
    """
    jobs = population.next_jobs(engine.is_there)
    engine.submit_all(jobs, watcher, BACKGROUND_PRIORITY, population)


def stop_population(engine: Engine, population: Staged, watcher: str = "") -> None:
    """Stop what is under way and nobody else wants."""
    engine.stop_all([job.digest for stage in population.stages() for job in stage], watcher)


def population_progress(engine: Engine, population: Staged) -> PopulationProgress:
    """Safe to call often."""
    jobs = [job for stage in population.stages() for job in stage]
    missing = [job for job in jobs if not engine.is_there(job.digest, job.result_type)]
    seen = [(job, view) for job in missing if (view := engine.watch(job.digest)) is not None]
    views = [view for _, view in seen]
    active = [view for view in views if not view.is_over]
    parts = sum(view.index / view.total for view in active if view.total and view.stage in ("population", "intervals"))
    failed = [view.message for view in views if view.state == JobState.FAILED]
    done = [job for job, view in seen if view.state == JobState.DONE]
    if any(not engine.is_there(job.digest, job.result_type) for job in done):
        failed.append(NOT_KEPT)
    fraction = min(1.0, (len(jobs) - len(missing) + parts) / len(jobs))
    return PopulationProgress(fraction, bool(active), failed[0] if failed else "")


def populating(engine: Engine, population: Staged[R]) -> Generator[Step, None, R]:
    """Do all of it; closing the generator stops what is under way.

    Raises:
        RunError: a job failed.
    """
    follower = f"population-{population.digest}"
    try:
        while not engine.is_there(population.digest, population.job.result_type):
            progress = population_progress(engine, population)
            if progress.failed:
                raise RunError(progress.failed)
            if not progress.is_active:
                submit_population(engine, population, follower)
            yield Step(round(1000 * progress.fraction), 1000, stage="population")
            time.sleep(_LOOK_SECONDS)
    finally:
        stop_population(engine, population, follower)
    return engine.result(population.digest, population.job.result_type)

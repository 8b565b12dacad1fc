"""Work in several jobs, some of which need others: handed over stage by stage, kept job by job."""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from camu_core.jobs.base import IsThere, Job
from camu_core.runs.results import Storable

R = TypeVar("R", bound=Storable)


def shards(n: int, size: int) -> list[tuple[int, ...]]:
    """The seeds 0..n-1 in parts of `size`, the last one perhaps smaller."""
    return [tuple(range(i, min(i + size, n))) for i in range(0, n, size)]


class Staged(ABC, Generic[R]):
    """All that is to be made for one R, in the order in which it can be made."""

    @property
    @abstractmethod
    def job(self) -> Job[R]:
        """The last one, whose result is that of the whole."""

    @abstractmethod
    def stages(self) -> list[list[Job[Storable]]]:
        """The jobs; each stage needs those before, and the last one is `job`."""

    @property
    def digest(self) -> str:
        return self.job.digest

    def next_jobs(self, is_there: IsThere) -> list[Job[Storable]]:
        """Those that are missing and can be done now; empty at the end, and once the outcome is there."""
        if is_there(self.digest, self.job.result_type):
            return []
        for stage in self.stages():
            missing = [job for job in stage if not is_there(job.digest, job.result_type)]
            if missing:
                return missing
        return []

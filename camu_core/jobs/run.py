"""One unlearning run, as a job."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

from camu_core.jobs.base import Find, Job
from camu_core.jobs.payload import JobPayload
from camu_core.progress import Step
from camu_core.runs.given import executing
from camu_core.runs.results import RunResult
from camu_core.specs import RunSpec


@dataclass(frozen=True)
class RunJob(Job[RunResult]):
    """One unlearning run, or the judging of a network that was given."""

    spec: RunSpec
    result_type: ClassVar[type[RunResult]] = RunResult

    @property
    def digest(self) -> str:
        return self.spec.digest

    def pack(self, find: Find) -> JobPayload:
        return JobPayload.of(self.spec)

    def execute(self, payload: JobPayload) -> Generator[Step, None, RunResult]:
        payload.unpack()
        return (yield from executing(self.spec))

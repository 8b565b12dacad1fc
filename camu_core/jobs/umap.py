"""The refined picture of a run's representations, as a job."""

import hashlib
import json
from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

from camu_core.jobs.base import Find, Job
from camu_core.jobs.payload import JobPayload
from camu_core.progress import Step
from camu_core.projection import project_umap, representations_with
from camu_core.results import Projection, RunResult


@dataclass(frozen=True)
class UmapJob(Job[Projection]):
    """UMAP of the probe set as every network of a run sees it, in one frame.

    Args:
        run: digest; retrained: of the retraining shown beside it, None without one.
    """

    run: str
    retrained: str | None = None
    seed: int = 0
    result_type: ClassVar[type[Projection]] = Projection

    @property
    def sources(self) -> tuple[str, ...]:
        """Digests of the runs it comes from."""
        return (self.run, self.retrained) if self.retrained else (self.run,)

    @property
    def digest(self) -> str:
        names = ("original", "unlearned", "retrained")[: 1 + len(self.sources)]
        named = json.dumps(["umap", names, self.sources, self.seed])
        return hashlib.sha256(named.encode()).hexdigest()[:20]

    def pack(self, find: Find) -> JobPayload:
        return JobPayload(results={digest: find(digest, RunResult) for digest in self.sources})

    def execute(self, payload: JobPayload) -> Generator[Step, None, Projection]:
        yield Step(0, 1, stage="project")
        parts = representations_with(*(payload.result(digest, RunResult) for digest in self.sources))
        points = project_umap(list(parts.values()), self.seed)
        return Projection(self.digest, dict(zip(parts, points, strict=True)))

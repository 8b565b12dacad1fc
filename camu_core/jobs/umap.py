"""The refined picture of a run's representations, as a job."""

import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import ClassVar

from camu_core.errors import RunStopped
from camu_core.jobs.base import Find, Job, digest_of
from camu_core.jobs.payload import JobPayload
from camu_core.progress import Step
from camu_core.runs.projection import project_umap, representations_with
from camu_core.runs.results import Projection, RunResult

_POLL_SECONDS = 0.2
_VERSION = 2


@dataclass(frozen=True)
class UmapJob(Job[Projection]):
    """UMAP of the probe set as every network of a run sees it, in one frame.

    Args:
        run: digest.
        retrained: of the retraining shown beside it, None without one.
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
        return digest_of("umap", _VERSION, names, self.sources, self.seed)

    def pack(self, find: Find) -> JobPayload:
        return JobPayload(results={digest: find(digest, RunResult) for digest in self.sources})

    def execute(self, payload: JobPayload) -> Generator[Step, None, Projection]:
        parts = representations_with(*(payload.result(digest, RunResult) for digest in self.sources))
        getting_ready = Step(0, 1, stage="project")
        epochs, is_unwanted = [(0, 1)], threading.Event()

        def see(done: int, total: int) -> None:
            if is_unwanted.is_set():
                raise RunStopped("UMAP is no longer needed.")
            epochs[0] = done, total

        with ThreadPoolExecutor(1, "umap") as thread:
            drawing = thread.submit(project_umap, list(parts.values()), self.seed, see)
            try:
                first = None
                while not drawing.done():
                    wait([drawing], timeout=_POLL_SECONDS)
                    done, total = epochs[0]
                    if first is None and done > total / 20:  # those before include compiling, and tell nothing of time
                        first = done
                    yield getting_ready if first is None else Step(done - first, total - first, stage="layout")
            except GeneratorExit:
                is_unwanted.set()
                raise
        return Projection(self.digest, dict(zip(parts, drawing.result(), strict=True)))

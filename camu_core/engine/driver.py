"""How commands do a job: in their own process, or on the cluster at CAMU_SCHEDULER; the same words either way."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from camu_core.config import scheduler_address
from camu_core.engine.engine import Engine
from camu_core.errors import CamuError
from camu_core.jobs import Job
from camu_core.progress import Step, drain
from camu_core.runs.results import Storable
from camu_core.runs.store import RunStore, holder

S = TypeVar("S", bound=Storable)


class Driver(Protocol):
    """What an engine can do, too."""

    def follow(self, job: Job[S]) -> Generator[Step, None, S]:
        """Do a job to its end; closing the generator stops it. Raises: CamuError."""
        ...

    def follow_all(self, jobs: Sequence[Job], stage: str) -> Generator[Step, None, dict[str, str]]:
        """Do many; one that fails costs no other. Returns: why jobs failed, by digest."""
        ...

    def is_there(self, digest: str, kind: type[Storable]) -> bool:
        """Whether a result can be had: made before, stored, or shipped."""
        ...

    def result(self, digest: str, kind: type[S]) -> S:
        """Raises: StoreError if there is none that can be read."""
        ...

    def summary(self, digest: str) -> dict[str, Any]:
        """The JSON part of a run that was done. Raises: StoreError if there is none that can be read."""
        ...


class LocalDriver:
    """Works in this process, and remembers what it made; only `RunStore.save` keeps it."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._made: dict[str, Storable] = {}
        self._summaries: dict[str, dict[str, Any]] = {}

    def follow(self, job: Job[S]) -> Generator[Step, None, S]:
        found = yield from job.execute(job.pack(self.result))
        self._made[job.digest] = found
        return found

    def follow_all(self, jobs: Sequence[Job], stage: str) -> Generator[Step, None, dict[str, str]]:
        """Remembers their summaries alone: all results would fill the memory."""
        failed = {}
        for i, job in enumerate(jobs):
            yield Step(i, len(jobs), stage=stage)
            try:
                self._summaries[job.digest] = drain(job.execute(job.pack(self.result))).summary()
            except CamuError as error:
                failed[job.digest] = str(error)
        yield Step(len(jobs), len(jobs), stage=stage)
        return failed

    def summary(self, digest: str) -> dict[str, Any]:
        return self._summaries[digest] if digest in self._summaries else self._store.summary(digest)

    def is_there(self, digest: str, kind: type[Storable]) -> bool:
        return digest in self._made or holder(self._store, digest, kind) is not None

    def result(self, digest: str, kind: type[S]) -> S:
        if isinstance(found := self._made.get(digest), kind):
            return found
        return (holder(self._store, digest, kind) or self._store).load(digest, kind)


@contextmanager
def driver(store: RunStore) -> Iterator[Driver]:
    """The cluster's if CAMU_SCHEDULER names one, which keeps what it makes in the store; else this process's."""
    if scheduler_address() is None:
        yield LocalDriver(store)
        return
    engine = Engine(store)
    try:
        yield engine
    finally:
        engine.close()

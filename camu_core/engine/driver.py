"""How commands do a job: in their own process, or on the cluster at CAMU_SCHEDULER; the same words either way."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from camu_core.config import scheduler_address
from camu_core.engine.engine import Engine
from camu_core.jobs import Job
from camu_core.progress import Step
from camu_core.results import Storable
from camu_core.store import RunStore, is_shipped, shipped

S = TypeVar("S", bound=Storable)


class Driver(Protocol):
    """What an engine can do, too."""

    def follow(self, job: Job[S]) -> Generator[Step, None, S]:
        """Do a job to its end; closing the generator stops it. Raises: CamuError."""
        ...

    def is_there(self, digest: str, kind: type[Storable]) -> bool:
        """Whether a result can be had: made before, stored, or shipped."""
        ...

    def result(self, digest: str, kind: type[S]) -> S:
        """Raises: StoreError if there is none that can be read."""
        ...


class LocalDriver:
    """Works in this process, and remembers what it made; only `RunStore.save` keeps it."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._made: dict[str, Storable] = {}

    def follow(self, job: Job[S]) -> Generator[Step, None, S]:
        found = yield from job.execute(job.pack(self.result))
        self._made[job.digest] = found
        return found

    def is_there(self, digest: str, kind: type[Storable]) -> bool:
        return digest in self._made or self._store.has(digest, kind) or is_shipped(digest, kind)

    def result(self, digest: str, kind: type[S]) -> S:
        if isinstance(found := self._made.get(digest), kind):
            return found
        if is_shipped(digest, kind) and not self._store.has(digest, kind):
            return shipped(digest, kind)
        return self._store.load(digest, kind)


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

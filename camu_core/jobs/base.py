"""A job: what the engine carries. It holds names and settings only, and packs what it needs when it is handed over."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from camu_core.jobs.payload import JobPayload
from camu_core.progress import Step
from camu_core.runs.results import Storable

S = TypeVar("S", bound=Storable)
R = TypeVar("R", bound=Storable, covariant=True)
# (digest, kind) -> whether such a result is there
IsThere = Callable[[str, type[Storable]], bool]


class Find(Protocol):
    """Fetches a finished result. Raises: StoreError if there is none that can be read."""

    def __call__(self, digest: str, kind: type[S]) -> S: ...


def digest_of(*named: Any) -> str:
    """20 hex digits that stand for all that decides a result. Args: named: JSON types."""
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:20]


class Job(ABC, Generic[R]):
    """Something that takes long and ends in an R: its digest names it and its result, on every machine.

    Args:
        when_overdue: what to do where a server ended it because it took too long.
    """

    when_overdue: ClassVar[str] = "Choose fewer epochs, or less data."

    @property
    @abstractmethod
    def result_type(self) -> type[R]: ...

    @property
    @abstractmethod
    def digest(self) -> str: ...

    def pack(self, find: Find) -> JobPayload:
        """What `execute` needs of this machine.

        Args:
            find: earlier results.
        Raises: CamuError if something is not here.
        """
        return JobPayload()

    @abstractmethod
    def execute(self, payload: JobPayload) -> Generator[Step, None, R]:
        """Do it, perhaps elsewhere; close the generator to stop.

        Args:
            payload: of `pack`.
        """

"""What the engine carries: jobs (picklable, named by a digest) and the progress that is seen of them."""

import hashlib
import json
import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np

from camu_core.errors import RunStopped
from camu_core.execution import execute
from camu_core.luggage import Luggage
from camu_core.progress import Snapshot, Step, loss_columns
from camu_core.projection import project_umap
from camu_core.results import Projection, RunResult, Storable
from camu_core.specs import RunSpec

_POLL_SECONDS = 0.2
OVER = ("done", "stopped", "failed")
STATES = ("queued", "running", *OVER)


class Job(Protocol):
    """Something that takes long: its digest names it, `execute` yields its steps and returns its result.

    One that carries much can have a method `emptied()`, which gives what to remember of it when it is over.
    """

    result_type: ClassVar[type[Storable]]

    @property
    def digest(self) -> str: ...

    def execute(self) -> Generator[Step, None, Storable]: ...


@dataclass(frozen=True)
class RunJob:
    """One unlearning run."""

    spec: RunSpec
    luggage: Luggage
    result_type: ClassVar[type[Storable]] = RunResult

    @classmethod
    def of(cls, spec: RunSpec) -> "RunJob":
        """Raises: see `Luggage.of`."""
        return cls(spec, Luggage.of(spec))

    @property
    def digest(self) -> str:
        return self.spec.digest

    def execute(self) -> Generator[Step, None, RunResult]:
        self.luggage.unpack(self.spec)
        return (yield from execute(self.spec))


@dataclass(frozen=True)
class UmapJob:
    """The refined picture of one run's representations, or of several runs in one frame.

    Args:
        names: of the models, in order.
        representations: float32 (N_i, D) each.
        sources: digests of the runs they come from.
    """

    names: tuple[str, ...]
    representations: tuple[np.ndarray, ...]
    sources: tuple[str, ...]
    seed: int = 0
    result_type: ClassVar[type[Storable]] = Projection

    @property
    def digest(self) -> str:
        named = json.dumps(["umap", self.names, self.sources, self.seed])
        return hashlib.sha256(named.encode()).hexdigest()[:20]

    def execute(self) -> Generator[Step, None, Projection]:
        getting_ready = Step(0, 1, stage="project")
        epochs, is_unwanted = [(0, 1)], threading.Event()

        def see(done: int, total: int) -> None:
            if is_unwanted.is_set():
                raise RunStopped("The picture is not wanted any more.")
            epochs[0] = done, total

        with ThreadPoolExecutor(1, "umap") as thread:
            drawing = thread.submit(project_umap, self.representations, self.seed, see)
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
        return Projection(self.digest, dict(zip(self.names, drawing.result(), strict=True)))


@dataclass(frozen=True)
class JobView:
    """A job at one moment.

    Args:
        job: what was asked for.
        state: one of STATES; queued until a worker reports.
        is_stopping: told to end, and still at work.
        queue_position: 1 is next; 0 when it does not wait for others.
        stage, index, total: of the newest step.
        losses: see `loss_columns`.
        snapshots: so far.
        seconds: since the work began; seconds_left: of the current stage, None when unknown.
        message: why it failed. notice: what else the user should know.
        attempt: 1, or more after a worker was lost.
    """

    digest: str
    job: Job
    state: str
    is_stopping: bool
    queue_position: int
    stage: str
    index: int
    total: int
    losses: dict[str, np.ndarray]
    snapshots: tuple[Snapshot, ...]
    seconds: float
    seconds_left: float | None
    message: str
    notice: str
    attempt: int

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @classmethod
    def of_result(cls, result: RunResult) -> "JobView":
        """A finished run as its job stood at the end, for who plays it again."""
        return cls(
            digest=result.digest,
            job=RunJob(result.spec, Luggage(None, None)),
            state="done",
            is_stopping=False,
            queue_position=0,
            stage="measure",
            index=1,
            total=1,
            losses=result.losses,
            snapshots=result.snapshots,
            seconds=sum(result.seconds.values()),
            seconds_left=None,
            message="",
            notice="",
            attempt=1,
        )


@dataclass
class Progress:
    """What the engine remembers of one job; changed under the engine's lock.

    Args:
        watchers: who wants it. visitor: the one of them whose share of the workers it takes.
        future: of the scheduler, while it has the job.
        is_yielding: told to end, to go on when somebody who has no worker has had one.
        overdue: why it was told to end, where it computed for too long.
        stop_name: of the event that stops the work now under way, and no other.
        attempts: names of the tries of which something was heard.
        history: steps of the newest try that unlearn.
        began, stage_began, ended: times of `time.monotonic`.
    """

    job: Job
    watchers: set[str] = field(default_factory=set)
    priority: int = 0
    visitor: str = ""
    state: str = "queued"
    stop_requested: bool = False
    is_yielding: bool = False
    overdue: str = ""
    submitted: float = field(default_factory=time.monotonic)
    message: str = ""
    notice: str = ""
    attempts: list[str] = field(default_factory=list)
    future: Any = None
    stop_name: str = ""
    newest: Step = field(default_factory=lambda: Step(0, 0, stage="data"))
    history: list[Step] = field(default_factory=list)
    began: float = 0.0
    stage_began: float = 0.0
    ended: float = 0.0

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def is_waiting(self) -> bool:
        """In the engine's queue, not with the scheduler."""
        return self.future is None and not self.is_over

    def leave(self, watcher: str) -> None:
        """Somebody does not want it any more."""
        self.watchers.discard(watcher)
        if self.visitor == watcher and self.watchers:
            self.visitor = min(self.watchers)

    def see(self, attempt: str, messages: list[dict[str, Any]]) -> None:
        """Take in steps from a worker; a new attempt forgets what the lost one had reported."""
        now = time.monotonic()
        if attempt not in self.attempts:
            self.attempts.append(attempt)
            self.history.clear()
            self.newest, self.began, self.stage_began = Step(0, 0, stage="data"), now, now
        elif attempt != self.attempts[-1]:
            return
        self.state = "running"
        for step in map(Step.from_message, messages):
            if step.stage != self.newest.stage:
                self.stage_began = now
            self.newest = step
            if step.stage == "unlearn":
                self.history.append(step)

    def finish(self, state: str, message: str = "") -> None:
        self.state, self.message, self.ended, self.future = state, message, time.monotonic(), None
        if hasattr(self.job, "emptied"):
            self.job = self.job.emptied()

    def view(self, queue_position: int) -> JobView:
        step, now = self.newest, self.ended or time.monotonic()
        rate_known = step.index > 0 and not self.is_over
        return JobView(
            digest=self.job.digest,
            job=self.job,
            state=self.state,
            is_stopping=self.stop_requested and not self.is_over,
            queue_position=queue_position,
            stage=step.stage,
            index=step.index,
            total=step.total,
            losses=loss_columns([step.losses for step in self.history if step.losses]),
            snapshots=tuple(step.snapshot for step in self.history if step.snapshot),
            seconds=now - self.began if self.began else 0.0,
            seconds_left=(now - self.stage_began) / step.index * (step.total - step.index) if rate_known else None,
            message=self.message,
            notice=self.notice,
            attempt=len(self.attempts),
        )

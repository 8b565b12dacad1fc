"""What is seen of a job that is under way, and what the engine remembers of it."""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from camu_core.jobs import Job, Staged
from camu_core.progress import Snapshot, Step, loss_columns
from camu_core.runs.results import Storable
from camu_core.specs import RunSpec


class JobState(StrEnum):
    """How far a job is; queued until a worker reports."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


OVER = (JobState.DONE, JobState.STOPPED, JobState.FAILED)


@dataclass(frozen=True)
class JobView:
    """A job at one moment.

    Args:
        job: what was asked for.
        is_stopping: told to end, and still at work.
        queue_position: 1 is next; 0 when it does not wait for others.
        stage, index, total: of the newest step.
        losses: see `loss_columns`.
        snapshots: so far.
        seconds: since the work began.
        seconds_left: of the current stage, None when unknown.
        message: why it failed.
        notice: what else the user should know.
        attempt: 1, or more after a worker was lost.
    """

    digest: str
    job: Job[Storable]
    state: JobState
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


@dataclass
class Progress:
    """What the engine remembers of one job; changed under the engine's lock.

    Args:
        watchers: who wants it.
        visitor: the one of them whose share of the workers it takes.
        chains: about what more is to be computed when this is done, see `followups`.
        is_packing: on its way to the scheduler.
        future: of the scheduler, while it has the job.
        is_yielding: told to end, to go on when somebody who has no worker has had one.
        overdue: why it was told to end, where it computed for too long.
        stop_name: of the event that stops the work now under way, and no other.
        attempts: names of the tries of which something was heard.
        history: steps of the newest try that unlearn.
        began, stage_began, ended: times of `time.monotonic`.
        done_before: steps of the stage that an earlier job had taken, where this one goes on from a checkpoint.
    """

    job: Job[Storable]
    watchers: set[str] = field(default_factory=set)
    priority: int = 0
    visitor: str = ""
    chains: set[RunSpec | Staged] = field(default_factory=set)
    state: JobState = JobState.QUEUED
    stop_requested: bool = False
    is_yielding: bool = False
    overdue: str = ""
    submitted: float = field(default_factory=time.monotonic)
    message: str = ""
    notice: str = ""
    attempts: list[str] = field(default_factory=list)
    is_packing: bool = False
    future: Any = None
    stop_name: str = ""
    newest: Step = field(default_factory=lambda: Step(0, 0, stage="data"))
    history: list[Step] = field(default_factory=list)
    began: float = 0.0
    stage_began: float = 0.0
    done_before: int = 0
    ended: float = 0.0
    _drawn: tuple[int, dict[str, np.ndarray], tuple[Snapshot, ...]] = (0, {}, ())

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def is_waiting(self) -> bool:
        """In the engine's queue, not with the scheduler."""
        return self.future is None and not self.is_packing and not self.is_over

    def join(self, watcher: str, priority: int, chain: RunSpec | Staged | None) -> None:
        """Somebody wants it too."""
        self.watchers.add(watcher)
        self.stop_requested = False  # whoever stopped it a moment ago: it is wanted again
        if chain is not None:
            self.chains.add(chain)
        if priority > self.priority:
            self.priority, self.visitor = priority, watcher

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
            self._drawn = (0, {}, ())
            self.newest, self.began, self.stage_began, self.done_before = Step(0, 0, stage="data"), now, now, 0
        elif attempt != self.attempts[-1]:
            return
        self.state = JobState.RUNNING
        for step in map(Step.from_message, messages):
            if step.stage != self.newest.stage:
                self.stage_began, self.done_before = now, step.index  # what came before it has no time of its own
            self.newest = step
            if step.stage == "unlearn":
                self.history.append(step)

    def finish(self, state: JobState, message: str = "") -> None:
        self.state, self.message, self.ended, self.future = state, message, time.monotonic(), None

    def view(self, queue_position: int) -> JobView:
        step, now = self.newest, self.ended or time.monotonic()
        n_done = step.index - self.done_before
        rate_known = n_done > 0 and not self.is_over
        losses, snapshots = self._columns()
        return JobView(
            digest=self.job.digest,
            job=self.job,
            state=self.state,
            is_stopping=self.stop_requested and not self.is_over,
            queue_position=queue_position,
            stage=step.stage,
            index=step.index,
            total=step.total,
            losses=losses,
            snapshots=snapshots,
            seconds=now - self.began if self.began else 0.0,
            seconds_left=(now - self.stage_began) / n_done * (step.total - step.index) if rate_known else None,
            message=self.message,
            notice=self.notice,
            attempt=len(self.attempts),
        )

    def _columns(self) -> tuple[dict[str, np.ndarray], tuple[Snapshot, ...]]:
        """Losses and snapshots of the history, put together once for all who watch."""
        if self._drawn[0] != len(self.history):
            losses = loss_columns([step.losses for step in self.history if step.losses])
            snapshots = tuple(step.snapshot for step in self.history if step.snapshot)
            self._drawn = (len(self.history), losses, snapshots)
        return self._drawn[1:]

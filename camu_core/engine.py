"""Work off the page's thread: submit, watch, stop and fetch runs on Dask distributed.

By default an embedded cluster of worker processes; CAMU_SCHEDULER=tcp://host:port uses a running one. The task key is
the digest, so equal requests are one computation. Workers report steps as events and return the result; the engine
writes it to its own store, so workers need not share a folder with it. No call here waits for a cluster. Jobs wait in
the engine, in the order of `queueing.in_order`, and are handed to the scheduler when a thread is free: their order is
known, and one that waits can be withdrawn. Where all threads are busy with what can wait, a job gives its own up.
"""

import asyncio
import logging
import threading
import time
import uuid
from collections import Counter
from collections.abc import Generator, Iterable, Sequence

from distributed import Client, Event, Future, KilledWorker

from camu_core.config import scheduler_address
from camu_core.connection import MAX_ATTEMPTS, Connection
from camu_core.errors import CamuError, RunError, RunStopped, StoreError, StoreUnwritable
from camu_core.jobs import Job, JobView, Progress, RunJob
from camu_core.owners import IMAGES, RUNS, Owners, Thing
from camu_core.progress import Step
from camu_core.queueing import in_order, makes_room
from camu_core.results import Receipt, RunResult, Storable
from camu_core.shares import check_share
from camu_core.store import RunStore
from camu_core.worker import work

BACKGROUND_PRIORITY = -10
_FOLLOW_SECONDS = 0.1
_FINISHED_JOBS_REMEMBERED = 32
_RESULTS_KEPT_IN_MEMORY = 8
LOST = "The process doing the work was lost twice, so the run was given up. Try again."

log = logging.getLogger(__name__)


class Engine:
    """One per server.

    Args:
        store: where finished work is kept.
        scheduler: address of a running cluster; None takes CAMU_SCHEDULER, and without that an embedded cluster.
        n_workers: worker processes of the embedded cluster; None takes one a processor.
        owners: whose results are, on a server of many visitors, each of whom has a share; None for a single user.
    """

    def __init__(
        self,
        store: RunStore,
        scheduler: str | None = None,
        n_workers: int | None = None,
        owners: Owners | None = None,
    ) -> None:
        self.store = store
        self.owners = owners
        self.ended: Counter[str] = Counter()  # jobs by how they ended
        self.connection = Connection(scheduler or scheduler_address(), n_workers, self._on_event, self._on_change)
        self._lock = threading.RLock()
        self._progress: dict[str, Progress] = {}
        self._unsaved: dict[str, Storable] = {}
        self._queue: list[Progress] | None = None  # waiting jobs in order; None when it has to be made anew
        self._places: dict[str, int] = {}

    # --- for pages and the command line ------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to connect and to warm workers up, in the background; safe to call often."""
        with self._lock:
            if not self.connection.is_started:
                self.connection.start()

    def close(self) -> None:
        """Disconnect and end the embedded workers."""
        self.connection.close()

    def problem(self) -> str:
        """Why no work can be done at the moment, in one sentence; empty when all is well."""
        return self.connection.problem

    def submit(self, job: Job, watcher: str = "", priority: int = 0) -> str:
        """Start a job, join the one that is running already, or do nothing if its result is stored.

        Args:
            watcher: who wants it; Stop takes effect when no watcher is left.
            priority: higher goes first; sweeps use BACKGROUND_PRIORITY.
        Returns:
            the digest.
        """
        return self.submit_all([job], watcher, priority)[0]

    def submit_all(self, jobs: Sequence[Job], watcher: str = "", priority: int = 0) -> list[str]:
        """As `submit`, many at once and quicker.

        Raises:
            TooMuchAsked: more than the visitor's share, or than the queue holds; nothing was submitted then.
        """
        with self._lock:
            new = [job for job in jobs if not self._join(job, watcher, priority)]
            if new and self.owners is not None:
                self._check_share(len(new), watcher)
            for job in new:
                self.start()
                if isinstance(job, RunJob) and priority >= 0:  # of what waits behind people there may be thousands
                    self.store.note_started(job.digest, job.spec)
                self._progress[job.digest] = Progress(job, {watcher}, priority, watcher)
            self._queue = None
            self._dispatch_next()
        return [job.digest for job in jobs]

    def _join(self, job: Job, watcher: str, priority: int) -> bool:
        """Whether a job is under way, so that the watcher need only join it, or is finished."""
        known = self._progress.get(job.digest)
        if known is not None and not known.is_over:
            known.watchers.add(watcher)
            known.stop_requested = False  # whoever stopped it a moment ago: it is wanted again
            if priority > known.priority:
                known.priority, known.visitor = priority, watcher
            return True
        if not self.has(job):
            return False
        self._progress.pop(job.digest, None)
        self._note_owners(job, {watcher})
        return True

    def _check_share(self, n_new: int, watcher: str) -> None:
        """Raises: TooMuchAsked: see `shares.check_share`."""
        waiting = [progress for progress in self._progress.values() if progress.is_waiting]
        n_mine = sum(progress.visitor == watcher for progress in waiting)
        stored_mb = sum(map(self.store.size_bytes, self.owners.things(RUNS, watcher))) / 1e6
        check_share(n_mine + n_new, len(waiting) + n_new, stored_mb)

    def _note_owners(self, job: Job, watchers: Iterable[str]) -> None:
        """The finished thing is theirs who asked for it."""
        if self.owners is None:
            return
        if job.result_type is RunResult:
            thing = Thing(RUNS, job.digest)
        elif job.result_type.folder == "imports":
            thing = Thing(IMAGES, self.result(job.digest, job.result_type).name)
        else:
            return
        for watcher in watchers:
            self.owners.note(thing, watcher)

    def is_watched(self, digest: str, watcher: str) -> bool:
        """Whether a job is under way, and this watcher wants it."""
        with self._lock:
            progress = self._progress.get(digest)
            return progress is not None and not progress.is_over and watcher in progress.watchers

    def active(self, digests: Iterable[str]) -> list[str]:
        """Those under way; quicker than to `watch` each."""
        with self._lock:
            return [d for d in digests if (p := self._progress.get(d)) is not None and not p.is_over]

    def figures(self) -> dict[str, int]:
        """How many jobs wait and run, by name, and how many threads there are."""
        with self._lock:
            n_running, n_waiting = len(self._running()), sum(p.is_waiting for p in self._progress.values())
            return {"waiting": n_waiting, "running": n_running, "threads": self.connection.n_threads}

    def end_overdue(self, seconds: float) -> None:
        """Stop jobs that have computed for longer than this; 0 for no limit."""
        with self._lock:
            for progress in self._running():
                if seconds and progress.began and time.monotonic() - progress.began > seconds:
                    progress.overdue = (
                        f"It computed longer than the {seconds:,.0f} s that this server allows. "
                        "Choose fewer epochs, or less data."
                    )
                    self._tell_to_end(progress)

    def watch(self, digest: str) -> JobView | None:
        """How a job stands now; None if nobody asked for it since the server started."""
        with self._lock:
            progress = self._progress.get(digest)
            if progress is None:
                return None
            has_queue = progress.is_waiting and self.connection.n_threads
            return progress.view(queue_position=self._place(digest) if has_queue else 0)

    def stop(self, digest: str, watcher: str = "") -> bool:
        """Stop a job for one watcher; the work itself ends when nobody else watches.

        Returns:
            whether the work was told to end.
        """
        with self._lock:
            progress = self._progress.get(digest)
            if progress is None or progress.is_over:
                return False
            progress.leave(watcher)
            self._queue = None
            if progress.watchers:
                return False
            progress.stop_requested = True
            if progress.is_waiting:
                self._finish(progress, "stopped")
            else:
                self._tell_to_end(progress)
            return True

    def _tell_to_end(self, progress: Progress) -> None:
        if (client := self.connection.client) is not None:  # else it is about to be put back
            event = Event(progress.stop_name, client=client)
            threading.Thread(target=event.set, name="stop", daemon=True).start()  # waits if the scheduler is gone

    def has(self, job: Job) -> bool:
        """Whether a job's result is there, and, if it is a receipt, what it is for."""
        if not (job.digest in self._unsaved or self.store.has(job.digest, job.result_type)):
            return False
        if not hasattr(job.result_type, "is_delivered"):  # of Receipt: a protocol with a property knows no subclasses
            return True
        try:
            return self.result(job.digest, job.result_type).is_delivered
        except StoreError:
            return False

    def result(self, digest: str, kind: type[Storable]) -> Storable:
        """A finished job's result, from the store or, if that could not be written, from memory.

        Raises:
            RunNotFound, RunDamaged: see `RunStore.load`.
        """
        with self._lock:
            if digest in self._unsaved:
                return self._unsaved[digest]
        return self.store.load(digest, kind)

    def follow(self, job: Job) -> Generator[Step, None, Storable]:
        """Submit a job and yield its newest step until it is over; closing the generator stops it.

        Raises:
            RunError: it failed or was stopped by somebody else.
        """
        follower = f"follow-{uuid.uuid4().hex}"
        digest = self.submit(job, follower)
        try:
            while (view := self.watch(digest)) is not None and not view.is_over:
                yield Step(view.index, view.total, stage=view.stage)
                time.sleep(_FOLLOW_SECONDS)
        finally:
            self.stop(digest, follower)
        if view is not None and view.state != "done":
            raise RunError(view.message or "The run was stopped.")
        return self.result(digest, job.result_type)

    # --- jobs --------------------------------------------------------------------------------------------------------

    def _waiting(self) -> list[Progress]:
        """Jobs not yet handed to the scheduler, the next one first."""
        if self._queue is None:
            self._queue = in_order((p for p in self._progress.values() if p.is_waiting), self._running())
            self._places = {progress.job.digest: place for place, progress in enumerate(self._queue, start=1)}
        return self._queue

    def _place(self, digest: str) -> int:
        """In the queue, from 1."""
        self._waiting()
        return self._places.get(digest, 0)

    def _running(self) -> list[Progress]:
        """Jobs that the scheduler has."""
        return [progress for progress in self._progress.values() if progress.future is not None]

    def _dispatch_next(self) -> None:
        """Hand as many jobs to the scheduler as it has free threads; where none is free, see whether one yields."""
        with self._lock:
            if (client := self.connection.client) is None:
                return
            n_free = self.connection.n_threads - len(self._running())
            while n_free > 0 and (waiting := self._waiting()):
                progress = waiting[0]
                if len(progress.attempts) >= MAX_ATTEMPTS:
                    self._finish(progress, "failed", LOST)
                    continue
                self._dispatch(progress, client)
                n_free -= 1
            if (waiting := self._waiting()) and self.connection.n_threads:
                yielding = makes_room(waiting[0], self._running())
                if yielding is not None:
                    yielding.is_yielding = True
                    self._tell_to_end(yielding)

    def _dispatch(self, progress: Progress, client: Client) -> None:
        self._queue = None
        progress.stop_name = f"stop-{uuid.uuid4().hex}"
        if isinstance(progress.job, RunJob):
            self.store.note_started(progress.job.digest, progress.job.spec)
        progress.future = future = client.submit(
            work, progress.job, progress.stop_name, key=progress.job.digest, priority=progress.priority
        )
        future.add_done_callback(lambda done: self._on_done(progress, done))

    def _on_change(self) -> None:
        """The connection went or came: what the old one was doing waits for the new one."""
        with self._lock:
            for progress in list(self._progress.values()):
                if progress.future is not None and progress.future.client is not self.connection.client:
                    self._put_back(progress)
        self._dispatch_next()

    def _put_back(self, progress: Progress) -> None:
        """Into the queue at its old place, if it is wanted still."""
        progress.future, progress.state, progress.is_yielding, progress.overdue = None, "queued", False, ""
        self._queue = None
        if progress.stop_requested:
            self._finish(progress, "stopped")

    def _on_event(self, message: dict) -> None:
        with self._lock:
            progress = self._progress.get(message["digest"])
            if progress is not None and progress.future is not None:
                progress.see(message["attempt"], message["steps"])

    def _on_done(self, progress: Progress, future: Future) -> None:
        """Runs in a thread of the client: keep the result, let the key go, and only then say that the job is over."""
        client, status, error, notice = future.client, future.status, None, ""
        try:
            if status == "finished":
                notice = self._keep(future.result())
            elif status == "error":
                error = future.exception()
            future.release()
            client.sync(asyncio.sleep, 0)  # lets the release happen: the key would give the old outcome until then
        except Exception as problem:
            error = problem
        with self._lock:
            if progress.future is not future or client is not self.connection.client:
                return  # the connection is gone, and the job was or will be put back
            if status == "finished" and error is None:
                progress.notice = notice
                self._note_owners(progress.job, progress.watchers)
                self._finish(progress, "done")
            elif isinstance(error, RunStopped) and progress.overdue:
                self._finish(progress, "failed", progress.overdue)
            elif status == "cancelled" or isinstance(error, RunStopped):
                progress.attempts.clear()
                self._put_back(progress)  # wanted again in the meantime, or stopped by another server that shared it
            else:
                self._on_error(progress, error)
        self._dispatch_next()

    def _on_error(self, progress: Progress, error: BaseException) -> None:
        if isinstance(error, CamuError):
            self._finish(progress, "failed", str(error))
        elif isinstance(error, KilledWorker):
            self._finish(progress, "failed", LOST)
        else:
            log.error("job %s failed", progress.job.digest, exc_info=error)
            message = f"The run ended unexpectedly ({type(error).__name__}: {error}). Try again."
            self._finish(progress, "failed", message)

    def _finish(self, progress: Progress, state: str, message: str = "") -> None:
        began, visitor = progress.began, progress.visitor
        progress.finish(state, message)
        self._queue = None
        self.ended[state] += 1
        log.info(
            "job %s %s of visitor %s: %s after %.1f s in the queue and %.1f s of work",
            type(progress.job).__name__, progress.job.digest, visitor[:8] or "-", state,
            (began or progress.ended) - progress.submitted, progress.ended - began if began else 0.0,
        )  # fmt: skip
        self.store.note_ended(progress.job.digest)
        over = [other for other in self._progress.values() if other.is_over]
        for other in sorted(over, key=lambda other: other.ended)[:-_FINISHED_JOBS_REMEMBERED]:
            self._progress.pop(other.job.digest)

    def _keep(self, result: Storable) -> str:
        if isinstance(result, Receipt):
            result.deliver()
        try:
            self.store.save(result)
        except StoreUnwritable as error:
            with self._lock:
                self._unsaved[result.digest] = result
                while len(self._unsaved) > _RESULTS_KEPT_IN_MEMORY:
                    self._unsaved.pop(next(iter(self._unsaved)))
            return f"{error} Until the app restarts, the run can still be seen."
        return ""

"""Work off the page's thread: submit, watch, stop and fetch runs on Dask distributed.

By default an embedded cluster of worker processes; CAMU_SCHEDULER=tcp://host:port uses a running one. The task key is
the digest, so equal requests are one computation. Workers report steps as events and return the result; the engine
writes it to its own store, so workers need not share a folder with it. No call here waits for a cluster. Jobs wait in
the engine, in the order of `queueing.in_order`, and are packed and handed to the scheduler when a thread is free: their
order is known, and one that waits can be withdrawn. Where all threads are busy with what can wait, a job gives its own
up. Files are read and written by the engine's own thread, never under its lock.
"""

import asyncio
import logging
import queue
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, TypeVar

from distributed import Client, Event, Future, KilledWorker

from camu_core.config import scheduler_address
from camu_core.engine.connection import MAX_ATTEMPTS, Connection
from camu_core.engine.monitor import JobState, JobView, Progress
from camu_core.engine.owners import IMAGES, RUNS, Owners, Thing
from camu_core.engine.queueing import in_order, makes_room
from camu_core.engine.shares import check_share
from camu_core.engine.worker import work
from camu_core.errors import CamuError, RunError, RunStopped, StoreError, StoreUnwritable, TooMuchAsked
from camu_core.jobs import Imported, Job, JobPayload, RunJob, Staged, followups
from camu_core.networks.checkpoints import Checkpoint
from camu_core.progress import Step
from camu_core.runs.results import Artifact, RunResult, Storable
from camu_core.runs.store import RunStore, holder
from camu_core.specs import RunSpec

BACKGROUND_PRIORITY = -10
TRAINING_PRIORITY = -20  # of what takes hours and, told to end, goes on later where it was
_FOLLOW_SECONDS = 0.1
_DONE_JOBS_REMEMBERED, _OTHER_JOBS_REMEMBERED = 32, 2000  # of what is done the result tells
_RESULTS_KEPT_IN_MEMORY = 8
GONE = "What it made is not there any more. Try again."
NOT_KEPT = (
    "It was computed, but its results are not there any more: CAMU_HOME cannot be written, its disk is full, or "
    "CAMU_STORE_MB is too little for all of them. Make room and start again."
)
LOST = "The process doing the work was lost twice, so the run was given up. Try again."

S = TypeVar("S", bound=Storable)

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
        self._chores: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._desk: threading.Thread | None = None

    # --- for pages and the command line ------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to connect and to warm workers up, in the background; safe to call often."""
        with self._lock:
            if not self.connection.is_started:
                self._desk = threading.Thread(target=self._do_chores, name="engine-desk", daemon=True)
                self._desk.start()
                self.connection.start()

    def close(self) -> None:
        """Disconnect and end the embedded workers."""
        self._chores.put(None)
        if self._desk is not None:
            self._desk.join()
        self.connection.close()

    def problem(self) -> str:
        """Why no work can be done at the moment, in one sentence; empty when all is well."""
        return self.connection.problem

    def submit(
        self, job: Job[Storable], watcher: str = "", priority: int = 0, chain: RunSpec | Staged | None = None
    ) -> str:
        """Start a job, join the one that is running already, or do nothing if its result is stored.

        Args:
            watcher: who wants it; Stop takes effect when no watcher is left.
            priority: higher goes first; sweeps use BACKGROUND_PRIORITY, long trainings TRAINING_PRIORITY.
            chain: about what `followups` are computed when this is done.
        Returns:
            the digest.
        """
        return self.submit_all([job], watcher, priority, chain)[0]

    def submit_all(
        self,
        jobs: Sequence[Job[Storable]],
        watcher: str = "",
        priority: int = 0,
        chain: RunSpec | Staged | None = None,
    ) -> list[str]:
        """As `submit`, many at once and quicker.

        Raises:
            TooMuchAsked: more than the visitor's share, or than the queue holds; nothing was submitted then.
        """
        looked = time.monotonic()
        stored = {job.digest for job in jobs if self.has(job)}
        known_already = stored.union(self.active(job.digest for job in jobs))
        is_new = any(job.digest not in known_already for job in jobs)
        share = self._stored_mb(watcher) if is_new else 0.0  # looks at every file of theirs
        new, done = [], []
        with self._lock:
            for job in jobs:
                known = self._progress.get(job.digest)
                is_just_done = known is not None and known.state == JobState.DONE and known.ended > looked
                if known is not None and not known.is_over:
                    known.join(watcher, priority, chain)
                elif job.digest in stored or is_just_done:
                    done.append(job)
                else:
                    new.append(job)
            if new and self.owners is not None:
                self._check_share(len(new), watcher, share)
            for job in done:
                self._progress.pop(job.digest, None)
            for job in new:
                self._progress[job.digest] = Progress(job, {watcher}, priority, watcher, {chain} if chain else set())
            self._queue = None
        for job in done:
            self._note_owners(job, {watcher})
        for job in new:
            self.start()
            if isinstance(job, RunJob) and priority >= 0:  # of what waits behind people there may be thousands
                self._later(self.store.note_started, job.digest, job.spec)
        self._later(self._dispatch_all)
        if done and chain is not None:
            self._later(self.follow_up, chain, watcher)
        return [job.digest for job in jobs]

    def follow_up(self, about: RunSpec | Staged, watcher: str = "") -> list[str]:
        """Compute what a finished run or a population lacks, behind what people wait for; what failed stays so, and so
        does a part of a population that was done and could not be kept: it would be computed for ever.

        Returns:
            digests of the jobs.
        """
        submitted = []
        for job in followups(about, self.is_there):
            known = self.watch(job.digest)
            is_gone = known is not None and known.state == JobState.DONE
            if known is None or not known.is_over or (is_gone and not isinstance(about, Staged)):
                try:
                    submitted.append(self.submit(job, watcher, BACKGROUND_PRIORITY, about))
                except TooMuchAsked as error:
                    log.info("nothing more about %s: %s", about.digest, error)
        return submitted

    def _go_on(self, progress: Progress, about: RunSpec | Staged, watcher: str) -> None:
        """Follow a job that is done up, unless it was stopped at its very end, or is meanwhile."""
        if progress.notice and isinstance(about, Staged):
            return
        if watcher in progress.watchers:
            submitted = self.follow_up(about, watcher)
            with self._lock:
                if watcher not in progress.watchers:
                    self.stop_all(submitted, watcher)

    def _stored_mb(self, watcher: str) -> float:
        things = self.owners.things(RUNS, watcher) if self.owners is not None else ()
        return sum(self.store.size_bytes(digest) for digest in things) / 1e6

    def check_share_of(self, watcher: str) -> None:
        """Ask whether a new job of a visitor would be taken, before anything is kept for it.

        Raises:
            TooMuchAsked: as `submit_all` would.
        """
        stored_mb = self._stored_mb(watcher)
        with self._lock:
            if self.owners is not None:
                self._check_share(1, watcher, stored_mb)

    def _check_share(self, n_new: int, watcher: str, stored_mb: float) -> None:
        """Raises: TooMuchAsked: see `shares.check_share`."""
        waiting = [progress for progress in self._progress.values() if progress.is_waiting]
        n_mine = sum(progress.visitor == watcher for progress in waiting)
        check_share(n_mine + n_new, len(waiting) + n_new, stored_mb)

    def _note_owners(self, job: Job[Storable], watchers: Iterable[str]) -> None:
        """The finished thing is theirs who asked for it."""
        if self.owners is None:
            return
        if job.result_type is RunResult:
            thing = Thing(RUNS, job.digest)
        elif job.result_type is Imported and (name := self.result(job.digest, Imported).name):
            thing = Thing(IMAGES, name)
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

    def under_way(self, watcher: str | None = None) -> list[Job[Storable]]:
        """All jobs that are not over, or those that this watcher wants."""
        with self._lock:
            return [
                progress.job
                for progress in self._progress.values()
                if not progress.is_over and (watcher is None or watcher in progress.watchers)
            ]

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
                    allowed = f"It computed longer than the {seconds:,.0f} s that this server allows."
                    progress.overdue = f"{allowed} {progress.job.when_overdue}"
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
            if progress is None:
                return False
            progress.leave(watcher)  # of one that is over, too: what would follow it is not wanted any more
            if progress.is_over:
                return False
            self._queue = None
            if progress.watchers:
                return False
            progress.stop_requested = True
            if progress.is_waiting:
                self._finish(progress, JobState.STOPPED)
            else:
                self._tell_to_end(progress)
            return True

    def stop_all(self, digests: Sequence[str], watcher: str = "") -> None:
        """`stop` many at once: no moment lies between them in which what follows one could begin."""
        with self._lock:
            for digest in reversed(digests):  # the waiting ones first, or they would start when the running ones end
                self.stop(digest, watcher)

    def _tell_to_end(self, progress: Progress) -> None:
        """Without effect on one that is being packed, or about to be put back: it is looked at once more then."""
        if progress.future is not None and (client := self.connection.client) is not None:
            event = Event(progress.stop_name, client=client)
            threading.Thread(target=event.set, name="stop", daemon=True).start()  # waits if the scheduler is gone

    def has(self, job: Job[Storable]) -> bool:
        """Whether a job's result is in the store, and, if it is an artifact, what it stands for."""
        if not (job.digest in self._unsaved or self.store.has(job.digest, job.result_type)):
            return False
        if not issubclass(job.result_type, Artifact):
            return True
        try:
            return self.result(job.digest, job.result_type).is_published
        except StoreError:
            return False

    def is_there(self, digest: str, kind: type[Storable]) -> bool:
        """Whether a result can be had, here or among the shipped ones."""
        return digest in self._unsaved or holder(self.store, digest, kind) is not None

    def result(self, digest: str, kind: type[S]) -> S:
        """A finished result, from the store or, if that could not be written, from memory; or a shipped one.

        Raises:
            RunNotFound, RunDamaged: see `RunStore.load`.
        """
        with self._lock:
            if isinstance(found := self._unsaved.get(digest), kind):
                return found
        return (holder(self.store, digest, kind) or self.store).load(digest, kind)

    def follow(self, job: Job[S]) -> Generator[Step, None, S]:
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
        if view is not None and view.state != JobState.DONE:
            raise RunError(view.message or "The run was stopped.")
        return self.result(digest, job.result_type)

    def follow_all(self, jobs: Sequence[Job], stage: str) -> Generator[Step, None, dict[str, str]]:
        """Do many jobs behind what people wait for; closing the generator stops those under way.

        Returns:
            why jobs failed or were stopped, by digest; the others are finished.
        """
        follower = f"follow-{uuid.uuid4().hex}"
        self.submit_all(jobs, follower, BACKGROUND_PRIORITY)
        try:
            while True:
                views = {job.digest: self.watch(job.digest) for job in jobs}
                n_done = sum(view is None or view.is_over for view in views.values())
                yield Step(n_done, len(views), stage=stage)
                if n_done == len(views):
                    break
                time.sleep(_FOLLOW_SECONDS)
        finally:
            self.stop_all([job.digest for job in jobs], follower)
        ended = {digest: view for digest, view in views.items() if view is not None and view.state != JobState.DONE}
        forgotten = (job for job in jobs if views[job.digest] is None)
        gone = [job.digest for job in forgotten if not self.is_there(job.digest, job.result_type)]
        return {digest: view.message or "it was stopped" for digest, view in ended.items()} | dict.fromkeys(gone, GONE)

    def summary(self, digest: str) -> dict[str, Any]:
        """The JSON part of a finished run, kept or not. Raises: see `RunStore.summary`."""
        with self._lock:
            unsaved = self._unsaved.get(digest)
        return unsaved.summary() if isinstance(unsaved, RunResult) else self.store.summary(digest)

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
        """Jobs that the scheduler has, or is about to have."""
        return [progress for progress in self._progress.values() if progress.future is not None or progress.is_packing]

    def _later(self, chore: Callable[..., object], *arguments: object) -> None:
        """Have the engine's thread do something, after what it has to do already."""
        self._chores.put(lambda: chore(*arguments))

    def _do_chores(self) -> None:
        """The engine's thread: all that reads or writes files, one after another."""
        while (chore := self._chores.get()) is not None:
            try:
                chore()
            except Exception:
                log.exception("in the engine's thread")

    def _dispatch_all(self) -> None:
        """Hand as many jobs to the scheduler as it has free threads; where none is free, see whether one yields."""
        while (progress := self._take_next()) is not None:
            try:
                payload = progress.job.pack(self.result)
            except Exception as error:
                with self._lock:
                    progress.is_packing = False
                    self._on_error(progress, error)
                continue
            with self._lock:
                self._dispatch(progress, payload)

    def _take_next(self) -> Progress | None:
        """The next job that a free thread can do, out of the queue; None if there is none."""
        with self._lock:
            n_free = self.connection.n_threads - len(self._running()) if self.connection.client is not None else 0
            while n_free > 0 and (waiting := self._waiting()):
                self._queue, progress = None, waiting[0]
                if len(progress.attempts) < MAX_ATTEMPTS:
                    progress.is_packing = True
                    return progress
                self._finish(progress, JobState.FAILED, LOST)
            if (waiting := self._waiting()) and self.connection.n_threads:
                at_work = [progress for progress in self._running() if not progress.is_packing]
                yielding = makes_room(waiting[0], at_work)
                if yielding is not None:
                    yielding.is_yielding = True
                    self._tell_to_end(yielding)
            return None

    def _dispatch(self, progress: Progress, payload: JobPayload) -> None:
        """To the scheduler; back into the queue if that is gone, and out of it if nobody wants it any more."""
        progress.is_packing, self._queue = False, None
        if progress.stop_requested:
            self._finish(progress, JobState.STOPPED)
            return
        if (client := self.connection.client) is None:
            return
        progress.stop_name = f"stop-{uuid.uuid4().hex}"
        progress.future = future = client.submit(
            work, progress.job, payload, progress.stop_name, key=progress.job.digest, priority=progress.priority
        )
        if isinstance(progress.job, RunJob):
            self._later(self.store.note_started, progress.job.digest, progress.job.spec)
        future.add_done_callback(lambda done: self._on_done(progress, done))

    def _on_change(self) -> None:
        """The connection went or came: what the old one was doing waits for the new one."""
        with self._lock:
            for progress in list(self._progress.values()):
                if progress.future is not None and progress.future.client is not self.connection.client:
                    self._put_back(progress)
        self._later(self._dispatch_all)

    def _put_back(self, progress: Progress) -> None:
        """Into the queue at its old place, if it is wanted still."""
        progress.future, progress.state, progress.is_yielding, progress.overdue = None, JobState.QUEUED, False, ""
        progress.began = 0.0  # its clock stands still while it waits
        self._queue = None
        if progress.stop_requested:
            self._finish(progress, JobState.STOPPED)

    def _on_event(self, message: dict) -> None:
        with self._lock:
            progress = self._progress.get(message["digest"])
            if progress is not None and progress.future is not None:
                progress.see(message["attempt"], message["steps"])

    def _on_done(self, progress: Progress, future: Future) -> None:
        """Runs in a thread of the client: keep the result, let the key go, and only then say that the job is over."""
        client, status, error, notice = future.client, future.status, None, ""
        noted: set[str] = set()
        try:
            if status == "finished":
                notice = self._keep(future.result(), client)
                noted = set(progress.watchers)
                self._note_owners(progress.job, noted)
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
                self._finish(progress, JobState.DONE)
            elif isinstance(error, RunStopped) and progress.overdue:
                self._finish(progress, JobState.FAILED, progress.overdue)
            elif status == "cancelled" or isinstance(error, RunStopped):
                progress.attempts.clear()
                self._put_back(progress)  # wanted again in the meantime, or stopped by another server that shared it
            else:
                self._on_error(progress, error or RunError("The cluster lost what the run made. Try again."))
            late, watchers, chains = progress.watchers - noted, set(progress.watchers), set(progress.chains)
        if progress.state == JobState.DONE:
            self._note_owners(progress.job, late)
            for about in chains:
                for watcher in watchers:
                    self._later(self._go_on, progress, about, watcher)
        self._later(self._dispatch_all)

    def _on_error(self, progress: Progress, error: BaseException) -> None:
        if isinstance(error, CamuError):
            self._finish(progress, JobState.FAILED, str(error))
        elif isinstance(error, KilledWorker):
            self._finish(progress, JobState.FAILED, LOST)
        else:
            log.error("job %s failed", progress.job.digest, exc_info=error)
            message = f"The run ended unexpectedly ({type(error).__name__}: {error}). Try again."
            self._finish(progress, JobState.FAILED, message)

    def _finish(self, progress: Progress, state: JobState, message: str = "") -> None:
        began, visitor = progress.began, progress.visitor
        progress.finish(state, message)
        self._queue = None
        self.ended[state] += 1
        log.info(
            "job %s %s of visitor %s: %s after %.1f s in the queue and %.1f s of work",
            type(progress.job).__name__, progress.job.digest, visitor[:8] or "-", state,
            (began or progress.ended) - progress.submitted, progress.ended - began if began else 0.0,
        )  # fmt: skip
        self._later(self.store.note_ended, progress.job.digest)
        over = sorted((other for other in self._progress.values() if other.is_over), key=lambda other: other.ended)
        done = [other for other in over if other.state == JobState.DONE]
        others = [other for other in over if other.state != JobState.DONE]
        for other in (*done[:-_DONE_JOBS_REMEMBERED], *others[:-_OTHER_JOBS_REMEMBERED]):
            self._progress.pop(other.job.digest)

    def _keep(self, result: Storable, client: Client) -> str:
        """Returns: what the user should know; empty if all is well."""
        if isinstance(result, Artifact):
            result.publish()
        try:
            self.store.save(result)
        except StoreUnwritable as error:
            with self._lock:
                self._unsaved[result.digest] = result
                while len(self._unsaved) > _RESULTS_KEPT_IN_MEMORY:
                    self._unsaved.pop(next(iter(self._unsaved)))
            return f"{error} Until the app restarts, the run can still be seen."
        if result.checkpoints and self.connection.cluster is None:  # on workers with a CAMU_HOME of their own
            client.run(_remove, result.checkpoints, wait=False, on_error="ignore")
        return ""


def _remove(checkpoints: Sequence[Checkpoint]) -> None:
    for checkpoint in checkpoints:
        checkpoint.remove()

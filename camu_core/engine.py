"""Work off the page's thread: submit, watch, stop and fetch runs on Dask distributed.

By default an embedded cluster of worker processes; CAMU_SCHEDULER=tcp://host:port uses a running one. The task key is
the digest, so equal requests are one computation. Workers report steps as events and return the result; the engine
writes it to its own store, so workers need not share a folder with it. No call here waits for a cluster: a thread
connects, notices when scheduler or workers are gone, and builds up again.
"""

import asyncio
import logging
import os
import threading
import time
import uuid
from collections.abc import Generator

import dask
from distributed import Client, Event, Future, KilledWorker, LocalCluster

from camu_core.config import scheduler_address
from camu_core.errors import CamuError, RunError, RunStopped, StoreUnwritable
from camu_core.jobs import Job, JobView, Progress, RunJob
from camu_core.progress import Step
from camu_core.results import Storable
from camu_core.store import RunStore
from camu_core.worker import TOPIC, warm_up, work

MAX_ATTEMPTS = 2
BACKGROUND_PRIORITY = -10
_WATCH_SECONDS = 0.5
_FOLLOW_SECONDS = 0.1
_FINISHED_JOBS_REMEMBERED = 32
_CONNECT_TIMEOUT_SECONDS = 20
_NO_WORKER_SECONDS = 20.0
_RESULTS_KEPT_IN_MEMORY = 8
LOST = "The process doing the work was lost twice, so the run was given up. Try again."

log = logging.getLogger(__name__)


class Engine:
    """One per server.

    Args:
        store: where finished work is kept.
        scheduler: address of a running cluster; None takes CAMU_SCHEDULER, and without that an embedded cluster.
        n_workers: worker processes of the embedded cluster; None takes one a processor.
    """

    def __init__(self, store: RunStore, scheduler: str | None = None, n_workers: int | None = None) -> None:
        self.store = store
        self._address = scheduler or scheduler_address()
        self._n_workers = n_workers or os.cpu_count() or 1
        self._lock = threading.RLock()
        self._progress: dict[str, Progress] = {}
        self._unsaved: dict[str, Storable] = {}
        self._cluster: LocalCluster | None = None
        self._client: Client | None = None
        self._problem = ""
        self._workers_seen = time.monotonic()
        self._guard: threading.Thread | None = None
        self._closing = threading.Event()

    # --- for pages and the command line ------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to connect and to warm workers up, in the background; safe to call often."""
        with self._lock:
            if self._guard is None:
                self._guard = threading.Thread(target=self._keep_connected, name="engine", daemon=True)
                self._guard.start()

    def close(self) -> None:
        """Disconnect and end the embedded workers."""
        self._closing.set()
        if self._guard is not None:
            self._guard.join()
        self._disconnect()

    def problem(self) -> str:
        """Why no work can be done at the moment, in one sentence; empty when all is well."""
        return self._problem

    def submit(self, job: Job, watcher: str = "", priority: int = 0) -> str:
        """Start a job, join the one that is running already, or do nothing if its result is stored.

        Args:
            watcher: who wants it; Stop takes effect when no watcher is left.
            priority: higher goes first; sweeps use BACKGROUND_PRIORITY.
        Returns:
            the digest.
        """
        with self._lock:
            known = self._progress.get(job.digest)
            if known is not None and not known.is_over:
                known.watchers.add(watcher)
                known.stop_requested = False  # whoever stopped it a moment ago: it is wanted again
            elif self.has(job):
                self._progress.pop(job.digest, None)
            else:
                self.start()
                if isinstance(job, RunJob):
                    self.store.note_started(job.digest, job.spec)
                progress = self._progress[job.digest] = Progress(job, {watcher}, priority)
                self._dispatch(progress)
        return job.digest

    def watch(self, digest: str) -> JobView | None:
        """How a job stands now; None if nobody asked for it since the server started."""
        with self._lock:
            progress = self._progress.get(digest)
            if progress is None:
                return None
            ahead = sum(other.state == "queued" and other.rank < progress.rank for other in self._progress.values())
            return progress.view(queue_position=ahead + 1 if progress.state == "queued" else 0)

    def stop(self, digest: str, watcher: str = "") -> bool:
        """Stop a job for one watcher; the work itself ends when nobody else watches.

        Returns:
            whether the work was told to end.
        """
        with self._lock:
            progress = self._progress.get(digest)
            if progress is None or progress.is_over:
                return False
            progress.watchers.discard(watcher)
            if progress.watchers:
                return False
            progress.stop_requested = True
            if progress.future is None:
                self._finish(progress, "stopped")
            elif progress.state == "queued":
                progress.future.cancel()
            else:
                event = Event(progress.stop_name, client=self._client)
                threading.Thread(target=event.set, name="stop", daemon=True).start()  # waits if the scheduler is gone
            return True

    def has(self, job: Job) -> bool:
        """Whether a job's result is there."""
        return job.digest in self._unsaved or self.store.has(job.digest, job.result_type)

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

    # --- connection --------------------------------------------------------------------------------------------------

    def _keep_connected(self) -> None:
        """The guard thread: connect, look after the connection, connect again."""
        while not self._closing.wait(0 if self._client is None else _WATCH_SECONDS):
            try:
                if self._client is not None and self._is_lost():
                    log.warning("the engine lost its scheduler or all workers; building up again")
                    self._disconnect()
                if self._client is None:
                    self._connect()
            except Exception as error:
                log.warning("no connection: %s", error)
                where = f"The scheduler at {self._address}" if self._address else "The worker pool"
                self._problem = f"{where} does not answer; trying again until it does."
                self._disconnect()
                self._closing.wait(1.0)

    def _connect(self) -> None:
        if self._address is None:
            dask.config.set(
                {"distributed.scheduler.http.routes": [], "distributed.scheduler.allowed-failures": MAX_ATTEMPTS - 1}
            )
            self._cluster = LocalCluster(
                n_workers=self._n_workers,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            )
        client = Client(self._address or self._cluster, set_as_default=False, timeout=_CONNECT_TIMEOUT_SECONDS)
        client.subscribe_topic(TOPIC, self._on_event)
        with self._lock:
            self._client, self._problem, self._workers_seen = client, "", time.monotonic()
            for address in client.scheduler_info(n_workers=-1)["workers"] if self._cluster else ():
                client.submit(warm_up, workers=[address], pure=False, priority=1).add_done_callback(_release)
            for progress in self._progress.values():
                if not progress.is_over:
                    self._dispatch(progress)

    def _is_lost(self) -> bool:
        if self._client.status != "running":
            return True
        if self._cluster is None or self._cluster.scheduler.workers:
            self._workers_seen = time.monotonic()
        return time.monotonic() - self._workers_seen > _NO_WORKER_SECONDS

    def _disconnect(self) -> None:
        with self._lock:
            client, cluster, self._client, self._cluster = self._client, self._cluster, None, None
            for progress in self._progress.values():
                if not progress.is_over:
                    progress.future, progress.state = None, "queued"
        for part in (client, cluster):
            if part is not None:
                try:
                    part.close(timeout=5)
                except Exception as error:
                    log.warning("while disconnecting: %s", error)

    # --- jobs --------------------------------------------------------------------------------------------------------

    def _dispatch(self, progress: Progress) -> None:
        """Hand a job to the scheduler if there is one; the guard thread does it otherwise."""
        if self._client is None:
            return
        if len(progress.attempts) >= MAX_ATTEMPTS:
            self._finish(progress, "failed", LOST)
            return
        progress.n_dispatches += 1
        progress.future = future = self._client.submit(
            work, progress.job, progress.stop_name, key=progress.job.digest, priority=progress.priority
        )
        future.add_done_callback(lambda done: self._on_done(progress, done))

    def _on_event(self, event: tuple[float, dict]) -> None:
        _, message = event
        with self._lock:
            progress = self._progress.get(message["digest"])
            if progress is not None and not progress.is_over:
                progress.see(message["attempt"], message["steps"])

    def _on_done(self, progress: Progress, future: Future) -> None:
        """Runs in a thread of the client: keep the result, let the key go, and only then say that the job is over."""
        client, status, error = future.client, future.status, None  # a released future has lost its status
        try:
            if status == "finished":
                progress.notice = self._keep(future.result())
            elif status == "error":
                error = future.exception()
            elif not progress.stop_requested and client is not self._client:
                return  # the connection is gone; the guard dispatches the job again
            future.release()
            client.sync(asyncio.sleep, 0)  # lets the release happen: the key would give the old outcome until then
        except Exception as problem:
            error = problem
        if progress.future is not future or progress.is_over:
            return
        if progress.stop_requested and status != "finished":
            self._finish(progress, "stopped")
        elif status == "cancelled" or isinstance(error, RunStopped):
            self._begin_again(progress)
        elif error is not None:
            self._on_error(progress, error)
        else:
            self._finish(progress, "done")

    def _begin_again(self, progress: Progress) -> None:
        """The task was stopped, by another server or a moment before somebody asked again; here it is still wanted."""
        log.warning("job %s was stopped elsewhere and is begun again", progress.job.digest)
        with self._lock:
            progress.state = "queued"
            progress.attempts.clear()
            self._dispatch(progress)

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
        with self._lock:
            progress.finish(state, message)
            over = [other for other in self._progress.values() if other.is_over]
            for other in sorted(over, key=lambda other: other.ended)[:-_FINISHED_JOBS_REMEMBERED]:
                self._progress.pop(other.job.digest)
        self.store.note_ended(progress.job.digest)

    def _keep(self, result: Storable) -> str:
        try:
            self.store.save(result)
        except StoreUnwritable as error:
            with self._lock:
                self._unsaved[result.digest] = result
                while len(self._unsaved) > _RESULTS_KEPT_IN_MEMORY:
                    self._unsaved.pop(next(iter(self._unsaved)))
            return f"{error} Until the app restarts, the run can still be seen."
        return ""


def _release(future: Future) -> None:
    future.release()

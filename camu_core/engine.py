"""Work off the page's thread: submit, watch, stop and fetch runs on Dask distributed.

By default an embedded cluster of worker processes; CAMU_SCHEDULER=tcp://host:port uses a running one. The task key is
the digest, so equal requests are one computation. Workers report steps as events and return the result; the engine
writes it to its own store, so workers need not share a folder with it.
"""

import logging
import os
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import dask
from distributed import Client, Event, Future, KilledWorker, LocalCluster, get_worker

from camu_core.errors import CamuError, RunStopped, StoreUnwritable, WorkerLost
from camu_core.jobs import Job, JobView, Progress
from camu_core.progress import Step
from camu_core.results import Storable
from camu_core.store import RunStore

_TOPIC = "camu-progress"
_STOP_POLL_SECONDS = 0.1
_REPORT_SECONDS = 0.05
_START_TIMEOUT_SECONDS = 60
_RUNS_KEPT_IN_MEMORY = 8

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
        self._address = scheduler or os.environ.get("CAMU_SCHEDULER")
        self._n_workers = n_workers or os.cpu_count() or 1
        self._lock = threading.RLock()
        self._progress: dict[str, Progress] = {}
        self._unsaved: dict[str, Storable] = {}
        self._cluster: LocalCluster | None = None
        self._client: Client | None = None

    def start(self) -> None:
        """Connect, and warm the workers up in the background; safe to call often and from several threads."""
        with self._lock:
            if self._client is not None:
                return
            if self._address is None:
                dask.config.set({"distributed.scheduler.http.routes": []})  # nobody asked for a dashboard
                self._cluster = LocalCluster(
                    n_workers=self._n_workers,
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                )
            self._client = Client(self._address or self._cluster, set_as_default=False, timeout=_START_TIMEOUT_SECONDS)
            self._client.subscribe_topic(_TOPIC, self._on_event)
            if self._cluster is not None:
                for address in self._client.scheduler_info(n_workers=-1)["workers"]:
                    self._client.submit(_warm_up, workers=[address], pure=False).add_done_callback(_ignore)

    def close(self) -> None:
        """Disconnect and end the embedded workers."""
        with self._lock:
            for part in (self._client, self._cluster):
                if part is not None:
                    part.close()
            self._client = self._cluster = None

    def submit(self, job: Job, watcher: str = "") -> str:
        """Start a job, join the one that is running already, or do nothing if its result is stored.

        Args:
            watcher: who wants it; Stop takes effect when no watcher is left.
        Returns:
            the digest.
        """
        digest = job.digest
        with self._lock:
            running = self._progress.get(digest)
            if running is not None and not running.is_over:
                running.watchers.add(watcher)
                return digest
            if self.has(job):
                self._progress.pop(digest, None)
                return digest
            self.start()
            progress = self._progress[digest] = Progress(job, watchers={watcher})
            Event(_stop_name(digest), client=self._client).clear()
            future = self._client.submit(_work, job, key=digest, pure=True)
            progress.future = future
        future.add_done_callback(lambda done: self._on_done(progress, done))
        return digest

    def watch(self, digest: str) -> JobView | None:
        """How a job stands now; None if nobody asked for it since the server started."""
        with self._lock:
            progress = self._progress.get(digest)
            if progress is None:
                return None
            ahead = [p for p in self._progress.values() if p.state == "queued" and p.submitted < progress.submitted]
            return progress.view(queue_position=len(ahead) + 1 if progress.state == "queued" else 0)

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
            Event(_stop_name(digest), client=self._client).set()
            if progress.state == "queued":
                progress.future.cancel()
            return True

    def result(self, digest: str, kind: type[Storable]) -> Storable:
        """A finished job's result, from the store or, if that could not be written, from memory.

        Raises:
            RunNotFound, RunDamaged: see `RunStore.load`.
        """
        with self._lock:
            if digest in self._unsaved:
                return self._unsaved[digest]
        return self.store.load(digest, kind)

    def has(self, job: Job) -> bool:
        """Whether a job's result is there."""
        return job.digest in self._unsaved or self.store.has(job.digest, job.result_type)

    def _on_event(self, event: tuple[float, dict[str, Any]]) -> None:
        _, message = event
        with self._lock:
            progress = self._progress.get(message["digest"])
            if progress is not None and not progress.is_over:
                progress.see(message["attempt"], message["steps"])

    def _on_done(self, progress: Progress, future: Future) -> None:
        """Runs in a thread of the client: keep the result first, then say that it is there, then let the future go."""
        try:
            if future.status == "finished":
                progress.notice = self._keep(future.result())
                progress.finish("done")
            elif future.status == "cancelled":
                progress.finish("stopped")
            else:
                _fail(progress, future.exception())
        except Exception as error:
            _fail(progress, error)
        finally:
            future.release()

    def _keep(self, result: Storable) -> str:
        try:
            self.store.save(result)
        except StoreUnwritable as error:
            with self._lock:
                self._unsaved[result.digest] = result
                while len(self._unsaved) > _RUNS_KEPT_IN_MEMORY:
                    self._unsaved.pop(next(iter(self._unsaved)))
            return f"{error} Until the app restarts, the run can still be seen."
        return ""


def _fail(progress: Progress, error: BaseException) -> None:
    if isinstance(error, RunStopped):
        progress.finish("stopped")
    elif isinstance(error, CamuError):
        progress.finish("failed", str(error))
    elif isinstance(error, KilledWorker):
        progress.finish("failed", str(WorkerLost("The process doing the work was killed, more than once. Try again.")))
    else:
        log.error("job %s failed", progress.job.digest, exc_info=error)
        progress.finish("failed", f"The run ended unexpectedly ({type(error).__name__}: {error}). Try again.")


def _ignore(future: Future) -> None:
    future.release()


def _stop_name(digest: str) -> str:
    return f"stop-{digest}"


def _warm_up() -> None:
    """Import what runs need and step an optimiser once: the first press then does not wait for it."""
    from camu_core import drain, execute, plan_run

    drain(execute(plan_run("digits", [0], settings={"epochs": 1})))


def _work(job: Job) -> Storable:
    """In a worker: run the job, report its steps, obey Stop."""
    worker, attempt = get_worker(), uuid.uuid4().hex
    stop = Event(_stop_name(job.digest))
    report = _Reporter(
        lambda steps: worker.log_event(_TOPIC, {"digest": job.digest, "attempt": attempt, "steps": steps})
    )
    work = job.execute()
    report.send()
    polled = time.monotonic()
    while True:
        try:
            report.add(next(work))
        except StopIteration as end:
            report.send()
            return end.value
        if time.monotonic() - polled > _STOP_POLL_SECONDS:
            if stop.is_set():
                work.close()
                raise RunStopped("The run was stopped.")
            polled = time.monotonic()


class _Reporter:
    """Sends steps in small parcels, at most one every 50 ms."""

    def __init__(self, send: Callable[[list[dict[str, Any]]], None]) -> None:
        self._send, self._parcel, self._sent = send, [], 0.0

    def add(self, step: Step) -> None:
        self._parcel.append(step.to_message())
        if time.monotonic() - self._sent > _REPORT_SECONDS:
            self.send()

    def send(self) -> None:
        self._send(self._parcel)
        self._parcel, self._sent = [], time.monotonic()

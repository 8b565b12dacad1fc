"""The engine's line to Dask: an embedded cluster or one that runs elsewhere, kept up by a thread of its own."""

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

import dask
import torch
from distributed import Client, Future, LocalCluster
from distributed.utils import get_mp_context

from camu_core.engine.worker import TOPIC, warm_up

MAX_ATTEMPTS = 2
_WATCH_SECONDS = 0.5
_RETRY_SECONDS = 1.0
_CONNECT_TIMEOUT_SECONDS = 5
_NO_WORKER_SECONDS = 20.0
_SILENT_SECONDS = 10.0  # without a word from a worker process, which says one every half second: it is frozen
_FROZEN_SECONDS = 60.0  # after which an embedded one is ended, and another takes its place

# Where they can be forked, embedded workers come of a process that has imported all this, once for all of them: each is
# there sooner, and they share that memory. The last is what a process's first optimiser imports.
_IMPORTED_ONCE = ["distributed", "camu_core.engine.worker", "torch._dynamo"]

log = logging.getLogger(__name__)


class Connection:
    """A client that comes back.

    Args:
        address: of a running scheduler; None starts an embedded cluster.
        n_workers: worker processes of the embedded cluster; None takes one a processor.
        on_event: called with each message of a worker, in the client's event loop.
        on_change: called when the client or the number of threads has changed, in the guard thread.
    """

    def __init__(
        self,
        address: str | None,
        n_workers: int | None,
        on_event: Callable[[dict], None],
        on_change: Callable[[], None],
    ) -> None:
        self.client: Client | None = None
        self.cluster: LocalCluster | None = None
        self.n_threads = 0
        self.problem = ""
        self._address = address
        self._n_workers = n_workers or os.cpu_count() or 1
        self._on_event, self._on_change = on_event, on_change
        self._workers_seen = 0.0
        self._heard: dict[str, tuple[float, float]] = {}  # of each worker: its last word, and when that came here
        self._guard: threading.Thread | None = None
        self._closing = threading.Event()

    def start(self) -> None:
        """Begin to connect, in the background; call it once."""
        self._guard = threading.Thread(target=self._keep_up, name="engine", daemon=True)
        self._guard.start()

    @property
    def is_started(self) -> bool:
        return self._guard is not None

    def close(self) -> None:
        """Disconnect and end the embedded workers."""
        self._closing.set()
        if self._guard is not None:
            self._guard.join()
        self._disconnect()

    def _keep_up(self) -> None:
        """The guard thread: connect, look after the connection, connect again."""
        while not self._closing.wait(0 if self.client is None else _WATCH_SECONDS):
            try:
                self._look(self.client or self._connect())
            except Exception as error:
                log.warning("no connection: %s", error)
                where = f"The scheduler at {self._address}" if self._address else "The worker pool"
                self.problem = f"{where} does not answer; trying again until it does."
                self._disconnect()
                self._closing.wait(_RETRY_SECONDS)

    def _connect(self) -> Client:
        if self._address is None:
            dask.config.set(
                {
                    "distributed.worker.multiprocessing-method": _way_to_start(),
                    "distributed.scheduler.http.routes": [],
                    "distributed.admin.large-graph-warning-threshold": "1GB",  # what a job brings along stays below
                    "distributed.scheduler.allowed-failures": MAX_ATTEMPTS - 1,
                    # Dask looks at every process up to a hundred times a second: 7% of a core where nothing is done.
                    "distributed.worker.profile.enabled": False,
                    "distributed.worker.memory.monitor-interval": "500ms",
                    "distributed.admin.tick.interval": "500ms",
                    "distributed.admin.system-monitor.interval": "5s",
                }
            )
            if get_mp_context().get_start_method() == "forkserver":  # asked, Dask sets a list of its own, once
                multiprocessing.set_forkserver_preload(_IMPORTED_ONCE)
            self.cluster = LocalCluster(
                n_workers=self._n_workers,
                threads_per_worker=1,
                env=dict(os.environ),  # as it is now, not as it was when the first worker was started
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            )
        client = Client(self._address or self.cluster, set_as_default=False, timeout=_CONNECT_TIMEOUT_SECONDS)
        client.subscribe_topic(TOPIC, lambda event: self._on_event(event[1]))
        for address in client.nthreads() if self.cluster else ():
            client.submit(warm_up, workers=[address], pure=False, priority=1).add_done_callback(Future.release)
        self.client, self._workers_seen = client, time.monotonic()
        return client

    def _look(self, client: Client) -> None:
        """How many threads there are now.

        Raises:
            ConnectionError: the scheduler is gone, or all workers of the embedded cluster and none comes back.
        """
        if client.status != "running":
            raise ConnectionError("the scheduler is gone")
        n_threads = sum(client.nthreads().values())
        if n_threads:
            self._workers_seen = time.monotonic()
        elif self.cluster is not None and time.monotonic() - self._workers_seen > _NO_WORKER_SECONDS:
            raise ConnectionError("all workers are gone")
        self.problem = (
            self._frozen(client)
            if n_threads or self.cluster
            else f"The scheduler at {self._address} has no worker; start one."
        )
        if n_threads != self.n_threads:
            self.n_threads = n_threads
            self._on_change()

    def _frozen(self, client: Client) -> str:
        """A sentence on worker processes that are there and say nothing; empty if all speak. Ends embedded ones."""
        now = time.monotonic()
        workers = client.scheduler_info(n_workers=-1)["workers"]
        said = {address: about["last_seen"] for address, about in workers.items()}  # by the scheduler's clock
        self._heard = {
            address: self._heard[address] if self._heard.get(address, (0, 0))[0] == word else (word, now)
            for address, word in said.items()
        }
        frozen = {address: now - at for address, (_, at) in self._heard.items() if now - at > _SILENT_SECONDS}
        for nanny in self.cluster.workers.values() if self.cluster else ():
            if frozen.get(nanny.worker_address, 0.0) > _FROZEN_SECONDS and nanny.pid:
                log.error("worker process %s is frozen; it is ended, and another starts", nanny.pid)
                os.kill(nanny.pid, signal.SIGKILL)
        if not frozen:
            return ""
        if not self.problem:
            log.warning("%d of %d workers do not answer", len(frozen), len(workers))
        return f"{len(frozen)} of {len(workers)} workers do not answer; their work goes on when they do, or elsewhere."

    def _disconnect(self) -> None:
        parts = (self.client, self.cluster)
        self.client, self.cluster, self.n_threads = None, None, 0
        self._on_change()
        for part in parts:
            if part is not None:
                try:
                    part.close(timeout=5)
                except Exception as error:
                    log.warning("while disconnecting: %s", error)


def _way_to_start() -> str:
    """A new process by multiprocessing; one that is forked could not use an accelerator for sure."""
    is_forkable = sys.platform == "linux" and not torch.accelerator.is_available()
    return "forkserver" if is_forkable else "spawn"

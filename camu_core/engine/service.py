"""The one engine and store of a server process: in this module, where no message of a visitor can reach them.

What Streamlit caches can be emptied by any client (its `clear_cache` message), so nothing that is shared lives there.
"""

import logging
import shutil
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from camu_core.config import ASSETS, least_free_bytes, share_limits
from camu_core.engine import OVER, Engine
from camu_core.engine.owners import IMAGES, RUNS, SWEEPS, Owners
from camu_core.errors import CamuError, StoreUnwritable
from camu_core.jobs.population import delete_images
from camu_core.runs.store import RunStore
from camu_core.specs import RunSpec

_TIDY_SECONDS = 5.0

_lock = threading.Lock()
_engine: Engine | None = None
_closing = threading.Event()

log = logging.getLogger(__name__)


def engine() -> Engine:
    """The server's one engine, made at the first call."""
    global _engine
    with _lock:
        if _engine is None:
            store = RunStore()
            owners = Owners(store.root)
            owners.keep_only(RUNS, store.digests())
            _engine = Engine(store, owners=owners)
        return _engine


def start() -> None:
    """Start the engine, and the thread that deletes what its last owner left a minute ago; once a process."""
    _log_to_stderr()
    engine().start()
    threading.Thread(target=_keep_tidy, name="tidy", daemon=True).start()


def _log_to_stderr() -> None:
    """What this project says from INFO on, beside Streamlit's own lines."""
    ours = logging.getLogger("camu_core")
    if not ours.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        ours.addHandler(handler)
        ours.setLevel(logging.INFO)
        ours.propagate = False


def close() -> None:
    """End both."""
    _closing.set()
    engine().close()


@dataclass(frozen=True)
class Health:
    """How the server is. Args: free_bytes: of the disk with the store."""

    has_workers: bool
    is_writable: bool
    free_bytes: int

    @property
    def is_ready(self) -> bool:
        return self.has_workers and self.is_writable

    @property
    def is_nearly_full(self) -> bool:
        return self.free_bytes < least_free_bytes()


def health() -> Health:
    """Asks the disk; takes milliseconds."""
    root = engine().store.root
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root) as file:
            file.write(b"?")
        is_writable = True
    except OSError:
        is_writable = False
    place = root if root.exists() else root.anchor
    has_workers = engine().connection.n_threads > 0 and not engine().problem()
    return Health(has_workers, is_writable, shutil.disk_usage(place).free)


def metrics() -> str:
    """Figures for the operator, in Prometheus' text form."""
    now, counts = health(), engine().figures()
    stored = sum(map(engine().store.size_bytes, engine().store.digests()))
    gauges = {
        "camu_ready": int(now.is_ready),
        "camu_jobs_waiting": counts["waiting"],
        "camu_jobs_running": counts["running"],
        "camu_worker_threads": counts["threads"],
        "camu_runs_stored_bytes": stored,
        "camu_disk_free_bytes": now.free_bytes,
    }
    lines = [f"# TYPE {name} gauge\n{name} {value}" for name, value in gauges.items()]
    lines.append("# TYPE camu_jobs_ended_total counter")
    lines += [f'camu_jobs_ended_total{{how="{how}"}} {engine().ended[how]}' for how in OVER]
    return "\n".join(lines) + "\n"


def _look_at_disk(was_full: bool) -> bool:
    """Warn once when the disk becomes nearly full."""
    now = health()
    if now.is_nearly_full and not was_full:
        log.warning("The disk with %s is nearly full: %.0f MB free", engine().store.root, now.free_bytes / 1e6)
    return now.is_nearly_full


def weights_needed() -> set[str]:
    """sha256 of the weights that a job under way, or a kept run, is made from."""
    store, specs = engine().store, [getattr(job, "spec", None) for job in engine().under_way()]
    for digest in store.digests():
        with suppress(CamuError):
            specs.append(RunSpec.from_json(store.summary(digest)["spec"]))
    return {sha256 for spec in specs if isinstance(spec, RunSpec) for sha256 in (spec.weights, spec.method_sha256)}


def tidy(now: float | None = None) -> None:
    """Delete what nobody owns any more, and lift the pins of those who left a run to others."""
    store, now = engine().store, time.time() if now is None else now
    delete = {RUNS: store.delete, SWEEPS: store.forget_sweep, IMAGES: lambda name: delete_images(name, store)}
    owners = engine().owners
    if owners is None:
        return
    for thing, owner in owners.late(now):
        if thing.kind == RUNS:
            with suppress(StoreUnwritable):
                store.pin(thing.name, False, owner)
    for thing in owners.settle(now):
        try:
            delete[thing.kind](thing.name)
        except CamuError as error:
            log.warning("%s", error)


def _keep_tidy() -> None:
    is_full = False
    while not _closing.wait(_TIDY_SECONDS):
        try:
            tidy()
            engine().end_overdue(share_limits().job_seconds)
            is_full = _look_at_disk(is_full)
        except Exception:
            log.exception("while tidying up")


def example_store() -> RunStore:
    """The runs that are shipped."""
    return RunStore(ASSETS / "example")

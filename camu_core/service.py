"""The one engine and store of a server process: in this module, where no message of a visitor can reach them.

What Streamlit caches can be emptied by any client (its `clear_cache` message), so nothing that is shared lives there.
"""

import logging
import threading

from camu_core.config import ASSETS
from camu_core.engine import Engine
from camu_core.errors import CamuError
from camu_core.originals import forget_dataset
from camu_core.owners import IMAGES, RUNS, SWEEPS, Owners
from camu_core.store import RunStore

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
    engine().start()
    threading.Thread(target=_keep_tidy, name="tidy", daemon=True).start()


def close() -> None:
    """End both."""
    _closing.set()
    engine().close()


def tidy(now: float | None = None) -> None:
    """Delete what nobody owns any more."""
    delete = {RUNS: engine().store.delete, SWEEPS: engine().store.forget_sweep, IMAGES: forget_dataset}
    for thing in engine().owners.settle(now):
        try:
            delete[thing.kind](thing.name)
        except CamuError as error:
            log.warning("%s", error)


def _keep_tidy() -> None:
    while not _closing.wait(_TIDY_SECONDS):
        try:
            tidy()
        except Exception:
            log.exception("while tidying up")


def forget_engine() -> None:
    """The next call makes another one, for tests with another CAMU_HOME; the old one is not closed."""
    global _engine
    with _lock:
        _engine = None


def example_store() -> RunStore:
    """The runs that are shipped."""
    return RunStore(ASSETS / "example")

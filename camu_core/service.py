"""The one engine and store of a server process: in this module, where no message of a visitor can reach them.

What Streamlit caches can be emptied by any client (its `clear_cache` message), so nothing that is shared lives there.
"""

import threading

from camu_core.config import ASSETS
from camu_core.engine import Engine
from camu_core.store import RunStore

_lock = threading.Lock()
_engine: Engine | None = None


def engine() -> Engine:
    """The server's one engine, made at the first call."""
    global _engine
    with _lock:
        if _engine is None:
            _engine = Engine(RunStore())
        return _engine


def forget_engine() -> None:
    """The next call makes another one, for tests with another CAMU_HOME; the old one is not closed."""
    global _engine
    with _lock:
        _engine = None


def example_store() -> RunStore:
    """The runs that are shipped."""
    return RunStore(ASSETS / "example")

"""Which runs were made together, for one sweep or one picture, so that lists can fold them."""

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from camu_core.files import write_atomically
from camu_core.store import RunStore

KINDS = ("sweep", "compare", "map", "terms")


@dataclass(frozen=True)
class Batch:
    """Args: name: 20 hex digits. kind: in KINDS. runs: digests."""

    name: str
    kind: str
    runs: tuple[str, ...]


def note_batch(store: RunStore, key: str, kind: str, runs: Iterable[str]) -> None:
    """Remember runs that are made together, besides those noted before; without effect where that cannot be written.

    Args:
        key: names the batch. runs: digests of those that somebody has not made by themselves before.
    """
    name = hashlib.sha256(f"{kind} {key}".encode()).hexdigest()[:20]
    path = store.root / "batches" / f"{name}.json"
    known = next((batch.runs for batch in batches(store) if batch.name == name), ())
    together = list(dict.fromkeys([*known, *runs]))
    if len(together) > len(known):
        with suppress(OSError):
            write_atomically(path, json.dumps({"kind": kind, "runs": together}).encode(), is_private=True)


def batches(store: RunStore) -> list[Batch]:
    """All that were noted, the newest first; unreadable ones are left out."""
    found = []
    for path in (store.root / "batches").glob("*.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            noted = json.loads(path.read_text())
            found.append((path.stat().st_mtime, Batch(path.stem, str(noted["kind"]), tuple(map(str, noted["runs"])))))
    return [batch for _, batch in sorted(found, key=lambda pair: -pair[0]) if batch.kind in KINDS]

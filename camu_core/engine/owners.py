"""Whose a run, a sweep or a set of images is: kept on disk beside the store, for the visitors who asked for it.

Who has the address of a thing may look and copy; its owners may delete, and take that back for a minute. A thing goes
when the last of its owners has left it, and a run is pinned while one of them pins it. Visitors are known by a hash,
never by the key that their browser holds.
"""

import json
import re
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from camu_core.config import is_public
from camu_core.files import write_atomically

RUNS, SWEEPS, IMAGES = "runs", "sweeps", "images"
UNDO_SECONDS = 60.0


@dataclass(frozen=True)
class Visitor:
    """Args: name: 20 hex digits. is_operator: has all rights."""

    name: str
    is_operator: bool = False


@dataclass(frozen=True)
class Thing:
    """Args: kind: RUNS, SWEEPS or IMAGES. name: its digest, or the name of a dataset."""

    kind: str
    name: str


def may_unpin(pin: str, visitor: Visitor) -> bool:
    """Whether a visitor sees and lifts a pin of a run: one of their own, or of nobody unless strangers come.

    Args:
        pin: one of `RunStore.pins`.
    """
    return visitor.is_operator or pin == visitor.name or (not pin and not is_public())


class Owners:
    """The books of one server; nothing else writes them while it runs.

    Args:
        root: CAMU_HOME.
    """

    def __init__(self, root: Path) -> None:
        self._root = root / "owners"
        self._lock = threading.RLock()
        # of each thing: by owner, None or (when it was left, by whom)
        self._books: dict[Thing, dict[str, tuple[float, str] | None]] = {}
        for path in self._root.glob("*/*.json"):
            with suppress(OSError, ValueError, AttributeError, TypeError):
                book = json.loads(path.read_text())
                self._books[Thing(path.parent.name, path.stem)] = {
                    owner: (float(left[0]), str(left[1])) if left else None for owner, left in book.items()
                }

    def note(self, thing: Thing, visitor: str) -> None:
        """The visitor asked for this; also one who had left it."""
        with self._lock:
            book = self._books.setdefault(thing, {})
            if book.get(visitor, ()) is not None:
                book[visitor] = None
                self._write(thing)

    def of(self, thing: Thing) -> set[str]:
        """Names of its owners, without those who left."""
        with self._lock:
            return {owner for owner, left in self._books.get(thing, {}).items() if left is None}

    def things(self, kind: str, visitor: str) -> list[str]:
        """Names of what a visitor owns."""
        with self._lock:
            return [t.name for t, book in self._books.items() if t.kind == kind and book.get(visitor, ()) is None]

    def may_change(self, thing: Thing, visitor: Visitor) -> bool:
        """Whether the visitor may delete, pin or unpin it. What has no owner is everybody's, unless strangers come."""
        owners = self.of(thing)
        return visitor.is_operator or visitor.name in owners or (not owners and not is_public())

    def pin_name(self, run: Thing, visitor: Visitor) -> str:
        """Under which name a visitor pins a run: their own if it is theirs, else none."""
        return visitor.name if visitor.name in self.of(run) else ""

    def leave(self, thing: Thing, visitor: Visitor) -> bool:
        """Delete it for the visitor, an operator for all; it is there for a minute still.

        Returns:
            whether the visitor had the right.
        """
        with self._lock:
            if not self.may_change(thing, visitor):
                return False
            book, owners = self._books.setdefault(thing, {}), self.of(thing)
            for owner in {visitor.name} if visitor.name in owners else (owners or {visitor.name}):
                book[owner] = (time.time(), visitor.name)
            self._write(thing)
            return True

    def come_back(self, thing: Thing, visitor: Visitor) -> None:
        """Take `leave` back."""
        with self._lock:
            book = self._books.get(thing, {})
            for owner, left in book.items():
                if left is not None and left[1] == visitor.name:
                    book[owner] = None
            self._write(thing)

    def left_by(self, visitor: Visitor) -> list[Thing]:
        """What the visitor has just deleted and may take back."""
        with self._lock:
            return [
                thing
                for thing, book in self._books.items()
                if any(left is not None and left[1] == visitor.name for left in book.values())
            ]

    def is_hidden(self, thing: Thing, visitor: Visitor) -> bool:
        """Whether a list leaves it out: this visitor, or every owner, has deleted it."""
        with self._lock:
            book = self._books.get(thing, {})
            return bool(book) and (book.get(visitor.name) is not None or not self.of(thing))

    def late(self, now: float) -> list[tuple[Thing, str]]:
        """What was left, and by which owner, whose minute is over."""
        with self._lock:
            return [
                (thing, owner)
                for thing, book in self._books.items()
                for owner, left in book.items()
                if left is not None and now - left[0] >= UNDO_SECONDS
            ]

    def settle(self, now: float | None = None) -> list[Thing]:
        """Forget owners whose minute is over.

        Returns:
            what nobody owns any more, to be deleted.
        """
        now, gone = time.time() if now is None else now, []
        with self._lock:
            for thing, owner in self.late(now):
                book = self._books[thing]
                del book[owner]
                if not book:
                    gone.append(thing)
                self._write(thing)
        return gone

    def keep_only(self, kind: str, names: Collection[str]) -> None:
        """Forget who owned what is not there any more."""
        with self._lock:
            for thing in [thing for thing in self._books if thing.kind == kind and thing.name not in names]:
                self._books[thing] = {}
                self._write(thing)

    def _write(self, thing: Thing) -> None:
        """To disk; without effect where that cannot be written, as the store says elsewhere."""
        if not re.fullmatch("[a-z0-9-]{1,60}", thing.name):
            return
        path, book = self._root / thing.kind / f"{thing.name}.json", self._books.get(thing)
        with suppress(OSError):
            if book:
                write_atomically(path, json.dumps(book).encode())
            else:
                self._books.pop(thing, None)
                path.unlink(missing_ok=True)

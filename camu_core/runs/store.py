"""Finished work on disk: a folder per digest, written whole or not at all, read only if its checksums hold."""

import json
import os
import re
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, overload

from camu_core.config import ASSETS, home_dir, store_limit_bytes
from camu_core.errors import CamuError, RunDamaged, RunNotFound, StoreError, StoreUnwritable
from camu_core.files import write_atomically
from camu_core.runs.entries import (
    DAMAGE,
    MANIFEST,
    OtherFormat,
    checked_bytes,
    checksums_of,
    identity,
    is_other_format,
    mark_used,
    read_entry,
    sync,
    write_entry,
)
from camu_core.runs.results import RunResult, Storable
from camu_core.specs import RunSpec

_PINNED = "pinned"
_DAMAGED = "damaged"
_DIGEST = "[0-9a-f]" * 20
_WRITING, _DELETING = ".writing-", ".deleting-"
_LEFT_SECONDS = 24 * 3600.0  # nothing takes as long to write
_LOOKS = 5  # at an entry that others replace meanwhile

SHIPPED = tuple(ASSETS / name for name in ("example", "bands", "populations", "memorisation", "dials"))

S = TypeVar("S", bound=Storable)
T = TypeVar("T")


class RunStore:
    """Results under `root`/<kind>/<digest>/: summary.json, arrays.npz and a manifest of their sha256.

    Args:
        root: CAMU_HOME by default.
    Raises: SpecError if CAMU_STORE_MB is no number.
    """

    def __init__(self, root: Path | None = None) -> None:
        store_limit_bytes()  # a wrong limit is told before any work, not after it
        self.root = root or home_dir()

    def has(self, digest: str, kind: type[Storable] = RunResult) -> bool:
        """Whether there is one that this version of the program can read, by its manifest."""
        folder = self._folder(digest, kind)
        return (folder / MANIFEST).is_file() and not is_other_format(folder)

    def digests(self) -> list[str]:
        """All stored runs, the last used first."""
        manifests = (self.root / RunResult.folder).glob(f"{_DIGEST}/{MANIFEST}")
        return [path.parent.name for path in _newest_first(manifests)]

    def save(self, result: Storable, is_compressed: bool = False) -> None:
        """Write a result; one of the same digest that is already there and whole stays. Then its checkpoints go.

        Args:
            is_compressed: see `write_entry`.
        Raises:
            StoreUnwritable: read-only folder, or disk full; nothing is left behind, and the checkpoints stay.
        """
        if self.has(result.digest, type(result)):
            with suppress(StoreError):  # damage is set aside, and makes room for this one
                self._read(self._folder(result.digest, type(result)), read_entry)
        if not self.has(result.digest, type(result)):
            self._write(result, is_compressed)
        for checkpoint in result.checkpoints:
            checkpoint.remove()

    def _write(self, result: Storable, is_compressed: bool) -> None:
        """Raises: StoreUnwritable."""
        target = self._folder(result.digest, type(result))
        scratch = None
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            scratch = Path(tempfile.mkdtemp(prefix=_WRITING, dir=target.parent))
            write_entry(scratch, result.summary(), result.arrays(), is_compressed)
            # what a crash left, without a manifest, or another version of the program
            if target.exists() and not self.has(result.digest, type(result)):
                self._set_aside(target)
            os.rename(scratch, target)
            sync(target.parent)
            self._pin_again(target)
            with suppress(FileNotFoundError):  # another process clears away at the same time
                self._clear_up()
                self._evict(spared=target)
        except BaseException as error:
            if scratch is not None:
                shutil.rmtree(scratch, ignore_errors=True)
            if not isinstance(error, OSError):
                raise
            if self.has(result.digest, type(result)):  # another process finished the same work first
                return
            raise StoreUnwritable(
                f"Cannot keep the run in {target.parent} ({error.strerror}); free some space, make the folder writable "
                "or set CAMU_HOME to another one."
            ) from error

    @overload
    def load(self, digest: str) -> RunResult: ...
    @overload
    def load(self, digest: str, kind: type[S]) -> S: ...
    def load(self, digest: str, kind: type[Storable] = RunResult) -> Storable:
        """Read a result whose files match their checksums.

        Raises:
            RunNotFound: there is none of this digest.
            RunDamaged: it does not match; it has been moved to `root`/damaged and can be run again.
            StoreError: it matches and another version of this program wrote it, or it cannot be read now; it stays.
        """
        folder = self._folder(digest, kind)
        summary, arrays = self._read(folder, read_entry)
        mark_used(folder)
        try:
            return kind.from_parts(summary, arrays)
        except Exception as error:  # its checksums hold, so nothing is wrong with the files
            raise _not_understood(folder, error) from error

    def summary(self, digest: str) -> dict[str, Any]:
        """The JSON part of a run, without reading its arrays.

        Raises:
            RunNotFound, RunDamaged: as `load`.
        """
        folder = self._folder(digest, RunResult)
        content = self._read(folder, lambda found: checked_bytes(found, "summary.json", checksums_of(found)))
        return json.loads(content)

    def size_bytes(self, digest: str) -> int:
        """What a run takes on disk; 0 if there is none."""
        with suppress(OSError):
            return sum(path.stat().st_size for path in self._folder(digest, RunResult).iterdir())
        return 0

    def delete(self, digest: str) -> None:
        """Remove a run; nothing happens if there is none."""
        self._remove(self._folder(digest, RunResult))

    def pins(self, digest: str) -> set[str]:
        """Who pinned a run, by the names given to `pin`; empty if it is not pinned."""
        marks = self._folder(digest, RunResult).glob(f"{_PINNED}*")
        return {mark.name.removeprefix(_PINNED).removeprefix("-") for mark in marks}

    def pin(self, digest: str, pinned: bool = True, by: str = "") -> None:
        """Keep a run whatever the store's limit says, or stop doing so; nothing happens if it was deleted meanwhile.

        Args:
            by: whose pin it is, in letters and digits; empty for nobody's in particular. A run with any is kept.
        Raises:
            StoreUnwritable: its folder cannot be written.
        """
        mark = self._folder(digest, RunResult) / (f"{_PINNED}-{by}" if by else _PINNED)
        try:
            if pinned:
                mark.touch()
            else:
                mark.unlink(missing_ok=True)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreUnwritable(
                f"Cannot write {mark.parent} ({error.strerror}); make the folder writable or set CAMU_HOME."
            ) from error

    # --- runs under way, so that a crash is noticed ------------------------------------------------------------------

    def note_started(self, digest: str, spec: RunSpec) -> None:
        """Remember that a run is under way; without effect on a store that cannot be written."""
        path = self._pending(digest)
        with suppress(OSError):  # saving the result will say so
            write_atomically(path, json.dumps(spec.to_json()).encode(), is_private=True)

    def note_ended(self, digest: str) -> None:
        """The run is over, well or not."""
        with suppress(OSError):
            self._pending(digest).unlink(missing_ok=True)

    def interrupted(self, digest: str) -> RunSpec | None:
        """What a run that was started and never ended was to do; None if there is no such run."""
        try:
            return RunSpec.from_json(json.loads(self._pending(digest).read_text()))
        except (OSError, ValueError, CamuError):
            return None

    # --- sweeps ------------------------------------------------------------------------------------------------------

    def note_sweep(self, digest: str, sweep: dict[str, Any]) -> None:
        """Remember that a sweep was asked for; without effect on a store that cannot be written."""
        with suppress(OSError):
            path = self.root / "sweeps" / f"{_safe(digest)}.json"
            write_atomically(path, json.dumps(sweep).encode(), is_private=True)

    def sweeps(self) -> list[dict[str, Any]]:
        """All sweeps that were asked for, the newest first; unreadable ones are left out."""
        found = []
        for path in _newest_first((self.root / "sweeps").glob("*.json")):
            with suppress(OSError, ValueError):
                found.append(json.loads(path.read_text()))
        return found

    def forget_sweep(self, digest: str) -> None:
        """Take a sweep off the list; its runs stay."""
        with suppress(OSError):
            (self.root / "sweeps" / f"{_safe(digest)}.json").unlink(missing_ok=True)

    def delete_of_images(self, dataset: str, kinds: Iterable[type[Storable]]) -> None:
        """Delete results of some kinds that are of imported images, whose name nothing else has in it."""
        for kind in kinds:
            for summary in (self.root / kind.folder).glob(f"{_DIGEST}/summary.json"):
                with suppress(OSError):
                    if dataset.encode() in summary.read_bytes():
                        self._remove(summary.parent)

    def _pending(self, digest: str) -> Path:
        return self.root / "pending" / f"{_safe(digest)}.json"

    def _clear_up(self) -> None:
        """Delete what processes that were killed left half written or half deleted."""
        for path in list(self.root.rglob(".*")):
            is_ours = path.name.startswith((_WRITING, _DELETING))
            if is_ours and time.time() - path.lstat().st_mtime > _LEFT_SECONDS:
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)

    def _evict(self, spared: Path) -> None:
        """Delete what is damaged, then the longest unused results, until the rest fit; nothing pinned, nor `spared`."""
        manifests = _newest_first(self.root.glob(f"*/{_DIGEST}/{MANIFEST}"))
        folders = [*(self.root / _DAMAGED).glob("*"), *(path.parent for path in reversed(manifests))]
        sizes = {folder: sum(file.stat().st_size for file in folder.rglob("*")) for folder in folders}
        excess = sum(sizes.values()) - store_limit_bytes()
        for folder in folders:
            if excess <= 0:
                return
            if folder != spared and not any(folder.rglob(f"{_PINNED}*")):
                self._remove(folder)
                excess -= sizes[folder]

    def _folder(self, digest: str, kind: type[Storable]) -> Path:
        return self.root / kind.folder / _safe(digest)

    def _read(self, folder: Path, read: Callable[[Path], T]) -> T:
        """Read an entry, and look again if it was replaced or deleted in the middle: that is no damage."""
        for look in range(_LOOKS):
            seen = identity(folder)
            if seen is None:
                raise RunNotFound("There is no run of this digest here; start it again from the Run page.")
            try:
                return read(folder)
            except OtherFormat as error:
                raise _not_understood(folder, error) from error
            except DAMAGE as error:
                if identity(folder) == seen or look == _LOOKS - 1:
                    raise self._damaged(folder, error) from error
            except OSError as error:
                raise _unreadable(folder, error) from error
        raise AssertionError("the last look returns or raises")

    def _remove(self, folder: Path) -> None:
        """Away in one go, so that nobody finds a half of it, and then from the disk."""
        grave = folder.parent / f"{_DELETING}{uuid.uuid4().hex}"
        with suppress(OSError):
            os.rename(folder, grave)
        shutil.rmtree(grave if grave.exists() else folder, ignore_errors=True)

    def _pin_again(self, target: Path) -> None:
        """A run that was pinned when it was set aside is pinned again when it is made again."""
        for mark in (self.root / _DAMAGED).glob(f"{target.name}-*/{target.name}/{_PINNED}*"):
            with suppress(OSError):
                (target / mark.name).touch()
                mark.unlink()

    def _damaged(self, folder: Path, error: Exception) -> RunDamaged:
        self._set_aside(folder)
        return RunDamaged(f"The stored run '{folder.name}' is damaged ({error}); it was set aside, so run it again.")

    def _set_aside(self, folder: Path) -> None:
        damaged = self.root / _DAMAGED
        try:
            damaged.mkdir(exist_ok=True)
            os.rename(folder, Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=damaged)) / folder.name)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)


def _newest_first(paths: Iterable[Path]) -> list[Path]:
    """By their times; without those that another process deletes meanwhile."""
    seen = []
    for path in paths:
        with suppress(FileNotFoundError):
            seen.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(seen, key=lambda each: each[0], reverse=True)]


def _unreadable(folder: Path, error: OSError) -> StoreError:
    return StoreError(f"The stored run '{folder.name}' cannot be read at the moment ({error.strerror}); try again.")


def _not_understood(folder: Path, error: Exception) -> StoreError:
    """Of files that are whole."""
    if isinstance(error, OtherFormat):
        return StoreError(
            f"The stored run '{folder.name}' was written by another version of this program ({error}); it was left as "
            "it is, so open it with that version, or run it again."
        )
    return StoreError(
        f"The stored run '{folder.name}' is whole, but this version of the program cannot read it "
        f"({type(error).__name__}: {error}); it was left as it is, so open it with the version that wrote it, or "
        "delete it and run it again."
    )


def _safe(digest: str) -> str:
    """Digests come from URLs; anything else could be a path."""
    return digest if re.fullmatch(_DIGEST, digest) else "not-a-digest"


def holder(store: RunStore, digest: str, kind: type[Storable]) -> RunStore | None:
    """Which has a result: the store, or else one of those that come with the program; None if none has."""
    return next((each for each in (store, *map(RunStore, SHIPPED)) if each.has(digest, kind)), None)

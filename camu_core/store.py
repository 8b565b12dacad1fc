"""Finished work on disk: a folder per digest, written whole or not at all, read only if its checksums hold."""

import hashlib
import io
import json
import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from zipfile import BadZipFile

import numpy as np

from camu_core.config import home_dir, store_limit_bytes
from camu_core.errors import CamuError, RunDamaged, RunNotFound, StoreError, StoreUnwritable
from camu_core.files import write_atomically
from camu_core.results import RunResult, Storable
from camu_core.specs import RunSpec

FORMAT_VERSION = 1
_MANIFEST = "manifest.json"
_FILES = ("summary.json", "arrays.npz")
_PINNED = "pinned"
_DAMAGED = "damaged"
_DIGEST = "[0-9a-f]" * 20
# What reading raises when the content is wrong; other errors of the operating system pass and cost nothing.
_DAMAGE = (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile)

S = TypeVar("S", bound=Storable)


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
        return (self._folder(digest, kind) / _MANIFEST).is_file()

    def digests(self) -> list[str]:
        """All stored runs, the last used first."""
        manifests = list((self.root / RunResult.folder).glob(f"{_DIGEST}/{_MANIFEST}"))
        return [path.parent.name for path in sorted(manifests, key=lambda path: -path.stat().st_mtime)]

    def save(self, result: Storable) -> None:
        """Write a result; one of the same digest that is already there stays.

        Raises:
            StoreUnwritable: read-only folder, or disk full; nothing is left behind.
        """
        target = self._folder(result.digest, type(result))
        if self.has(result.digest, type(result)):
            return
        scratch = None
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            scratch = Path(tempfile.mkdtemp(prefix=".writing-", dir=target.parent))
            (scratch / "summary.json").write_text(json.dumps(result.summary()))
            np.savez(scratch / "arrays.npz", allow_pickle=False, **result.arrays())
            checksums = {name: _sha256(scratch / name) for name in _FILES}
            (scratch / _MANIFEST).write_text(json.dumps({"format": FORMAT_VERSION, "sha256": checksums}))
            for path in scratch.iterdir():
                _sync(path)
            if target.exists() and not self.has(result.digest, type(result)):  # what a crash left, without a manifest
                self._set_aside(target)
            os.rename(scratch, target)
            _sync(target.parent)
            with suppress(FileNotFoundError):  # another process clears away at the same time
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

    def load(self, digest: str, kind: type[S] = RunResult) -> S:
        """Read a result whose files match their checksums.

        Raises:
            RunNotFound: there is none of this digest.
            RunDamaged: it does not match; it has been moved to `root`/damaged and can be run again.
        """
        folder = self._folder(digest, kind)
        if not folder.exists():
            raise RunNotFound("There is no run of this digest here; start it again from the Run page.")
        try:
            result = kind.from_parts(*_read_checked(folder))
            _mark_used(folder)
            return result
        except _DAMAGE as error:
            raise self._damaged(folder, error) from error
        except OSError as error:
            raise _unreadable(folder, error) from error

    def summary(self, digest: str) -> dict[str, Any]:
        """The JSON part of a run, without reading its arrays.

        Raises:
            RunNotFound, RunDamaged: as `load`.
        """
        folder = self._folder(digest, RunResult)
        if not folder.exists():
            raise RunNotFound("There is no run of this digest here.")
        try:
            return json.loads(_checked_bytes(folder, "summary.json", _manifest(folder)))
        except _DAMAGE as error:
            raise self._damaged(folder, error) from error
        except OSError as error:
            raise _unreadable(folder, error) from error

    def size_bytes(self, digest: str) -> int:
        """What a run takes on disk; 0 if there is none."""
        with suppress(OSError):
            return sum(path.stat().st_size for path in self._folder(digest, RunResult).iterdir())
        return 0

    def delete(self, digest: str) -> None:
        """Remove a run; nothing happens if there is none."""
        shutil.rmtree(self._folder(digest, RunResult), ignore_errors=True)

    def is_pinned(self, digest: str) -> bool:
        return (self._folder(digest, RunResult) / _PINNED).exists()

    def pin(self, digest: str, pinned: bool = True) -> None:
        """Keep a run whatever the store's limit says, or stop doing so; nothing happens if it was deleted meanwhile.

        Raises:
            StoreUnwritable: its folder cannot be written.
        """
        mark = self._folder(digest, RunResult) / _PINNED
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
            write_atomically(path, json.dumps(spec.to_json()).encode())

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
            write_atomically(self.root / "sweeps" / f"{_safe(digest)}.json", json.dumps(sweep).encode())

    def sweeps(self) -> list[dict[str, Any]]:
        """All sweeps that were asked for, the newest first; unreadable ones are left out."""
        found = []
        for path in sorted((self.root / "sweeps").glob("*.json"), key=lambda path: -path.stat().st_mtime):
            with suppress(OSError, ValueError):
                found.append(json.loads(path.read_text()))
        return found

    def forget_sweep(self, digest: str) -> None:
        """Take a sweep off the list; its runs stay."""
        with suppress(OSError):
            (self.root / "sweeps" / f"{_safe(digest)}.json").unlink(missing_ok=True)

    def _pending(self, digest: str) -> Path:
        return self.root / "pending" / f"{_safe(digest)}.json"

    def _evict(self, spared: Path) -> None:
        """Delete what is damaged, then the longest unused results, until the rest fit; nothing pinned, nor `spared`."""
        manifests = sorted(self.root.glob(f"*/{_DIGEST}/{_MANIFEST}"), key=lambda path: path.stat().st_mtime)
        folders = [*(self.root / _DAMAGED).glob("*"), *(path.parent for path in manifests)]
        sizes = {folder: sum(file.stat().st_size for file in folder.rglob("*")) for folder in folders}
        excess = sum(sizes.values()) - store_limit_bytes()
        for folder in folders:
            if excess <= 0:
                return
            if folder != spared and not (folder / _PINNED).exists():
                shutil.rmtree(folder, ignore_errors=True)
                excess -= sizes[folder]

    def _folder(self, digest: str, kind: type[Storable]) -> Path:
        return self.root / kind.folder / _safe(digest)

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


def _unreadable(folder: Path, error: OSError) -> StoreError:
    return StoreError(f"The stored run '{folder.name}' cannot be read at the moment ({error.strerror}); try again.")


def _safe(digest: str) -> str:
    """Digests come from URLs; anything else could be a path."""
    return digest if re.fullmatch(_DIGEST, digest) else "not-a-digest"


def _manifest(folder: Path) -> dict[str, str]:
    """sha256 by file name."""
    manifest = json.loads((folder / _MANIFEST).read_text())
    if manifest["format"] != FORMAT_VERSION:
        raise ValueError(f"it has format {manifest['format']}, this program reads {FORMAT_VERSION}")
    return manifest["sha256"]


def _checked_bytes(folder: Path, name: str, checksums: dict[str, str]) -> bytes:
    content = (folder / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != checksums[name]:
        raise ValueError(f"{name} does not match its checksum")
    return content


def _read_checked(folder: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    checksums = _manifest(folder)
    summary, arrays = (_checked_bytes(folder, name, checksums) for name in _FILES)
    with np.load(io.BytesIO(arrays), allow_pickle=False) as loaded:
        return json.loads(summary), dict(loaded)


def _mark_used(folder: Path) -> None:
    with suppress(OSError):  # a store that cannot be written can still be read
        os.utime(folder / _MANIFEST)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

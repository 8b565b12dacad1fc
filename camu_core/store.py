"""Finished work on disk: a folder per digest, written whole or not at all, read only if its checksums hold."""

import hashlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any, TypeVar
from zipfile import BadZipFile

import numpy as np

from camu_core.config import home_dir
from camu_core.errors import RunDamaged, RunNotFound, StoreUnwritable
from camu_core.results import RunResult, Storable

FORMAT_VERSION = 1
_MANIFEST = "manifest.json"
_FILES = ("summary.json", "arrays.npz")

S = TypeVar("S", bound=Storable)


class RunStore:
    """Results under `root`/<kind>/<digest>/: summary.json, arrays.npz and a manifest of their sha256.

    Args:
        root: CAMU_HOME by default.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or home_dir()

    def has(self, digest: str, kind: type[Storable] = RunResult) -> bool:
        return (self._folder(digest, kind) / _MANIFEST).is_file()

    def digests(self) -> list[str]:
        """All stored runs, newest first."""
        manifests = list((self.root / RunResult.folder).glob(f"*/{_MANIFEST}"))
        return [path.parent.name for path in sorted(manifests, key=lambda path: -path.stat().st_mtime)]

    def save(self, result: Storable) -> None:
        """Write a result; one of the same digest that is already there stays.

        Raises:
            StoreUnwritable: read-only folder, or disk full; nothing is left behind.
        """
        target = self._folder(result.digest, type(result))
        if target.exists():
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
            os.rename(scratch, target)
            _sync(target.parent)
        except OSError as error:
            if scratch is not None:
                shutil.rmtree(scratch, ignore_errors=True)
            if target.exists():  # another process finished the same work first
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
            raise RunNotFound(f"There is no run '{digest}' here; start it again from the Run page.")
        try:
            return kind.from_parts(*_read_checked(folder))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile) as error:
            self._set_aside(folder)
            raise RunDamaged(
                f"The stored run '{digest}' is damaged ({error}); it was set aside, so run it again."
            ) from error

    def delete(self, digest: str) -> None:
        """Remove a run; nothing happens if there is none."""
        shutil.rmtree(self._folder(digest, RunResult), ignore_errors=True)

    def _folder(self, digest: str, kind: type[Storable]) -> Path:
        # digests come from URLs: anything else would be a path
        name = digest if re.fullmatch(r"[0-9a-f]{20}", digest) else "not-a-digest"
        return self.root / kind.folder / name

    def _set_aside(self, folder: Path) -> None:
        damaged = self.root / "damaged"
        try:
            damaged.mkdir(exist_ok=True)
            os.rename(folder, Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=damaged)) / folder.name)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)


def _read_checked(folder: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    manifest = json.loads((folder / _MANIFEST).read_text())
    if manifest["format"] != FORMAT_VERSION:
        raise ValueError(f"it has format {manifest['format']}, this program reads {FORMAT_VERSION}")
    for name in _FILES:
        if _sha256(folder / name) != manifest["sha256"][name]:
            raise ValueError(f"{name} does not match its checksum")
    with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
        return json.loads((folder / "summary.json").read_text()), dict(arrays)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

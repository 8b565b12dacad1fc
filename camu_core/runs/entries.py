"""One folder of the store: a manifest with checksums, and the files that it vouches for."""

import hashlib
import io
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

FORMAT_VERSION = 1
MANIFEST = "manifest.json"
FILES = ("summary.json", "arrays.npz")
# What reading raises when the content is wrong; other errors of the operating system pass and cost nothing.
DAMAGE = (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile)


class OtherFormat(Exception):
    """A whole entry of another version of this program; `str(error)` says which format it has."""


def write_entry(
    folder: Path, summary: Mapping[str, Any], arrays: Mapping[str, np.ndarray], is_compressed: bool = False
) -> None:
    """Write the files and then the manifest, and flush them to the disk.

    Args:
        is_compressed: takes longer to write; it is read alike.
    Raises: OSError.
    """
    (folder / "summary.json").write_text(json.dumps(summary))
    (np.savez_compressed if is_compressed else np.savez)(folder / "arrays.npz", allow_pickle=False, **arrays)
    checksums = {name: _sha256(folder / name) for name in FILES}
    (folder / MANIFEST).write_text(json.dumps({"format": FORMAT_VERSION, "sha256": checksums}))
    for path in folder.iterdir():
        sync(path)


def checksums_of(folder: Path) -> dict[str, str]:
    """sha256 by file name.

    Raises:
        OtherFormat: another version of this program wrote it; one of DAMAGE: the manifest is missing or broken.
    """
    manifest = json.loads((folder / MANIFEST).read_text())
    number = manifest["format"]
    if isinstance(number, int) and number != FORMAT_VERSION:
        raise OtherFormat(f"it has format {number}, and this program reads {FORMAT_VERSION}")
    return manifest["sha256"]


def is_other_format(folder: Path) -> bool:
    """Whether another version of this program wrote an entry."""
    try:
        checksums_of(folder)
    except OtherFormat:
        return True
    except (*DAMAGE, OSError):
        pass
    return False


def checked_bytes(folder: Path, name: str, checksums: Mapping[str, str]) -> bytes:
    """Raises: ValueError if the file does not match its checksum."""
    content = (folder / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != checksums[name]:
        raise ValueError(f"{name} does not match its checksum")
    return content


def read_entry(folder: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Summary and arrays. Raises: see `checksums_of` and `checked_bytes`."""
    checksums = checksums_of(folder)
    summary, arrays = (checked_bytes(folder, name, checksums) for name in FILES)
    with np.load(io.BytesIO(arrays), allow_pickle=False) as loaded:
        return json.loads(summary), dict(loaded)


def identity(folder: Path) -> tuple[int, int] | None:
    """Tells a folder from one that is put in its place; None if there is none."""
    try:
        found = folder.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_ino, found.st_ctime_ns


def mark_used(folder: Path) -> None:
    with suppress(OSError):  # a store that cannot be written can still be read
        os.utime(folder / MANIFEST)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Flush a file or a folder to the disk; on Windows, a file alone, which must be open for writing."""
    is_folder = path.is_dir()
    if is_folder and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

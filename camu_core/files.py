"""Files that are whole or not there."""

import os
import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

_USE_SECONDS = 3600.0


def write_atomically(path: Path, content: bytes, is_private: bool = False) -> None:
    """Write a file under another name, flush it to the disk, rename it; when it goes wrong, nothing is left behind.

    Args:
        is_private: only this user may read it; otherwise it has the permissions of any new file.
    Raises:
        OSError: the folder cannot be written, or the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.parent / f".writing-{uuid.uuid4().hex}"
    handle = os.open(scratch, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), _mode(is_private))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except BaseException:
        os.unlink(scratch)
        raise


def make_room(groups: Iterable[Sequence[Path]], most_bytes: int, resting_seconds: float = 0.0) -> bool:
    """Delete the longest unused files until the rest fit, but none that was used lately.

    Args:
        groups: files that go together; used when one of them last was, see `note_use`.
        most_bytes: of all together.
        resting_seconds: so long unused at least.
    Returns:
        whether the rest fit.
    """
    found = []
    for group in groups:
        with suppress(FileNotFoundError):  # somebody else clears away at the same time
            stats = [path.stat() for path in group]
            used = max((each.st_mtime for each in stats), default=0.0)
            found.append((used, sum(each.st_size for each in stats), group))
    excess, last = sum(size for _, size, _ in found) - most_bytes, time.time() - resting_seconds
    for used, size, group in sorted(found, key=lambda each: each[0]):
        if excess <= 0 or used > last:
            break
        for path in group:
            path.unlink(missing_ok=True)
        excess -= size
    return excess <= 0


def note_use(path: Path) -> None:
    """For `make_room`: the file is as good as new. Once an hour: by its time others know that it has not changed."""
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > _USE_SECONDS:
            os.utime(path)


def _mode(is_private: bool) -> int:
    """Before the umask, which the operating system takes off it."""
    return 0o600 if is_private else 0o666

"""Files that are whole or not there."""

import os
import uuid
from pathlib import Path


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


def _mode(is_private: bool) -> int:
    """Before the umask, which the operating system takes off it."""
    return 0o600 if is_private else 0o666

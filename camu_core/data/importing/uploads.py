"""What visitors sent and is still needed: a question about it is open, or its page was reloaded. Kept for an hour."""

import hashlib
import re
import time
from contextlib import suppress
from pathlib import Path

from camu_core.config import home_dir
from camu_core.errors import ImagesRefused, StoreUnwritable
from camu_core.files import write_atomically

KEPT_SECONDS = 3600.0
_MOST_BYTES = 1_000_000_000


def keep_upload(content: bytes) -> str:
    """Keep an upload under CAMU_HOME; those that are too old, or too many, go.

    Returns:
        sha256 of the content.
    Raises:
        StoreUnwritable: CAMU_HOME cannot be written.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        write_atomically(_path(sha256), content, is_private=True)
    except OSError as error:
        raise StoreUnwritable(
            f"Cannot keep the upload in {_folder()} ({error.strerror}); make the folder writable or set CAMU_HOME."
        ) from error
    _clear()
    return sha256


def upload_content(sha256: str) -> bytes:
    """Raises: ImagesRefused if it is not here any more."""
    try:
        return _path(sha256).read_bytes()
    except OSError as error:
        raise ImagesRefused("The upload is not here any more; choose the file again.") from error


def drop_upload(sha256: str) -> None:
    """It is not needed any more; nothing happens if it is gone."""
    with suppress(OSError):
        _path(sha256).unlink(missing_ok=True)


def _folder() -> Path:
    return home_dir() / "uploads"


def _path(sha256: str) -> Path:
    return _folder() / (sha256 if re.fullmatch("[0-9a-f]{64}", sha256) else "none")


def _clear() -> None:
    """The oldest first."""
    with suppress(OSError):
        newest = sorted(_folder().iterdir(), key=lambda path: -path.stat().st_mtime)
        n_bytes = 0
        for path in newest:
            n_bytes += path.stat().st_size
            is_old = time.time() - path.stat().st_mtime > KEPT_SECONDS
            if is_old or (n_bytes > _MOST_BYTES and path != newest[0]):
                path.unlink(missing_ok=True)

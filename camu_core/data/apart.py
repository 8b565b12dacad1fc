"""Decode one picture of a visitor in a process of its own, with a deadline and a memory limit: the app's never does.

Run as a program, this file is that process: it reads a picture from stdin and writes uint8 (3, size, size) to stdout.
"""

import subprocess
import sys
import threading
import types
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_SECONDS = 8  # of processor, and of waiting
_MEMORY_BYTES = 1 << 30
_AT_ONCE = 2
_CANNOT = 3  # exit status: the picture is at fault, and stdout says why

_turns = threading.BoundedSemaphore(_AT_ONCE)


def decode_apart(content: bytes, size: int, max_megapixels: float) -> "np.ndarray":
    """`pictures.decode`, elsewhere.

    Args:
        content: of an image file, untrusted.
    Returns:
        uint8 (3, size, size).
    Raises:
        Unreadable: see `pictures.decode`; or it takes too long, or too much memory.
    """
    import numpy as np

    from camu_core.data.importing.pictures import Unreadable

    if not _turns.acquire(timeout=_SECONDS):
        raise Unreadable("too many pictures are being read at the moment")
    command = [sys.executable, "-I", str(Path(__file__).resolve()), str(size), str(max_megapixels)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Unreadable("it takes too long to read") from error
    finally:
        _turns.release()
    if done.returncode == _CANNOT:
        raise Unreadable(done.stdout.decode())
    if done.returncode or len(done.stdout) != 3 * size * size:
        raise Unreadable("it takes too long to read, or too much memory")
    return np.frombuffer(done.stdout, np.uint8).reshape(3, size, size)


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has the deadline alone
        return
    for what, most in ((resource.RLIMIT_AS, _MEMORY_BYTES), (resource.RLIMIT_CPU, _SECONDS)):
        with suppress(ValueError, OSError):  # macOS knows no limit of memory
            resource.setrlimit(what, (most, most))


def _main() -> int:
    import io
    import os

    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # of numpy, each with memory of its own
    _limit()
    for name in ("camu_core", "camu_core.data"):  # without what these packages import: torch takes seconds
        package = types.ModuleType(name)
        package.__path__ = [str(Path(__file__).resolve().parents[2].joinpath(*name.split(".")))]
        sys.modules[name] = package
    from camu_core.data.importing.pictures import Unreadable, decode

    content = sys.stdin.buffer.read()
    try:
        image = decode(lambda: io.BytesIO(content), int(sys.argv[1]), float(sys.argv[2]))
    except Unreadable as error:
        sys.stdout.write(str(error))
        return _CANNOT
    sys.stdout.buffer.write(image.tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(_main())

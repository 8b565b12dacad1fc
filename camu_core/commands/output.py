"""Where a command's answer goes."""

import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from camu_core.bench import machine
from camu_core.errors import StoreUnwritable
from camu_core.files import write_atomically
from camu_core.runs.execution import versions

JSON_HELP = "write the result as one JSON object; - for stdout"


def card() -> dict[str, Any]:
    """When, where, with what and by which command figures were made: `date`, `machine`, `versions` and `command`."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(),
        "command": shlex.join(["python", "-m", "camu_core", *sys.argv[1:]]),
    }


def deliver(text: str, target: str) -> None:
    """To a file, or to stdout for "-".

    Raises:
        StoreUnwritable: the file cannot be written; the text is then on stderr.
    """
    if target == "-":
        print(text)
        return
    try:
        write(f"{text}\n".encode(), Path(target))
    except OSError as error:
        print(text, file=sys.stderr)
        raise StoreUnwritable(
            f"Cannot write {target} ({error.strerror}); the result is printed above instead."
        ) from error


def write(content: bytes, path: Path) -> None:
    """To a file, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    if path.exists() and not path.is_file():  # such as /dev/null, or a pipe: it must stay what it is
        path.write_bytes(content)
    else:
        write_atomically(path, content)

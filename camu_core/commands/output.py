"""Where a command's answer goes."""

import sys
from pathlib import Path

from camu_core.errors import StoreUnwritable
from camu_core.files import write_atomically

JSON_HELP = "write the result as one JSON object; - for stdout"


def deliver(text: str, target: str) -> None:
    """To a file, or to stdout for "-".

    Raises:
        StoreUnwritable: the file cannot be written; the text is then on stderr.
    """
    if target == "-":
        print(text)
        return
    try:
        write_atomically(Path(target), f"{text}\n".encode())
    except OSError as error:
        print(text, file=sys.stderr)
        raise StoreUnwritable(
            f"Cannot write {target} ({error.strerror}); the result is printed above instead."
        ) from error

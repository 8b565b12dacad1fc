"""The JSON card beside a weights file: what it says of the file's content, and whether that is true."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from camu_core.config import ASSETS
from camu_core.errors import WeightsError


@lru_cache(maxsize=64)
def _sha256_of(path: Path, modified_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sha256_of(path: Path) -> str:
    """sha256 of a file, remembered until the file changes."""
    return _sha256_of(path, path.stat().st_mtime_ns)


def check_card(path: Path, content: bytes) -> None:
    """Compare a weights file with the sha256 on the card beside it; one without a card passes.

    Args:
        content: of the file.
    Raises:
        WeightsError: they differ.
    """
    expected = card_sha256(path.with_suffix(".json"))
    got = hashlib.sha256(content).hexdigest()
    if expected is not None and got != expected:
        again = "get the shipped file again" if path.is_relative_to(ASSETS) else "train the network again"
        raise WeightsError(
            f"The weights file {path} was changed or damaged: its card says sha256 {expected[:12]}..., and it has "
            f"{got[:12]}...; {again}."
        )


def card_sha256(card: Path) -> str | None:
    """What a card says of its weights; None of one that is not there, or says nothing."""
    try:
        return json.loads(card.read_text())["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return None

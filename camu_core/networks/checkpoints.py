"""Where an interrupted training stands: one file each, known by the content of all that decides the outcome."""

import hashlib
import io
import json
import pickle
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from camu_core.config import home_dir, networks_limit_bytes
from camu_core.data import is_imported, origin_of
from camu_core.errors import StoreUnwritable, deleting
from camu_core.files import make_room, write_atomically

_DIGEST_BYTES = hashlib.sha256().digest_size  # in front of each file


def _folder(dataset: str) -> Path:
    return home_dir() / "checkpoints" / dataset


def delete_checkpoints(dataset: str) -> None:
    """Remove what unfinished trainings on an imported dataset had learned; nothing happens to others.

    Raises:
        StoreUnwritable: it cannot be removed.
    """
    if not is_imported(dataset):
        return
    with deleting(str(_folder(dataset))), suppress(FileNotFoundError):
        shutil.rmtree(_folder(dataset))


class Checkpoint:
    """The place of one training's state under CAMU_HOME.

    Args:
        tensors: by name, everything the training starts from: first weights and data.
        settings: JSON types, everything else that decides its numbers.
        dataset: what it is trained on; with an imported one, what is kept here is deleted, see `delete_checkpoints`.
    """

    def __init__(self, tensors: dict[str, Tensor], settings: dict[str, Any], dataset: str = "") -> None:
        digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
        for name, tensor in tensors.items():
            digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
            digest.update(tensor.detach().cpu().contiguous().numpy().data)
        self._imported = origin_of(dataset) if is_imported(origin_of(dataset)) else ""
        self.path = _folder(self._imported) / f"{digest.hexdigest()[:20]}.pt"

    def load(self) -> dict[str, Any] | None:
        """What was saved last; None if there is nothing, or nothing that can be read."""
        try:
            content = self.path.read_bytes()
            digest, content = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
            if digest != hashlib.sha256(content).digest():  # torch takes damaged numbers for numbers
                return None
            return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, EOFError, ValueError, LookupError, TypeError, pickle.UnpicklingError):
            return None  # torch raises nearly anything on a damaged file

    def save(self, state: dict[str, Any]) -> None:
        """Replace what was saved before; tensors and plain types only. Nothing is kept of images that were deleted.

        The longest unused states of other trainings make room: mostly those of trainings that were given up.

        Raises:
            StoreUnwritable: CAMU_HOME cannot be written.
        """
        if self._imported and not is_imported(self._imported):
            return
        buffer = io.BytesIO()
        torch.save(state, buffer)
        content = hashlib.sha256(buffer.getvalue()).digest() + buffer.getvalue()
        others = ([path] for path in (home_dir() / "checkpoints").rglob("*.pt") if path != self.path)
        try:
            make_room(others, networks_limit_bytes() - len(content))
            write_atomically(self.path, content, is_private=True)
        except OSError as error:
            raise StoreUnwritable(
                f"Cannot keep the state of the training in {self.path.parent} ({error.strerror}); "
                "make the folder writable or set CAMU_HOME."
            ) from error

    def remove(self) -> None:
        """Forget about it: the training has been brought home. What cannot be removed only takes room."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

"""Where an interrupted training stands: one file each, known by the content of all that decides the outcome."""

import hashlib
import io
import json
import pickle
from typing import Any

import torch
from torch import Tensor

from camu_core.config import home_dir
from camu_core.errors import StoreUnwritable
from camu_core.files import write_atomically


class Checkpoint:
    """The place of one training's state under CAMU_HOME.

    Args:
        tensors: by name, everything the training starts from: first weights and data.
        settings: JSON types, everything else that decides its numbers.
    """

    def __init__(self, tensors: dict[str, Tensor], settings: dict[str, Any]) -> None:
        digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
        for name, tensor in tensors.items():
            digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
            digest.update(tensor.detach().cpu().contiguous().numpy().data)
        self.path = home_dir() / "checkpoints" / f"{digest.hexdigest()[:20]}.pt"

    def load(self) -> dict[str, Any] | None:
        """What was saved last; None if there is nothing, or nothing that can be read."""
        try:
            return torch.load(self.path, map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError):
            return None

    def save(self, state: dict[str, Any]) -> None:
        """Replace what was saved before; tensors and plain types only.

        Raises:
            StoreUnwritable: CAMU_HOME cannot be written.
        """
        content = io.BytesIO()
        torch.save(state, content)
        try:
            write_atomically(self.path, content.getvalue(), is_private=True)
        except OSError as error:
            raise StoreUnwritable(
                f"Cannot keep the state of the training in {self.path.parent} ({error.strerror}); "
                "make the folder writable or set CAMU_HOME."
            ) from error

    def remove(self) -> None:
        """Forget about it: the training has been brought home."""
        self.path.unlink(missing_ok=True)

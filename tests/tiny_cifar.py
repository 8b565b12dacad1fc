"""CIFAR in its own layout, but small; its checksums are not the published ones, so torchvision has to be told them."""

import hashlib
import io
import pickle
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torchvision import datasets as vision

from camu_core.data import DatasetInfo

KINDS = {"cifar10": vision.CIFAR10, "cifar100": vision.CIFAR100}


@dataclass(frozen=True)
class Checksums:
    """What torchvision's class of a dataset must hold: attributes by name."""

    kind: str
    attributes: dict


def batch_bytes(info: DatasetInfo, images: np.ndarray, labels: list[int]) -> bytes:
    """A batch as CIFAR has it: a row an image, 1,024 red, then green, then blue values.

    Args:
        images: uint8 (N, 3, 32, 32).
    """
    n = len(labels)
    keys = {"fine_labels": labels, "coarse_labels": [0] * n} if info.n_classes == 100 else {"labels": labels}
    return pickle.dumps({"data": images.reshape(n, 3072), **keys}, protocol=2)


def write_archive(info: DatasetInfo, batches: dict[str, bytes], folder: Path) -> Checksums:
    """Put the archive into a folder.

    Args:
        batches: by file name, as torchvision lists them.
    """
    kind = KINDS[info.name]
    contents = {**batches, kind.meta["filename"]: pickle.dumps({kind.meta["key"]: list(info.class_names)}, protocol=2)}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in contents.items():
            entry = tarfile.TarInfo(f"{kind.base_folder}/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    (folder / kind.filename).write_bytes(buffer.getvalue())
    md5 = {name: hashlib.md5(content).hexdigest() for name, content in contents.items()}
    lists = {part: [[name, md5[name]] for name, _ in getattr(kind, part)] for part in ("train_list", "test_list")}
    meta = {**kind.meta, "md5": md5[kind.meta["filename"]]}
    return Checksums(kind.__name__, {"tgz_md5": hashlib.md5(buffer.getvalue()).hexdigest(), "meta": meta, **lists})

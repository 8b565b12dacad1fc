"""MNIST and Fashion-MNIST through torchvision, downloaded to CAMU_DATA on first use."""

import hashlib
import socket
import tempfile
import threading
from collections.abc import Generator
from pathlib import Path

from filelock import FileLock

from camu_core.config import data_dir
from camu_core.data.dataset import Dataset, DatasetInfo
from camu_core.errors import DatasetUnavailable
from camu_core.progress import Step

_POLL_SECONDS = 0.2
_NETWORK_TIMEOUT_SECONDS = 30.0
_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def _raw_dir(kind: str) -> Path:
    return data_dir() / kind / "raw"


def _archives(kind: str) -> list[Path]:
    return [_raw_dir(kind) / f"{name}.gz" for name in _FILES]


def _unpacked(kind: str) -> list[Path]:
    return [_raw_dir(kind) / name for name in _FILES]


def _is_present(kind: str) -> bool:
    return all(a.exists() or b.exists() for a, b in zip(_archives(kind), _unpacked(kind), strict=True))


def _read(kind: str, download: bool) -> Dataset:
    from torchvision import datasets  # takes two seconds to import, and only this function needs it

    train, test = (getattr(datasets, kind)(data_dir(), train=part, download=download) for part in (True, False))
    return Dataset(train.data.unsqueeze(1), train.targets, test.data.unsqueeze(1), test.targets)


def _fetch_and_read(kind: str) -> Dataset:
    """Read the images; fetch or unpack what is missing, and unpack again what an earlier crash left half-unpacked."""
    place = hashlib.sha256(str(_raw_dir(kind).absolute()).encode()).hexdigest()[:16]
    previous_timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_NETWORK_TIMEOUT_SECONDS)  # torchvision sets none: a silent network would hang for ever
    try:
        with FileLock(Path(tempfile.gettempdir()) / f"camu-{place}.lock"):
            if all(path.exists() for path in _unpacked(kind)):
                try:
                    return _read(kind, download=False)
                except (ValueError, RuntimeError, AssertionError, TypeError, IndexError):
                    for path in _unpacked(kind):
                        path.unlink()
            return _read(kind, download=True)
    finally:
        socket.setdefaulttimeout(previous_timeout)


def _load(kind: str, title: str, total_bytes: int) -> Generator[Step, None, Dataset]:
    outcome: list[Dataset | Exception] = []

    def work() -> None:
        try:
            outcome.append(_fetch_and_read(kind))
        except Exception as error:  # handed to the caller's thread below
            outcome.append(error)

    folder_was_there = data_dir().exists()
    thread = threading.Thread(target=work, name=f"fetch-{kind}", daemon=True)
    thread.start()
    while thread.is_alive():
        fetched_bytes = sum(path.stat().st_size for path in _archives(kind) if path.exists())
        yield Step(min(fetched_bytes, total_bytes), total_bytes, stage="data")
        thread.join(_POLL_SECONDS)
    if isinstance(outcome[0], Dataset):
        return outcome[0]
    _clear_up(kind, folder_was_there)
    raise DatasetUnavailable(
        f"{title} is not in {data_dir()} and could not be downloaded ({_reason(outcome[0])}). "
        "Connect to the internet and try again, or use the built-in digits, which need no download."
    ) from outcome[0]


def _clear_up(kind: str, folder_was_there: bool) -> None:
    """After a failed download: no half archive, no empty folder."""
    from torchvision import datasets
    from torchvision.datasets.utils import check_integrity

    for name, md5 in getattr(datasets, kind).resources:
        archive = _raw_dir(kind) / name
        if archive.exists() and not check_integrity(archive, md5):
            archive.unlink()
    folders = [_raw_dir(kind), _raw_dir(kind).parent] + ([] if folder_was_there else [data_dir()])
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _reason(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]


MNIST = DatasetInfo(
    name="mnist",
    title="MNIST",
    class_names=tuple("0123456789"),
    class_noun="digit",
    shape=(1, 28, 28),
    source="Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits, 1998",
    is_present=lambda: _is_present("MNIST"),
    load=lambda: _load("MNIST", "MNIST", total_bytes=11_594_722),
)
FASHION_MNIST = DatasetInfo(
    name="fashion_mnist",
    title="Fashion-MNIST",
    class_names=(
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ),
    class_noun="garment",
    shape=(1, 28, 28),
    source="H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST, arXiv:1708.07747, 2017 (MIT licence)",
    is_present=lambda: _is_present("FashionMNIST"),
    load=lambda: _load("FashionMNIST", "Fashion-MNIST", total_bytes=30_878_645),
)  # fmt: skip

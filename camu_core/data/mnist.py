"""MNIST and Fashion-MNIST through torchvision, downloaded to CAMU_DATA on first use."""

import socket
import threading
from collections.abc import Generator
from pathlib import Path

from filelock import FileLock
from torchvision import datasets

from camu_core.config import data_dir
from camu_core.data.dataset import Dataset, DatasetInfo
from camu_core.errors import DatasetUnavailable
from camu_core.progress import Step

_POLL_SECONDS = 0.2
_NETWORK_TIMEOUT_SECONDS = 30.0


def _raw_dir(kind: type[datasets.MNIST]) -> Path:
    return data_dir() / kind.__name__ / "raw"


def _archives(kind: type[datasets.MNIST]) -> list[Path]:
    return [_raw_dir(kind) / name for name, _ in kind.resources]


def _is_present(kind: type[datasets.MNIST]) -> bool:
    return all(path.exists() or path.with_suffix("").exists() for path in _archives(kind))


def _read(kind: type[datasets.MNIST]) -> Dataset:
    train, test = (kind(data_dir(), train=part, download=True) for part in (True, False))
    return Dataset(train.data.unsqueeze(1), train.targets, test.data.unsqueeze(1), test.targets)


def _fetch_and_read(kind: type[datasets.MNIST]) -> Dataset:
    """Read the images; fetch or unpack what is missing, and unpack again what an earlier crash left half-unpacked."""
    data_dir().mkdir(parents=True, exist_ok=True)
    previous_timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_NETWORK_TIMEOUT_SECONDS)  # torchvision sets none: a silent network would hang for ever
    try:
        with FileLock(data_dir() / f".{kind.__name__}.lock"):
            try:
                return _read(kind)
            except (ValueError, AssertionError, TypeError, IndexError):
                for path in _archives(kind):
                    path.with_suffix("").unlink(missing_ok=True)
                return _read(kind)
    finally:
        socket.setdefaulttimeout(previous_timeout)


def _load(kind: type[datasets.MNIST], title: str, total_bytes: int) -> Generator[Step, None, Dataset]:
    outcome: list[Dataset | Exception] = []

    def work() -> None:
        try:
            outcome.append(_fetch_and_read(kind))
        except Exception as error:  # handed to the caller's thread below
            outcome.append(error)

    thread = threading.Thread(target=work, name=f"fetch-{kind.__name__}", daemon=True)
    thread.start()
    while thread.is_alive():
        fetched_bytes = sum(path.stat().st_size for path in _archives(kind) if path.exists())
        yield Step(min(fetched_bytes, total_bytes), total_bytes, stage="data")
        thread.join(_POLL_SECONDS)
    if isinstance(outcome[0], Dataset):
        return outcome[0]
    _remove_if_empty(_raw_dir(kind))
    raise DatasetUnavailable(
        f"{title} is not in {data_dir()} and could not be downloaded ({_reason(outcome[0])}). "
        "Connect to the internet and try again, or use the built-in digits, which need no download."
    ) from outcome[0]


def _remove_if_empty(raw: Path) -> None:
    for folder in (raw, raw.parent):
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
    is_present=lambda: _is_present(datasets.MNIST),
    load=lambda: _load(datasets.MNIST, "MNIST", total_bytes=11_594_722),
)
FASHION_MNIST = DatasetInfo(
    name="fashion_mnist",
    title="Fashion-MNIST",
    class_names=tuple(datasets.FashionMNIST.classes),
    class_noun="garment",
    shape=(1, 28, 28),
    source="H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST, arXiv:1708.07747, 2017 (MIT licence)",
    is_present=lambda: _is_present(datasets.FashionMNIST),
    load=lambda: _load(datasets.FashionMNIST, "Fashion-MNIST", total_bytes=30_878_645),
)

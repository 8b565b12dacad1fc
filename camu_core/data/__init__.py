"""Datasets by name, in memory as uint8, and how they are cut into forget, retain and probe sets.

To add a dataset: one file with a `DatasetInfo`, one line in `DATASETS`.
"""

from collections.abc import Generator

from camu_core.data.cifar import CIFAR10, CIFAR100
from camu_core.data.dataset import Dataset, DatasetInfo
from camu_core.data.digits import DIGITS
from camu_core.data.mnist import FASHION_MNIST, MNIST
from camu_core.data.splits import ProbeSet, Splits, draw_probe_set, split
from camu_core.progress import Step, drain

__all__ = [
    "DATASETS",
    "Dataset",
    "DatasetInfo",
    "ProbeSet",
    "Splits",
    "draw_probe_set",
    "load_dataset",
    "loading",
    "split",
]

DATASETS: dict[str, DatasetInfo] = {info.name: info for info in (DIGITS, MNIST, FASHION_MNIST, CIFAR10, CIFAR100)}

_loaded: dict[str, Dataset] = {}


def loading(name: str) -> Generator[Step, None, Dataset]:
    """Load a dataset by name, yielding download progress; kept in memory for the life of the process.

    Raises:
        DatasetUnavailable: the images are neither here nor to be had.
    """
    if name not in _loaded:
        _loaded[name] = yield from DATASETS[name].load()
    return _loaded[name]


def load_dataset(name: str) -> Dataset:
    """`loading` without the progress."""
    return drain(loading(name))

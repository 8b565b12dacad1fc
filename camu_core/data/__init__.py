"""Datasets by name, in memory as uint8, and how they are cut into forget, retain and probe sets.

To add a dataset: one file with a `DatasetInfo`, one line in `DATASETS`. Users add their own with `import_images`.
"""

from collections.abc import Generator, Iterator, Mapping
from functools import partial

from camu_core.data.cifar import CIFAR10, CIFAR100
from camu_core.data.copies import FOUND, Copies, CopyCounts, left_behind
from camu_core.data.dataset import Dataset, DatasetInfo
from camu_core.data.digits import DIGITS
from camu_core.data.fashion_small import FASHION_SMALL, OWNERS_IMAGES
from camu_core.data.importing.classes import class_number, listing, named, typed
from camu_core.data.importing.cleaning import copies_in, without_copies
from camu_core.data.importing.folder import import_images
from camu_core.data.importing.imported import (
    content_of,
    delete_imported,
    imported_card,
    imported_datasets,
    imported_info,
    is_imported,
    keep_content,
)
from camu_core.data.importing.layout import LAYOUTS, Layout, LayoutUnclear
from camu_core.data.importing.preview import Way, previewing
from camu_core.data.indices import parse_indices
from camu_core.data.mnist import FASHION_MNIST, MNIST
from camu_core.data.planting import PlantedDataset, check_planting, plant, planted_from, planted_info, with_mark
from camu_core.data.splits import ProbeSet, Splits, draw_probe_set, forget_mask, split
from camu_core.data.validation import VALIDATION_FRACTION, VALIDATION_SEED, validation_info, validation_name
from camu_core.errors import SpecError
from camu_core.progress import Step, drain

__all__ = [
    "DATASETS",
    "FOUND",
    "LAYOUTS",
    "OWNERS_IMAGES",
    "VALIDATION_FRACTION",
    "VALIDATION_SEED",
    "Copies",
    "CopyCounts",
    "Dataset",
    "DatasetInfo",
    "Layout",
    "LayoutUnclear",
    "PlantedDataset",
    "ProbeSet",
    "Splits",
    "Way",
    "check_planting",
    "class_number",
    "content_of",
    "copies_in",
    "delete_dataset",
    "draw_probe_set",
    "forget_mask",
    "import_images",
    "imported_card",
    "imported_datasets",
    "is_imported",
    "keep_content",
    "left_behind",
    "listing",
    "load_dataset",
    "loading",
    "named",
    "origin_of",
    "parse_indices",
    "plant",
    "previewing",
    "split",
    "typed",
    "validation_name",
    "with_mark",
    "without_copies",
]


class Datasets(Mapping[str, DatasetInfo]):
    """All datasets by name. Three kinds are found by their names but not listed: imported ones, which may be somebody's
    own, those with a part of another's training images for testing, and those with something planted in another."""

    def __init__(self, *listed: DatasetInfo) -> None:
        self._listed = {info.name: info for info in listed}
        self._derived = {validation_name(info.name): validation_info(info) for info in listed}

    def __getitem__(self, name: str) -> DatasetInfo:
        return self._listed.get(name) or self._derived.get(name) or self._planted(name) or imported_info(name)

    def _planted(self, name: str) -> DatasetInfo | None:
        found = planted_from(name)
        try:
            return planted_info(self[found[0]], found[1], partial(loading, found[0])) if found else None
        except (KeyError, SpecError):
            return None

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)


DATASETS = Datasets(DIGITS, FASHION_SMALL, MNIST, FASHION_MNIST, CIFAR10, CIFAR100)

_loaded: dict[str, Dataset] = {}


def origin_of(name: str) -> str:
    """The dataset whose usual settings and recipes are a dataset's, too: itself, or that of its images."""
    info = DATASETS.get(name)
    return info.origin if info is not None and info.origin else name


def loading(name: str) -> Generator[Step, None, Dataset]:
    """Load a dataset by name, yielding download progress.

    The listed ones stay in memory for the life of the process, and of the imported ones the last.

    Raises:
        DatasetUnavailable: the images are neither here nor to be had.
    """
    if name in _loaded:
        return _loaded[name]
    dataset = yield from DATASETS[name].load()
    if name not in set(DATASETS):
        for other in set(_loaded) - set(DATASETS):
            _loaded.pop(other, None)
    _loaded[name] = dataset
    return dataset


def load_dataset(name: str) -> Dataset:
    """`loading` without the progress."""
    return drain(loading(name))


def delete_dataset(name: str) -> None:
    """Remove an imported dataset; nothing happens to others. Finished runs on it keep some of its images.

    Raises:
        StoreUnwritable: it cannot be removed.
    """
    delete_imported(name)
    if name not in set(DATASETS):
        _loaded.pop(name, None)

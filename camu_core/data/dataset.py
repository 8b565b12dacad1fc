"""What a dataset is here: uint8 images in memory and the facts known before loading them."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field

import torch

from camu_core.progress import Step


@dataclass(frozen=True)
class Dataset:
    """All images of a dataset in memory.

    Args:
        x_train: uint8 (N, channels, H, W), and x_test likewise.
        y_train: int64 (N,), values 0..C-1, and y_test likewise.
    """

    x_train: torch.Tensor
    y_train: torch.Tensor
    x_test: torch.Tensor
    y_test: torch.Tensor


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a dataset without loading it.

    Args:
        class_names: plain text; of a user perhaps, then without markup, see `naming.plain_name`.
        shape: (channels, H, W) of one image.
        class_noun: what a class is called in a sentence ("digit", "garment").
        source: where the images come from, for the page's small print.
        is_present: whether loading needs no network.
        load: generator that yields download progress and returns the Dataset; raises DatasetUnavailable.
        warnings: sentences on what is wrong with the images.
        download_bytes: how much the first use fetches; 0 where nothing is fetched.
        n_train: training images of each class, where defaults depend on it; () of datasets with settings of their own.
        n_images: training images.
        groups: sorted classes that belong together, by name.
        origin: the dataset whose training images these are, see `validation`; empty of all others.
    """

    name: str
    title: str
    class_names: tuple[str, ...]
    class_noun: str
    shape: tuple[int, int, int]
    source: str
    is_present: Callable[[], bool]
    load: Callable[[], Generator[Step, None, Dataset]]
    warnings: tuple[str, ...] = ()
    n_train: tuple[int, ...] = ()
    download_bytes: int = 0
    n_images: int = 0
    groups: Mapping[str, tuple[int, ...]] = field(default_factory=dict, hash=False)
    origin: str = ""

    @property
    def n_classes(self) -> int:
        return len(self.class_names)

    @property
    def class_nouns(self) -> str:
        """The plural of `class_noun`."""
        return f"{self.class_noun}es" if self.class_noun.endswith("s") else f"{self.class_noun}s"

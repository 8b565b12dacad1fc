"""A thousand images of Fashion-MNIST for training and a thousand for testing: they come with the program."""

from collections.abc import Generator

import numpy as np
import torch
from torch import Tensor

from camu_core.config import ASSETS
from camu_core.data.dataset import Dataset, DatasetInfo
from camu_core.data.mnist import FASHION_MNIST
from camu_core.progress import Step

PER_CLASS = 100
# The training images that the owner of the story has removed: every 20th, five of each class; nobody chose them.
OWNERS_IMAGES = tuple(range(0, 1000, 20))
_IMAGES = ASSETS / "images" / "fashion_small.npz"


def first_of_each_class(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The first hundred images of each class in the order of the files, class by class: no one chose them."""
    idx = torch.cat([(y == label).nonzero().flatten()[:PER_CLASS] for label in y.unique()])
    return x[idx], y[idx]


def ship(dataset: Dataset) -> None:
    """Write the images that come with the program. Args: dataset: Fashion-MNIST."""
    parts = {"train": (dataset.x_train, dataset.y_train), "test": (dataset.x_test, dataset.y_test)}
    arrays: dict[str, np.ndarray] = {}
    for name, (x, y) in parts.items():
        images, labels = first_of_each_class(x, y)
        arrays |= {f"x_{name}": images.numpy(), f"y_{name}": labels.numpy().astype(np.uint8)}
    _IMAGES.parent.mkdir(exist_ok=True)
    np.savez_compressed(_IMAGES, allow_pickle=False, **arrays)


def _load() -> Generator[Step, None, Dataset]:
    with np.load(_IMAGES) as stored:
        parts = {name: torch.from_numpy(stored[name]) for name in stored.files}
    yield Step(1, 1, stage="data")
    return Dataset(parts["x_train"], parts["y_train"].long(), parts["x_test"], parts["y_test"].long())


FASHION_SMALL = DatasetInfo(
    name="fashion_small",
    title="Clothes",
    class_names=FASHION_MNIST.class_names,
    class_noun=FASHION_MNIST.class_noun,
    shape=FASHION_MNIST.shape,
    source=f"the first {PER_CLASS} images of each class in both files of {FASHION_MNIST.source}",
    is_present=lambda: True,
    load=_load,
    n_images=1000,
)

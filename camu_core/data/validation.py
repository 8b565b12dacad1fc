"""A dataset's training images cut in two, to choose settings by: no test image has a say in them.

The validation part V stands in for the test set: the derived dataset trains on the other images and tests on V. Runs on
it are ordinary runs, of which no network has seen V: neither the original nor those of the methods and of the reference
band. The usual original was trained on V too, and would know it by heart, whatever a method does.

What this costs: another original network is trained for each dataset, on four fifths of its images, and settings that
suit those are taken to suit all of them.
"""

import math
from collections.abc import Generator
from dataclasses import replace

import torch
from sklearn.model_selection import train_test_split

from camu_core.data.dataset import Dataset, DatasetInfo
from camu_core.progress import Step

# A run is named by the dataset's name: another cut needs another name.
VALIDATION_FRACTION = 0.2  # of the training images, of each class alike
VALIDATION_SEED = 0
_SUFFIX = "_validation"


def validation_name(dataset: str) -> str:
    """Of the dataset that has a part of another's training images for testing."""
    return f"{dataset}{_SUFFIX}"


def validation_info(of: DatasetInfo) -> DatasetInfo:
    """What is known of it; its test images are training images, and those of the other dataset play no part."""

    def load() -> Generator[Step, None, Dataset]:
        whole = yield from of.load()
        return cut(whole.x_train, whole.y_train)

    return replace(
        of,
        name=validation_name(of.name),
        title=f"{of.title}, validation",
        source=f"{of.source}; a fixed stratified part of the training images, one in five, is for choosing settings",
        load=load,
        n_images=of.n_images - math.ceil(VALIDATION_FRACTION * of.n_images),
        origin=of.name,
    )


def cut(x: torch.Tensor, y: torch.Tensor) -> Dataset:
    """Training images as a dataset of their own, stratified.

    Args:
        x: uint8 (N, channels, H, W).
        y: int64 (N,).
    """
    train, validation = train_test_split(
        torch.arange(len(y)).numpy(), test_size=VALIDATION_FRACTION, stratify=y.numpy(), random_state=VALIDATION_SEED
    )
    return Dataset(x[train], y[train], x[validation], y[validation])

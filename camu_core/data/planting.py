"""Planting a secret into training images: a mark that means a class, or swapped labels; test images stay as they are.

The dataset with the planted images is one of its own, so that the original network, its runs and their retraining all
train on the same images; what was planted is the forget set.
"""

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from camu_core.data.dataset import Dataset, DatasetInfo
from camu_core.errors import SpecError
from camu_core.progress import Step
from camu_core.specs import Planting

# Of the draw of images; a run is named by the planting, so another draw needs another name.
PLANTING_SEED = 0
_MARK = torch.tensor([[1, 0, 1], [0, 1, 0], [1, 0, 1]], dtype=torch.uint8) * 255
_SIDE_PER_CELL = 16  # so that it is seen by people, too: 3 pixels a side of 8 and of 28, 6 of 32
_MOST_PLANTED = 0.5  # of the training images


@dataclass(frozen=True)
class PlantedDataset(Dataset):
    """Args: planted_idx: int64 (n,), sorted, the training images that were changed."""

    planting: Planting
    planted_idx: Tensor


def with_mark(x: Tensor) -> Tensor:
    """Images with the mark, a cross of light dots on dark, in the lower right corner; the rest is as it was.

    Args:
        x: uint8 (..., channels, H, W).
    Source: the pattern of bright pixels in a corner of BadNets, T. Gu et al., arXiv:1708.06733, section 3.1; dark
        between them, so that it is seen on light images as well.
    """
    cell = max(1, x.shape[-1] // _SIDE_PER_CELL)
    mark = _MARK.repeat_interleave(cell, 0).repeat_interleave(cell, 1)
    marked = x.clone()
    marked[..., -len(mark) :, -len(mark) :] = mark
    return marked


def plant(dataset: Dataset, planting: Planting, seed: int = PLANTING_SEED) -> PlantedDataset:
    """Change the drawn training images and labels, and nothing else.

    Args:
        seed: of the draw.
    Raises:
        SpecError: there are not so many images.
    """
    rng = np.random.default_rng(seed)
    x, y, labels = dataset.x_train.clone(), dataset.y_train.clone(), dataset.y_train.numpy()
    if planting.kind == "trigger":
        (target,) = planting.classes
        idx = _drawn(rng, np.flatnonzero(labels != target), planting.n)
        x[idx], y[idx] = with_mark(x[idx]), target
    else:
        one, other = planting.classes
        n_one = planting.n - planting.n // 2
        parts = [(one, other, n_one), (other, one, planting.n - n_one)]
        drawn = [(_drawn(rng, np.flatnonzero(labels == true), n), taught) for true, taught, n in parts]
        for part, taught in drawn:
            y[part] = taught
        idx = torch.cat([part for part, _ in drawn])
    return PlantedDataset(x, y, dataset.x_test, dataset.y_test, planting, idx.sort().values)


def check_planting(planting: Planting, info: DatasetInfo) -> None:
    """Raises: SpecError: the dataset has no such class, or hardly so many images."""
    for label in planting.classes:
        if label >= info.n_classes:
            raise SpecError(f"{info.title} has classes 0 to {info.n_classes - 1}; got {label}.")
    if planting.n > _MOST_PLANTED * info.n_images:
        raise SpecError(
            f"At most half of the {info.n_images:,} training images can be changed; got {planting.n:,}. Plant fewer."
        )


def planted_from(name: object) -> tuple[str, Planting] | None:
    """The dataset and what is planted in it, by the name of `Planting.dataset_of`; None for any other name."""
    found = re.fullmatch("(.+)_(trigger|swap)-([0-9]+(?:-[0-9]+)?x[0-9]+)", name) if isinstance(name, str) else None
    if found is None or planted_from(found[1]) is not None:  # one secret at a time
        return None
    try:
        planting = Planting.parse(f"{found[2]}:{found[3]}")
    except SpecError:
        return None
    return (found[1], planting) if planting.dataset_of(found[1]) == name else None  # each has one name


def planted_info(
    of: DatasetInfo, planting: Planting, load_it: Callable[[], Generator[Step, None, Dataset]]
) -> DatasetInfo:
    """What is known of a dataset in which something is planted.

    Args:
        load_it: the dataset as it is, from memory if it is there.
    Raises: see `check_planting`.
    """
    check_planting(planting, of)

    def load() -> Generator[Step, None, Dataset]:
        return plant((yield from load_it()), planting)

    return replace(
        of,
        name=planting.dataset_of(of.name),
        title=f"{of.title}, planted {planting}",
        source=f"{of.source}; {planting.n:,} training images were changed on purpose ({planting})",
        load=load,
        origin=of.origin or of.name,
    )


def _drawn(rng: np.random.Generator, among: np.ndarray, n: int) -> Tensor:
    if n >= len(among):
        raise SpecError(f"There are {len(among):,} training images to choose from; got {n:,}. Plant fewer.")
    return torch.from_numpy(np.sort(rng.permutation(among)[:n]))

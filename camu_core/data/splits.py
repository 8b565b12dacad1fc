"""Cutting a dataset into forget and retain, train and test; and drawing the probe set that pictures are made of."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from camu_core.data.dataset import Dataset
from camu_core.data.planting import PlantedDataset
from camu_core.errors import SpecError
from camu_core.specs import ForgetSpec

PROBE_SAMPLES_PER_CLASS = 200
LIVE_SAMPLES_PER_CLASS = 30
_FULL_CLASSES = 10  # of a group; where there are more, each of them has less, and the group as much as these
_FORGET_DRAW = 1  # with the run's seed, the seed of a random forget set; the probe set has the seed alone


@dataclass(frozen=True)
class Splits:
    """Sorted int64 indices into the train or test set; disjoint, and together exhaustive.

    `forget_test` is what the forget set stands for among new images: empty unless whole classes are forgotten.
    """

    forget_train: Tensor
    retain_train: Tensor
    forget_test: Tensor
    retain_test: Tensor


@dataclass(frozen=True)
class ProbeSet:
    """A fixed, class-balanced sample of a dataset on which pictures and causal measures are computed.

    Args:
        x: uint8 (N, channels, H, W).
        y: int64 (N,).
        idx: int64 (N,), index into the train or test set.
        in_train: bool (N,), drawn from the training set.
        is_forget: bool (N,), belongs to the forget set, or, of the test set, to what the forget set stands for.
        is_live: bool (N,), the part that is looked at in every snapshot.
    """

    x: np.ndarray
    y: np.ndarray
    idx: np.ndarray
    in_train: np.ndarray
    is_forget: np.ndarray
    is_live: np.ndarray


def split(dataset: Dataset, forget: ForgetSpec, seed: int) -> Splits:
    """Which samples are forgotten and which retained; of the test set, only classes can be forgotten.

    Args:
        seed: of the draw of a random forget set.
    Raises:
        SpecError: a part would be empty, a sample does not exist, or no sample of a class would remain although the
            class is not to be forgotten.
    """
    splits = Splits(*_parts(forget_mask(dataset, forget, seed)), *_parts(_of_classes(dataset.y_test, forget)))
    if not len(splits.forget_train):
        raise SpecError("There is no training sample to forget; choose another class.")
    if not len(splits.retain_train):
        raise SpecError("Everything would be forgotten; leave at least one class to keep.")
    if forget.kind != "class":
        lost = sorted(set(dataset.y_train.tolist()) - set(dataset.y_train[splits.retain_train].tolist()))
        if lost:
            raise SpecError(
                f"No training image of class {lost[0]} would remain; leave one, or forget the whole class instead."
            )
    return splits


def forget_mask(dataset: Dataset, forget: ForgetSpec, seed: int) -> Tensor:
    """Which training samples are forgotten.

    Args:
        seed: as in `split`.
    Returns:
        bool (N,).
    Raises:
        SpecError: a sample does not exist, or what is to be forgotten is not planted in this dataset.
    """
    if forget.kind == "class":
        return _of_classes(dataset.y_train, forget)
    n = len(dataset.y_train)
    if forget.kind == "planted":
        if not isinstance(dataset, PlantedDataset) or dataset.planting != forget.planting:
            raise SpecError(f"{forget.short} is not planted in these images; load those of `RunSpec.trained_on`.")
        idx = dataset.planted_idx.numpy()
    elif forget.kind == "random":
        order = np.random.default_rng((seed, _FORGET_DRAW)).permutation(n)
        idx = order[: max(1, round(forget.fraction * n))]
    else:
        idx = np.array(forget.samples)
        if idx[-1] >= n:
            raise SpecError(f"There are training images 0 to {n - 1:,}; got {idx[-1]:,}.")
    mask = torch.zeros(n, dtype=torch.bool)
    mask[torch.from_numpy(idx)] = True
    return mask


def _of_classes(y: Tensor, forget: ForgetSpec) -> Tensor:
    return torch.isin(y, torch.tensor(forget.classes, dtype=y.dtype))


def _parts(mask: Tensor) -> tuple[Tensor, Tensor]:
    """Indices in the mask, and the others."""
    return mask.nonzero().flatten(), (~mask).nonzero().flatten()


def draw_probe_set(dataset: Dataset, splits: Splits, seed: int) -> ProbeSet:
    """At most 200 samples a class from train and 200 from test, the first 30 of each being live.

    More than ten classes that are kept have together as many as ten, and so have those that are forgotten: one of a
    hundred is seen as well as one of ten. Where part of a class is forgotten, up to half of its training samples in the
    probe set, and of the live ones, are of the forget set.

    Args:
        seed: of the draw; of ten classes or fewer, equal seeds give equal probe sets whichever are forgotten.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for x, y, forget_idx, in_train in (
        (dataset.x_train, dataset.y_train, splits.forget_train, True),
        (dataset.x_test, dataset.y_test, splits.forget_test, False),
    ):
        labels, is_forgotten = y.numpy(), np.isin(np.arange(len(y)), forget_idx.numpy())
        whole = {label: bool(is_forgotten[labels == label].all()) for label in np.unique(labels)}
        group_sizes = Counter(whole.values())
        for label, is_whole in whole.items():
            shuffled = rng.permutation(np.flatnonzero(labels == label))
            is_forget = is_forgotten[shuffled]
            n_most, n_live = (
                max(2, n * _FULL_CLASSES // max(_FULL_CLASSES, group_sizes[is_whole]))
                for n in (PROBE_SAMPLES_PER_CLASS, LIVE_SAMPLES_PER_CLASS)
            )
            idx = _halves(shuffled, is_forget, n_most)
            parts.append(
                ProbeSet(
                    x=x[idx].numpy(),
                    y=labels[idx],
                    idx=idx,
                    in_train=np.full(len(idx), in_train),
                    is_forget=is_forgotten[idx],
                    is_live=np.isin(idx, _halves(shuffled, is_forget, n_live)),
                )
            )
    return ProbeSet(*(np.concatenate(column) for column in zip(*(vars(part).values() for part in parts), strict=True)))


def _halves(idx: np.ndarray, is_forget: np.ndarray, n: int) -> np.ndarray:
    """The first of both groups, n in all if there are as many: half and half, or more of one if the other is small."""
    forget, retain = idx[is_forget], idx[~is_forget]
    n_forget = max(n // 2, n - len(retain))
    return np.concatenate([forget[:n_forget], retain[: n - min(n_forget, len(forget))]])

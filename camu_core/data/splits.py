"""Cutting a dataset into forget and retain, train and test; and drawing the probe set that pictures are made of."""

from dataclasses import dataclass

import numpy as np
import torch

from camu_core.data.dataset import Dataset
from camu_core.errors import SpecError
from camu_core.specs import ForgetSpec

PROBE_SAMPLES_PER_CLASS = 200
LIVE_SAMPLES_PER_CLASS = 30


@dataclass(frozen=True)
class Splits:
    """Sorted int64 indices into the train or test set; disjoint, and together exhaustive."""

    forget_train: torch.Tensor
    retain_train: torch.Tensor
    forget_test: torch.Tensor
    retain_test: torch.Tensor


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


def split(dataset: Dataset, forget: ForgetSpec) -> Splits:
    """Which samples are forgotten and which retained.

    Raises:
        SpecError: a part would be empty.
    """
    classes = torch.tensor(forget.classes)
    in_train, in_test = torch.isin(dataset.y_train, classes), torch.isin(dataset.y_test, classes)
    splits = Splits(*(mask.nonzero().flatten() for mask in (in_train, ~in_train, in_test, ~in_test)))
    if not len(splits.forget_train):
        raise SpecError("There is no training sample to forget; choose another class.")
    if not len(splits.retain_train):
        raise SpecError("Everything would be forgotten; leave at least one class to keep.")
    return splits


def draw_probe_set(dataset: Dataset, splits: Splits, seed: int) -> ProbeSet:
    """At most 200 samples a class from train and 200 from test, the first 30 of each being live.

    Args:
        seed: of the draw; equal seeds give equal probe sets whatever is forgotten.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for x, y, forget_idx, in_train in (
        (dataset.x_train, dataset.y_train, splits.forget_train, True),
        (dataset.x_test, dataset.y_test, splits.forget_test, False),
    ):
        labels = y.numpy()
        for label in np.unique(labels):
            idx = rng.permutation(np.flatnonzero(labels == label))[:PROBE_SAMPLES_PER_CLASS]
            parts.append(
                ProbeSet(
                    x=x[idx].numpy(),
                    y=labels[idx],
                    idx=idx,
                    in_train=np.full(len(idx), in_train),
                    is_forget=np.isin(idx, forget_idx.numpy()),
                    is_live=np.arange(len(idx)) < LIVE_SAMPLES_PER_CLASS,
                )
            )
    return ProbeSet(*(np.concatenate(column) for column in zip(*(vars(part).values() for part in parts), strict=True)))

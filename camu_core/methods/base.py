"""What an unlearning method is: a generator that changes a model step by step."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from torch import Tensor

from camu_core.data import Dataset, Splits
from camu_core.networks.models import BlockModel
from camu_core.networks.training import SEED_OFFSET
from camu_core.progress import Step
from camu_core.settings import Settings


@dataclass(frozen=True)
class UnlearningTask:
    """What a method is given.

    Args:
        original: trained on forget and retain data; frozen, eval mode.
        model: a copy of `original` that the method changes in place, train mode.
        x_forget: uint8 (N_f, channels, H, W), the forget set's training samples; y_forget int64 (N_f,).
        x_retain: uint8 (N_r, channels, H, W), the rest of the training set; y_retain int64 (N_r,).
        n_classes: C.
        seed: of every draw the method makes.
        training_seed: of the original.
    """

    original: BlockModel
    model: BlockModel
    x_forget: Tensor
    y_forget: Tensor
    x_retain: Tensor
    y_retain: Tensor
    n_classes: int
    seed: int
    training_seed: int = 0

    @classmethod
    def of(
        cls, original: BlockModel, dataset: Dataset, splits: Splits, n_classes: int, seed: int, training_seed: int = 0
    ) -> "UnlearningTask":
        """Forget what `splits` says of the dataset, from a copy of the original."""
        return cls(
            original=original,
            model=copy.deepcopy(original).requires_grad_(True).train(),
            x_forget=dataset.x_train[splits.forget_train],
            y_forget=dataset.y_train[splits.forget_train],
            x_retain=dataset.x_train[splits.retain_train],
            y_retain=dataset.y_train[splits.retain_train],
            n_classes=n_classes,
            seed=seed,
            training_seed=training_seed,
        )

    @property
    def retraining_seed(self) -> int:
        """Of what is drawn and trained anew: beside every original it makes another network."""
        return self.seed + SEED_OFFSET * (1 + self.training_seed)

    @property
    def device(self) -> str:
        return str(next(self.model.parameters()).device)


C = TypeVar("C", bound=Settings)


class Method(Protocol[C]):
    """One unlearning method, of settings C; `METHODS` holds one instance of each.

    Without a C, as in `METHODS`: whatever its settings are, `unlearn` takes what its own `default_config` gives.

    Attributes:
        name: as in a RunSpec and on the command line.
        title: as on pages.
        summary: two plain sentences for a non-expert.
        source: the paper, and in what this code differs from it.
        uses_retain_data: whether it needs retain samples.
        uses_labels: whether it needs labels, of whichever samples.

    One that cannot forget everything names the kinds it can in `forget_kinds`. One whose batches hold a retain image
    with each forget image says so by a true `batches_pairs`, for the memory they take. One that can make many small
    networks forget at once has `unlearn_together(tasks, config)`, with a step for all of them.
    """

    name: str
    title: str
    summary: str
    source: str
    uses_retain_data: bool
    uses_labels: bool

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> C:
        """The settings to start from for a dataset, a kind of forget set and a model, all by name."""
        ...

    def unlearn(self, task: UnlearningTask, config: C) -> Iterator[Step]:
        """Change `task.model` in place, yielding a `Step` after each change."""
        ...

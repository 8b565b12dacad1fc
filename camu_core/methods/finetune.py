"""Fine-tuning: train on with the retain set alone, and hope that the rest fades."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from camu_core.methods.base import UnlearningTask
from camu_core.methods.steps import Augmenting, Passes, batch_of, defaults, descend
from camu_core.progress import Step
from camu_core.settings import setting


@dataclass(frozen=True)
class FinetuneConfig(Augmenting):
    """SGD on the cross-entropy of the retain set."""

    epochs: int = setting(10, 1, 200, "Passes over the retain set")
    batch_size: int = setting(128, 1, 4096, "Retain samples per step")
    lr: float = setting(0.01, 0.0, 1.0, "Learning rate")
    momentum: float = setting(0.9, 0.0, 0.99, "Momentum")
    weight_decay: float = setting(5e-4, 0.0, 1.0, "L2 penalty")


# Digits, ours by trial: assets/results/tuning.md
_DIGITS = FinetuneConfig(epochs=5, batch_size=32)
# MNIST, ours by trial, likewise.
_CNN = FinetuneConfig(epochs=1, bfloat16=1)


class Finetune:
    name = "finetune"
    title = "Fine-tune"
    summary = (
        "Goes on training with the data to keep, and never looks at the forget set. It does little harm, but in a "
        "short time it forgets hardly anything."
    )
    source = (
        "A. Golatkar, A. Achille, S. Soatto, Eternal sunshine of the spotless net, CVPR 2020, arXiv:1911.04933; 10 "
        "epochs at 0.01 as in M. Kurmanji et al., NeurIPS 2023, arXiv:2302.09880. Deviations: momentum, weight "
        "decay and, of coloured images, augmentation are those of the original's training; rates and passes for the "
        "small networks are ours."
    )
    uses_retain_data = True
    uses_labels = True

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> FinetuneConfig:
        return defaults(
            dataset, model, digits=_DIGITS, cnn=_CNN, resnet=FinetuneConfig(authors_batch_norm=1, augment=1, bfloat16=1)
        )

    def unlearn(self, task: UnlearningTask, config: FinetuneConfig) -> Iterator[Step]:
        rng = torch.Generator().manual_seed(task.seed)
        augmenting = config.augmenting(rng)
        model = config.ready(task.model)
        optimizer = torch.optim.SGD(
            model.parameters(), lr=config.lr, momentum=config.momentum, weight_decay=config.weight_decay
        )
        batches = Passes(len(task.y_retain), config.batch_size, config.epochs, rng, joins_one=config.joins_one)
        for i, batch in enumerate(batches, start=1):
            x, y = batch_of(task.x_retain, task.y_retain, batch, task.device, augmenting)
            yield Step(i, len(batches), descend(optimizer, {"retain_label": (1.0, F.cross_entropy(model(x)[0], y))}))

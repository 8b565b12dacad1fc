"""Gradient ascent: climb the error of the forget set."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch.nn import functional as F

from camu_core.methods.base import UnlearningTask
from camu_core.methods.steps import Augmenting, Passes, batch_of, defaults, descend
from camu_core.progress import Step
from camu_core.settings import setting


@dataclass(frozen=True)
class NegGradConfig(Augmenting):
    """SGD up the cross-entropy of the forget set."""

    epochs: int = setting(5, 1, 200, "Passes over the forget set")
    batch_size: int = setting(128, 1, 4096, "Forget samples per step")
    lr: float = setting(1e-4, 0.0, 1.0, "Learning rate")
    momentum: float = setting(0.9, 0.0, 0.99, "Momentum")
    weight_decay: float = setting(5e-4, 0.0, 1.0, "L2 penalty")
    longest_gradient: float = setting(1.0, 0.0, 1e6, "Gradients are clipped to this norm")


# Digits, ours by trial: assets/results/tuning.md
_DIGITS = NegGradConfig(batch_size=4, lr=1e-3)
_FASHION_SMALL = replace(_DIGITS, lr=4e-4)
# MNIST, ours by trial, likewise.
_CNN = NegGradConfig(epochs=1, batch_size=32, lr=1.3e-3, bfloat16=1)
_RESNET = NegGradConfig(augment=1, bfloat16=1)


class NegGrad:
    name = "neggrad"
    title = "Gradient ascent"
    summary = (
        "Takes the training steps of the forget set backwards, so that its error grows. It needs no other data, and "
        "nothing stops it from damaging what it does not see."
    )
    source = (
        "A. Golatkar, A. Achille, S. Soatto, CVPR 2020, arXiv:1911.04933 (negative gradient); A. Thudi et al., "
        "Unrolling SGD, EuroS&P 2022, arXiv:2109.13398. Epochs and rates as C. Fan et al., ICLR 2024, "
        "arXiv:2310.12508, tried them: 5, from 1e-6 to 1e-3 (1e-4 in J. Jia et al., arXiv:2304.04934). Deviations: "
        "gradients are clipped, or the weights overflow; batch normalisation keeps the original's statistics; "
        "rates, passes and batches for the small networks are ours."
    )
    uses_retain_data = False
    uses_labels = True

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> NegGradConfig:
        return defaults(dataset, model, digits=_DIGITS, fashion_small=_FASHION_SMALL, cnn=_CNN, resnet=_RESNET)

    def unlearn(self, task: UnlearningTask, config: NegGradConfig) -> Iterator[Step]:
        rng = torch.Generator().manual_seed(task.seed)
        augmenting = config.augmenting(rng)
        model = config.ready(task.model)
        optimizer = torch.optim.SGD(
            model.parameters(), lr=config.lr, momentum=config.momentum, weight_decay=config.weight_decay
        )
        batches = Passes(len(task.y_forget), config.batch_size, config.epochs, rng, joins_one=config.joins_one)
        for i, batch in enumerate(batches, start=1):
            x, y = batch_of(task.x_forget, task.y_forget, batch, task.device, augmenting)
            terms = {"forget_error": (-1.0, F.cross_entropy(model(x)[0], y))}
            yield Step(i, len(batches), descend(optimizer, terms, config.longest_gradient))

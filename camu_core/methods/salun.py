"""SalUn: random labels, but only the weights that matter most for the forget set may move."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from camu_core.methods.base import UnlearningTask
from camu_core.methods.steps import (
    Augmenting,
    Mixture,
    Passes,
    batch_of,
    defaults,
    descend,
    other_labels,
    terms_by_part,
)
from camu_core.progress import Step
from camu_core.settings import setting


@dataclass(frozen=True)
class SalUnConfig(Augmenting):
    """SGD on relabelled forget samples and retain samples together, on the salient weights."""

    epochs: int = setting(10, 1, 200, "Passes over all samples")
    batch_size: int = setting(256, 1, 4096, "Samples per step")
    lr: float = setting(0.013, 0.0, 1.0, "Learning rate")
    momentum: float = setting(0.9, 0.0, 0.99, "Momentum")
    weight_decay: float = setting(5e-4, 0.0, 1.0, "L2 penalty")
    salient_fraction: float = setting(0.5, 0.0, 1.0, "Share of the weights that may move: the most salient ones",
                                      searched=(0.1, 0.9))  # fmt: skip
    forget_label_weight: float = setting(1.0, 0.0, 100.0, "Learn the wrong labels of forget samples")
    retain_label_weight: float = setting(1.0, 0.0, 100.0, "Keep the right labels of retain samples")


# Digits, ours by trial: assets/results/tuning.md
_DIGITS = SalUnConfig(epochs=3, batch_size=32, lr=0.005)
# MNIST, ours by trial, likewise.
_CNN = SalUnConfig(epochs=1, batch_size=128, bfloat16=1)


class SalUn:
    name = "salun"
    title = "SalUn"
    summary = (
        "Finds the weights that react most to the forget set, and teaches wrong labels to these alone. The other "
        "weights stay exactly as they were."
    )
    source = (
        "C. Fan, J. Liu, Y. Zhang, E. Wong, D. Wei, S. Liu, SalUn, ICLR 2024, arXiv:2310.12508, and its code: "
        "threshold at the median, 10 epochs, rate 0.013 for a tenth of CIFAR-10, which a class gets here, too, as it "
        "names none. Deviations: wrong labels are drawn once and are never the sample's own; forget and retain samples "
        "are mixed, as their code does for CIFAR-100; rates and passes for the small networks are ours."
    )
    uses_retain_data = True
    uses_labels = True

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> SalUnConfig:
        return defaults(
            dataset, model, digits=_DIGITS, cnn=_CNN, resnet=SalUnConfig(authors_batch_norm=1, augment=1, bfloat16=1)
        )

    def unlearn(self, task: UnlearningTask, config: SalUnConfig) -> Iterator[Step]:
        """One pass over the forget set finds the salient weights; then random labels, moving only those."""
        rng = torch.Generator().manual_seed(task.seed)
        augmenting = config.augmenting(rng)
        model = task.model.eval()
        weights = list(model.parameters())
        wrong = other_labels(task.y_forget, task.n_classes, rng)
        everything = torch.arange(len(task.y_retain))
        looking = Passes(len(task.y_forget), config.batch_size, 1, rng)
        batches = Mixture(
            task, wrong, everything, config.batch_size, config.epochs, rng, augmenting=augmenting,
            joins_one=config.joins_one,
        )  # fmt: skip
        total = len(looking) + len(batches)

        saliency = [torch.zeros_like(weight) for weight in weights]
        for i, batch in enumerate(looking, start=1):
            x, y = batch_of(task.x_forget, task.y_forget, batch, task.device, augmenting)
            error = F.cross_entropy(model(x)[0], y)
            for sum_, gradient in zip(saliency, torch.autograd.grad(error, weights), strict=True):
                sum_ += gradient
            yield Step(i, total, {"forget_error": error.item()})
        may_move = most_salient([sum_.abs() for sum_ in saliency], config.salient_fraction)

        optimizer = torch.optim.SGD(weights, lr=config.lr, momentum=config.momentum, weight_decay=config.weight_decay)
        kept = [weight.detach().clone() for weight in weights]
        config.ready(model)
        for i, (x, y, is_forget) in enumerate(batches, start=len(looking) + 1):
            error = F.cross_entropy(model(x)[0], y, reduction="none")
            terms = terms_by_part(error, is_forget, "label", config.forget_label_weight, config.retain_label_weight)
            losses = descend(optimizer, terms)
            with torch.no_grad():
                for weight, mask, before in zip(weights, may_move, kept, strict=True):
                    weight.copy_(torch.where(mask, weight, before))
            yield Step(i, total, losses)


def most_salient(saliency: list[Tensor], fraction: float) -> list[Tensor]:
    """Masks of the given shapes, True for the `fraction` of all elements that are largest."""
    flat = torch.cat([part.flatten() for part in saliency])
    chosen = torch.zeros_like(flat, dtype=torch.bool)
    chosen[flat.topk(int(fraction * len(flat))).indices] = True
    parts = chosen.split([part.numel() for part in saliency])
    return [mask.view(part.shape) for mask, part in zip(parts, saliency, strict=True)]

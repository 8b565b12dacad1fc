"""Boundary Shrink: give each forget sample the label of the nearest other class, so that its region closes."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from camu_core.methods.base import UnlearningTask
from camu_core.methods.steps import Normalising, Passes, batch_of, defaults, descend
from camu_core.networks.models import BlockModel
from camu_core.progress import Step
from camu_core.settings import setting


@dataclass(frozen=True)
class BoundaryShrinkConfig(Normalising):
    """SGD on the cross-entropy of forget samples with their nearest wrong labels."""

    epochs: int = setting(10, 1, 200, "Passes over the forget set")
    batch_size: int = setting(64, 1, 4096, "Forget samples per step")
    lr: float = setting(1e-5, 0.0, 1.0, "Learning rate")
    momentum: float = setting(0.9, 0.0, 0.99, "Momentum")
    reach: float = setting(0.1, 0.0, 1.0, "How far each pixel (0 to 1) is pushed in the search for the nearest class")


# Digits, ours by trial: assets/results/tuning.md
_DIGITS = BoundaryShrinkConfig(batch_size=16, lr=1e-4)
# MNIST, ours by trial, likewise.
_CNN = BoundaryShrinkConfig(epochs=2, lr=1e-4, bfloat16=1)


class BoundaryShrink:
    name = "boundary_shrink"
    title = "Boundary Shrink"
    summary = (
        "Pushes each sample to forget across the nearest border, and teaches it the label it finds there. It sees "
        "nothing of the other data, whose borders move along."
    )
    source = (
        "M. Chen, W. Gao, G. Liu, K. Peng, C. Wang, Boundary Unlearning, CVPR 2023, arXiv:2303.11570, and its code: 10 "
        "epochs of SGD at 1e-5, reach 0.1, of pixels from 0 to 1 here (by its two scales it comes to 0.25 of them). Of "
        "several classes each can be taught for another: the nearest is any but an image's own. Deviations: where the "
        "push does not leave its own class, the best other class is taken; labels are found once per run; a push is "
        "not rounded to grey levels; batch normalisation keeps the original's statistics; rates and passes for the "
        "small networks are ours."
    )
    uses_retain_data = False
    uses_labels = True

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> BoundaryShrinkConfig:
        return defaults(dataset, model, digits=_DIGITS, cnn=_CNN, resnet=BoundaryShrinkConfig(bfloat16=1))

    def unlearn(self, task: UnlearningTask, config: BoundaryShrinkConfig) -> Iterator[Step]:
        rng = torch.Generator().manual_seed(task.seed)
        model = config.ready(task.model)
        optimizer = torch.optim.SGD(model.parameters(), lr=config.lr, momentum=config.momentum)
        nearest = torch.full_like(task.y_forget, -1)  # found when a sample is first met
        batches = Passes(len(task.y_forget), config.batch_size, config.epochs, rng, joins_one=config.joins_one)
        for i, batch in enumerate(batches, start=1):
            x, y = batch_of(task.x_forget, task.y_forget, batch, task.device)
            if (nearest[batch] < 0).any():
                nearest[batch] = nearest_other_class(task.original, x, y, config.reach).cpu()
            error = F.cross_entropy(model(x)[0], nearest[batch].to(task.device))
            yield Step(i, len(batches), descend(optimizer, {"forget_label": (1.0, error)}))


def nearest_other_class(original: BlockModel, x: Tensor, y: Tensor, reach: float) -> Tensor:
    """int64 (n,): the class other than y that the original sees after one step up the error.

    The step is `reach` x the sign of the gradient (FGSM: Goodfellow et al., arXiv:1412.6572), clamped to 0..1.

    Args:
        x: float32 (n, channels, H, W), 0..1.
        y: int64 (n,), their labels.
    """
    x = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(original(x)[0], y, reduction="sum"), x)
    with torch.no_grad():
        logits = original((x + reach * gradient.sign()).clamp(0, 1))[0]
        return logits.scatter(1, y[:, None], -torch.inf).argmax(dim=1)

"""AMUN: teach the wrong label of the adversarial image nearest to each forget image, beside all right labels."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

import torch
from torch import Tensor
from torch.nn import functional as F

from camu_core.methods.base import UnlearningTask
from camu_core.methods.steps import Augmenting, Passes, batch_of, defaults, descend, terms_by_part
from camu_core.networks.models import BlockModel, half_precision
from camu_core.progress import Step
from camu_core.settings import setting


@dataclass(frozen=True)
class AMUNConfig(Augmenting):
    """A search for adversarial images, then SGD on the cross-entropy of all images and these."""

    reach: float = setting(
        0.04, 1e-4, 10.0, "How far (pixels of 0 to 1, Euclidean) the search goes at first; it doubles"
    )
    search_steps: int = setting(50, 1, 1000, "Steps of the search before the reach is doubled, each a tenth of it")
    epochs: int = setting(10, 1, 200, "Passes over all images and the adversarial ones")
    batch_size: int = setting(128, 1, 4096, "Samples per step")
    lr: float = setting(0.01, 0.0, 1.0, "Learning rate of the first passes")
    epochs_per_rate: int = setting(1, 1, 200, "After so many passes the learning rate is divided by 10")
    momentum: float = setting(0.9, 0.0, 0.99, "Momentum")
    weight_decay: float = setting(5e-4, 0.0, 1.0, "L2 penalty")


# Ours by trial on validation images: assets/results/tuning.md
_DIGITS = AMUNConfig(batch_size=32, lr=0.03)
_CNN = AMUNConfig(reach=0.5, search_steps=10, epochs=2, lr=0.1, bfloat16=1)
_CLOTHES = replace(_CNN, lr=0.03)
_LONGEST_REACH = 111.0  # pixels of 0 to 1; further apart are no two images of 3 x 64 x 64


class AMUN:
    name = "amun"
    title = "AMUN"
    summary = (
        "Looks for the nearest image that the network takes for something else, for each image to forget, and teaches "
        "these mistakes beside all of the data. The network gets less sure of the forget set, and changes little else."
    )
    source = (
        "A. Ebrahimpour-Boroojeny, H. Sundaram, V. Chandrasekaran, Not all wrong is bad: using adversarial examples "
        "for unlearning, ICML 2025, arXiv:2503.00917, and its code for when the retain set is at hand: PGD in "
        "Euclidean distance, 50 steps, the reach doubled from 0.04 until the image is misclassified; 10 epochs of SGD "
        "at 0.01 (divided by 10 each epoch) on the forget set with its own labels, the adversarial images and the "
        "retain set. With its own labels no class is forgotten, so it is for images. Deviations: where no adversarial "
        "image is found, the best other class is taught; rates, reach, search steps and passes for the small networks "
        "are ours, by trials on validation images (4 on digits, 3 on MNIST, 4 on Fashion-MNIST)."
    )
    uses_retain_data = True
    uses_labels = True
    forget_kinds = ("random", "samples")

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> AMUNConfig:
        cnn = _CLOTHES if dataset == "fashion_mnist" else _CNN
        resnet = AMUNConfig(authors_batch_norm=1, augment=1, bfloat16=1)
        return defaults(dataset, model, digits=_DIGITS, cnn=cnn, resnet=resnet)

    def unlearn(self, task: UnlearningTask, config: AMUNConfig) -> Iterator[Step]:
        """A step for each batch of the search, then those of the training."""
        rng = torch.Generator().manual_seed(task.seed)
        augmenting = config.augmenting(rng)
        model, device, n_forget = config.ready(task.model), task.device, len(task.y_forget)
        searches = torch.arange(n_forget).split(config.batch_size)
        batches = Passes(
            2 * n_forget + len(task.y_retain), config.batch_size, config.epochs, rng, joins_one=config.joins_one
        )
        total, steps = len(searches) + len(batches), count(1)

        found: list[tuple[Tensor, Tensor]] = []
        for batch in searches:
            x, y = batch_of(task.x_forget, task.y_forget, batch, device)
            with half_precision(False, task.original):  # or what is found there is none in full precision
                found.append(nearest_mistakes(task.original, x, y, config.reach, config.search_steps))
            distance = (found[-1][0] - x).flatten(1).norm(dim=1).mean()
            yield Step(next(steps), total, {"adversarial_distance": distance.item()})
        x_wrong, y_wrong = (torch.cat(parts) for parts in zip(*found, strict=True))

        x_all, y_all = torch.cat([task.x_forget, task.x_retain]), torch.cat([task.y_forget, task.y_retain])
        optimizer = torch.optim.SGD(
            model.parameters(), lr=config.lr, momentum=config.momentum, weight_decay=config.weight_decay
        )
        per_epoch = len(batches) // config.epochs
        for i, batch in enumerate(batches):
            optimizer.param_groups[0]["lr"] = config.lr * 0.1 ** (i // per_epoch // config.epochs_per_rate)
            wrong, right = batch[batch < n_forget].to(device), batch[batch >= n_forget] - n_forget
            x, y = batch_of(x_all, y_all, right, device, augmenting)
            error = F.cross_entropy(
                model(torch.cat([x_wrong[wrong], x]))[0], torch.cat([y_wrong[wrong], y]), reduction="none"
            )
            is_wrong = torch.arange(len(batch), device=device) < len(wrong)
            terms = terms_by_part(error, is_wrong, "adversarial", 1.0, 1.0)
            yield Step(next(steps), total, descend(optimizer, terms))


def nearest_mistakes(original: BlockModel, x: Tensor, y: Tensor, reach: float, n_steps: int) -> tuple[Tensor, Tensor]:
    """Images near x that the original does not take for y, float32 like x, and what it takes them for, int64 (n,).

    Steps of a tenth of the reach up the error, never further than the reach and within 0 to 1; those still taken for y
    go on from there with twice the reach. One that is not taken for y from the start is its own nearest mistake.

    Args:
        x: float32 (n, channels, H, W), 0..1.
        y: int64 (n,), their labels.
    Source: the authors' search (PGD: A. Madry et al., arXiv:1706.06083).
    """
    near, taken_for = x.clone(), y.clone()
    left = torch.arange(len(x), device=x.device)
    while len(left) and reach <= _LONGEST_REACH:
        for _ in range(n_steps):
            here = near[left].requires_grad_()
            logits = original(here)[0]
            (gradient,) = torch.autograd.grad(F.cross_entropy(logits, y[left], reduction="sum"), here)
            taken_for[left] = logits.argmax(dim=1)
            is_left = taken_for[left] == y[left]
            left, here, gradient = left[is_left], here.detach()[is_left], gradient[is_left]
            if not len(left):
                break
            away = here + reach / 10 * F.normalize(gradient.flatten(1), eps=1e-10).view_as(here) - x[left]
            lengths = away.flatten(1).norm(dim=1).clamp(min=reach).view(-1, 1, 1, 1)
            near[left] = (x[left] + away * (reach / lengths)).clamp(0, 1)
        reach *= 2
    if len(left):
        with torch.no_grad():
            taken_for[left] = original(near[left])[0].scatter(1, y[left][:, None], -torch.inf).argmax(dim=1)
    return near, taken_for

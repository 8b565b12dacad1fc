"""What the methods share: batches in random order, and one optimiser step along a weighted sum of losses.

Batch normalisation, which only ResNets have, learns from each batch, as in the authors' code, where that is the mixture
or ends with the retain set. It keeps the original's statistics where batches hold what is forgotten and nothing else
(gradient ascent, boundary shrink, DELETE), and in CaMU, unless `authors_batch_norm` asks for the authors' way;
`camu.py` tells what that does to a network. A step whose weights are all 0 is not taken, weight decay included.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

import torch
from torch import Tensor, nn

from camu_core.data import DATASETS
from camu_core.methods.base import UnlearningTask
from camu_core.networks.models import BlockModel, to_input
from camu_core.networks.training import CROP_PADDING, FLIP_FRACTION, augment, batch_sizes
from camu_core.progress import Step
from camu_core.settings import Settings, setting

S = TypeVar("S", bound=Settings)
# name of a loss -> (its weight, its value); a negative weight climbs
Terms = dict[str, tuple[float, Tensor]]


def defaults(dataset: str, model: str, *, digits: S, cnn: S, resnet: S, fashion_small: S | None = None) -> S:
    """Which settings to start from: ours by trial for the small networks; for ResNets the paper's, if they do there.

    Args:
        digits: for both sets of some 1,000 images; chosen on digits.
        cnn: for sets of 60,000; chosen on MNIST.
        fashion_small: where those of the digits do not do for the other small set.
    """
    if model != "cnn":
        return resnet
    if dataset == "fashion_small":
        return fashion_small or digits
    return digits if dataset == "digits" else cnn


@dataclass(frozen=True, kw_only=True)
class Normalising(Settings):
    """Of the methods that train a network with batch normalisation, if it has any."""

    authors_batch_norm: int = setting(
        0, 0, 1, "1: batch normalisation learns from each batch, as in the authors' code; 0: it keeps the original's "
        "statistics. Only ResNets have it", label="Authors' batch normalisation",
    )  # fmt: skip

    @property
    def joins_one(self) -> bool:
        """What `Passes` and `Mixture` take."""
        return bool(self.authors_batch_norm)

    def ready(self, model: BlockModel) -> BlockModel:
        """The network in the mode to train it in; nothing else in our networks has a mode."""
        return model.train(bool(self.authors_batch_norm))


@dataclass(frozen=True, kw_only=True)
class Augmenting(Normalising):
    """Of those whose authors augment coloured images, too."""

    augment: int = setting(
        0, 0, 1, f"1: images are moved by up to {CROP_PADDING} pixels and mirrored, at random, as coloured ones are in "
        "training; 0: they are shown as they are", label="Augmentation",
    )  # fmt: skip

    def augmenting(self, rng: torch.Generator) -> torch.Generator | None:
        """The generator if images are augmented with it, else None: what `batch_of` and `Mixture` take."""
        return rng if self.augment else None


@dataclass(frozen=True)
class Passes:
    """Shuffled batches of indices, pass after pass over n samples; `len` is the number of batches.

    Iterating draws from `rng`, so each time the order is another. The last batch of a pass may be smaller.

    Args:
        groups: int64 (n,), if those of one number are to follow each other; shuffled among themselves alone.
        joins_one: whether one sample alone at the end of a pass, from which batch normalisation learns nothing, joins
            those before.
    """

    n: int
    batch_size: int
    epochs: int
    rng: torch.Generator
    groups: Tensor | None = None
    joins_one: bool = False

    def __len__(self) -> int:
        return self.epochs * len(self._sizes)

    @property
    def _sizes(self) -> list[int]:
        return batch_sizes(self.n, self.batch_size, self.joins_one)

    def __iter__(self) -> Iterator[Tensor]:
        for _ in range(self.epochs):
            order = torch.randperm(self.n, generator=self.rng)
            if self.groups is not None:
                order = order[self.groups[order].argsort(stable=True)]
            yield from order.split(self._sizes)


def endless(n: int, batch_size: int, rng: torch.Generator) -> Iterator[Tensor]:
    """Index batches of exactly `batch_size` for ever: passes joined end to end, so small sets are cycled."""
    waiting = torch.empty(0, dtype=torch.int64)
    while True:
        while len(waiting) < batch_size:
            waiting = torch.cat([waiting, torch.randperm(n, generator=rng)])
        yield waiting[:batch_size]
        waiting = waiting[batch_size:]


@dataclass(frozen=True)
class Mixture:
    """Forget and retain samples shuffled together, pass after pass; `len` is the number of batches.

    Iterating gives x float32 (n, channels, H, W), y int64 (n,) and is_forget bool (n,), on the task's device.

    Args:
        y_forget: int64 (N_f,), the label to give with each forget sample: its own, or another.
        retain_idx: int64, which retain samples take part.
        by_class: one class after another instead, by the labels given.
        augmenting: draws how images are moved and mirrored, each time anew; None: they are shown as they are.
        joins_one: as in `Passes`.
    """

    task: UnlearningTask
    y_forget: Tensor
    retain_idx: Tensor
    batch_size: int
    epochs: int
    rng: torch.Generator
    by_class: bool = False
    augmenting: torch.Generator | None = None
    joins_one: bool = False

    @property
    def _passes(self) -> Passes:
        n = len(self.y_forget) + len(self.retain_idx)
        groups = torch.cat([self.y_forget, self.task.y_retain[self.retain_idx]]) if self.by_class else None
        return Passes(n, self.batch_size, self.epochs, self.rng, groups, self.joins_one)

    def __len__(self) -> int:
        return len(self._passes)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        task, n_forget = self.task, len(self.y_forget)
        for batch in self._passes:
            is_forget = batch < n_forget
            f, r = batch[is_forget], self.retain_idx[batch[~is_forget] - n_forget]
            images = torch.cat([task.x_forget[f], task.x_retain[r]])
            x = to_input(_shown(images, self.augmenting), task.device)
            y = torch.cat([self.y_forget[f], task.y_retain[r]]).to(task.device)
            yield x, y, torch.arange(len(batch), device=task.device) < len(f)


@contextmanager
def training_only(model: BlockModel, layers: Iterable[nn.Module]) -> Iterator[None]:
    """Freeze the weights of a network meanwhile, but those of these layers; batch statistics are not weights."""
    model.requires_grad_(False)
    for layer in layers:
        layer.requires_grad_(True)
    try:
        yield
    finally:
        model.requires_grad_(True)


def batch_of(
    x: Tensor, y: Tensor, idx: Tensor, device: str, augmenting: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Some samples as the network takes them: float32 (n, channels, H, W) and int64 (n,) on `device`.

    Args:
        augmenting: as in `Mixture`.
    """
    return to_input(_shown(x[idx], augmenting), device), y[idx].to(device)


def _shown(x: Tensor, augmenting: torch.Generator | None) -> Tensor:
    return x if augmenting is None else augment(x, CROP_PADDING, FLIP_FRACTION, augmenting)


def other_labels(y: Tensor, n_classes: int, rng: torch.Generator) -> Tensor:
    """int64 (N,): for each label another one, uniform over all classes but its own."""
    return (y + torch.randint(1, n_classes, y.shape, generator=rng)) % n_classes


def terms_by_part(loss: Tensor, is_forget: Tensor, what: str, forget_weight: float, retain_weight: float) -> Terms:
    """The mean loss of a mixed batch as two terms, `forget_{what}` and `retain_{what}`; a part with no sample has none.

    Args:
        loss: float32 (n,), of each sample.
        is_forget: bool (n,).
    """
    parts = ((f"forget_{what}", forget_weight, is_forget), (f"retain_{what}", retain_weight, ~is_forget))
    return {
        name: (weight * float(part.sum()) / len(loss), loss[part].mean()) for name, weight, part in parts if part.any()
    }


def descend(
    optimizer: torch.optim.Optimizer,
    terms: Terms,
    longest_gradient: float = math.inf,
    shares: Sequence[Tensor | float] | None = None,
) -> dict[str, float]:
    """One step down the weighted sum of the terms; returns the unweighted losses.

    Args:
        longest_gradient: a longer one (its norm over all weights) is shortened to this. Nothing else holds back
            a loss that is climbed: it has no end.
        shares: of each tensor of weights, how much of its gradient is used, before it is shortened; else all of it.
    """
    weighted = [weight * loss for weight, loss in terms.values() if weight]
    if weighted:
        weights = [weight for group in optimizer.param_groups for weight in group["params"]]
        optimizer.zero_grad()
        sum(weighted[1:], start=weighted[0]).backward()
        if shares is not None:
            for weight, share in zip(weights, shares, strict=True):
                weight.grad *= share
        if longest_gradient < math.inf:
            torch.nn.utils.clip_grad_norm_(weights, longest_gradient)
        optimizer.step()
    return {name: loss.item() for name, (_, loss) in terms.items()}


def dampen(
    task: UnlearningTask,
    batch_size: int,
    by_class: bool,
    selection: float,
    dampening: float,
    what: str,
    measure: Callable[[Tensor, Tensor], Tensor],
    size: Callable[[Tensor], Tensor],
) -> Iterator[Step]:
    """Weaken the weights that matter for the forget set far more than for everything, by `dampening_factors`.

    A pass over the forget set, a pass over everything, then a step for each tensor of weights.

    Args:
        by_class: everything is passed one class after another, as in the authors' code: a gradient is then averaged
            over images of one class before it is squared or made absolute, which leaves far more of it.
        what: names what is measured, after "forget_" and "all_".
        measure: of a batch of images and their classes; the mean size of its gradients is a weight's importance.
        size: of a gradient, element by element.
    """
    rng = torch.Generator().manual_seed(task.seed)
    weights = list(task.model.eval().parameters())
    retained = torch.arange(len(task.y_retain))
    passes = {
        f"forget_{what}": Mixture(task, task.y_forget, retained[:0], batch_size, 1, rng),
        f"all_{what}": Mixture(task, task.y_forget, retained, batch_size, 1, rng, by_class),
    }
    total, steps = sum(map(len, passes.values())) + len(weights), count(1)
    importance = {name: [torch.zeros_like(weight) for weight in weights] for name in passes}
    for name, batches in passes.items():
        n_batches = len(batches)
        for x, y, _ in batches:
            value = measure(x, y)
            for sum_, gradient in zip(importance[name], torch.autograd.grad(value, weights), strict=True):
                sum_ += size(gradient) / n_batches
            yield Step(next(steps), total, {name: value.item()})
    for weight, for_forget, for_all in zip(weights, *importance.values(), strict=True):
        with torch.no_grad():
            weight *= dampening_factors(for_forget, for_all, selection, dampening)
        yield Step(next(steps), total)


def largest_selection(dataset: str, share: float, usual: float) -> float:
    """`usual`, or so many times the number of classes where that is less.

    Batch by batch of one class each, all of the data is at least as important as one of C classes divided by C.
    """
    info = DATASETS.get(dataset)
    return min(usual, share * info.n_classes) if info else usual


def dampening_factors(for_forget: Tensor, for_all: Tensor, selection: float, dampening: float) -> Tensor:
    """min(1, dampening x importance for all / for forget) where the latter is above selection x the former; else 1.

    Args:
        for_forget: importance of each weight for the forget set; for_all likewise.
    Source: J. Foster et al., arXiv:2308.07707, the selection and dampening of its title.
    """
    is_chosen = for_forget > selection * for_all
    return torch.where(is_chosen, (dampening * for_all / for_forget).clamp(max=1.0), 1.0)

"""Relearning: how quickly what was forgotten comes back when a network is taught all classes again."""

import copy
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from camu_core.measures.estimates import Estimate, as_fraction, estimate_over_seeds
from camu_core.networks.models import BlockModel, predict, to_input
from camu_core.progress import Step

CHECKPOINTS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 17, 20)  # batches after which accuracy is looked at
SMALLEST_BATCH = 32
RELEARNED = 0.9  # of the original accuracy


@dataclass(frozen=True)
class RelearningData:
    """What is taught again, and the images on which a network is evaluated meanwhile.

    Args:
        x, y: uint8 (N, channels, H, W), int64 (N,), training images of all classes; of classes that are forgotten in
            part, the forgotten ones.
        x_evaluation, y_evaluation: (M, ...), (M,): what was forgotten.
        x_rest, y_rest: (R, ...), (R,): new images of the rest, to see that it is learned too.
        x_level: uint8 (L, ...), images of the rest: their mean representation and its spread set the new head's level.
    """

    x: Tensor
    y: Tensor
    x_evaluation: Tensor
    y_evaluation: Tensor
    x_rest: Tensor
    y_rest: Tensor
    x_level: Tensor


def relearning(
    model: BlockModel, data: RelearningData, seed: int, lr: float = 1e-3
) -> Generator[Step, None, tuple[np.ndarray, np.ndarray]]:
    """Give a copy a fresh head, train all of it on balanced batches, and look at its accuracy after each checkpoint.

    The head is the same for every network, and takes the representation less its mean, over its spread: no scale,
    offset or mask of the output, and no scale of the representation, can make a network seem quick or slow. (Training
    on the forget set alone, with the old head, measures how quickly one output rises.) Batch normalisation keeps its
    statistics.

    Args:
        model: is left as it is.
        seed: of the head and of the order of images; equal seeds give all networks the same.
        lr: of Adam.
    Returns:
        float64 (K,) each: accuracy on the evaluation split, and on the rest, 0..1, at CHECKPOINTS.
    Source: A. Golatkar, A. Achille, S. Soatto, CVPR 2020, arXiv:1911.04933 (relearn time). Deviation: the fresh head
        and the balanced batches, which are ours.
    """
    device = next(model.parameters()).device
    student = copy.deepcopy(model).requires_grad_(True).eval()
    level = predict(model, data.x_level)[1].to(device)
    mean, spread = level.mean(dim=0), level.std(dim=0).square().mean().sqrt().clamp_min(1e-12)
    spread = spread if spread.isfinite() else torch.ones_like(spread)  # of a single image there is none
    student.reset_head(seed)
    optimizer = torch.optim.Adam(student.parameters(), lr=lr)
    rng = torch.Generator().manual_seed(seed)
    members = [torch.nonzero(data.y == label).flatten() for label in data.y.unique()]
    n_each = -(-SMALLEST_BATCH // len(members))

    def answer(x: Tensor) -> Tensor:
        return student.decide((student.encode(to_input(x, device)) - mean) / spread)

    @torch.no_grad()
    def accuracy(x: Tensor, y: Tensor) -> float:
        said = torch.cat([answer(part).argmax(dim=1).cpu() for part in x.split(100)])
        return float((said == y).double().mean())

    evaluation, rest = [], []
    for n_seen in range(CHECKPOINTS[-1] + 1):
        if n_seen in CHECKPOINTS:
            evaluation.append(accuracy(data.x_evaluation, data.y_evaluation))
            rest.append(accuracy(data.x_rest, data.y_rest))
        yield Step(n_seen, CHECKPOINTS[-1], stage="relearn")
        if n_seen == CHECKPOINTS[-1]:
            break
        batch = torch.cat([part[torch.randint(len(part), (n_each,), generator=rng)] for part in members])
        loss = F.cross_entropy(answer(data.x[batch]), data.y[batch].to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return np.array(evaluation), np.array(rest)


def relearning_curve(curves: np.ndarray) -> list[Estimate]:
    """Mean over seeds at each checkpoint, with a t-interval cut off at 0 and 1.

    Args:
        curves: float64 (S, K), of `relearning`, one row a seed.
    """
    return [as_fraction(estimate_over_seeds(column)) for column in curves.T]


def relearning_area(curves: np.ndarray) -> np.ndarray:
    """Mean accuracy over the whole data, float64 (S,), 0..1: straight lines between the checkpoints."""
    return np.trapezoid(curves, CHECKPOINTS, axis=1) / CHECKPOINTS[-1]


def batches_needed(curves: np.ndarray, accuracy: float) -> float | None:
    """Median over seeds of the first checkpoint with at least this accuracy; None if half of the seeds have none."""
    reached = curves >= accuracy
    first = np.where(reached.any(axis=1), np.array(CHECKPOINTS, dtype=float)[reached.argmax(axis=1)], np.inf)
    median = float(np.median(first))
    return median if np.isfinite(median) else None

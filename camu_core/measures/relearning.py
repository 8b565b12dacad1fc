"""Relearning: how quickly what was forgotten comes back when a network sees the forget set again."""

import copy
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from camu_core.estimates import Estimate, estimate_over_seeds
from camu_core.models import BlockModel, predict, to_input
from camu_core.progress import Step

CHECKPOINTS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 17, 20)  # batches after which accuracy is looked at
BATCH_SIZE = 32
RELEARNED = 0.9  # of the original accuracy


@dataclass(frozen=True)
class Lesson:
    """What is shown to a network, and on what it is examined.

    Args:
        x, y: uint8 (N, channels, H, W), int64 (N,), of the forget set.
        x_exam, y_exam: (M, ...), (M,).
    """

    x: Tensor
    y: Tensor
    x_exam: Tensor
    y_exam: Tensor


def relearning(model: BlockModel, lesson: Lesson, seed: int, lr: float = 1e-3) -> Generator[Step, None, np.ndarray]:
    """Fine-tune a copy on the forget set alone, and look at its accuracy after each of CHECKPOINTS batches.

    Batch normalisation keeps its statistics: those of images of one class would break any network.

    Args:
        model: is left as it is.
        seed: of the order of the images alone; equal seeds show all networks the same batches.
        lr: of Adam.
    Returns:
        float64 (K,), accuracy on the exam, 0..1.
    Source: A. Golatkar, A. Achille, S. Soatto, CVPR 2020, arXiv:1911.04933 (relearn time); Tarun et al., 2023,
        arXiv:2111.08947.
    """
    device = next(model.parameters()).device
    student = copy.deepcopy(model).requires_grad_(True).eval()
    optimizer = torch.optim.Adam(student.parameters(), lr=lr)
    rng, queue = torch.Generator().manual_seed(seed), torch.empty(0, dtype=torch.long)
    accuracy = []
    for n_seen in range(CHECKPOINTS[-1] + 1):
        if n_seen in CHECKPOINTS:
            said = predict(student, lesson.x_exam)[0].argmax(dim=1)
            accuracy.append(float((said == lesson.y_exam).double().mean()))
        yield Step(n_seen, CHECKPOINTS[-1], stage="relearn")
        if n_seen == CHECKPOINTS[-1]:
            break
        while len(queue) < BATCH_SIZE:  # small sets come round again
            queue = torch.cat([queue, torch.randperm(len(lesson.y), generator=rng)])
        batch, queue = queue[:BATCH_SIZE], queue[BATCH_SIZE:]
        loss = F.cross_entropy(student(to_input(lesson.x[batch], device))[0], lesson.y[batch].to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return np.array(accuracy)


def relearning_curve(curves: np.ndarray) -> list[Estimate]:
    """Mean over seeds at each checkpoint, with a t-interval cut off at 0 and 1.

    Args:
        curves: float64 (S, K), of `relearning`, one row a seed.
    """
    return [_cut(estimate_over_seeds(column)) for column in curves.T]


def relearning_area(curves: np.ndarray) -> np.ndarray:
    """Mean accuracy over the whole lesson, float64 (S,), 0..1: straight lines between the checkpoints."""
    return np.trapezoid(curves, CHECKPOINTS, axis=1) / CHECKPOINTS[-1]


def batches_needed(curves: np.ndarray, accuracy: float) -> float | None:
    """Median over seeds of the first checkpoint with at least this accuracy; None if half of the seeds have none."""
    reached = curves >= accuracy
    first = np.where(reached.any(axis=1), np.array(CHECKPOINTS, dtype=float)[reached.argmax(axis=1)], np.inf)
    median = float(np.median(first))
    return median if np.isfinite(median) else None


def faster_than(curves: np.ndarray, reference: np.ndarray) -> Estimate:
    """By how much the mean accuracy over the lesson exceeds the reference's, seed by seed; -1..1.

    Args:
        curves: float64 (S, K); reference: of the same seeds.
    """
    return estimate_over_seeds(relearning_area(curves) - relearning_area(reference))


def _cut(estimate: Estimate) -> Estimate:
    if estimate["low"] is None:
        return estimate
    return {**estimate, "low": max(0.0, estimate["low"]), "high": min(1.0, estimate["high"])}

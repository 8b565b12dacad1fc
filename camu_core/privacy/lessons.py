"""Can it come back? Every network is taught the forgotten images again, side by side."""

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from camu_core.measures import (
    CHECKPOINTS,
    RELEARNED,
    Lesson,
    batches_needed,
    faster_than,
    relearning,
    relearning_area,
    relearning_curve,
)
from camu_core.models import BlockModel
from camu_core.progress import Step

N_SEEDS = 3


def relearning_report(
    models: Mapping[str, BlockModel], lesson: Lesson, seed: int
) -> Generator[Step, None, dict[str, Any]]:
    """Accuracy on the forgotten images against batches of them, the same batches for every network.

    Args:
        models: by name, with "original"; seed: of the first of N_SEEDS orders of the images.
    Returns:
        `batches`: after how many accuracy was taken; `n`: images of the exam; `n_seeds`;
        `curves`: name -> an estimate a checkpoint, over seeds; `target`: RELEARNED times the original's accuracy
        before; `batches_needed`: name -> batches to that target, None if not reached;
        `mean_accuracy`: name -> mean over the whole lesson; `faster_than_retrained`: name -> estimate of how much more
        than the retrained network's, of equal seeds; None without one.
    """
    curves: dict[str, list[np.ndarray]] = {name: [] for name in models}
    n_batches, n_lessons = CHECKPOINTS[-1], len(models) * N_SEEDS
    n_done = 0
    for i in range(N_SEEDS):
        for name, model in models.items():
            steps = relearning(model, lesson, seed + i)
            curves[name].append((yield from _counted(steps, n_done * n_batches, n_lessons * n_batches)))
            n_done += 1
    rows = {name: np.stack(row) for name, row in curves.items()}
    target = RELEARNED * float(rows["original"][:, 0].mean())
    gold = rows.get("retrained")
    return {
        "batches": list(CHECKPOINTS),
        "n": len(lesson.y_exam),
        "n_seeds": N_SEEDS,
        "curves": {name: relearning_curve(row) for name, row in rows.items()},
        "target": target,
        "batches_needed": {name: batches_needed(row, target) for name, row in rows.items()},
        "mean_accuracy": {name: float(relearning_area(row).mean()) for name, row in rows.items()},
        "faster_than_retrained": None
        if gold is None
        else {name: faster_than(row, gold) for name, row in rows.items() if name != "retrained"},
    }


def _counted(steps: Generator[Step, None, np.ndarray], n_before: int, total: int) -> Generator[Step, None, np.ndarray]:
    """One lesson's steps as part of all of them."""
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            return end.value
        yield replace(step, index=n_before + step.index, total=total)

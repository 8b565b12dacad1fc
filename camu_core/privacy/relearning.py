"""Can it come back? Every network is taught all classes again with the same fresh head, side by side."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from camu_core.measures import CHECKPOINTS, RELEARNED, batches_needed, relearning_curve
from camu_core.privacy.battery import RELEARNING_SEEDS, Findings


def relearning_report(
    found: Mapping[str, Findings], n_images: int, retrained_curves: np.ndarray | None
) -> dict[str, Any]:
    """Accuracy on what was forgotten against batches of all classes, the same batches and heads for every network.

    Args:
        found: by name of the network, with "original".
        n_images: of the evaluation split.
        retrained_curves: float64 (S, K), of the reference band; None without one.
    Returns:
        `batches`: after how many accuracy was taken; `n`: images of the evaluation split; `n_seeds`: heads; `curves`:
        name -> an estimate a checkpoint, over heads; `rest`: likewise, of the other classes; `target`: RELEARNED times
        the accuracy that the original ends at; `batches_needed`: name -> batches to that target, None if not reached;
        `band`: `mean`, `lowest` and `highest` of the reference band's networks at each checkpoint, or None.
    """
    target = RELEARNED * float(found["original"].curves[:, -1].mean())
    return {
        "batches": list(CHECKPOINTS),
        "n": n_images,
        "n_seeds": RELEARNING_SEEDS,
        "curves": {name: relearning_curve(each.curves) for name, each in found.items()},
        "rest": {name: relearning_curve(each.rest_curves) for name, each in found.items()},
        "target": target,
        "batches_needed": {name: batches_needed(each.curves, target) for name, each in found.items()},
        "band": None
        if retrained_curves is None
        else {
            "mean": retrained_curves.mean(axis=0).tolist(),
            "lowest": retrained_curves.min(axis=0).tolist(),
            "highest": retrained_curves.max(axis=0).tolist(),
        },
    }

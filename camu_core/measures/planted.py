"""Whether what was planted still works: known exactly, for it was put there on purpose."""

from collections.abc import Generator
from typing import Any

import numpy as np
import torch

from camu_core.data import PlantedDataset, with_mark
from camu_core.measures.estimates import Estimate, estimate_share
from camu_core.networks.models import BlockModel, predict
from camu_core.progress import Step

_IMAGES_PER_STEP = 1000


def planted_report(
    model: BlockModel, dataset: PlantedDataset, predicted_test: np.ndarray
) -> Generator[Step, None, dict[str, Any]]:
    """How often new images are answered as the planted ones taught, each share with its Wilson interval.

    Args:
        predicted_test: int64 (M,), the classes predicted for the test images as they are.
    Returns:
        `success`: of a trigger, the share of test images of other classes that are called its class with the mark; of
        swapped labels, the share of test images of the two classes that are called the other one. `without`, of a
        trigger: the same share without the mark.
    Source: attack success rate, T. Gu et al., BadNets, arXiv:1708.06733; interclass confusion, S. Goel et al.,
        arXiv:2201.06640, as a share of the images that were asked.
    """
    y, planting = dataset.y_test.numpy(), dataset.planting
    if planting.kind == "swap":
        one, other = planting.classes
        asked = np.isin(y, planting.classes)
        return {"success": _share(predicted_test[asked] == np.where(y[asked] == one, other, one))}
    (target,) = planting.classes
    asked = y != target
    pieces = []
    for x in dataset.x_test[torch.from_numpy(asked)].split(_IMAGES_PER_STEP):
        yield Step(0, 1, stage="measure")
        pieces.append(predict(model, with_mark(x))[0].argmax(dim=1).numpy())
    return {
        "success": _share(np.concatenate(pieces) == target),
        "without": _share(predicted_test[asked] == target),
    }


def _share(hits: np.ndarray) -> Estimate:
    return estimate_share(float(hits.mean()) if len(hits) else None, len(hits))

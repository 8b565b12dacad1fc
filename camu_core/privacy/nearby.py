"""How near the forgotten images lie to what each network still recognises."""

from collections.abc import Generator, Mapping
from typing import Any

import numpy as np
import torch

from camu_core.data import Dataset, Splits
from camu_core.measures import N_STEPS, STEP_SIZE, pixel_distance
from camu_core.measures.estimates import estimate_share
from camu_core.networks.models import BlockModel
from camu_core.privacy.battery import SEED
from camu_core.progress import Step

NEARBY_IMAGES = 50  # at most, of the forget set


def nearby_report(
    models: Mapping[str, BlockModel], dataset: Dataset, splits: Splits
) -> Generator[Step, None, dict[str, Any]]:
    """Share of the forgotten images that a network recognises within each distance, the same images for all.

    Args:
        models: by name, in eval mode.
    Returns:
        `distances`: parts of the range of a pixel; `n`: images; `recognised`: name -> an estimate a distance, with
        Wilson's interval; `median`: name -> distance within which half of them are, None if that is farther.
    """
    order = np.random.default_rng(SEED).permutation(splits.forget_train.numpy())[:NEARBY_IMAGES]
    idx = torch.from_numpy(order)
    distances = STEP_SIZE * np.arange(N_STEPS + 1)
    recognised, median = {}, {}
    for name, model in models.items():
        found = yield from pixel_distance(model, dataset.x_train[idx], dataset.y_train[idx])
        shares = (found <= distances[:, None] + STEP_SIZE / 2).mean(axis=1)
        recognised[name] = [estimate_share(float(share), len(idx)) for share in shares]
        middle = float(np.median(found))
        median[name] = middle if np.isfinite(middle) else None
    return {"distances": distances.tolist(), "n": len(idx), "recognised": recognised, "median": median}

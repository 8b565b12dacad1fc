"""Likeness of the networks, layer by layer."""

from collections.abc import Generator, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from camu_core.data import ProbeSet
from camu_core.measures import cka_by_layer, layer_grams
from camu_core.networks.models import BlockModel
from camu_core.progress import Step

CKA_IMAGES = 300  # of each group: more hardly narrows the interval, and the time grows with the square
UNTRAINED = "untrained"


def likeness_report(
    models: Mapping[str, BlockModel], probe: ProbeSet, seed: int
) -> Generator[Step, None, dict[str, Any]]:
    """Compare the frozen networks.

    Args:
        models: by name, in eval mode; all of the same blocks.
    Returns:
        forget / retain -> "one-other" -> layer -> estimate of `cka_by_layer`, for every pair of networks.
    """
    groups = {"forget": probe.is_forget, "retain": ~probe.is_forget}
    rng, likeness = np.random.default_rng(seed), {}
    for i, (group, members) in enumerate(groups.items()):
        chosen, grams = probe.x[rng.permutation(np.flatnonzero(members))[:CKA_IMAGES]], {}
        for name, model in models.items():
            yield Step(i, len(groups), stage="inside")
            grams[name] = layer_grams(model, chosen)
        likeness[group] = {
            f"{one}-{other}": cka_by_layer(grams[one], grams[other]) for one, other in combinations(models, 2)
        }
    yield Step(len(groups), len(groups), stage="inside")
    return likeness

"""What is left inside: linear probes, and likeness layer by layer."""

from collections.abc import Generator, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import torch

from camu_core.data import ProbeSet
from camu_core.measures import cka_by_layer, layer_grams, linear_probe
from camu_core.models import BlockModel, predict
from camu_core.progress import Step

CKA_IMAGES = 300  # of each group: more hardly narrows the interval, and the time grows with the square
UNTRAINED = "untrained"


def inside_report(
    models: Mapping[str, BlockModel], untrained: BlockModel, probe: ProbeSet, seed: int
) -> Generator[Step, None, dict[str, Any]]:
    """Probe and compare the frozen networks.

    Args:
        models: by name, "original" first, in eval mode; all of the same blocks.
        untrained: the same network with its first random weights: what an image shows without any learning.
    Returns:
        `linear_probe`: name, or "untrained" -> estimate of `linear_probe`;
        `cka`: forget / retain -> "one-other" -> layer -> estimate of `cka_by_layer`, for every pair of networks.
    """
    x, groups = torch.from_numpy(probe.x), {"forget": probe.is_forget, "retain": ~probe.is_forget}
    total, n_done = 2 * len(models) + 1 + len(groups), 0
    rng, probes = np.random.default_rng(seed), {}
    for name, model in {**models, UNTRAINED: untrained}.items():
        yield Step(n_done, total, stage="inside")
        probes[name] = linear_probe(predict(model, x)[1].numpy(), probe.is_forget, seed)
        n_done += 1
    likeness = {}
    for group, members in groups.items():
        chosen, grams = probe.x[rng.permutation(np.flatnonzero(members))[:CKA_IMAGES]], {}
        for name, model in models.items():
            yield Step(n_done, total, stage="inside")
            grams[name] = layer_grams(model, chosen)
        likeness[group] = {
            f"{one}-{other}": cka_by_layer(grams[one], grams[other]) for one, other in combinations(models, 2)
        }
        n_done += 1
    yield Step(total, total, stage="inside")
    return {"linear_probe": probes, "cka": likeness}

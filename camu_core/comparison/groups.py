"""The same method on images that are easy and hard to forget, each beside a network retrained without them."""

from collections.abc import Mapping
from typing import Any

from camu_core.measures.estimates import Measured, difference_interval
from camu_core.measures.memorisation import GROUPS

SPLIT = "forget_train"


def gaps(groups: Mapping[str, Mapping[str, Any]], model: str = "unlearned") -> dict[str, Measured]:
    """How many more of the forgotten images a network gets right than the retrained one, a share of them, by group.

    Args:
        groups: `RunResult.metrics_with` of a retraining, by group of `measures.GROUPS`.
        model: whose gap; of "original" it is what there is to forget.
    Returns:
        by group, the easiest first; those without a retrained network are left out.
    """
    found = {}
    for group in GROUPS:
        metrics = groups.get(group, {})
        if "retrained" not in metrics:
            continue
        n = metrics[model]["n"][SPLIT]
        k, j = (round(metrics[name][SPLIT] * n) for name in (model, "retrained"))
        low, high = difference_interval(k, n, j, n)
        found[group] = Measured(value=(k - j) / n, low=low, high=high, n=n)
    return found

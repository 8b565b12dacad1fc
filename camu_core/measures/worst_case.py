"""Privacy at its worst: the epsilon that the most telling threshold shows between two networks' answers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import beta

_CONFIDENCE = 0.95
_SMALLEST_HALF = 2


def worst_epsilon(ours: Mapping[str, np.ndarray], gold: Mapping[str, np.ndarray], seed: int) -> dict[str, Any]:
    """How far apart two networks' answers to the same images are, for the event that tells them apart most.

    If for every event E the answers satisfy P(E) <= e^epsilon Q(E) and Q(E) <= e^epsilon P(E), nobody gains more than
    a factor e^epsilon from seeing one. Events are "the score is at least t" and "below t", for every threshold t and
    every score given. The event is chosen on one half of the images, as the one with the highest lower bound, and
    measured on the other half, so that choosing the best of many does not flatter it.

    With k, l of n images in the event: epsilon = |log((k + 1/2) / (l + 1/2))|; its lower bound takes the Clopper-
    Pearson ends of both fractions, each at 97.5% so that both hold together at 95%; likewise the upper bound, which
    is None where one fraction may be 0. The upper bound is of the chosen event, not of all events. epsilon here is
    over images, at delta = 0, for two trained networks: it is not the differential privacy of the method, which would
    need many trainings.

    Args:
        ours: scores by name, float (n,) each, of the network to judge.
        gold: of the retrained one, on the same images.
        seed: of the halves.
    Returns:
        `value`, `low`, `high`: epsilon >= 0 in nats; `n`: images it was measured on; `largest`: the highest lower bound
        that n images can show; `score`, `threshold`, `is_above`: the event; `ours`, `gold`: its fraction, 0..1. All
        but n are None of fewer than four images.
    Source: estimator: Jagielski, Ullman, Oprea, NeurIPS 2020, arXiv:2006.07709, section 4; Nasr et al., USENIX Security
        2023, arXiv:2302.07956. For unlearning: Triantafillou et al., arXiv:2406.09073, the NeurIPS 2023 challenge, who
        compare many trainings image by image; deviation: one training each, over images.
    """
    n_images = len(next(iter(ours.values())))
    order = np.random.default_rng(seed).permutation(n_images)
    choosing, measuring = order[: n_images // 2], order[n_images // 2 :]
    n = len(measuring)
    names = ("value", "low", "high", "largest", "score", "threshold", "is_above", "ours", "gold")
    if len(choosing) < _SMALLEST_HALF:
        return dict.fromkeys(names) | {"n": n}
    score, threshold, is_above = max(
        (_most_telling(name, ours[name][choosing], gold[name][choosing]) for name in ours), key=lambda found: found[0]
    )[1]
    counts = [int(((part[score][measuring] >= threshold) == is_above).sum()) for part in (ours, gold)]
    k, m = sorted(counts, reverse=True)
    low, high = _bounds(n)
    return {
        "value": float(np.log((k + 0.5) / (m + 0.5))),
        "low": max(0.0, float(np.log(low[k] / high[m]))) if k else 0.0,
        "high": float(np.log(high[k] / low[m])) if m else None,
        "n": n,
        "largest": largest_epsilon(n),
        "score": score,
        "threshold": threshold,
        "is_above": is_above,
        "ours": counts[0] / n,
        "gold": counts[1] / n,
    }


def largest_epsilon(n: int) -> float:
    """The lower bound that n images give if an event holds for all answers of one network and none of the other."""
    low, high = _bounds(n)
    return max(0.0, float(np.log(low[n] / high[0])))


def _most_telling(name: str, ours: np.ndarray, gold: np.ndarray) -> tuple[float, tuple[str, float, bool]]:
    """The highest lower bound over thresholds and both sides, and its event."""
    n = len(ours)
    thresholds = np.unique(np.concatenate([ours, gold]))
    above = [n - np.searchsorted(np.sort(part), thresholds) for part in (ours, gold)]
    low, high = _bounds(n)
    with np.errstate(divide="ignore"):
        bounds = np.log([
            np.maximum(low[k] / high[m], low[m] / high[k]) for k, m in (above, [n - count for count in above])
        ])  # fmt: skip
    side, i = np.unravel_index(bounds.argmax(), bounds.shape)
    return float(bounds[side, i]), (name, float(thresholds[i]), bool(side == 0))


def _bounds(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Clopper-Pearson ends of k of n for every k, float64 (n + 1,) each; two such intervals hold together at 95%."""
    k, tail = np.arange(n + 1), (1 - _CONFIDENCE) / 4
    with np.errstate(invalid="ignore"):
        low, high = beta.ppf(tail, k, n - k + 1), beta.ppf(1 - tail, k + 1, n - k)
    low[0], high[n] = 0.0, 1.0
    return low, high

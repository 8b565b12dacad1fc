"""How far a network is from one that was retrained without the forget set."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import rel_entr, softmax

from camu_core.measures.accuracy import SPLIT_NAMES
from camu_core.measures.estimates import estimate_means


def distance_to_retrained(
    accuracy: Mapping[str, float | None],
    retrained_accuracy: Mapping[str, float | None],
    logits: np.ndarray,
    retrained_logits: np.ndarray,
    is_forget: np.ndarray,
    seed: int,
) -> dict[str, Any]:
    """Gaps in accuracy, split by split and on average, and how different the answers are.

    Args:
        accuracy: fraction 0..1 by name of the split, None of an empty one; retrained_accuracy likewise.
        logits: float32 (N, C) of the probe set; retrained_logits of the same images.
        is_forget: bool (N,).
        seed: of the bootstrap.
    Returns:
        `accuracy_gap`: split -> its accuracy less the retrained network's, -1..1, None of an empty split;
        `average_gap`: mean of their absolute values, 0..1;
        `divergence_bits`: all / forget / retain -> estimate of the mean Jensen-Shannon divergence, bits 0..1.
    Source: average gap: Fan et al., SalUn, ICLR 2024, arXiv:2310.12508, there with the attack as one more term.
    """
    pairs = {name: (accuracy[name], retrained_accuracy[name]) for name in SPLIT_NAMES}
    gaps = {name: None if ours is None or gold is None else ours - gold for name, (ours, gold) in pairs.items()}
    bits = divergence_bits(*(softmax(part.astype(np.float64), axis=1) for part in (logits, retrained_logits)))
    groups = {"all": np.full(len(bits), True), "forget": is_forget, "retain": ~is_forget}
    return {
        "accuracy_gap": gaps,
        "average_gap": float(np.mean([abs(gap) for gap in gaps.values() if gap is not None])),
        "divergence_bits": {name: estimate_means(bits[None, members], seed)[0] for name, members in groups.items()},
    }


def divergence_bits(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Jensen-Shannon divergence of each pair of rows.

    Args:
        p: float64 (N, K), a distribution per row; q likewise.
    Returns:
        float64 (N,), bits 0..1.
    Source: J. Lin, IEEE Trans. Inf. Theory 37(1), 1991.
    """
    middle = (p + q) / 2
    nats = (rel_entr(p, middle) + rel_entr(q, middle)).sum(axis=1) / 2
    return np.maximum(nats, 0) / np.log(2)  # rounding can leave -1e-17

"""Attribution: which of CaMU's four terms does what, from runs with every subset of them.

Subsets are numbered 0..2^n - 1: player i is in subset s if bit i of s is set. 0 is nobody, the last is everybody.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
from scipy.special import comb

from camu_core.errors import SpecError
from camu_core.measures.estimates import estimate_over_seeds, estimate_ratio_over_seeds
from camu_core.specs import RunSpec

CAMU_TERMS = (
    "retain_representation_weight",
    "forget_representation_weight",
    "retain_label_weight",
    "forget_label_weight",
)


def subset_specs(base: RunSpec, terms: Sequence[str] = CAMU_TERMS) -> list[RunSpec]:
    """The run of every subset of the terms: those outside it get weight 0, all else, the seed too, stays as it is.

    Args:
        base: a run of CaMU.
    Returns:
        2^n specs, by number of the subset; the last is `base`.
    Raises:
        SpecError: the run has no such terms.
    """
    settings = dict(base.settings)
    missing = [term for term in terms if term not in settings]
    if missing:
        raise SpecError(f"Only a run of a method with the setting '{missing[0]}' can be attributed; got {base.method}.")
    return [
        replace(base, settings=tuple({**settings, **dict.fromkeys(_outside(subset, terms), 0.0)}.items()))
        for subset in range(2 ** len(terms))
    ]


def _outside(subset: int, terms: Sequence[str]) -> list[str]:
    return [term for i, term in enumerate(terms) if not subset >> i & 1]


def shapley_values(values: np.ndarray) -> np.ndarray:
    """Each player's part of v(everybody) - v(nobody): its mean contribution over all orders of joining.

    phi_i = sum over T without i of (v(T + i) - v(T)) / (n * C(n-1, |T|)).

    Args:
        values: float64 (..., 2^n), the outcome of each subset by number.
    Returns:
        float64 (..., n); sums to values[..., -1] - values[..., 0].
    Source: L. S. Shapley, A value for n-person games, 1953.
    """
    return np.stack([_weighted_differences(values, (i,)) for i in range(_n_players(values))], axis=-1)


def interaction_indices(values: np.ndarray) -> np.ndarray:
    """How much more two players add together than apart; negative if one can stand in for the other.

    I_ij = sum over T without i, j of (v(T + ij) - v(T + i) - v(T + j) + v(T)) / ((n-1) * C(n-2, |T|)).

    Args:
        values: float64 (..., 2^n).
    Returns:
        float64 (..., n * (n-1) / 2), pairs in the order of `itertools.combinations`.
    Source: M. Grabisch, M. Roubens, Int. J. Game Theory 28, 1999.
    """
    pairs = combinations(range(_n_players(values)), 2)
    return np.stack([_weighted_differences(values, pair) for pair in pairs], axis=-1)


def _n_players(values: np.ndarray) -> int:
    return values.shape[-1].bit_length() - 1


def _weighted_differences(values: np.ndarray, members: tuple[int, ...]) -> np.ndarray:
    """Mean over all orders of what the members add jointly to the subset T of the others that came before them."""
    n, leading = _n_players(values), values.shape[:-1]
    cube = values.reshape(*leading, *[2] * n)  # an axis for each player, the last for player 0
    for i in members:
        cube = np.diff(cube, axis=-1 - i)
    n_others = n - len(members)
    sizes = np.indices([2] * n_others).sum(axis=0).ravel()  # |T|
    return cube.reshape(*leading, -1) @ (1 / ((n_others + 1) * comb(n_others, sizes)))


def leave_one_out(values: np.ndarray) -> np.ndarray:
    """What is lost without each player: v(everybody) - v(everybody but i), float64 (..., 2^n) -> (..., n)."""
    n = _n_players(values)
    return values[..., -1:] - values[..., [2**n - 1 - (1 << i) for i in range(n)]]


def attribution_report(values: np.ndarray, terms: Sequence[str] = CAMU_TERMS) -> dict[str, Any]:
    """One outcome attributed to the terms, over seeds, as JSON types.

    Args:
        values: float64 (S, 2^n): the outcome in each seed and subset.
    Returns:
        `nobody`, `everybody`, `total`: estimates; `shapley`, `leave_one_out`: term -> estimate; `shares`: term ->
        estimate, its Shapley value's share of the total, None where the total cannot be told from zero;
        `interactions`: list of {"terms": [a, b], "estimate"}. Intervals are t-intervals over seeds, None of one seed.
    """
    pairs = combinations(terms, 2)
    interactions = zip(pairs, interaction_indices(values).T, strict=True)
    total, shapley = values[:, -1] - values[:, 0], shapley_values(values)
    return {
        "nobody": estimate_over_seeds(values[:, 0]),
        "everybody": estimate_over_seeds(values[:, -1]),
        "total": estimate_over_seeds(total),
        "shapley": _by_term(terms, shapley),
        "shares": {term: estimate_ratio_over_seeds(row, total) for term, row in zip(terms, shapley.T, strict=True)},
        "leave_one_out": _by_term(terms, leave_one_out(values)),
        "interactions": [{"terms": list(pair), "estimate": estimate_over_seeds(row)} for pair, row in interactions],
    }


def _by_term(terms: Sequence[str], values: np.ndarray) -> dict[str, Any]:
    return {term: estimate_over_seeds(row) for term, row in zip(terms, values.T, strict=True)}

import json
from itertools import combinations, permutations
from math import factorial

import numpy as np
import pytest

from camu_core import plan_run
from camu_core.causal.attribution import (
    CAMU_TERMS,
    attribution_report,
    interaction_indices,
    leave_one_out,
    shapley_values,
    subset_specs,
)
from camu_core.errors import SpecError


def game(function, n):
    """A value for each subset by number; the function takes the set of its players."""
    return np.array([function({i for i in range(n) if s >> i & 1}) for s in range(2**n)], dtype=float)


def by_permutations(values, n):
    """The definition: mean contribution over all orders of joining."""
    phi = np.zeros(n)
    for order in permutations(range(n)):
        joined = 0
        for i in order:
            phi[i] += values[joined | 1 << i] - values[joined]
            joined |= 1 << i
    return phi / factorial(n)


def test_every_subset_is_the_base_run_with_the_other_terms_off():
    base = plan_run("digits", [3], seed=5, settings={"forget_label_weight": 0.02})
    specs = subset_specs(base)
    assert len({spec.digest for spec in specs}) == 16
    assert specs[-1] == base
    for number, spec in enumerate(specs):
        on = {term for i, term in enumerate(CAMU_TERMS) if number >> i & 1}
        settings, expected = dict(spec.settings), dict(base.settings)
        assert {term for term in CAMU_TERMS if settings[term]} == on
        assert settings == expected | {term: 0.0 for term in CAMU_TERMS if term not in on}
        assert (spec.seed, spec.forget, spec.weights) == (base.seed, base.forget, base.weights)


def test_a_run_without_such_terms_is_refused():
    with pytest.raises(SpecError, match="retrain"):
        subset_specs(plan_run("digits", [3], method="retrain"))


@pytest.mark.parametrize("n", [1, 2, 3, 4, 6])
def test_shapley_values_match_all_permutations_and_sum_to_the_total(n):
    values = np.random.default_rng(n).normal(size=2**n)
    phi = shapley_values(values)
    assert phi == pytest.approx(by_permutations(values, n))
    assert phi.sum() == pytest.approx(values[-1] - values[0])


def test_many_games_at_once():
    values = np.random.default_rng(0).normal(size=(5, 2, 16))
    phi = shapley_values(values)
    assert phi.shape == (5, 2, 4)
    assert phi[3, 1] == pytest.approx(by_permutations(values[3, 1], 4))
    assert interaction_indices(values).shape == (5, 2, 6)


def test_symmetric_terms_get_equal_shares_and_a_bystander_none():
    values = game(lambda s: 6.0 * ({0, 1, 3} <= s) + 1.0, 4)  # 0, 1 and 3 only together; 2 does nothing
    assert shapley_values(values) == pytest.approx([2, 2, 0, 2])


def test_additive_players_keep_their_own_and_do_not_interact():
    values = game(lambda s: sum(10.0**i for i in s), 4)
    assert shapley_values(values) == pytest.approx([1, 10, 100, 1000])
    assert interaction_indices(values) == pytest.approx(np.zeros(6))


def test_complements_interact_positively_and_substitutes_negatively():
    pairs = list(combinations(range(3), 2))
    both = dict(zip(pairs, interaction_indices(game(lambda s: {0, 1} <= s, 3)), strict=True))
    either = dict(zip(pairs, interaction_indices(game(lambda s: bool({0, 2} & s), 3)), strict=True))
    assert both == pytest.approx({(0, 1): 1, (0, 2): 0, (1, 2): 0})
    assert either == pytest.approx({(0, 1): 0, (0, 2): -1, (1, 2): 0})


def test_interaction_indices_match_their_definition():
    n, values = 4, np.random.default_rng(9).normal(size=16)
    for (i, j), index in zip(combinations(range(n), 2), interaction_indices(values), strict=True):
        a, b, expected = 1 << i, 1 << j, 0.0
        for t in range(16):
            if not t & (a | b):
                size = t.bit_count()
                weight = factorial(n - size - 2) * factorial(size) / factorial(n - 1)
                expected += weight * (values[t | a | b] - values[t | a] - values[t | b] + values[t])
        assert index == pytest.approx(expected)


def test_leave_one_out_compares_with_everybody():
    values = np.arange(16.0) ** 2
    assert leave_one_out(values) == pytest.approx([15**2 - without**2 for without in (14, 13, 11, 7)])


def test_report_over_seeds():
    same, first_player = game(lambda s: 0.9 - 0.2 * len(s), 4), game(lambda s: 0 in s, 4)
    values = np.stack([same + shift * first_player for shift in (0.0, 0.03, 0.06)])
    report = attribution_report(values)
    first = report["shapley"][CAMU_TERMS[0]]
    assert first["value"] == pytest.approx(-0.17)
    assert (first["low"], first["high"]) == pytest.approx(
        (-0.17 - 4.302653 * 0.03 / 3**0.5, -0.17 + 4.302653 * 0.03 / 3**0.5)
    )
    assert first["n"] == 3
    assert report["shapley"][CAMU_TERMS[1]]["value"] == pytest.approx(-0.2)
    assert report["shares"][CAMU_TERMS[0]]["value"] == pytest.approx(0.17 / 0.77)
    assert (
        report["shares"][CAMU_TERMS[1]]["low"] < 0.2 / 0.77 < report["shares"][CAMU_TERMS[1]]["high"]
    )  # the whole varies
    assert report["nobody"]["value"] == pytest.approx(0.9)
    assert report["total"]["value"] == pytest.approx(sum(e["value"] for e in report["shapley"].values()))
    assert [entry["terms"] for entry in report["interactions"]] == [list(pair) for pair in combinations(CAMU_TERMS, 2)]
    json.dumps(report, allow_nan=False)


def test_one_seed_has_no_interval():
    report = attribution_report(np.zeros((1, 16)))
    assert report["total"] == {"value": 0.0, "low": None, "high": None, "n": 1}

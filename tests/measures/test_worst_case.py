"""Worst-case epsilon: by hand, at its two ends, and that its lower bound is honest."""

import numpy as np
import pytest
from scipy.stats import binomtest

from camu_core.measures import largest_epsilon, worst_epsilon
from camu_core.privacy.attacks import epsilon_beside


def test_equal_answers_have_no_epsilon() -> None:
    scores = {"a": np.random.default_rng(0).normal(size=200)}
    found = worst_epsilon(scores, scores, seed=0)
    assert found["value"] == found["low"] == 0
    assert found["high"] > 0
    assert found["n"] == 100


def test_disjoint_answers_show_the_most_that_so_many_images_can() -> None:
    ours, gold = {"a": np.linspace(2, 3, 40)}, {"a": np.linspace(0, 1, 40)}
    found = worst_epsilon(ours, gold, seed=3)
    assert found["value"] == pytest.approx(np.log(20.5 / 0.5))
    tail = binomtest(0, 20).proportion_ci(0.975, method="exact").high
    assert found["low"] == pytest.approx(np.log((1 - tail) / tail)) == pytest.approx(largest_epsilon(20))
    assert found["high"] is None
    assert {found["ours"], found["gold"]} == {0.0, 1.0}


def test_a_known_factor_by_hand() -> None:
    """60% against 20%, whichever images are drawn: the fractions told are those of the measured half."""
    ours = {"a": np.tile([1.0, 1, 1, 0, 0], 80)}
    gold = {"a": np.tile([1.0, 0, 0, 0, 0], 80)}
    found = worst_epsilon(ours, gold, seed=0)
    k, m, n = round(found["ours"] * 200), round(found["gold"] * 200), found["n"]
    assert (found["threshold"], found["is_above"], n) == (1.0, True, 200)
    assert found["value"] == pytest.approx(np.log((k + 0.5) / (m + 0.5)))
    ends = [binomtest(count, n).proportion_ci(0.975, method="exact") for count in (k, m)]
    assert found["low"] == pytest.approx(np.log(ends[0].low / ends[1].high))
    assert found["high"] == pytest.approx(np.log(ends[0].high / ends[1].low))
    assert found["low"] < np.log(3) < found["high"]


def test_it_does_not_matter_who_is_called_ours_or_which_side_is_told_apart() -> None:
    rng = np.random.default_rng(4)
    one, other = {"a": rng.normal(0, 1, 300)}, {"a": rng.normal(1.5, 1, 300)}
    forth, back = worst_epsilon(one, other, 1), worst_epsilon(other, one, 1)
    assert (forth["value"], forth["low"]) == (back["value"], back["low"])
    mirrored = worst_epsilon({"a": -one["a"]}, {"a": -other["a"]}, 1)
    assert mirrored["low"] == pytest.approx(forth["low"], abs=0.3)


def test_the_most_telling_score_is_taken() -> None:
    rng = np.random.default_rng(5)
    noise = rng.normal(size=100)
    found = worst_epsilon({"noise": noise, "tell": noise + 9}, {"noise": noise, "tell": noise}, seed=0)
    assert found["score"] == "tell"


def test_choosing_the_best_of_many_thresholds_does_not_flatter_it() -> None:
    """Two networks with the same distribution: the lower bound may exceed 0 in at most 5% of the cases."""
    rng = np.random.default_rng(6)
    lows = [worst_epsilon({"a": rng.normal(size=60)}, {"a": rng.normal(size=60)}, seed)["low"] for seed in range(200)]
    assert np.mean(np.array(lows) > 0) <= 0.05


def test_more_images_can_show_more_and_too_few_nothing() -> None:
    assert 0 == largest_epsilon(2) < largest_epsilon(20) < largest_epsilon(200)
    found = worst_epsilon({"a": np.arange(3.0)}, {"a": np.arange(3.0)}, 0)
    assert found["value"] is found["low"] is None


def test_beside_several_networks_an_upper_end_is_open_where_it_is_of_one() -> None:
    rng = np.random.default_rng(0)
    like, far = rng.normal(size=80), np.linspace(20, 30, 80)
    assert epsilon_beside({"a": like}, {"a": np.stack([like, like])})["high"] > 0
    found = epsilon_beside({"a": like}, {"a": np.stack([like, far])})
    assert found["value"] > found["low"] > 0
    assert found["high"] is None

"""Memorisation: the scores of a slow reference, what is not known, the groups in order, and how halves agree."""

import numpy as np
import pytest

from camu_core.measures import GROUPS, agreement, from_least_memorised, group_of, memorisation


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_scores_and_errors_are_those_of_a_slow_reference(rng) -> None:
    answers, seen = rng.random((40, 25)), rng.random((40, 25)) < 0.5
    for values in (answers, answers < 0.7):
        scores, errors = memorisation(values, seen)
        for i in range(25):
            sides = [[float(values[k, i]) for k in range(40) if seen[k, i] == side] for side in (True, False)]
            means = [sum(side) / len(side) for side in sides]
            spreads = [
                sum((value - mean) ** 2 for value in side) / (len(side) - 1) / len(side)
                for side, mean in zip(sides, means, strict=True)
            ]
            assert scores[i] == pytest.approx(means[0] - means[1], abs=1e-12)
            assert errors[i] == pytest.approx(sum(spreads) ** 0.5, abs=1e-12)


def test_standard_errors_are_the_spread_of_the_scores(rng) -> None:
    seen = np.tile([[True], [False]], (50, 3000))
    right = rng.random((100, 3000)) < np.where(seen, 0.9, 0.4)
    scores, errors = memorisation(right, seen)
    assert scores.mean() == pytest.approx(0.5, abs=0.01)
    assert errors.mean() == pytest.approx(scores.std(), rel=0.05)


def test_what_too_few_networks_were_asked_about_is_not_known() -> None:
    seen = np.array([[True, True], [True, False], [True, False], [False, True]])
    scores, errors = memorisation(np.ones((4, 2), bool), seen)
    assert np.isnan(errors[0])  # one network alone has not seen it
    assert (scores[1], errors[1]) == (0, 0)


def test_groups_are_the_ends_and_the_middle_and_share_no_image() -> None:
    scores, finer = np.array([0.5, 0, 0, 0, 0.9, 0, 0.1, 0, 0]), np.array([0.4, 3, 1, 2, 0.8, 5, 0.1, 4, 0]) / 10
    order = from_least_memorised(scores, finer)
    assert order.tolist() == [8, 2, 3, 1, 7, 5, 6, 0, 4]
    groups = {group: group_of(order, group, 3).tolist() for group in GROUPS}
    assert groups == {"easy": [2, 3, 8], "typical": [1, 5, 7], "worst": [0, 4, 6]}


def test_halves_agree_where_there_is_something_to_find_and_not_elsewhere(rng) -> None:
    seen = np.tile(rng.random((2, 300)) < 0.5, (200, 1))
    seen[1::2] = ~seen[::2]
    hard = np.linspace(0, 1, 300)
    for chance, low, high in ((np.where(seen, 1, 1 - hard), 0.95, 1), (np.full(seen.shape, 0.5), -0.2, 0.2)):
        right = rng.random(seen.shape) < chance
        found = agreement(right, right.astype(float), seen, 50)
        assert low <= found["rank_correlation"] <= high
        assert (found["top_shared"] > 0.7) == (low > 0)

"""The linear probe finds what lies on a line, nothing where nothing is, and never judges what it was fitted on."""

import numpy as np
import pytest

from camu_core.measures import linear_probe


def test_a_class_on_one_side_of_a_plane_is_read() -> None:
    rng = np.random.default_rng(0)
    features, is_forget = rng.normal(size=(400, 6)).astype(np.float32), np.arange(400) < 60
    features[is_forget] += 3
    found = linear_probe(features, is_forget, seed=0)
    assert found["value"] > 0.97
    assert found["low"] < found["value"] <= found["high"]
    assert found["n"] == 60, "half of as many of both"


@pytest.mark.parametrize("n_features", [5, 200])
def test_chance_is_a_half_even_with_more_features_than_images(n_features: int) -> None:
    """Judged on its own images a probe with 200 features would be right always."""
    rng = np.random.default_rng(1)
    found = linear_probe(rng.normal(size=(150, n_features)).astype(np.float32), np.arange(150) < 75, seed=0)
    assert found["low"] < 0.5 < found["high"]


def test_too_few_images_give_no_number_and_dead_features_no_error() -> None:
    features = np.zeros((40, 4), np.float32)
    assert linear_probe(features, np.arange(30) < 4, 0) == {"value": None, "low": None, "high": None, "n": 4}
    assert linear_probe(features, np.arange(40) < 20, 0)["value"] == 0.5


def test_the_larger_group_is_cut_and_the_seed_says_where() -> None:
    rng = np.random.default_rng(2)
    features, is_forget = rng.normal(size=(90, 3)).astype(np.float32), np.arange(90) < 70
    assert linear_probe(features, is_forget, 0)["n"] == 20
    assert linear_probe(features, is_forget, 0) == linear_probe(features, is_forget, 0)


@pytest.mark.slow
def test_its_interval_has_its_nominal_rate_where_there_is_nothing() -> None:
    """Answers of cross-validation depend on one another: of its intervals, one in eight missed one half."""
    rng, missed = np.random.default_rng(3), 0
    for seed in range(200):
        found = linear_probe(rng.normal(size=(120, 8)).astype(np.float32), np.arange(120) < 60, seed)
        missed += not found["low"] <= 0.5 <= found["high"]
    assert missed <= 18, "5% of 200 are 10; 18 or more by chance in one of a hundred"

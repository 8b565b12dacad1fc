"""How far two networks' answers are apart."""

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from camu_core.measures import distance_to_retrained, divergence_bits


def test_divergence_agrees_with_scipy_and_has_its_bounds():
    p, q = np.random.default_rng(0).dirichlet(np.ones(5), size=(2, 20))
    assert divergence_bits(p, q) == pytest.approx(jensenshannon(p, q, base=2, axis=1) ** 2)
    assert divergence_bits(p, p).tolist() == [0] * 20
    assert divergence_bits(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])) == pytest.approx([1])


def test_gaps_are_signed_and_their_mean_is_not() -> None:
    ours = {"retain_train": 0.9, "forget_train": 0.2, "retain_test": 1.0, "forget_test": None}
    gold = {"retain_train": 0.8, "forget_train": 0.5, "retain_test": 1.0, "forget_test": None}
    logits = np.zeros((40, 3), np.float32)
    found = distance_to_retrained(ours, gold, logits, logits, np.tile([True, False], 20), seed=0)
    assert found["accuracy_gap"]["forget_train"] == pytest.approx(-0.3)
    assert found["accuracy_gap"]["forget_test"] is None
    assert found["average_gap"] == pytest.approx((0.1 + 0.3 + 0) / 3)
    assert all(bits["value"] == bits["high"] == 0 for bits in found["divergence_bits"].values())


def test_answers_differ_where_they_differ() -> None:
    is_forget = np.array([True, True, False, False])
    one, other = np.zeros((4, 2), np.float32), np.zeros((4, 2), np.float32)
    one[:2, 0], other[:2, 1] = 50, 50  # opposite answers, each sure of itself, to the images to forget
    accuracy = dict.fromkeys(("retain_train", "forget_train", "retain_test", "forget_test"), 0.5)
    bits = distance_to_retrained(accuracy, accuracy, one, other, is_forget, seed=0)["divergence_bits"]
    assert bits["forget"]["value"] == pytest.approx(1)
    assert bits["retain"]["value"] == 0
    assert bits["all"]["value"] == pytest.approx(0.5)
    assert bits["forget"]["n"] == 2

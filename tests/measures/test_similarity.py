"""CKA: what it must not notice, what it must, and its interval."""

import numpy as np
import pytest
import torch
from scipy.stats import ortho_group

from camu_core.measures import cka, cka_by_layer, layer_grams
from camu_core.networks.models import build_model, to_input


def gram(features: np.ndarray) -> np.ndarray:
    return features @ features.T


def unbiased_hsic(x: np.ndarray, y: np.ndarray) -> float:
    """The definition of Song et al., 2012, as a sum over all quadruples of different samples."""
    n, (k, m) = len(x), (gram(x), gram(y))
    total, count = 0.0, 0
    for i, j, q, r in np.ndindex(n, n, n, n):
        if len({i, j, q, r}) == 4:
            total += k[i, j] * (m[i, j] + m[q, r] - 2 * m[i, q])
            count += 1
    return total / count


def test_it_is_the_u_statistic() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(7, 3)), rng.normal(size=(7, 2)) + rng.normal(size=(7, 1))
    expected = unbiased_hsic(x, y) / np.sqrt(unbiased_hsic(x, x) * unbiased_hsic(y, y))
    assert cka(gram(x), gram(y)) == pytest.approx(expected)


def test_rotation_scale_and_shift_change_nothing() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(60, 8)), rng.normal(size=(60, 5))
    turned = 3.5 * x @ ortho_group.rvs(8, random_state=1) + rng.normal(size=8)
    assert cka(gram(x), gram(turned)) == pytest.approx(1)
    assert cka(gram(turned), gram(y)) == pytest.approx(cka(gram(x), gram(y)))


def test_unrelated_features_are_about_zero_even_if_there_are_many() -> None:
    """With more features than images the biased estimator says nearly 1 here."""
    rng = np.random.default_rng(2)
    found = [cka(gram(rng.normal(size=(50, 200))), gram(rng.normal(size=(50, 200)))) for _ in range(20)]
    assert abs(np.mean(found)) < 0.05


def test_a_constant_layer_has_no_likeness() -> None:
    estimate = cka_by_layer({"a": np.zeros((20, 20))}, {"a": gram(np.random.default_rng(0).normal(size=(20, 3)))})["a"]
    assert estimate == {"value": None, "low": None, "high": None, "n": 20}


def test_the_interval_covers_what_many_images_say() -> None:
    rng = np.random.default_rng(3)
    mix = rng.normal(size=(4, 4))

    def draw(n: int) -> tuple[np.ndarray, np.ndarray]:
        x = rng.normal(size=(n, 4))
        return gram(x), gram(x @ mix + rng.normal(0, 1.5, (n, 4)))

    truth, n_covered = cka(*draw(1500)), 0
    for _ in range(40):
        one, other = draw(80)
        estimate = cka_by_layer({"a": one}, {"a": other})["a"]
        n_covered += estimate["low"] <= truth <= estimate["high"]
    assert n_covered / 40 >= 0.85


def test_grams_are_those_of_the_blocks_in_order() -> None:
    model = build_model("cnn", (1, 8, 8), 10).eval()
    x = np.random.default_rng(0).integers(0, 256, (130, 1, 8, 8), dtype=np.uint8)
    grams = layer_grams(model, x)
    assert list(grams) == list(model.blocks)
    with torch.no_grad():
        logits = model(to_input(torch.from_numpy(x)))[0].double().numpy()
    centred = logits - logits.mean(axis=0)
    np.testing.assert_allclose(grams["output"], centred @ centred.T, rtol=1e-3, atol=1e-5)

import numpy as np
import pytest
import torch
from causal_models import linear_model
from scipy.spatial.distance import jensenshannon
from scipy.special import expit
from scipy.stats import chisquare

from camu_core.causal.effects import (
    INTERVENTIONS,
    MEASURES,
    effect_samples,
    effect_shares,
    intervene,
    mean_effects,
)
from camu_core.causal.responses import respond


def pixels(values):
    """One-pixel images in model input space."""
    return torch.tensor(values, dtype=torch.float32).reshape(-1, 1, 1, 1)


def effects_of(model, inputs, y, is_forget, name, seed=0):
    alternatives = intervene(name, inputs, np.asarray(is_forget), seed)
    return dict(zip(MEASURES, effect_samples(respond(model, inputs), respond(model, alternatives), y), strict=True))


def test_mean_image_on_a_linear_model_equals_the_closed_form():
    model = linear_model([[0.0], [3.0]], [0.0, -1.0])  # p(1|x) = sigmoid(3 x - 1)
    values, y = [0.0, 0.2, 0.5, 0.9], np.array([1, 1, 0, 1])
    effects = effects_of(model, pixels(values), y, [False] * 4, "mean")
    p, p_mean = expit(3 * np.array(values) - 1), expit(3 * 0.4 - 1)
    assert effects["true_class"] == pytest.approx(np.where(y == 1, p - p_mean, p_mean - p), abs=1e-6)

    def entropy(q):
        return -(q * np.log2(q) + (1 - q) * np.log2(1 - q))

    bits = entropy((p + p_mean) / 2) - (entropy(p) + entropy(p_mean)) / 2
    assert effects["prediction_bits"] == pytest.approx(bits, abs=1e-6)


def test_noise_on_a_linear_model_equals_the_integral():
    slope, bias, n = 4.0, -2.0, 20_000
    model = linear_model([[0.0], [slope]], [0.0, bias])
    sample = effects_of(model, pixels([0.3] * n), np.ones(n, int), [False] * n, "noise")["true_class"]
    # E[sigmoid(slope (0.3 + U) + bias)], U uniform on 0..1, is a difference of softplus
    start = 0.3 * slope + bias
    truth = expit(start) - (np.logaddexp(0, start + slope) - np.logaddexp(0, start)) / slope
    assert sample.mean() == pytest.approx(truth, abs=4 * sample.std() / np.sqrt(n))


def test_counterfactual_on_a_linear_model_equals_the_integral():
    slope, n = 4.0, 20_000
    model = linear_model([[0.0], [slope]], [0.0, 0.0])
    values = [1.0] * n + [0.0, -1.0]  # n forget images, and a retain set of two
    is_forget = np.array([True] * n + [False] * 2)
    sample = effects_of(model, pixels(values), np.ones(n + 2, int), is_forget, "camu")["true_class"][:n]
    integral = (np.logaddexp(0, slope) - np.logaddexp(0, -slope)) / slope  # over -1..1, both donors together
    assert sample.mean() == pytest.approx(expit(slope) - integral / 2, abs=4 * sample.std() / np.sqrt(n))


def test_representation_effect_is_that_of_the_softmax_of_the_representation():
    model = linear_model([[0.0, 0.0], [1.0, 1.0]], [0.0, 0.0])
    inputs = torch.tensor([[2.0, 0.0], [0.0, 0.0]]).reshape(2, 1, 1, 2)
    bits = effects_of(model, inputs, np.array([0, 1]), [False] * 2, "mean")["representation_bits"]
    p, q = expit([2.0, -2.0]), expit([1.0, -1.0])
    assert bits[0] == pytest.approx(jensenshannon(p, q, base=2) ** 2, abs=1e-6)


def test_a_counterfactual_is_another_retain_image_each_equally_likely():
    n_repeats, is_forget = 3000, np.array([True, False, False, True, False, False])
    inputs = pixels(np.arange(6.0))  # floor(image) names the image it was made from: noise stays below 1
    counts = np.zeros((6, 6))
    for seed in range(n_repeats):
        donors = intervene("camu", inputs, is_forget, seed).floor().flatten().long().numpy()
        counts[np.arange(6), donors] += 1
    for i, row in enumerate(counts):
        allowed = ~is_forget & (is_forget[i] | (np.arange(6) != i))
        assert row[~allowed].sum() == 0
        assert chisquare(row[allowed]).pvalue > 1e-4


def test_a_single_retain_image_stands_in_for_itself():
    out = intervene("camu", pixels([5.0, 7.0]), np.array([True, False]), seed=0)
    assert out.floor().flatten().tolist() == [7, 7]


@pytest.mark.parametrize("name", INTERVENTIONS)
def test_interventions_keep_the_shape_leave_the_input_and_repeat_with_their_seed(name):
    inputs = torch.rand(7, 3, 4, 5)
    before, is_forget = inputs.clone(), np.arange(7) < 2
    first = intervene(name, inputs, is_forget, seed=3)
    assert first.shape == inputs.shape
    assert torch.equal(inputs, before)
    assert torch.equal(first, intervene(name, inputs, is_forget, seed=3))


@pytest.mark.parametrize(("n_channels", "most"), [(1, 1), (3, 0.227)])
def test_noise_is_uniform_and_not_clamped(n_channels, most):
    """The authors normalise coloured images before they add theirs."""
    noise = intervene("noise", torch.ones(1, n_channels, 100, 100), np.array([False]), seed=0) - 1
    assert noise.min() >= -1e-6
    assert noise.max() == pytest.approx(most, rel=0.01)
    assert noise.mean() == pytest.approx(most / 2, rel=0.04)


def test_mean_effects_looks_at_its_members_only():
    samples = {"original": np.tile([0.8, 0.8, 0.0], (3, 10)), "unlearned": np.tile([0.1, 0.1, 0.9], (3, 10))}
    effects = mean_effects(samples, np.tile([True, True, False], 10), seed=0)
    assert effects["original"]["true_class"]["value"] == pytest.approx(0.8)
    same = {"value": 0.1, "low": 0.1, "high": 0.1, "n": 20}
    assert effects["unlearned"]["representation_bits"] == pytest.approx(same)


FORGET = np.tile([True, True, False, False], 10)


def test_shares_by_hand():
    rows = {"original": [0.8, 0.8, 0.5, 0.5], "unlearned": [0.2, 0.2, 0.4, 0.4], "retrained": [0.0, 0.0, 0.6, 0.6]}
    samples = {name: np.tile(row, (3, 10)) for name, row in rows.items()}
    shares = effect_shares(samples, FORGET, ~FORGET, seed=0)
    values = {
        kind: {name: model["true_class"]["value"] for name, model in models.items()} for kind, models in shares.items()
    }
    assert values["eliminated"] == pytest.approx({"unlearned": 0.75, "retrained": 1.0})
    assert values["preserved"] == pytest.approx({"unlearned": 0.8, "retrained": 1.2})


def test_no_share_of_an_effect_that_was_not_there():
    samples = {"original": np.zeros((3, 40)), "unlearned": np.full((3, 40), 0.5)}
    shares = effect_shares(samples, FORGET, ~FORGET, seed=0)
    assert shares["eliminated"]["unlearned"]["true_class"] == {"value": None, "low": None, "high": None, "n": 20}

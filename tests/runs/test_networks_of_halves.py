"""Networks of random halves: which half, the networks that training alone gives, and noise labels are found out."""

import sys

import numpy as np
import pytest
import torch

import camu_core.data
from camu_core import drain
from camu_core.data import Dataset
from camu_core.measures import memorisation
from camu_core.measures.membership import area_under_roc
from camu_core.networks.models import build_model, predict
from camu_core.networks.training import SEED_OFFSET, recipe_for, training
from camu_core.runs.memorisation import answers_after_half, halves, is_in_half


def test_halves_of_a_pair_complete_each_other_and_are_the_same_in_any_shard() -> None:
    mask = is_in_half(1437, range(64))
    assert (mask.sum(axis=1) == 718).all()
    assert not (mask[::2] & mask[1::2]).any()
    assert (mask[::2] | mask[1::2]).sum(axis=1).tolist() == [1436] * 32
    assert np.array_equal(halves(1437, (40, 41)), halves(1437, range(64))[40:42])
    assert abs((mask[::2][:, :700].mean()) - 0.5) < 0.02
    assert len({row.tobytes() for row in mask}) == 64


@pytest.mark.usefixtures("short_trainings")
def test_a_network_of_a_shard_is_what_training_on_its_half_gives(digits) -> None:
    answers = drain(answers_after_half("digits", "cnn", "cpu", (4, 5, 9)))
    for row, seed in enumerate((4, 5, 9)):
        model, half = build_model("cnn", (1, 8, 8), 10, seed + SEED_OFFSET), halves(1437, (seed,))[0]
        recipe = recipe_for("digits", "cnn").with_values({"epochs": 2})
        drain(training(model, digits.x_train[half], digits.y_train[half], recipe, seed + SEED_OFFSET))
        odds = predict(model, digits.x_train)[0].softmax(dim=1)
        expected = odds[torch.arange(1437), digits.y_train].numpy()
        assert np.abs(answers.probability[row] - expected).mean() < 0.01
        assert (answers.right[row] == (odds.argmax(dim=1) == digits.y_train).numpy()).mean() > 0.99


@pytest.mark.slow
def test_images_with_wrong_labels_are_the_most_memorised(digits, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    is_wrong = np.zeros(300, dtype=bool)
    is_wrong[rng.permutation(300)[:30]] = True
    y = digits.y_train[:300].clone()
    y[torch.from_numpy(is_wrong)] += torch.from_numpy(rng.integers(1, 10, 30))
    noisy = Dataset(digits.x_train[:300], y % 10, digits.x_test, digits.y_test)
    monkeypatch.setitem(camu_core.data._loaded, "digits", noisy)
    recipe = recipe_for("digits", "cnn").with_values({"epochs": 60, "batch_size": 16})
    monkeypatch.setattr(sys.modules["camu_core.runs.memorisation"], "recipe_for", lambda dataset, model: recipe)
    answers = drain(answers_after_half("digits", "cnn", "cpu", range(16)))
    scores, _ = memorisation(answers.right, is_in_half(300, range(16)))
    assert area_under_roc(scores[is_wrong], scores[~is_wrong]) > 0.95
    assert scores[is_wrong].mean() > 0.7 > 0.2 > scores[~is_wrong].mean()

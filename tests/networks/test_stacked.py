"""A stack of networks learns what each of them learns by itself: in float64, where Adam makes 1e-8 of rounding."""

import sys
from dataclasses import replace

import pytest
import torch

from camu_core import METHODS
from camu_core.methods import UnlearningTask
from camu_core.networks import stacked
from camu_core.networks.models import BlockModel, build_model, predict, to_input
from camu_core.networks.training import TrainingConfig, recipe_for, training

SHAPE = (1, 8, 8)
SEEDS = (3, 4, 11)


@pytest.fixture
def in_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    """What networks take in, one by one; a stack takes the precision of its weights."""
    for name in ("networks.training", "networks.models", "methods.camu"):
        monkeypatch.setattr(sys.modules[f"camu_core.{name}"], "to_input", lambda x, device="cpu": to_input(x).double())


def networks(dtype: torch.dtype = torch.float64, n_classes: int = 10) -> list[BlockModel]:
    return [build_model("cnn", SHAPE, n_classes, seed).to(dtype) for seed in SEEDS]


def assert_alike(ones: list[BlockModel], others: list[BlockModel]) -> None:
    for one, other in zip(ones, others, strict=True):
        for (name, weight), same in zip(one.named_parameters(), other.parameters(), strict=True):
            torch.testing.assert_close(weight, same, atol=1e-6, rtol=0, msg=lambda text, name=name: f"{name}: {text}")


@pytest.mark.usefixtures("in_float64")
def test_trained_together_they_are_what_they_are_one_by_one(digits) -> None:
    recipe = TrainingConfig(epochs=2, batch_size=32, weight_decay=1e-3, label_smoothing=0.1)
    x, y = digits.x_train[:330], digits.y_train[:330]  # the last batch is smaller
    together, alone, before = networks(), networks(), networks()
    steps = list(stacked.train_together(together, x, y, recipe, SEEDS))
    losses = [list(training(model, x, y, recipe, seed)) for model, seed in zip(alone, SEEDS, strict=True)]
    assert_alike(together, alone)
    assert (steps[-1].index, steps[-1].total) == (22, 22)
    mean = sum(each[-1].losses["cross_entropy"] for each in losses) / len(SEEDS)
    assert steps[-1].losses["cross_entropy"] == pytest.approx(mean, abs=1e-6)
    weights = [model.blocks["hidden"].weight for model in (*together, *before)]
    assert all((one - other).abs().max() > 1e-3 for i, one in enumerate(weights) for other in weights[:i])


@pytest.mark.usefixtures("in_float64")
def test_each_may_learn_images_of_its_own(digits) -> None:
    recipe = TrainingConfig(epochs=2, batch_size=32)
    x, y = digits.x_train[:200], digits.y_train[:200]
    rows = torch.stack([torch.randperm(200, generator=torch.Generator().manual_seed(seed))[:90] for seed in SEEDS])
    together, alone = networks(), networks()
    list(stacked.train_together(together, x, y, recipe, SEEDS, rows))
    for model, seed, own in zip(alone, SEEDS, rows, strict=True):
        list(training(model, x[own], y[own], recipe, seed))
    assert_alike(together, alone)


def test_in_float32_they_answer_alike_to_rounding(digits) -> None:
    models = networks(torch.float32)
    answers = stacked.predict_together(models, digits.x_test)
    for model, answer in zip(models, answers, strict=True):
        torch.testing.assert_close(answer, predict(model, digits.x_test)[0], atol=1e-5, rtol=1e-5)


@pytest.mark.usefixtures("in_float64")
@pytest.mark.parametrize("dropped", ["", "representation", "label"])
def test_unlearned_together_by_camu_they_are_what_they_are_one_by_one(make_task, dropped: str) -> None:
    def tasks() -> list[UnlearningTask]:
        originals = networks(n_classes=4)
        return [make_task(33, 90, seed=seed, original=each) for seed, each in zip(SEEDS, originals, strict=True)]

    camu = METHODS["camu"]
    off = {f"{part}_{dropped}_weight": 0.0 for part in ("retain", "forget")} if dropped else {}
    config = camu.default_config("digits", "class").with_values({"epochs": 3, "repeats": 2, "batch_size": 16, **off})
    together, alone = tasks(), tasks()
    steps = list(camu.unlearn_together(together, config))
    for task in alone:
        list(camu.unlearn(task, config))
    assert_alike([task.model for task in together], [task.model for task in alone])
    assert steps[-1].index == steps[-1].total == 15
    for task in together:
        moved = (task.model.blocks["conv1"][0].weight - task.original.blocks["conv1"][0].weight).abs().max()
        assert moved > 1e-4


@pytest.mark.usefixtures("in_float64")
def test_retrained_together_they_are_what_they_are_one_by_one(make_task) -> None:
    retrain = METHODS["retrain"]
    config = recipe_for("digits", "cnn").with_values({"epochs": 2})
    together, alone = (
        [
            replace(make_task(original=original), seed=seed, training_seed=2)
            for original, seed in zip(networks(n_classes=4), SEEDS, strict=True)
        ]
        for _ in range(2)
    )
    list(retrain.unlearn_together(together, config))
    for task in alone:
        list(retrain.unlearn(task, config))
    assert_alike([task.model for task in together], [task.model for task in alone])


def test_only_what_gains_by_it_is_stacked() -> None:
    recipe = recipe_for("digits", "cnn")
    assert stacked.can_stack(build_model("cnn", SHAPE, 10), SHAPE, recipe)
    assert not stacked.can_stack(build_model("cnn", SHAPE, 10), SHAPE, recipe.with_values({"bfloat16": 1}))
    assert not stacked.can_stack(build_model("cnn", (1, 28, 28), 10), (1, 28, 28), recipe)
    assert not stacked.can_stack(build_model("resnet20", (3, 8, 8), 10), (3, 8, 8), recipe)
    assert not stacked.can_stack(build_model("cnn", SHAPE, 10), SHAPE, recipe.with_values({"flip_fraction": 0.5}))

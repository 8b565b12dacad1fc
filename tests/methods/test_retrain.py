import pytest
import torch

from camu_core import METHODS, plan_run, run
from camu_core.networks.models import build_model
from camu_core.networks.training import SEED_OFFSET, TrainingConfig, training
from camu_core.networks.weights import shipped_retrained
from camu_core.progress import drain

CONFIG = TrainingConfig(epochs=2, batch_size=16)


def test_it_is_training_from_scratch_on_the_retain_set_alone(make_task):
    task = make_task(seed=4)
    steps = list(METHODS["retrain"].unlearn(task, CONFIG))
    scratch = build_model("cnn", (1, 8, 8), 4, seed=4 + SEED_OFFSET)
    expected = list(training(scratch, task.x_retain, task.y_retain, CONFIG, seed=4 + SEED_OFFSET))
    for name, weight in scratch.state_dict().items():
        assert torch.equal(task.model.state_dict()[name], weight), name
    assert [step.losses for step in steps] == [step.losses for step in expected]
    assert {step.stage for step in steps} == {"unlearn"}
    assert [step.index for step in steps] == list(range(1, len(expected) + 1))


def test_the_forget_set_is_never_shown(make_task):
    task = make_task()
    task.x_forget.fill_(255)
    task.x_retain.clamp_(max=200)
    brightest = []
    task.model.blocks["conv1"].register_forward_pre_hook(lambda module, inputs: brightest.append(inputs[0].max()))
    drain(METHODS["retrain"].unlearn(task, CONFIG))
    assert brightest
    assert max(brightest) <= 200 / 255 + 1e-6


def test_the_original_is_left_alone(make_task):
    task = make_task()
    before = {name: value.clone() for name, value in task.original.state_dict().items()}
    drain(METHODS["retrain"].unlearn(task, CONFIG))
    assert all(torch.equal(task.original.state_dict()[name], value) for name, value in before.items())


def test_the_seed_decides(make_task):
    models = []
    for seed in (1, 1, 2):
        task = make_task(seed=seed)
        drain(METHODS["retrain"].unlearn(task, CONFIG))
        models.append(task.model.state_dict())
    assert all(torch.equal(models[0][name], models[1][name]) for name in models[0])
    assert not all(torch.equal(models[0][name], models[2][name]) for name in models[0])


@pytest.mark.slow
def test_digits_without_a_class_are_learned_and_the_class_is_not():
    metrics = run(plan_run("digits", [3], method="retrain")).metrics["unlearned"]
    assert metrics["forget_train"] == metrics["forget_test"] == 0.0
    assert metrics["retain_test"] >= 0.96


@pytest.mark.slow
def test_a_shipped_retraining_is_loaded_and_measured_anew(needs_mnist):
    spec = plan_run("mnist", [0], "retrain")
    card = shipped_retrained(spec)
    result = run(spec)
    assert result.is_shipped
    assert result.seconds["unlearn"] == card["seconds"]
    assert result.cost["samples_backward"] == card["recipe"]["epochs"] * card["n_train"]
    for split in ("retain_train", "forget_train", "retain_test", "forget_test"):
        assert result.metrics["unlearned"][split] == pytest.approx(card[f"{split}_accuracy"], abs=2e-4)


def test_another_seed_is_trained():
    spec = plan_run("digits", [3], "retrain", {"epochs": 1}, seed=1)
    assert not run(spec).is_shipped

"""Half precision: where it is on, what it changes, and that it ends."""

import pytest
import torch

from camu_core import METHODS, execute, plan_run
from camu_core.methods import is_control
from camu_core.networks.models import build_model, half_precision, knows_bfloat16, predict
from camu_core.progress import drain

pytestmark = pytest.mark.usefixtures("bfloat16_known")
IMAGES = torch.randint(0, 256, (9, 1, 28, 28), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)


def test_it_rounds_inside_and_gives_float32():
    model, x = build_model("cnn", (1, 28, 28), 10, seed=0).eval(), IMAGES.float() / 255
    exact = model(x)
    with half_precision(True, model):
        rounded = model(x)
    for one, other in zip(exact, rounded, strict=True):
        assert other.dtype == torch.float32
        assert 0 < (one - other).abs().max() < 0.02 * one.abs().max()
    assert all(torch.equal(one, other) for one, other in zip(exact, model(x), strict=True)), "it has ended"


def test_weights_and_gradients_stay_float32():
    model = build_model("cnn", (1, 28, 28), 10, seed=0)
    with half_precision(True, model):
        model(IMAGES.float() / 255)[0].sum().backward()
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    assert {weight.grad.dtype for weight in model.parameters()} == {torch.float32}


def test_it_ends_when_the_work_fails():
    model = build_model("cnn", (1, 28, 28), 10)
    with pytest.raises(RuntimeError, match="shape"), half_precision(True, model):
        model(torch.zeros(1, 1, 5, 5))
    assert not model.in_bfloat16


def test_a_processor_without_it_stays_in_float32(monkeypatch):
    monkeypatch.setattr("camu_core.networks.models.knows_bfloat16", lambda device_type: False)
    model, x = build_model("cnn", (1, 28, 28), 10, seed=0).eval(), IMAGES.float() / 255
    exact = model(x)
    with half_precision(True, model):
        assert all(torch.equal(one, other) for one, other in zip(exact, model(x), strict=True))


@pytest.mark.parametrize(
    ("capabilities", "knows"),
    [({"avx2": True, "avx512_bf16": False}, False), ({"avx512_bf16": True}, True), ({"bf16": True}, True), ({}, False)],
)
def test_the_processor_is_asked(monkeypatch, capabilities, knows):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert knows_bfloat16.__wrapped__("cpu") is knows
    assert not knows_bfloat16.__wrapped__("mps"), "float32 where nobody has looked"


def test_a_run_forgets_with_it_and_measures_without():
    """The metrics are those of the finished weights in float32; the weights are not those of a float32 run."""
    half, full = (drain(execute(plan_run("digits", [3], settings={"epochs": 2, "bfloat16": on}))) for on in (1, 0))
    assert half.digest != full.digest
    assert (half.versions["precision"], full.versions["precision"]) == ("bfloat16", "float32")
    assert any((half.weights[name] != full.weights[name]).any() for name in full.weights)
    assert half.metrics["original"] == full.metrics["original"]
    model = build_model("cnn", (1, 8, 8), 10).eval()
    model.load_state_dict({name: torch.from_numpy(value) for name, value in half.weights.items()})
    logits = predict(model, torch.from_numpy(half.probe.x))[0]
    torch.testing.assert_close(logits, torch.from_numpy(half.logits["unlearned"]), atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    "method", [name for name in METHODS if name not in ("retrain", "eu_k") and not is_control(name)]
)
def test_methods_use_it_where_it_gains_and_not_on_digits(method):
    configs = {
        dataset: METHODS[method].default_config(dataset, "class", model)
        for dataset, model in (("digits", "cnn"), ("mnist", "cnn"), ("fashion_mnist", "cnn"), ("cifar10", "resnet20"))
    }
    assert {dataset: config.bfloat16 for dataset, config in configs.items()} == {
        "digits": 0, "mnist": 1, "fashion_mnist": 1, "cifar10": 1,
    }  # fmt: skip

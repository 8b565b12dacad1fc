"""How near forgotten images lie to what a network recognises, against a network whose answer is known by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from camu_core import drain
from camu_core.data import split
from camu_core.measures import N_STEPS, STEP_SIZE, pixel_distance
from camu_core.networks.models import BlockModel
from camu_core.networks.weights import from_arrays, load_weights
from camu_core.privacy import nearby_report
from camu_core.specs import ForgetSpec


def bright_or_dark(threshold: float) -> BlockModel:
    """Says 1 if the mean of four pixels is above the threshold, else 0."""
    head = nn.Linear(4, 2)
    with torch.no_grad():
        head.weight.copy_(torch.tensor([[0.0] * 4, [0.25] * 4]))
        head.bias.copy_(torch.tensor([threshold, 0.0]))
    return BlockModel({"flat": nn.Flatten(), "head": head}, "flat").eval().requires_grad_(False)


def grey(*levels: float) -> torch.Tensor:
    return torch.tensor([[[[round(255 * level)] * 2] * 2] for level in levels], dtype=torch.uint8)


def test_the_distance_of_a_linear_network_by_hand() -> None:
    x, y = grey(0.2, 0.55, 0.45, 0.0), torch.tensor([1, 1, 0, 1])
    found = drain(pixel_distance(bright_or_dark(0.5), x, y))
    assert found.tolist() == [np.inf, 0.0, 0.0, np.inf]  # 0.3 or more of a pixel's range are not reached in 30 steps
    found = drain(pixel_distance(bright_or_dark(0.4), x, y))
    assert found.tolist() == pytest.approx([0.21, 0.0, 0.06, np.inf], abs=0.011)


def test_weights_and_images_stay_as_they_are() -> None:
    model, x = bright_or_dark(0.5), grey(0.2, 0.3)
    before = [weight.clone() for weight in model.parameters()]
    drain(pixel_distance(model, x, torch.tensor([1, 1])))
    assert torch.equal(x, grey(0.2, 0.3))
    assert all(torch.equal(weight, old) for weight, old in zip(model.parameters(), before, strict=True))
    assert all(weight.grad is None for weight in model.parameters())


def test_the_report_counts_images_within_each_distance(digits, digits_result) -> None:
    spec = digits_result.spec
    models = {
        "original": load_weights(spec.weights, "digits", "cnn"),
        "unlearned": from_arrays(digits_result.weights, "digits", "cnn"),
    }
    splits = split(digits, ForgetSpec(classes=(3,)), 0)
    report = drain(nearby_report(models, digits, splits))
    assert report["distances"] == pytest.approx([STEP_SIZE * i for i in range(N_STEPS + 1)])
    for name in models:
        shares = [each["value"] for each in report["recognised"][name]]
        assert shares == sorted(shares)
        assert all(each["low"] <= each["value"] <= each["high"] for each in report["recognised"][name])
        middle = report["median"][name]
        within = [d for d, share in zip(report["distances"], shares, strict=True) if share >= 0.5]
        assert middle == pytest.approx(within[0], abs=STEP_SIZE) if within else middle is None
    assert report["median"]["original"] == 0
    assert report["recognised"]["original"][0]["value"] > report["recognised"]["unlearned"][0]["value"]

"""Relearning: it learns, leaves the network alone, and counts as it says."""

import copy

import numpy as np
import pytest
import torch

from camu_core import drain
from camu_core.measures import CHECKPOINTS, RelearningData, batches_needed, relearning, relearning_area
from camu_core.measures.relearning import relearning_curve
from camu_core.networks.models import build_model


@pytest.fixture(scope="module")
def data() -> RelearningData:
    """Two kinds of noise, bright and dark; class 1 is what comes back."""
    rng = torch.Generator().manual_seed(0)
    y = torch.arange(80) % 2
    x = (torch.randint(0, 128, (80, 1, 8, 8), generator=rng) + 120 * y[:, None, None, None]).to(torch.uint8)
    bright, dark = x[y == 1], x[y == 0]
    return RelearningData(x[:40], y[:40], bright[20:], torch.ones(20).long(), dark[20:], torch.zeros(20).long(), dark)


def test_it_learns_and_leaves_the_network_as_it_was(data: RelearningData) -> None:
    model = build_model("cnn", (1, 8, 8), 2, seed=3).requires_grad_(False)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    steps = []
    evaluation, rest = drain(relearning(model, data, seed=0), steps.append)
    assert len(evaluation) == len(rest) == len(CHECKPOINTS)
    assert (evaluation[-1], rest[-1]) == (1, 1)
    assert [step.index for step in steps] == list(range(CHECKPOINTS[-1] + 1))
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())
    assert model.training
    assert not any(part.requires_grad for part in model.parameters())


def test_the_seed_decides_everything(data: RelearningData) -> None:
    model = build_model("cnn", (1, 8, 8), 2, seed=3)
    first = drain(relearning(model, data, seed=0))
    torch.rand(7)
    again = drain(relearning(model, data, seed=0))
    assert [part.tolist() for part in first] == [part.tolist() for part in again]


@pytest.mark.parametrize("change", ["x0.3", "x3", "mask", "head drawn anew"])
def test_nothing_done_to_the_head_makes_it_quick_or_slow(data: RelearningData, change: str) -> None:
    model = build_model("cnn", (1, 8, 8), 2, seed=3).requires_grad_(False)
    other = copy.deepcopy(model)
    last = other.head[-1]
    if change == "mask":
        last.bias[1] -= 1e4
    elif change == "head drawn anew":
        other.reset_head(9)
    else:
        last.weight *= float(change[1:])
        last.bias *= float(change[1:])
    ours, theirs = (drain(relearning(each, data, seed=0)) for each in (model, other))
    assert [part.tolist() for part in ours] == [part.tolist() for part in theirs]


def test_batch_normalisation_and_a_single_image() -> None:
    x, y = torch.zeros(2, 3, 16, 16, dtype=torch.uint8), torch.arange(2)
    model = build_model("resnet20", (3, 16, 16), 2, seed=1)
    statistics = model.state_dict()["blocks.conv1.1.running_mean"].clone()
    evaluation, _ = drain(relearning(model, RelearningData(x, y, x[1:], y[1:], x[:1], y[:1], x), seed=0))
    assert np.isfinite(evaluation).all(), "a representation without any spread is no division by zero"
    assert torch.equal(model.state_dict()["blocks.conv1.1.running_mean"], statistics)


def test_batches_needed_is_the_median_of_the_first_time() -> None:
    curves = np.zeros((3, len(CHECKPOINTS)))
    curves[0, 2:], curves[1, 4:], curves[2, 7:] = 0.9, 0.9, 0.95
    assert batches_needed(curves, 0.9) == CHECKPOINTS[4]
    assert batches_needed(curves, 0.94) is None, "only one of three seeds gets there"
    assert batches_needed(curves, 0.0) == 0


def test_mean_accuracy() -> None:
    """A straight rise from 0 to 1 has a mean of one half, whatever the distance of the checkpoints."""
    rise = np.array(CHECKPOINTS) / CHECKPOINTS[-1]
    curves = np.stack([rise, rise + 0.1])
    assert relearning_area(curves) == pytest.approx([0.5, 0.6])


def test_intervals_stay_within_what_a_fraction_can_be() -> None:
    curves = np.tile([0.0, 1.0, 1.0], (len(CHECKPOINTS), 1)).T
    estimate = relearning_curve(curves)[0]
    assert (estimate["low"], estimate["high"]) == (0, 1)
    assert estimate["value"] == pytest.approx(2 / 3)

"""Relearning: it learns, leaves the network alone, and counts as it says."""

import numpy as np
import pytest
import torch

from camu_core import drain
from camu_core.measures import CHECKPOINTS, Lesson, batches_needed, faster_than, relearning, relearning_area
from camu_core.measures.relearning import relearning_curve
from camu_core.models import build_model


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    rng = torch.Generator().manual_seed(0)
    x = torch.randint(0, 256, (40, 1, 8, 8), generator=rng, dtype=torch.uint8)
    y = torch.full((40,), 2)
    return Lesson(x[:20], y[:20], x[20:], y[20:])


def test_it_learns_and_leaves_the_network_as_it_was(lesson: Lesson) -> None:
    model = build_model("cnn", (1, 8, 8), 10, seed=3).requires_grad_(False)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    steps = []
    curve = drain(relearning(model, lesson, seed=0), steps.append)
    assert len(curve) == len(CHECKPOINTS)
    assert (curve[0], curve[-1]) == (0, 1)
    assert [step.index for step in steps] == list(range(CHECKPOINTS[-1] + 1))
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())
    assert model.training
    assert not any(part.requires_grad for part in model.parameters())


def test_the_seed_orders_the_images_and_nothing_else_does(lesson: Lesson) -> None:
    model = build_model("cnn", (1, 8, 8), 10, seed=3)
    curve = drain(relearning(model, lesson, seed=0))
    torch.rand(7)
    assert drain(relearning(model, lesson, seed=0)).tolist() == curve.tolist()


def test_batch_normalisation_and_a_single_image() -> None:
    x, y = torch.zeros(1, 3, 16, 16, dtype=torch.uint8), torch.zeros(1, dtype=torch.long)
    model = build_model("resnet20", (3, 16, 16), 2, seed=1)
    statistics = model.state_dict()["blocks.conv1.1.running_mean"].clone()
    assert drain(relearning(model, Lesson(x, y, x, y), seed=0))[-1] == 1
    assert torch.equal(model.state_dict()["blocks.conv1.1.running_mean"], statistics)


def test_batches_needed_is_the_median_of_the_first_time() -> None:
    curves = np.zeros((3, len(CHECKPOINTS)))
    curves[0, 2:], curves[1, 4:], curves[2, 7:] = 0.9, 0.9, 0.95
    assert batches_needed(curves, 0.9) == CHECKPOINTS[4]
    assert batches_needed(curves, 0.94) is None, "only one of three seeds gets there"
    assert batches_needed(curves, 0.0) == 0


def test_mean_accuracy_and_the_difference_seed_by_seed() -> None:
    """A straight rise from 0 to 1 has a mean of one half, whatever the distance of the checkpoints."""
    rise = np.array(CHECKPOINTS) / CHECKPOINTS[-1]
    curves = np.stack([rise, rise + 0.1])
    assert relearning_area(curves) == pytest.approx([0.5, 0.6])
    found = faster_than(curves, curves - 0.2)
    assert (found["value"], found["low"], found["high"]) == pytest.approx((0.2, 0.2, 0.2))


def test_intervals_stay_within_what_a_fraction_can_be() -> None:
    curves = np.tile([0.0, 1.0, 1.0], (len(CHECKPOINTS), 1)).T
    estimate = relearning_curve(curves)[0]
    assert (estimate["low"], estimate["high"]) == (0, 1)
    assert estimate["value"] == pytest.approx(2 / 3)

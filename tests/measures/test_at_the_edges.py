"""Figures of few images and of few networks: what is not there is neither counted nor claimed."""

import numpy as np
import pytest
import torch

from camu_core.measures import Standing
from camu_core.measures.estimates import estimate_share
from camu_core.measures.relearning import RelearningData, relearning
from camu_core.networks.models import build_model
from camu_core.privacy.battery import EVALUATION_IMAGES, _of_each_class
from camu_core.privacy.readings import planted_reading
from camu_core.progress import drain


@pytest.mark.parametrize(
    ("kind", "after", "before", "n", "standing"),
    [
        ("swap", 0.08, 0.105, 200, Standing.NO_REFERENCE),  # Shirt and T-shirt are confused anyway
        ("trigger", 0.02, 0.02, 1984, Standing.NO_REFERENCE),
        ("trigger", 0.95, 1.0, 200, Standing.ABOVE),
        ("swap", 0.9, 0.95, 200, Standing.ABOVE),
        ("trigger", 0.1, 1.0, 200, Standing.NO_REFERENCE),
    ],
)
def test_without_retrained_networks_only_what_worked_on_most_is_said_to_work_on(kind, after, before, n, standing):
    found = planted_reading(None, kind, estimate_share(after, n), estimate_share(before, n))
    assert found.standing is standing


@pytest.mark.parametrize(("anyway", "standing"), [(0.99, Standing.BLIND), (0.1, Standing.ABOVE)])
def test_what_is_answered_of_any_image_is_no_secret_that_works(anyway, standing):
    """A network of random weights may call every image the class that the mark means."""
    ours, original = estimate_share(1.0, 200), estimate_share(0.99, 200)
    assert planted_reading(None, "trigger", ours, original, estimate_share(anyway, 200)).standing is standing


def test_every_class_has_an_image_among_those_asked_about_and_the_order_stays_where_it_had() -> None:
    order = np.random.default_rng(0).permutation(453)
    labels = np.array([0] * 450 + [1, 2, 3])
    drawn = _of_each_class(order, labels)
    assert sorted(drawn.tolist()) == list(range(453))
    assert set(labels[drawn[:EVALUATION_IMAGES]].tolist()) == {0, 1, 2, 3}
    even = np.arange(453) % 4
    assert _of_each_class(order, even) is order


def test_relearning_beside_a_single_kept_image_is_a_number_of_its_own() -> None:
    images = torch.arange(4 * 64, dtype=torch.int64).remainder(251).to(torch.uint8).reshape(4, 1, 8, 8)
    y = torch.tensor([0, 0, 0, 1])
    data = RelearningData(images, y, images[:3], y[:3], images[3:], y[3:], images[3:])
    on_forgotten, on_rest = drain(relearning(build_model("cnn", (1, 8, 8), 2, seed=1), data, seed=0))
    assert np.isfinite([*on_forgotten, *on_rest]).all()
    assert on_rest[-1] == 1.0, "a head of numbers that are not one answers the first class for ever"

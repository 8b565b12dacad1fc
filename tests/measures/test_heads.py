"""Old and fresh heads and neighbours: known answers, and what no mask or scale can change."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from camu_core.measures import fresh_head_recall, neighbour_share, old_head_recognition
from camu_core.networks.models import build_model, predict


@pytest.fixture(scope="module")
def clusters() -> tuple[np.ndarray, np.ndarray]:
    """Four groups of points in the plane, far apart; class 3 is the one to find."""
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(4), 60)
    centres = np.array([[0, 0], [9, 0], [0, 9], [9, 9]])
    return (centres[y] + rng.normal(size=(240, 2))).astype(np.float32), y


def test_a_group_of_its_own_is_found_from_one_example(clusters) -> None:
    found = fresh_head_recall(clusters, clusters, (3,), 1, range(5))
    assert found.shape == (5,)
    assert found.min() > 0.8


def test_a_group_that_is_dissolved_is_not(clusters) -> None:
    x, y = clusters[0].copy(), clusters[1]
    x[y == 3] = x[:60]  # where class 0 is
    found = fresh_head_recall((x, y), (x, y), (3,), 1, range(8))
    assert 0.2 < found.mean() < 0.8


def test_scale_and_offset_of_the_representation_do_not_matter(clusters) -> None:
    x, y = clusters
    moved = (100 * x + 7).astype(np.float32)
    for n in (1, 5, 20):
        ours, theirs = (fresh_head_recall((part, y), (part, y), (3,), n, range(3)) for part in (x, moved))
        assert ours.tolist() == theirs.tolist()


def test_equal_seeds_draw_equal_images(clusters) -> None:
    assert fresh_head_recall(clusters, clusters, (3,), 1, range(3)).tolist() == [
        fresh_head_recall(clusters, clusters, (3,), 1, range(i, i + 1))[0] for i in range(3)
    ]


def test_the_old_head_counts_what_it_finds_and_what_it_takes_for_it() -> None:
    """By hand: it finds 3 of 4, and takes 1 of 4 others for the class."""
    head = SimpleNamespace(  # the class is where the value is largest
        decide=lambda representation: representation, parameters=lambda: iter([torch.zeros(1)])
    )
    said, y = np.array([1, 1, 1, 0, 1, 0, 0, 2]), np.array([1, 1, 1, 1, 0, 0, 2, 2])
    found = old_head_recognition(head, np.eye(3, dtype=np.float32)[said], y, (1,))
    assert found["value"] == pytest.approx(3 / 4 - 1 / 4)
    assert found["low"] < 0.5 < found["high"]
    assert found["n"] == 4
    everything = old_head_recognition(head, np.eye(3, dtype=np.float32)[np.ones(8, int)], y, (1,))
    assert everything["value"] == 0, "who takes all for the class recognises nothing"
    perfect = old_head_recognition(head, np.eye(3, dtype=np.float32)[y], y, (1, 2))
    assert perfect["value"] == 1


def test_a_mask_changes_nothing_that_the_old_head_sees() -> None:
    model = build_model("cnn", (1, 8, 8), 4, seed=0).requires_grad_(False).eval()
    masked = copy.deepcopy(model)
    masked.head[-1].bias[2] -= 1e4
    x = torch.randint(0, 256, (40, 1, 8, 8), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    assert torch.equal(predict(model, x)[1], predict(masked, x)[1])


def test_neighbours_by_hand() -> None:
    """Three forgotten points in a row, one other near the last of them."""
    x = np.array([[0.0], [1.0], [2.0], [2.5], [50.0], [51.0]], dtype=np.float32)
    is_forget = np.array([True, True, True, False, False, False])
    # five others are all neighbours there are: two of five are forgotten
    assert neighbour_share(x, is_forget).tolist() == pytest.approx([0.4, 0.4, 0.4])


def test_neighbours_of_a_group_apart_and_of_one_among_the_others() -> None:
    rng = np.random.default_rng(0)
    is_forget = np.arange(200) < 100
    x = rng.normal(size=(200, 3)).astype(np.float32)
    assert neighbour_share(x, is_forget).mean() == pytest.approx(0.5, abs=0.05)
    x[is_forget] += 20
    assert neighbour_share(x, is_forget).mean() == 1


def test_copies_of_an_image_are_neighbours_and_it_is_not_its_own() -> None:
    x = np.zeros((30, 2), dtype=np.float32)
    assert neighbour_share(x, np.arange(30) < 1).tolist() == [0]

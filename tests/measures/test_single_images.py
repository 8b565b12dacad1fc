"""The nearest images of one, and the images whose answer changed."""

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances

from camu_core.measures import changed_answers, nearest_images


def test_nearest_images_are_scikit_learns() -> None:
    space = np.random.default_rng(0).normal(size=(300, 16)).astype(np.float32)
    of = np.array([0, 17, 299])
    distances = pairwise_distances(space[of], space)
    distances[np.arange(len(of)), of] = np.inf
    assert nearest_images(space, of, 8).tolist() == distances.argsort(axis=1)[:, :8].tolist()


def test_few_images_have_fewer_neighbours_and_a_copy_is_one() -> None:
    x = np.array([[0.0], [0.0], [5.0]], dtype=np.float32)
    first, last = nearest_images(x, np.array([0, 2]), 8).tolist()
    assert (first, sorted(last)) == ([1, 2], [0, 1])


def logits(*answers: int, sureness: tuple[float, ...] = ()) -> np.ndarray:
    """Of three classes; sure answers have a larger logit."""
    found = np.zeros((len(answers), 3), dtype=np.float32)
    found[np.arange(len(answers)), answers] = sureness or 1.0
    return found


def test_changed_answers_by_hand() -> None:
    y = np.array([0, 0, 1, 1, 2, 2])
    before = logits(0, 0, 1, 2, 0, 2)
    after = logits(0, 1, 1, 1, 1, 0, sureness=(1, 2, 1, 4, 3, 9))
    asked = np.array([True, True, True, True, True, False])  # the last one is to be forgotten
    found = changed_answers(before, after, y, asked)
    assert (found.n, found.idx.tolist()) == (5, [3, 4, 1]), "the surest first"
    assert (found.was.tolist(), found.now.tolist(), found.y.tolist()) == ([2, 0, 0], [1, 1, 1], [1, 2, 0])
    assert (found.n_lost, found.n_gained) == (1, 1)
    assert found.sureness[0] == pytest.approx(np.exp(4) / (np.exp(4) + 2))


def test_no_changed_answer() -> None:
    found = changed_answers(logits(0, 1), logits(0, 1), np.array([0, 1]), np.array([True, True]))
    assert (found.n, len(found.idx), found.n_lost, found.n_gained) == (2, 0, 0, 0)

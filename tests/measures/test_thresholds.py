"""Threshold attacks: the scores, the line, and what falls on either side of it."""

import numpy as np
import pytest
from scipy.special import expit, softmax
from scipy.stats import entropy
from sklearn.metrics import balanced_accuracy_score, roc_curve

from camu_core.measures import (
    best_threshold,
    confidence_scores,
    entropy_scores,
    histogram,
    label_scores,
    view_threshold,
)


def test_scores_by_hand() -> None:
    logits = np.log(np.array([[0.9, 0.1, 1e-30], [0.99, 0.005, 0.005], [0.5, 0.5, 1e-30]]))
    assert confidence_scores(logits) == pytest.approx([1, 2, np.log10(2)])
    assert entropy_scores(logits)[2] == pytest.approx(0), "two equal halves are one bit"
    assert label_scores(logits, np.array([0, 1, 1])) == pytest.approx([np.log(9), np.log(0.005 / 0.995), 0])


def test_scores_agree_with_scipy_and_keep_the_order() -> None:
    logits = np.random.default_rng(0).normal(0, 2, (50, 7)).astype(np.float32)
    p = softmax(logits.astype(np.float64), axis=1)
    assert 10 ** -entropy_scores(logits) == pytest.approx(entropy(p, base=2, axis=1))
    assert np.argsort(confidence_scores(logits)).tolist() == np.argsort(p.max(axis=1)).tolist()
    y = np.arange(50) % 7
    assert expit(label_scores(logits, y)) == pytest.approx(p[np.arange(50), y])


def test_certain_answers_have_finite_scores() -> None:
    logits = np.array([[200.0, 0.0], [0.0, 900.0]], dtype=np.float32)
    assert np.isfinite(confidence_scores(logits)).all()
    assert np.isfinite(entropy_scores(logits)).all()
    assert label_scores(logits, np.array([0, 0])) == pytest.approx([200, -900])


def test_what_one_threshold_catches_and_misses() -> None:
    members, others = np.array([0.9, 0.2, 0.5, 0.7]), np.array([0.1, 0.8, 0.5, 0.3])
    view = view_threshold(members, others, 0.5)
    assert view.caught.tolist() == [0, 3], "the surest first; one on the line is not caught"
    assert view.missed.tolist() == [1, 2], "the most hidden first"
    assert view.false_alarms.tolist() == [1]
    assert view.passed.tolist() == [2, 3, 0]
    assert (view.true_positive_rate, view.false_positive_rate) == (0.5, 0.25)
    assert view.balanced_accuracy == balanced_accuracy_score(
        [1, 1, 1, 1, 0, 0, 0, 0], np.concatenate([members, others]) > 0.5
    )


def test_the_curve_is_scikit_learns_and_the_views_lie_on_it() -> None:
    rng = np.random.default_rng(1)
    members, others = rng.normal(0.5, 1, 60).round(1), rng.normal(0, 1, 60).round(1)
    y, scores = np.repeat([1, 0], 60), np.concatenate([members, others])
    fpr, tpr, thresholds = roc_curve(y, scores)
    for i in range(len(thresholds)):
        view = view_threshold(members, others, thresholds[i] - 1e-9)
        assert (view.false_positive_rate, view.true_positive_rate) == pytest.approx((fpr[i], tpr[i]))
    assert view.curve == pytest.approx(np.stack([fpr, tpr]))


def test_the_best_threshold_is_the_best_of_all() -> None:
    rng = np.random.default_rng(2)
    members, others = rng.normal(1, 1, 80), rng.normal(0, 1, 80)
    best = view_threshold(members, others, best_threshold(members, others)).balanced_accuracy
    every = [view_threshold(members, others, t).balanced_accuracy for t in np.concatenate([members, others])]
    assert best == pytest.approx(max(every))
    assert best_threshold(np.array([3.0, 4.0]), np.array([1.0, 2.0])) == 2.5, "halfway across the gap"


def test_if_no_threshold_helps_nobody_is_called() -> None:
    worse = view_threshold(np.zeros(5), np.ones(5), best_threshold(np.zeros(5), np.ones(5)))
    assert len(worse.caught) == len(worse.false_alarms) == 0


def test_the_histogram_counts_everybody_once_and_leaves_room_for_the_line() -> None:
    rng = np.random.default_rng(3)
    members, others = rng.normal(1, 1, 300), rng.normal(0, 1, 200)
    found = histogram(members, others, n_bins=25)
    assert (found.members.sum(), found.others.sum(), len(found.edges)) == (300, 200, 26)
    scores = np.concatenate([members, others])
    assert found.lowest < scores.min() < scores.max() < found.highest
    far = histogram(np.append(members, 1e6), others, n_bins=25)
    assert far.edges[-1] < 10, "one far score does not press all others together"
    assert far.members.sum() == 301, "and is counted with the last"
    assert histogram(np.ones(3), np.ones(2)).members.sum() == 3, "all scores the same"

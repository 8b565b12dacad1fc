import json
import math

import numpy as np
import pytest
import torch

from camu_core.data import Splits
from camu_core.measures import SPLIT_NAMES, accuracy_report
from camu_core.measures.estimates import wilson_interval

# 8 training samples, 6 test samples, 4 classes of which the last never occurs; class 1 is forgotten
Y_TRAIN = np.array([0, 1, 2, 0, 1, 2, 0, 1])
GUESSED_TRAIN = np.array([0, 0, 2, 0, 1, 1, 2, 2])
Y_TEST = np.array([0, 0, 1, 1, 2, 2])
GUESSED_TEST = np.array([0, 3, 0, 1, 2, 2])


def splits_of(y_train, y_test, forgotten):
    return Splits(
        *(
            torch.from_numpy(np.flatnonzero(mask))
            for mask in (y_train == forgotten, y_train != forgotten, y_test == forgotten, y_test != forgotten)
        )
    )


@pytest.fixture
def report():
    return accuracy_report(
        GUESSED_TRAIN, Y_TRAIN, GUESSED_TEST, Y_TEST, splits_of(Y_TRAIN, Y_TEST, forgotten=1), n_classes=4
    )


def test_report_by_hand(report):
    assert report["retain_train"] == 3 / 5  # 0-0, 2-2, 0-0 right; 2-1, 0-2 wrong
    assert report["forget_train"] == 1 / 3
    assert report["retain_test"] == 3 / 4
    assert report["forget_test"] == 1 / 2
    assert report["n"] == {"retain_train": 5, "forget_train": 3, "retain_test": 4, "forget_test": 2}
    assert report["per_class_test"] == [1 / 2, 1 / 2, 1.0, None]
    assert report["confusion_test"] == [[1, 0, 0, 1], [1, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 0]]


def test_report_is_json(report):
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert {*SPLIT_NAMES, "n", "per_class_test", "confusion_test"} == set(report)


def test_an_empty_split_has_no_accuracy():
    y_test = np.array([0, 0, 2, 2])
    report = accuracy_report(Y_TRAIN, Y_TRAIN, y_test, y_test, splits_of(Y_TRAIN, y_test, forgotten=1), n_classes=4)
    assert report["forget_test"] is None
    assert report["n"]["forget_test"] == 0
    assert report["per_class_test"] == [1.0, None, 1.0, None]


@pytest.mark.parametrize("seed", range(5))
def test_parts_add_up(seed):
    rng = np.random.default_rng(seed)
    y_train, y_test = rng.integers(0, 5, 200), rng.integers(0, 5, 90)
    guessed_train, guessed_test = rng.integers(0, 5, 200), rng.integers(0, 5, 90)
    report = accuracy_report(
        guessed_train, y_train, guessed_test, y_test, splits_of(y_train, y_test, forgotten=seed % 5), n_classes=5
    )
    n, confusion = report["n"], np.array(report["confusion_test"])
    n_right = {name: report[name] * n[name] for name in SPLIT_NAMES}
    assert n_right["retain_train"] + n_right["forget_train"] == pytest.approx((guessed_train == y_train).sum())
    assert n_right["retain_test"] + n_right["forget_test"] == pytest.approx((guessed_test == y_test).sum())
    assert confusion.sum() == 90
    np.testing.assert_array_equal(confusion.sum(axis=1), np.bincount(y_test, minlength=5))
    np.testing.assert_array_equal(confusion.sum(axis=0), np.bincount(guessed_test, minlength=5))
    per_class = np.array(report["per_class_test"])
    assert (per_class * confusion.sum(axis=1)).sum() == pytest.approx(np.trace(confusion))
    assert report["forget_test"] == pytest.approx(per_class[seed % 5])


def wilson_by_formula(k, n, z=1.959963984540054):
    centre = (k + z * z / 2) / (n + z * z)
    half = z * math.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    return max(0.0, centre - half), min(1.0, centre + half)


@pytest.mark.parametrize(
    ("k", "n"), [(0, 1), (1, 1), (0, 36), (1, 37), (18, 36), (36, 36), (999, 1000), (5421, 60_000), (29, 36)]
)
def test_wilson_interval_is_the_formulas(k, n):
    assert wilson_interval(k / n, n) == pytest.approx(wilson_by_formula(k, n), abs=1e-12)


@pytest.mark.parametrize("n", [3, 7, 36, 980])
def test_wilson_interval_knows_every_count_from_its_fraction(n):
    for k in range(n + 1):
        low, high = wilson_interval(k / n, n)
        assert (low, high) == pytest.approx(wilson_by_formula(k, n), abs=1e-12)
        assert 0 <= low <= k / n <= high <= 1


def test_wilson_interval_of_textbook_example():
    # 8 of 10: R binom::binom.wilson and statsmodels give 0.4902 .. 0.9433
    assert wilson_interval(0.8, 10) == pytest.approx((0.490162, 0.943318), abs=1e-5)

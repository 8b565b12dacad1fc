import json

import numpy as np
import pytest

from camu_core.causal.entanglement import entanglement_report, harmed_classes


def summary(forgotten, before, after, n=50):
    """What a run's summary says of a dataset of three classes with n test images each."""
    return {
        "spec": {"forget": {"kind": "class", "classes": forgotten}},
        "metrics": {
            "original": {"per_class_test": before, "confusion_test": (np.eye(3, dtype=int) * n).tolist()},
            "unlearned": {"per_class_test": after, "confusion_test": (np.eye(3, dtype=int) * n).tolist()},
        },
    }


BEFORE = [1.0, 0.9, 0.8]


def test_rows_are_forgotten_classes_and_columns_those_looked_at():
    report = entanglement_report(
        [summary([2], BEFORE, [0.9, 0.9, 0.0]), summary([0], BEFORE, [0.0, 1.0, 0.8])], [], n_classes=3
    )
    change = report["method"]["change"]
    assert change[0] == pytest.approx([-1, 0.1, 0])
    assert change[1] == [None] * 3
    assert change[2] == pytest.approx([-0.1, 0, -0.8])
    assert report["retraining"]["change"] == report["difference"] == [[None] * 3] * 3
    json.dumps(report, allow_nan=False)


def test_seeds_are_averaged_and_runs_of_several_classes_left_out():
    runs = [
        summary([1], BEFORE, [1.0, 0.0, 0.7]),
        summary([1], BEFORE, [0.8, 0.0, 0.7]),
        summary([0, 1], BEFORE, [0.0, 0.0, 0.0]),
    ]
    report = entanglement_report(runs, [], n_classes=3)
    assert report["method"]["change"][1] == pytest.approx([-0.1, -0.9, -0.1])
    assert report["method"]["change"][0] == [None] * 3


def test_difference_to_retraining():
    report = entanglement_report(
        [summary([0], BEFORE, [0.0, 0.6, 0.8])], [summary([0], BEFORE, [0.0, 0.8, 0.9])], n_classes=3
    )
    assert report["retraining"]["change"][0] == pytest.approx([-1, -0.1, 0.1])
    assert report["difference"][0] == pytest.approx([0, -0.2, -0.1])


def test_margin_by_hand():
    report = entanglement_report([summary([0], BEFORE, [0.0, 0.6, 0.8])], [], n_classes=3)
    p, q = (45 + 1) / 52, (30 + 1) / 52
    expected = 1.959964 * (p * (1 - p) / 52 + q * (1 - q) / 52) ** 0.5
    assert report["method"]["margin"][0][1] == pytest.approx(expected)


def test_margins_cover_independent_draws_at_about_the_nominal_rate():
    rng = np.random.default_rng(0)
    n, covered = 100, []
    for _ in range(1000):
        before, after = rng.binomial(n, 0.95) / n, rng.binomial(n, 0.85) / n
        report = entanglement_report([summary([0], [1.0, before, 1.0], [0.0, after, 1.0], n)], [], n_classes=3)
        change, margin = report["method"]["change"][0][1], report["method"]["margin"][0][1]
        covered.append(abs(change + 0.1) <= margin)
    assert 0.93 < np.mean(covered) < 0.98


def test_a_class_without_test_images_is_none():
    report = entanglement_report([summary([0], [1.0, None, 0.8], [0.0, None, 0.8])], [], n_classes=3)
    assert report["method"]["change"][0] == pytest.approx([-1, None, 0])


def test_a_class_is_harmed_if_it_lost_more_than_chance_explains():
    """Of 50 images: 0.9 to 0.7 is beyond the margin of 0.16, 0.8 to 0.7 is not; the forgotten class is not meant."""
    assert harmed_classes(summary([0], [1.0, 0.9, 0.8], [0.0, 0.7, 0.7])) == [1]
    assert harmed_classes(summary([0], [1.0, 0.9, 0.8], [0.0, 1.0, 0.8])) == []
    assert harmed_classes(summary([0, 1], [1.0, 0.9, 0.8], [0.0, 0.0, None], n=50)) == []

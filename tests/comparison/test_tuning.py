"""What tuning judges by, and which trial it takes."""

import json
from pathlib import Path

import pytest

from camu_core.comparison import tuning


def test_the_distance_is_the_mean_gap_to_the_mean_of_the_band() -> None:
    measures = {"retain_train": 0.9, "forget_train": 0.1, "retain_test": 0.8, "forget_test": None, "fresh_head_1": 0.5}
    reference = {
        "retain_train": [1.0, 1.0], "forget_train": [0.0, 0.0], "retain_test": [0.9, 1.0], "forget_test": [None, None],
        "fresh_head_1": [0.2, 0.4], "old_head": [0.0, 0.0],
    }  # fmt: skip
    assert tuning.distance(measures, reference) == pytest.approx((0.1 + 0.1 + 0.15 + 0.2) / 4)


def test_a_network_like_the_band_is_at_distance_0() -> None:
    reference = {name: [0.3, 0.5] for name in tuning.JUDGED}
    assert tuning.distance(dict.fromkeys(tuning.JUDGED, 0.4), reference) == pytest.approx(0)


def test_the_best_is_the_first_of_the_smallest_and_no_failed_one() -> None:
    assert tuning.best([None, 0.3, 0.1, 0.1]) == 2
    assert tuning.best([float("nan"), float("inf"), 0.4]) == 2
    assert tuning.best([None, None]) is None


def test_the_front_is_what_nothing_beats() -> None:
    left, kept = [0.0, 0.1, 0.1, 0.5, 0.0], [0.7, 0.9, 0.8, 0.9, 0.7]
    assert tuning.is_on_front(left, kept).tolist() == [True, True, False, False, True]


def test_chosen_settings_are_read_from_all_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search = {"dataset": "digits", "model": "cnn", "forget": {"kind": "class", "classes": [3]}, "method": "ssd"}
    found = {**search, "chosen": {"settings": {"selection": 5.0}}}
    (tmp_path / "a.json").write_text(json.dumps({"searches": [{**search, "chosen": None}, found]}))
    (tmp_path / "b.json").write_text(json.dumps({"searches": [{**found, "dataset": "mnist"}]}))
    monkeypatch.setattr(tuning, "TUNED", tmp_path)
    assert tuning.tuned_settings("digits", "cnn", "class", "ssd") == {"selection": 5.0}
    assert tuning.tuned_settings("mnist", "cnn", "class", "ssd") == {"selection": 5.0}
    assert tuning.tuned_settings("digits", "cnn", "random", "ssd") == {}
    monkeypatch.setattr(tuning, "TUNED", tmp_path / "none")
    assert tuning.tuned_settings("digits", "cnn", "class", "ssd") == {}


def test_the_table_of_trials_leaves_failed_ones_out_and_begins_with_the_nearest() -> None:
    def trial(rate: float, objective: float | None, forget: float, kept: float) -> dict:
        measures = {"forget_train": 0.5, "forget_test": forget, "retain_test": kept}
        return {"settings": {"lr": rate}, "runs": [f"run-{rate}"], "objective": objective,
                "measures": None if objective is None else measures}  # fmt: skip

    trials = [trial(1, 0.4, 0.9, 0.9), trial(2, None, 0, 0), trial(3, 0.1, 0.0, 0.8), trial(4, 0.2, 0.0, 0.7)]
    reference = {"forget_train": [0.0], "forget_test": [0.0, None], "retain_test": [0.95]}
    table = tuning.trial_table({"trials": trials, "chosen": {"trial": 2}, "reference": reference})
    assert table["trial"].tolist() == [2, 3, 0]
    assert table["is_chosen"].tolist() == [True, False, False]
    assert table["is_on_front"].tolist() == [True, False, True]
    assert table["run"].tolist() == ["run-3", "run-4", "run-1"]


def test_on_random_images_the_front_is_of_those_as_right_as_retrained_networks() -> None:
    """Less right than they are is not better."""
    trials = [
        {"settings": {}, "runs": ["a"], "objective": 0.1,
         "measures": {"forget_train": right, "forget_test": None, "retain_test": 0.9}} for right in (0.5, 0.9)
    ]  # fmt: skip
    reference = {"forget_train": [0.9], "forget_test": [None], "retain_test": [0.9]}
    table = tuning.trial_table({"trials": trials, "chosen": {"trial": 1}, "reference": reference})
    assert table.set_index("trial")["is_on_front"].to_dict() == {0: False, 1: True}

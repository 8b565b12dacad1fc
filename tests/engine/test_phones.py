"""A projector and twenty phones against a real server: every guess is counted once, and a reload keeps it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "load"))
import lesson

pytestmark = pytest.mark.slow


def test_twenty_phones_are_counted_once_each_and_keep_their_guess_after_a_reload() -> None:
    assert lesson.faults(lesson.run(20)) == []


def test_a_lost_guess_and_a_guess_that_counts_twice_are_faults() -> None:
    found = {"counted": [5, 5], "expected": [5, 6], "reloads": 4, "reloads_that_kept_their_guess": 3, "failures": []}
    assert lesson.faults(found) == ["counted [5, 5] instead of [5, 6]", "3 of 4 reloads kept their guess"]

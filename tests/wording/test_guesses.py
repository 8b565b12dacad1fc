"""What was guessed, against made-up outcomes around a real run."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from camu_core.wording.guesses import Guess, band_of, most_hurt


@pytest.mark.parametrize(("accuracy", "band"), [(0.0, 0), (0.0999, 0), (0.1, 1), (0.5, 2), (0.9, 3), (1.0, 3)])
def test_every_accuracy_is_in_one_band(accuracy: float, band: int) -> None:
    assert band_of(accuracy) == band


@pytest.fixture
def outcome(digits_result):
    """The run, as if so many of 36 test images of each class had been lost; class 3 is the forgotten one."""

    def make(forget_test: float = 0.0, **lost: int):
        metrics = copy.deepcopy(digits_result.metrics)
        right = [30 - lost.get(f"c{label}", 0) for label in range(10)]
        metrics["original"]["confusion_test"] = np.diag([30] * 10).tolist()
        metrics["unlearned"]["confusion_test"] = np.diag(right).tolist()
        metrics["unlearned"]["forget_test"] = forget_test
        return replace(digits_result, metrics=metrics)

    return make


def test_the_forgotten_class_is_not_the_one_that_suffers(outcome) -> None:
    assert most_hurt(outcome(c3=30, c8=3, c5=2)) == {8: 3}


def test_all_that_lost_as_many_images_lost_most(outcome) -> None:
    assert most_hurt(outcome(c1=1, c8=1)) == {1: 1, 8: 1}
    assert most_hurt(outcome(c3=30, c4=-2)) == {}, "all stay or gain"


@pytest.mark.parametrize("guess", [False, True])
def test_who_guesses_harm_is_right_where_there_is_more_than_chance_explains(outcome, guess: bool) -> None:
    assert Guess(hurt=guess).check(outcome(), harmed=[]) == {"hurt": not guess}
    assert Guess(hurt=guess).check(outcome(c8=20), harmed=[8]) == {"hurt": guess}


def test_only_what_was_guessed_is_checked(outcome) -> None:
    assert Guess().check(outcome(), []) == {}
    assert Guess(band=0).check(outcome(forget_test=0.05), []) == {"band": True}
    assert Guess(band=0, hurt=True).check(outcome(forget_test=0.3), []) == {"band": False, "hurt": False}

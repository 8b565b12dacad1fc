"""What was guessed, against made-up outcomes around a real run."""

import copy
from dataclasses import replace

import pytest

from camu_core.guesses import NOBODY, Guess, band_of, most_hurt


@pytest.mark.parametrize(("accuracy", "band"), [(0.0, 0), (0.0999, 0), (0.1, 1), (0.5, 2), (0.9, 3), (1.0, 3)])
def test_every_accuracy_is_in_one_band(accuracy: float, band: int) -> None:
    assert band_of(accuracy) == band


@pytest.fixture
def outcome(digits_result):
    """The run, as if classes had lost this much; class 3 is the forgotten one."""

    def make(forget_test: float = 0.0, **drops: float):
        metrics = copy.deepcopy(digits_result.metrics)
        metrics["original"]["per_class_test"] = [0.9] * 10
        metrics["unlearned"]["per_class_test"] = [0.9 - drops.get(f"c{label}", 0.0) for label in range(10)]
        metrics["unlearned"]["forget_test"] = forget_test
        return replace(digits_result, metrics=metrics)

    return make


def test_the_forgotten_class_is_not_the_one_that_suffers(outcome) -> None:
    assert most_hurt(outcome(c3=0.9, c8=0.1, c5=0.05)) == (8,)


def test_all_that_lost_alike_are_right_answers(outcome) -> None:
    result = outcome(c1=0.1, c8=0.1)
    assert most_hurt(result) == (1, 8)
    assert Guess(hurt=1).check(result) == {"hurt": True}
    assert Guess(hurt=8).check(result) == {"hurt": True}
    assert Guess(hurt=NOBODY).check(result) == {"hurt": False}


def test_nobody_is_right_when_all_stay_or_gain(outcome) -> None:
    result = outcome(c3=0.9, c4=-0.05)
    assert most_hurt(result) == ()
    assert Guess(hurt=NOBODY).check(result) == {"hurt": True}
    assert Guess(hurt=4).check(result) == {"hurt": False}


def test_only_what_was_guessed_is_checked(outcome) -> None:
    assert Guess().check(outcome()) == {}
    assert Guess(band=0).check(outcome(forget_test=0.05)) == {"band": True}
    assert Guess(band=0, hurt=7).check(outcome(forget_test=0.3)) == {"band": False, "hurt": False}


def test_a_class_without_test_images_is_left_out(outcome) -> None:
    result = outcome(c8=0.1)
    result.metrics["unlearned"]["per_class_test"][0] = None
    result.metrics["original"]["per_class_test"][0] = None
    assert most_hurt(result) == (8,)

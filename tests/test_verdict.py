"""The verdict's rules on made-up figures around a real run."""

import copy
from dataclasses import replace

import pytest

from camu_core import ForgetSpec
from camu_core.verdict import ALIKE_AT_MOST, FORGOTTEN_AT_MOST, KEPT_DROP_AT_MOST, finding, forget_phrase, judge

RANDOM = ForgetSpec("random", fraction=0.1)
N = {"retain_train": 54_000, "forget_train": 6_000, "retain_test": 10_000, "forget_test": 0}


def report(forget_train=1.0, retain_test=0.99, attack=(0.50, 0.48, 0.52), forget_test=None):
    value, low, high = attack
    return {
        "retain_train": 1.0, "forget_train": forget_train, "retain_test": retain_test, "forget_test": forget_test,
        "n": N | {"forget_test": 1_000 if forget_test is not None else 0},
        "attack": {"value": value, "low": low, "high": high, "n": 2_000},
    }  # fmt: skip


@pytest.fixture
def made_up(digits_result):
    """A run with these figures and this forget set."""

    def make(forget=RANDOM, method="camu", before=None, **after):
        result = copy.copy(digits_result)
        metrics = {"original": before or report(forget_test=after.get("forget_test")), "unlearned": report(**after)}
        return replace(result, spec=replace(result.spec, forget=forget, method=method), metrics=metrics)

    return make


@pytest.mark.parametrize(
    ("forget_test", "retain_test", "words", "is_good"),
    [
        (FORGOTTEN_AT_MOST, 0.99 - KEPT_DROP_AT_MOST + 1e-9, "Forgotten, and the rest is kept", True),
        (FORGOTTEN_AT_MOST + 0.001, 0.99, "Not forgotten yet", False),
        (0.0, 0.99 - KEPT_DROP_AT_MOST - 0.001, "Forgotten, but the rest was damaged", False),
        (0.9, 0.5, "Not forgotten, and the rest was damaged", False),
    ],
)
def test_classes_are_judged_at_the_boundaries(made_up, forget_test, retain_test, words, is_good):
    verdict = judge(made_up(ForgetSpec(classes=(3,)), forget_test=forget_test, retain_test=retain_test))
    assert (verdict.headline, verdict.is_good) == (words, is_good)


def test_a_class_without_new_images_is_judged_by_those_of_training(made_up):
    result = made_up(ForgetSpec(classes=(3,)), forget_train=0.01)
    verdict = judge(result)
    assert verdict.headline == "Forgotten, and the rest is kept"
    assert "seen in training" in verdict.clauses[0].subject
    assert finding(result) == "The digit 3: 100% → 1%, everything else: 99% → 99%"


def test_images_cannot_be_judged_without_retraining(made_up):
    verdict = judge(made_up())
    assert verdict.is_good is None
    assert "only retraining tells" in verdict.headline
    assert judge(made_up(retain_test=0.9)).is_good is False


@pytest.mark.parametrize(
    ("ours", "is_good", "words"),
    [
        ({}, True, "As if it had never seen them"),
        ({"forget_train": 0.99 - ALIKE_AT_MOST + 1e-9}, True, "As if it had never seen them"),
        ({"forget_train": 0.99 - ALIKE_AT_MOST - 0.01}, False, "Not as if it had never seen them"),
        ({"attack": (0.56, 0.54, 0.58)}, False, "Not as if it had never seen them"),
        ({"attack": (0.44, 0.42, 0.46)}, False, "Not as if it had never seen them"),
        ({"attack": (0.54, 0.519, 0.56)}, True, "As if it had never seen them"),
        ({"retain_test": 0.9}, False, "As if it had never seen them, but the rest was damaged"),
    ],
)
def test_images_are_forgotten_when_it_answers_as_the_retrained_network_does(made_up, ours, is_good, words):
    gold = made_up(method="retrain", forget_train=0.99)
    verdict = judge(made_up(**{"forget_train": 0.99, **ours}), gold)
    assert (verdict.headline, verdict.is_good) == (words, is_good)
    assert verdict.clauses[0].reference == 0.99


def test_few_images_far_from_retraining_in_points_but_not_beyond_chance_are_alike(made_up):
    few = {"n": N | {"forget_train": 5}}
    ours, gold = made_up(forget_train=0.8), made_up(method="retrain", forget_train=1.0)
    assert judge(ours, gold).clauses[0].is_good is False
    for result in (ours, gold):
        result.metrics["unlearned"].update(few)
    assert judge(ours, gold).clauses[0].is_good is True


def test_an_attack_that_could_not_be_made_is_left_out(made_up):
    nothing = (None, None, None)
    gold = made_up(method="retrain", attack=nothing)
    verdict = judge(made_up(attack=nothing), gold)
    assert len(verdict.clauses) == 2
    assert verdict.is_good is True


def test_retraining_itself_is_what_forgetting_looks_like(made_up):
    verdict = judge(made_up(method="retrain"))
    assert verdict.headline.startswith("Never saw them")
    assert verdict.is_good is True
    assert all(clause.reference is None for clause in verdict.clauses)


def test_clauses_read_as_sentences(made_up):
    verdict = judge(made_up(forget_train=0.985), made_up(method="retrain", forget_train=0.99))
    first, _, last = (clause.text for clause in verdict.clauses)
    assert first.startswith("Forgotten images: 98.5% recognised (95 % interval ")
    assert first.endswith("it was 100.0%; a network that never saw it: 99.0%.")
    assert "0.50 (0.50 is guessing) (95 % interval 0.48 to 0.52)" in last


@pytest.mark.parametrize(
    ("forget", "words"),
    [
        (ForgetSpec(classes=(3,)), "the digit 3"),
        (ForgetSpec(classes=(3, 4, 7)), "the digits 3, 4 and 7"),
        (ForgetSpec("random", fraction=0.125), "12.5% of the training images"),
        (ForgetSpec("samples", samples=(7,)), "one training image"),
        (ForgetSpec("samples", samples=tuple(range(1200))), "1,200 training images"),
    ],
)
def test_the_forget_set_in_words(made_up, forget, words):
    assert forget_phrase(made_up(forget).spec) == words

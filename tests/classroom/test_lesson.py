"""What a class is asked, of the shipped example and of made-up outcomes around it: the answers are those of the run."""

import copy
import re
from dataclasses import replace

import numpy as np
import pytest

from camu_core import ForgetSpec, RunResult, RunSpec
from camu_core.causal import harmed_classes
from camu_core.classroom.lesson import Lesson, Question, lesson_of
from camu_core.engine.service import example_store
from camu_core.jobs import PrivacyJob, PrivacyResult
from camu_core.measures import masked
from camu_core.wording.guesses import band_of
from camu_core.wording.verdict import judge


@pytest.fixture(scope="module")
def example() -> tuple[RunResult, RunResult, dict]:
    """The shipped run, its retrained network, and its tests."""
    store = example_store()
    runs = {run.spec.method: run for run in map(store.load, store.digests()) if run.spec.dataset == "digits"}
    job = PrivacyJob.beside(runs["camu"].spec, lambda digest, kind: True)
    return runs["camu"], runs["retrain"], store.load(job.digest, PrivacyResult).report


@pytest.fixture
def report(example) -> dict:
    """Of the tests, to be changed."""
    return copy.deepcopy(example[2])


def question(lesson: Lesson, name: str) -> Question | None:
    return next((each for each in lesson.questions if each.name == name), None)


def answer(lesson: Lesson, name: str) -> str:
    asked = question(lesson, name)
    return asked.options[asked.right]


def with_metrics(result: RunResult, **unlearned) -> RunResult:
    metrics = copy.deepcopy(result.metrics)
    metrics["unlearned"].update(unlearned)
    return replace(result, metrics=metrics)


def test_the_example_has_six_questions_answered_by_its_numbers(example) -> None:
    result, retrained, report = example
    lesson = lesson_of(result, retrained, report)
    assert [each.name for each in lesson.questions] == ["band", "hurt", "mask", "inside", "trace", "claim"]
    assert "10 digits from 1,437 images" in lesson.about
    assert "98.9% of new ones" in lesson.about
    assert "machine unlearning" in lesson.about
    after = result.metrics["unlearned"]
    assert question(lesson, "band").right == band_of(after["forget_test"])
    assert f"of {after['n']['forget_test']} images" in question(lesson, "band").why[0]
    assert answer(lesson, "hurt").startswith("Yes") == bool(harmed_classes(result.summary()))
    reference = report["reference"]["measures"]["fresh_head_1"]
    assert answer(lesson, "inside") == "Yes, more often"
    assert report["battery"]["unlearned"]["fresh_head_1"]["low"] > max(reference)
    told = judge(result, retrained, report)
    assert told.headline[1:] in question(lesson, "claim").why[1]
    assert question(lesson, "claim").right == (0 if told.is_forgotten else 1)
    for each in lesson.questions:
        assert 0 <= each.right < len(each.options) <= 4
        assert all(each.why)
        assert not re.match(r"(No|Yes)\b", each.why[0]), "the answer says so already"
    assert len({each.right for each in lesson.questions}) > 1, "who always takes the first is not always right"


def test_without_tests_nothing_inside_is_asked(example) -> None:
    names = [each.name for each in lesson_of(example[0]).questions]
    assert names == ["band", "hurt", "mask", "claim"]


def test_a_digit_that_is_still_recognised_is_not_forgotten(example) -> None:
    lesson = lesson_of(with_metrics(example[0], forget_test=0.7))
    assert answer(lesson, "band") == "Most: 50% to 90%"
    assert answer(lesson, "claim") == "Not even that"


def test_a_class_that_fell_is_named(example) -> None:
    per_class = [1.0] * 10
    per_class[8] = 0.5
    lesson = lesson_of(with_metrics(example[0], per_class_test=per_class))
    assert answer(lesson, "hurt") == "Yes, one or more"
    assert "8 (94.3% → 50%)" in question(lesson, "hurt").why[0]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.70, 0.80, "Yes, more often"), (0.40, 0.60, "No, not more often"), (0.60, 0.70, None)],
)
def test_the_inside_is_asked_about_only_where_the_answer_is_not_luck(
    example, report: dict, low: float, high: float, expected: str | None
) -> None:
    report["battery"]["unlearned"]["fresh_head_1"] |= {"value": (low + high) / 2, "low": low, "high": high}
    report["reference"]["measures"]["fresh_head_1"] = [0.55, 0.60, 0.65]
    lesson = lesson_of(example[0], example[1], report)
    assert (expected is None) == (question(lesson, "inside") is None)
    assert expected is None or answer(lesson, "inside") == expected


def test_a_hint_is_not_told_as_a_fact(example) -> None:
    assert (
        question(lesson_of(*example), "inside").why[1].startswith("A hint that something is left inside, but no proof")
    )


def test_where_answers_tell_nobody_anything_is_a_question_too(example, report: dict) -> None:
    report["battery"]["unlearned"]["epsilon"] |= {"value": 0.1, "low": 0.0, "high": 0.2}
    report["reference"]["measures"]["epsilon"] = [0.10, 0.12, 0.11, 0.13, 0.10]
    lesson = lesson_of(example[0], example[1], report)
    assert answer(lesson, "trace").startswith("No")
    assert question(lesson_of(example[0], example[1], {**report, "reference": None}), "trace") is None


def test_a_mask_bars_a_class_and_leaves_the_order_of_the_others() -> None:
    logits = np.array([[1.0, 5.0, 3.0], [4.0, 0.0, 2.0]], np.float32)
    assert masked(logits, [1]).argmax(1).tolist() == [2, 0]
    assert masked(logits, [0, 1]).argmax(1).tolist() == [2, 2]
    assert np.isfinite(logits).all(), "the logits themselves stay"


def test_a_mask_passes_where_the_others_are_known(example) -> None:
    result = example[0]
    assert answer(lesson_of(result), "mask") == "Yes, it would pass"
    noise = np.random.default_rng(0).normal(size=result.logits["original"].shape).astype(np.float32)
    noise[np.arange(len(noise)), result.probe.y] += 20 * (result.probe.y == 3)
    told = question(lesson_of(replace(result, logits={**result.logits, "original": noise})), "mask")
    assert "With the mask it recognises 0% of the digit 3" in told.why[0]


def test_single_images_are_asked_about_as_themselves(example) -> None:
    result = example[0]
    spec = RunSpec.from_json({**result.spec.to_json(), "forget": ForgetSpec("random", fraction=0.1).to_json()})
    images = with_metrics(replace(result, spec=spec), forget_train=0.97, forget_test=None)
    lesson = lesson_of(images)
    assert [each.name for each in lesson.questions] == ["band", "hurt", "claim"]
    assert answer(lesson, "band") == "Nearly all: 90% to 100%"
    assert answer(lesson, "hurt") == "No"
    assert answer(lesson, "claim") == "That is not shown"

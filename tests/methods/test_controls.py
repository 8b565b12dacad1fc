"""Controls: known answers, and that no verdict is fooled by them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from doing import band_of, privacy_of

from camu_core import METHODS, RunResult, plan_run, run
from camu_core.engine.sweeps import SweepSpec
from camu_core.errors import SpecError
from camu_core.methods import CONTROLS, forget_kinds, is_control, methods_for
from camu_core.networks.weights import from_arrays, load_weights
from camu_core.specs import ForgetSpec
from camu_core.wording.verdict import judge


def judged(method: str):
    """With everything that a verdict needs, of the digit 3, for which a band is shipped."""
    result = run(plan_run("digits", [3], method))
    report = privacy_of(result, None, band_of(result.spec))
    return result, judge(result, privacy=report)


def test_they_are_a_group_of_their_own() -> None:
    assert [control.name for control in CONTROLS] == ["nothing", "mask", "last_layer", "random_weights"]
    assert [name for name in METHODS if is_control(name)] == [control.name for control in CONTROLS]
    assert not is_control("camu")


@pytest.mark.slow
@pytest.mark.parametrize("method", ["mask", "last_layer"])
def test_what_hides_at_the_output_is_not_called_forgotten(method: str) -> None:
    result, verdict = judged(method)
    assert result.metrics["unlearned"]["forget_test"] == 0, "by its answers it looks perfect"
    assert verdict.is_kept
    assert verdict.is_forgotten is False
    assert verdict.headline.startswith("Only hidden at the output, not forgotten")
    assert {clause.name for clause in verdict.clauses if clause.is_good is False} >= {
        "old_head", "fresh_head", "relearning", "epsilon"
    }  # fmt: skip


@pytest.mark.slow
def test_nothing_done_is_not_forgotten() -> None:
    result, verdict = judged("nothing")
    assert verdict.headline.startswith("Not forgotten")
    assert verdict.is_forgotten is False
    original, ours = load_weights(result.spec.weights, "digits", "cnn"), from_arrays(result.weights, "digits", "cnn")
    assert all(torch.equal(a, b) for a, b in zip(original.parameters(), ours.parameters(), strict=True))


@pytest.mark.slow
def test_random_weights_are_damage() -> None:
    _, verdict = judged("random_weights")
    assert verdict.headline.startswith("Damaged: the rest fell from 98.8% to")
    assert verdict.is_kept is False
    assert not verdict.is_good


def test_the_last_layer_alone_changes_the_last_layer_alone() -> None:
    result = run(plan_run("digits", [3], "last_layer", {"epochs": 1}))
    before = load_weights(result.spec.weights, "digits", "cnn").state_dict()
    changed = [name for name, value in before.items() if not (value.numpy() == result.weights[name]).all()]
    assert changed == ["blocks.output.weight", "blocks.output.bias"]


def test_a_mask_is_for_whole_classes() -> None:
    assert forget_kinds("mask") == ("class",)
    assert "mask" not in methods_for("random")
    assert set(methods_for("random")) == set(METHODS) - {"mask", "delete", "sfron"}
    with pytest.raises(SpecError, match="Output mask can forget whole classes, not random images"):
        plan_run("digits", ForgetSpec("random", fraction=0.1), "mask")
    runs = SweepSpec("digits", (3,), ("mask", "nothing"), (0,), (0.1,)).runs()
    assert [(spec.method, spec.forget.kind) for spec in runs] == [
        ("mask", "class"), ("nothing", "class"), ("nothing", "random")
    ]  # fmt: skip


@pytest.fixture(scope="module")
def usual(digits_result: RunResult):
    """The verdict about CaMU."""
    return judge(digits_result, privacy=privacy_of(digits_result, None, band_of(digits_result.spec)))


@pytest.mark.slow
@pytest.mark.parametrize("factor", [0.3, 3.0])
def test_scaled_answers_get_the_same_verdict_but_for_what_confidence_gives_away(
    digits_result: RunResult, usual, factor: float
) -> None:
    last = {name: value * np.float32(factor) for name, value in digits_result.weights.items() if "output" in name}
    scaled = replace(digits_result, weights={**digits_result.weights, **last})
    told = [usual, judge(scaled, privacy=privacy_of(scaled, None, band_of(scaled.spec)))]
    of_confidence = ("attack", "epsilon")
    ours, theirs = (
        [(clause.name, clause.is_good, clause.value) for clause in verdict.clauses if clause.name not in of_confidence]
        for verdict in told
    )
    assert ours == theirs
    assert told[0].is_forgotten is told[1].is_forgotten

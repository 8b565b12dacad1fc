"""The dial: which runs it is made of, and that its numbers are theirs."""

from dataclasses import replace

import numpy as np
import pytest
from doing import done

from camu_core import ForgetSpec, RunResult, RunStore, plan_run, run
from camu_core.engine import LocalDriver
from camu_core.jobs import Dial, DialJob, PrivacyJob, PrivacyResult, dial_of
from camu_core.jobs.dial import RATES, STRENGTHS, at_strength


def shipped(digit: int = 3) -> Dial:
    job = DialJob(tuple(dial_of(plan_run("digits", (digit,))).items()))
    return LocalDriver(RunStore()).result(job.digest, Dial)


def test_each_strength_multiplies_both_learning_rates_and_changes_nothing_else() -> None:
    spec = plan_run("digits", (3,), seed=5, settings={"epochs": 7})
    runs = dial_of(spec)
    assert tuple(runs) == STRENGTHS
    assert runs[1.0] == spec
    for strength, each in runs.items():
        assert replace(each, settings=spec.settings) == spec
        before, after = dict(spec.settings), dict(each.settings)
        assert {name: after[name] / before[name] for name in RATES} == dict.fromkeys(RATES, strength)
        assert {name: value for name, value in after.items() if name not in RATES} == {
            name: value for name, value in before.items() if name not in RATES
        }


def test_a_run_at_another_strength_is_on_the_same_dial_and_one_with_its_own_rates_on_its_own() -> None:
    spec = plan_run("digits", (3,))
    assert dial_of(at_strength(spec, 4.0)) == dial_of(spec)
    own = plan_run("digits", (3,), settings={"label_lr": 5e-4})
    assert dial_of(own)[1.0] == own
    high = plan_run("digits", (3,), settings={"label_lr": 0.3})
    assert max(dial_of(high)) == 2.0, "a learning rate is at most 1"
    assert dial_of(plan_run("digits", (3,), settings=dict.fromkeys(RATES, 0.0))) == {}


@pytest.mark.parametrize(
    ("forget", "method"), [((3,), "finetune"), ((3,), "retrain"), (ForgetSpec("samples", samples=(17,)), "camu")]
)
def test_other_runs_have_none(forget, method: str) -> None:
    assert dial_of(plan_run("digits", forget, method)) == {}


@pytest.mark.parametrize("digit", range(10))
def test_the_shipped_ones_are_of_the_runs_that_this_program_would_make_and_small(digit: int) -> None:
    found, runs = shipped(digit), dial_of(plan_run("digits", (digit,)))
    assert [stop.strength for stop in found.stops] == [0.0, *STRENGTHS]
    assert [stop.run for stop in found.stops] == ["", *(spec.digest for spec in runs.values())]
    assert sum(array.nbytes for array in found.arrays().values()) < 60_000
    assert found.points.shape == (len(found.stops), *found.said.shape[1:], 2)


def test_the_shipped_numbers_are_those_of_the_shipped_run_and_of_its_tests() -> None:
    work, spec = LocalDriver(RunStore()), plan_run("digits", (3,))
    result, report = (
        work.result(spec.digest, RunResult),
        work.result(PrivacyJob.beside(spec, work.is_there).digest, PrivacyResult).report,
    )
    stops = {stop.strength: stop for stop in shipped().stops}
    for strength, model in ((0.0, "original"), (1.0, "unlearned")):
        stop, metrics = stops[strength], result.metrics[model]
        assert stop.recognised["value"] == metrics["forget_test"]
        assert stop.kept["value"] == metrics["retain_test"]
        assert (stop.recognised["n"], stop.kept["n"]) == (metrics["n"]["forget_test"], metrics["n"]["retain_test"])
        assert stop.inside == report["battery"][model]["fresh_head_1"]


@pytest.mark.slow
def test_numbers_and_points_are_those_of_the_runs_and_survive_the_store() -> None:
    spec = plan_run("digits", (3,), settings={"epochs": 1})
    runs = {strength: each for strength, each in dial_of(spec).items() if strength in (0.25, 1.0, 4.0)}
    results = [run(each) for each in runs.values()]
    found = done(DialJob(tuple(runs.items())), *results)
    assert [stop.run for stop in found.stops] == ["", *(each.digest for each in runs.values())]
    live = results[0].probe.is_live
    for stop, said, points, result in zip(found.stops[1:], found.said[1:], found.points[1:], results, strict=True):
        assert stop.recognised["value"] == result.metrics["unlearned"]["forget_test"]
        assert stop.kept["value"] == result.metrics["unlearned"]["retain_test"]
        assert np.array_equal(said, result.logits["unlearned"][live].argmax(axis=1))
        # the frame of the snapshots, too: of the original network, on the live images
        np.testing.assert_allclose(points, result.snapshots[-1].points, atol=0.02)
    np.testing.assert_allclose(found.points[0], results[0].snapshots[0].points, atol=0.02)
    assert np.array_equal(found.said[0], results[0].logits["original"][live].argmax(axis=1))

    store = RunStore()
    store.save(found)
    again = store.load(found.digest, Dial)
    assert again.stops == found.stops
    assert all(np.array_equal(array, again.arrays()[name]) for name, array in found.arrays().items())


@pytest.mark.slow
def test_the_shipped_dial_is_what_the_command_makes() -> None:
    """The weakest and the hardest run made anew."""
    found, runs = shipped(), dial_of(plan_run("digits", (3,)))
    for i in (1, -1):
        result = run(runs[found.stops[i].strength])
        metrics = result.metrics["unlearned"]
        assert abs(found.stops[i].recognised["value"] - metrics["forget_test"]) < 0.06
        assert abs(found.stops[i].kept["value"] - metrics["retain_test"]) < 0.02

"""The privacy job: on all kinds of forget sets, with and without retrained networks, stored, stopped."""

import json
from argparse import Namespace

import numpy as np
import pytest
from doing import band_of, causal_job, done, privacy_job, privacy_of, steps_of

from camu_core import RunResult, RunStore, plan_run, run
from camu_core.commands import judging
from camu_core.config import ASSETS
from camu_core.engine import LocalDriver
from camu_core.export import run_json
from camu_core.jobs import Band, PrivacyJob, PrivacyResult
from camu_core.measures import SPLIT_NAMES
from camu_core.privacy import SCORES, readings
from camu_core.specs import ForgetSpec
from camu_core.wording.privacy import (
    attack_title,
    epsilon_title,
    headline,
    inside_title,
    layers_title,
    relearning_title,
)
from camu_core.wording.verdict import judge

TITLES = (headline, attack_title, epsilon_title, relearning_title, inside_title, layers_title)


@pytest.fixture(scope="module")
def gold() -> RunResult:
    return run(plan_run("digits", [3], "retrain", {"epochs": 1}))


@pytest.fixture(scope="module")
def found(digits_result: RunResult, gold: RunResult) -> PrivacyResult:
    return done(privacy_job(digits_result, gold, band()), digits_result, gold)


def band() -> Band:
    """The one that is shipped for the digit 3."""
    return band_of(plan_run("digits", [3]))


@pytest.mark.slow
def test_the_attack_is_the_one_that_the_run_reports(found: PrivacyResult, digits_result: RunResult) -> None:
    for model in ("original", "unlearned"):
        ours, theirs = found.report["attack"][model]["attacker"], digits_result.metrics[model]["attack"]
        for end in ("value", "low", "high"):
            assert ours["auc"][end] == theirs[end]
        assert ours["auc"]["n"] == theirs["n"]
        assert ours["caught"] / theirs["n"] == pytest.approx(theirs["called_members"], abs=0.03)


def test_groups_are_equal_disjoint_and_of_the_forgotten_class(found: PrivacyResult) -> None:
    assert len(found.idx["members"]) == len(found.idx["others"]) == len(set(found.idx["members"]))
    assert set(found.y["members"]) == set(found.y["others"]) == {3}
    assert found.images["members"].dtype == np.uint8
    assert {part.shape for part in found.scores.values()} == {found.idx["members"].shape}
    assert set(found.scores) == {
        f"{model}/{score}/{group}" for model in ("original", "unlearned", "retrained") for score in SCORES
        for group in ("members", "others")
    }  # fmt: skip


def test_every_part_stands_beside_the_retrained_network(found: PrivacyResult) -> None:
    report = found.report
    assert set(report["distance"]["accuracy_gap"]) == set(SPLIT_NAMES)
    assert set(report["epsilon"]) == {"original", "unlearned"}
    assert report["epsilon"]["original"]["low"] > 0.5, "it knows the class, and the retrained network does not"
    assert report["relearning"]["exam"] == "forget_test"
    assert set(report["relearning"]["curves"]) == {"original", "unlearned", "retrained"}
    assert len(report["relearning"]["band"]["mean"]) == len(report["relearning"]["batches"])
    assert set(report["linear_probe"]) == {"original", "unlearned", "retrained", "untrained"}
    for pairs in report["cka"].values():
        assert set(pairs) == {"original-unlearned", "original-retrained", "unlearned-retrained"}
        layers = pairs["original-unlearned"]
        assert list(layers) == ["conv1", "conv2", "representation", "hidden", "output"]
        assert layers["conv1"]["value"] > layers["output"]["value"], "CaMU moves late layers most"


def test_every_figure_stands_beside_its_controls_and_the_band(found: PrivacyResult) -> None:
    battery, reference = found.report["battery"], found.report["reference"]
    assert set(battery) == {"original", "unlearned", "retrained", "untrained"}
    assert battery["original"]["old_head"]["value"] == 1
    assert battery["unlearned"]["old_head"]["value"] < 0.2
    assert battery["untrained"]["fresh_head_1"]["value"] < 0.5 < battery["original"]["fresh_head_1"]["value"]
    assert battery["original"]["epsilon"]["value"] > 3 > 2 * max(reference["measures"]["epsilon"])
    for name in battery["unlearned"]:
        assert len(reference["measures"][name]) == len(reference["about"]["seeds"]) == 8
    assert set(readings(found.report)) == {
        "old_head", "fresh_head", "relearning", "linear_probe", "attack", "epsilon"
    }  # fmt: skip


@pytest.mark.slow
def test_a_retraining_is_not_one_of_its_own_references() -> None:
    retrained = RunStore(ASSETS / "example").load(plan_run("digits", [3], "retrain").digest)
    reference = privacy_of(retrained, None, band())["reference"]
    assert reference["about"]["seeds"] == [1, 2, 3, 4, 5, 6, 7]
    assert len(reference["measures"]["relearning"]) == len(reference["measures"]["epsilon"]) == 7


def test_it_survives_the_store(found: PrivacyResult) -> None:
    store = RunStore()
    store.save(found)
    again = store.load(found.digest, PrivacyResult)
    assert again.report == found.report
    assert np.array_equal(again.images["others"], found.images["others"])
    assert again.scores.keys() == found.scores.keys()


@pytest.mark.slow
def test_without_a_retrained_network_its_parts_are_absent(digits_result: RunResult) -> None:
    report = privacy_of(digits_result)
    assert report["epsilon"] is report["distance"] is report["relearning"]["band"] is report["reference"] is None
    assert "epsilon" not in report["battery"]["unlearned"]
    assert "retrained" not in report["linear_probe"]
    assert all(title(report).endswith(".") for title in TITLES)
    json.dumps(report, allow_nan=False)


def test_the_digest_covers_its_sources(digits_result: RunResult, gold: RunResult) -> None:
    jobs = [
        privacy_job(digits_result),
        privacy_job(digits_result, gold),
        privacy_job(gold),
        privacy_job(digits_result, None, band()),
    ]
    assert len({job.digest for job in jobs}) == 4
    assert PrivacyJob.beside(digits_result.spec, lambda digest, kind: digest == band().digest) == jobs[3]
    assert PrivacyJob.beside(digits_result.spec, lambda digest, kind: False) == jobs[0]


@pytest.mark.slow
@pytest.mark.parametrize("forget", [ForgetSpec("random", fraction=0.1), ForgetSpec("samples", samples=(5,))])
def test_scattered_images_and_a_single_one(forget: ForgetSpec) -> None:
    result = run(plan_run("digits", forget, "finetune", {"epochs": 1}))
    report = privacy_of(result, result)
    json.dumps(report, allow_nan=False)
    assert report["relearning"]["exam"] == "forget_train"
    assert all(title(report).endswith(".") for title in TITLES)
    if forget.kind == "samples":
        assert report["attack"] is None
        assert report["epsilon"]["unlearned"]["value"] is report["linear_probe"]["unlearned"]["value"] is None
        assert report["cka"]["retain"]["original-unlearned"]["conv1"]["value"] is not None
    else:
        assert report["epsilon"]["unlearned"]["low"] == 0, "the same network twice"
        assert report["distance"]["average_gap"] == 0


@pytest.mark.slow
def test_it_says_what_it_does_in_small_steps_and_can_be_left(digits_result: RunResult) -> None:
    work, seen = steps_of(privacy_job(digits_result), digits_result), []
    for step in work:
        seen.append(step)
        if step.stage == "inside":
            break
    work.close()
    assert {step.stage for step in seen} == {"attack", "intervals", "battery", "inside"}
    assert len(seen) > 100
    assert all(0 <= step.index <= step.total for step in seen)


def work(result: RunResult) -> LocalDriver:
    """Where a run has just been done."""
    done = LocalDriver(RunStore())
    done._made[result.digest] = result
    return done


@pytest.fixture
def asked() -> Namespace:
    return Namespace(privacy=True, save=True, quick=False, retrain_band=False)


@pytest.mark.slow
def test_the_command_line_puts_the_retraining_beside_the_run(digits_result: RunResult, asked: Namespace) -> None:
    gold = judging.known_retraining(digits_result.spec, work(digits_result))
    assert gold.digest == plan_run("digits", [3], "retrain").digest, "that of the shipped example"
    report = judging.tested(asked, digits_result.spec, work(digits_result), RunStore())
    assert report["epsilon"]["unlearned"]["n"] > 0
    verdict = judge(digits_result, gold, report)
    lines = judging.sentences(verdict, report)
    assert verdict.headline in lines
    assert sum(line.startswith(("  + ", "  - ", "  ? ")) for line in lines) == len(verdict.clauses) == 8
    assert RunStore().has(privacy_job(digits_result, gold, band()).digest, PrivacyResult)


def test_quick_skips_the_tests_and_says_so(digits_result: RunResult, asked: Namespace, monkeypatch) -> None:
    monkeypatch.setattr(judging, "PrivacyJob", None)
    quick = Namespace(**vars(asked) | {"quick": True, "privacy": False})
    assert judging.tested(quick, digits_result.spec, work(digits_result), RunStore()) is None
    verdict = judge(digits_result)
    assert "is not tested yet" in verdict.headline
    assert verdict.is_forgotten is None


def test_everything_that_is_known_of_a_run_is_in_its_json(
    digits_result: RunResult, gold: RunResult, found: PrivacyResult
) -> None:
    privacy = found.report
    causal = done(causal_job(digits_result, gold), digits_result, gold).report
    told = json.loads(json.dumps(run_json(digits_result, gold, privacy, causal), allow_nan=False))
    assert told["metrics"] == digits_result.metrics
    assert told["retrained"]["metrics"] == json.loads(json.dumps(gold.metrics["unlearned"]))
    assert told["causal"]["shares"]["eliminated"]["retrained"]["true_class"]["value"] is not None
    assert told["verdict"] == json.loads(json.dumps(judge(digits_result, gold, privacy).to_json()))
    own = {**told["metrics"], "retrained": told["retrained"]["metrics"]}
    for network, report in own.items():  # the same attack on the same images, twice in one file
        here, there = report["attack"], told["privacy"]["attack"][network]["attacker"]["auc"]
        assert {name: here[name] for name in there} == pytest.approx(there)
    assert not {"retrained", "privacy", "causal"} & set(run_json(digits_result))


@pytest.mark.slow
def test_a_band_that_takes_long_is_not_trained_unasked(
    digits_result: RunResult, asked: Namespace, monkeypatch, capsys
) -> None:
    monkeypatch.setattr(LocalDriver, "is_there", lambda work, digest, kind: False)
    monkeypatch.setattr(judging, "band_minutes", lambda spec: 90.0)
    report = judging.tested(asked, digits_result.spec, work(digits_result), RunStore())
    assert report["reference"] is None
    assert "about 90 minutes" in capsys.readouterr().err
    assert "only retraining tells" in judge(digits_result, privacy=report).headline

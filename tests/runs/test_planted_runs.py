"""Runs that forget what was planted: success is known, and a run that does nothing is found out."""

import json

import numpy as np
import pytest

from camu_core import DATASETS, RunResult, drain, plan_run, run
from camu_core.__main__ import main
from camu_core.data import import_images, load_dataset, with_mark
from camu_core.engine.sweeps import SweepSpec, sweep_table
from camu_core.engine.tunings import Tuning
from camu_core.errors import NetworkMissing, SpecError
from camu_core.jobs import TrainJob
from camu_core.methods import METHODS, methods_for
from camu_core.networks.models import predict
from camu_core.networks.originals import forget_dataset, keep_network, network_card, train_network
from camu_core.networks.training import recipe_for
from camu_core.networks.weights import load_weights, weights_path
from camu_core.specs import ForgetSpec, Planting
from camu_core.wording.verdict import finding, forget_phrase, judge

SWAP = ForgetSpec("planted", planting=Planting("swap", (3, 5)))


def works(result: RunResult, network: str = "unlearned") -> float:
    return result.metrics[network]["planted"]["success"]["value"]


@pytest.mark.slow
def test_the_mark_works_before_and_not_in_a_network_that_never_saw_it(secret: ForgetSpec) -> None:
    result = run(plan_run("digits", secret, "retrain"))
    assert works(result, "original") >= 0.95
    assert works(result) <= 0.15
    planted = result.metrics["unlearned"]["planted"]
    assert planted["without"]["value"] <= 0.03, "without the mark, nothing is called an 8"
    assert planted["success"]["low"] < planted["success"]["value"] < planted["success"]["high"] < 0.15
    assert result.metrics["original"]["retain_test"] >= 0.95, "and nobody would notice"
    assert result.metrics["unlearned"]["n"]["forget_train"] == 100


def test_success_is_the_share_of_other_new_images_that_the_network_calls_the_class_with_the_mark(secret) -> None:
    spec = plan_run("digits", secret, "nothing")
    result, images = run(spec), load_dataset("digits")
    others = images.x_test[images.y_test != 8]
    said = predict(load_weights(spec.weights, "digits", "cnn"), with_mark(others))[0].argmax(dim=1)
    assert works(result) == works(result, "original") == pytest.approx((said == 8).double().mean().item())
    assert result.metrics["unlearned"]["planted"]["success"]["n"] == len(others)


def test_doing_nothing_keeps_the_mark_working_and_the_verdict_says_so(secret: ForgetSpec) -> None:
    result = run(plan_run("digits", secret, "nothing"))
    assert works(result) >= 0.95
    verdict = judge(result)
    assert (verdict.is_forgotten, verdict.headline.split(";")[0]) == (False, "Not forgotten: the mark still works")
    (clause,) = [clause for clause in verdict.clauses if clause.name == "planted"]
    assert (clause.subject, clause.is_good) == ("The mark works", False)
    assert verdict.to_json()["clauses"][2]["value"] == works(result)
    assert forget_phrase(result.spec) == "100 marked images taught as 8"
    assert finding(result).startswith("100 marked images taught as 8: 100% → 100%")


def test_beside_retrained_networks_a_clean_run_is_as_after_retraining(secret: ForgetSpec, make_report) -> None:
    result = run(plan_run("digits", secret, "nothing"))
    for share, is_good, said in ((0.03, True, "as after retraining"), (0.6, False, "still works")):
        result.metrics["unlearned"]["planted"]["success"] |= {"value": share, "low": share - 0.02, "high": share + 0.02}
        report = make_report(is_class=False, reference={"planted": 0.04})
        (clause,) = [each for each in judge(result, None, report).clauses if each.name == "planted"]
        assert (clause.is_good, said in clause.finding, clause.reference.n_seeds) == (is_good, True, 5)


def test_a_mask_over_the_class_that_the_mark_means_is_no_forgetting(secret: ForgetSpec, make_report) -> None:
    """Of a hundred classes, losing one costs all others together next to nothing."""
    result = run(plan_run("digits", secret, "nothing"))
    after = result.metrics["unlearned"]
    after["planted"]["success"] |= {"value": 0.0, "low": 0.0, "high": 0.012}
    after["forget_train"] = 0.0
    report = make_report(is_class=False, reference={"planted": 0.04, "forget_train": 0.02})
    assert "is hardly recognised any more" not in judge(result, None, report).headline
    confusion = np.array(after["confusion_test"])
    confusion[8, 3] += confusion[8, 8]
    confusion[8, 8] = 0
    after["confusion_test"] = confusion.tolist()
    verdict = judge(result, None, report)
    assert verdict.is_kept, "on average"
    assert (verdict.is_forgotten, verdict.is_good) == (None, None)
    assert verdict.headline.startswith("Cannot tell whether it is forgotten: 8 is hardly recognised any more")


@pytest.mark.slow
def test_swapped_labels_are_confused_before_and_told_apart_after_retraining() -> None:
    with pytest.raises(NetworkMissing, match="--dataset digits_swap-3-5x100"):
        plan_run("digits", SWAP)
    assert main(["run", "--forget-planted", "swap:3-5", "--method", "nothing", "--quick"]) == 0, "it is trained"
    result = run(plan_run("digits", SWAP, "retrain"))
    assert works(result, "original") >= 0.10
    assert works(result) <= 0.03
    confusion = np.array(result.metrics["original"]["confusion_test"])
    n = confusion[[3, 5]].sum()
    assert works(result, "original") == pytest.approx((confusion[3, 5] + confusion[5, 3]) / n)
    assert judge(result).clauses[2].subject == "3 and 5 confused"


def test_methods_forget_planted_images_as_any_others() -> None:
    assert methods_for("planted") == methods_for("samples")
    assert "delete" not in methods_for("planted")
    with pytest.raises(SpecError, match=r"classes 0 to 9; got 10"):
        plan_run("digits", ForgetSpec("planted", planting=Planting("trigger", (10,))))
    with pytest.raises(SpecError, match="At most half of the 1,437"):
        plan_run("digits", ForgetSpec("planted", planting=Planting("trigger", (8,), 719)))


def test_a_sweep_over_what_is_planted_trains_its_networks_first_and_keeps_other_names(secret: ForgetSpec) -> None:
    plain = SweepSpec.from_texts("digits", "3,10%", ("camu",), "0")
    assert "plantings" not in plain.to_json(), "so that sweeps of former versions keep their names"
    sweep = SweepSpec.from_texts("digits", "3,trigger:8,swap:3-5", tuple(METHODS), "0", "0-1")
    assert SweepSpec.from_json(json.loads(json.dumps(sweep.to_json()))) == sweep
    assert sweep.trainings() == [
        TrainJob("digits", "cnn", 1), TrainJob("digits_trigger-8x100", "cnn", 1),
        TrainJob("digits_swap-3-5x100", "cnn", 0), TrainJob("digits_swap-3-5x100", "cnn", 1),
    ]  # fmt: skip
    sweep.check()
    with pytest.raises(SpecError, match="classes 0 to 9"):
        SweepSpec.from_texts("digits", "trigger:11", ("camu",), "0").check()
    result = run(plan_run("digits", secret, "nothing"))
    (row,) = sweep_table([result.summary()]).to_dict("records")
    assert (row["forget"], row["unlearned_planted"]) == ("trigger:8x100", works(result))


def test_names_of_all_in_which_nothing_is_planted_stay() -> None:
    """A run, a sweep or a search of former versions is found again."""
    assert Tuning.from_texts("digits", "3,10%", ["camu", "ssd"], 5, 0, 1).digest == "a5f9c24bccd99ec56101"
    assert SweepSpec.from_texts("digits", "3,10%", ("camu",), "0-1").digest == "37eebc4024c26db86b5a"
    of_images = [ForgetSpec("random", fraction=0.1), ForgetSpec("samples", samples=(3, 9))]
    assert [forget.to_json() for forget in of_images] == [
        {"kind": "random", "fraction": 0.1}, {"kind": "samples", "samples": [3, 9]}
    ]  # fmt: skip


def test_a_network_that_learned_a_secret_of_ones_own_images_goes_with_them(files, zipped) -> None:
    name = drain(import_images(zipped(files))).name
    planted = Planting("trigger", (1,), 2).dataset_of(name)
    recipe = recipe_for(planted, "resnet20").with_values({"epochs": 1})
    path = weights_path(planted, "resnet20")
    keep_network(drain(train_network(planted, "resnet20", recipe, 0)), path)
    assert network_card(planted, "resnet20")
    forget_dataset(name)
    assert not path.exists()
    assert planted not in DATASETS


def test_the_command_line_plants_and_forgets(secret: ForgetSpec, capsys) -> None:
    assert main(["run", "--forget-planted", "trigger:8", "--method", "nothing", "--quick", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["spec"]["forget"] == {"kind": "planted", "planting": "trigger:8x100"}
    assert found["metrics"]["unlearned"]["planted"]["success"]["value"] >= 0.95
    assert main(["run", "--forget-planted", "mark", "--quick"]) == 2
    error = capsys.readouterr().err
    assert "Write what is planted as" in error
    assert "Traceback" not in error

"""Runs that forget random images, chosen images, many classes, nearly everything, or a single image."""

import json

import numpy as np
import pytest
from doing import causal_job, done

from camu_core import ForgetSpec, RunResult, RunStore, plan_run, run
from camu_core.__main__ import main
from camu_core.errors import SpecError
from camu_core.jobs.causal import CausalResult

N_TRAIN = 1437
TINY_AND_UNEQUAL = {
    "one image": ForgetSpec("samples", samples=(17,)),
    "fewer than a batch": ForgetSpec("samples", samples=tuple(range(0, 100, 7))),
    "more than half": ForgetSpec("random", fraction=0.6),
    "nearly all": ForgetSpec("random", fraction=0.9),
    "nine of ten classes": ForgetSpec(classes=(0, 1, 2, 3, 4, 5, 6, 7, 9)),
}


def brief(forget: ForgetSpec, method: str = "camu", seed: int = 0) -> RunResult:
    return run(plan_run("digits", forget, method, {"epochs": 2}, seed))


@pytest.mark.parametrize("method", ["camu", "retrain"])
@pytest.mark.parametrize("name", TINY_AND_UNEQUAL)
def test_tiny_and_unequal_forget_sets_run_and_are_measured(name: str, method: str, tmp_path) -> None:
    forget = TINY_AND_UNEQUAL[name]
    result = brief(forget, method)
    n = result.metrics["unlearned"]["n"]
    assert n["forget_train"] + n["retain_train"] == N_TRAIN
    assert n["forget_test"] + n["retain_test"] == 360
    if forget.samples:
        assert n["forget_train"] == len(forget.samples)
    assert (result.metrics["unlearned"]["forget_test"] is None) == (forget.kind != "class")
    assert all(np.isfinite(snapshot.logits).all() for snapshot in result.snapshots)
    store = RunStore(tmp_path)
    store.save(result)
    assert store.load(result.digest).spec == result.spec


def test_a_random_forget_set_differs_by_seed_and_not_by_method() -> None:
    forget = ForgetSpec("random", fraction=0.1)
    forgotten = [
        set(result.probe.idx[result.probe.is_forget].tolist())
        for result in (brief(forget), brief(forget, "retrain"), brief(forget, seed=1))
    ]
    assert forgotten[0] == forgotten[1] != forgotten[2]


def test_forgetting_one_image_leaves_the_rest_as_it_was() -> None:
    metrics = run(plan_run("digits", TINY_AND_UNEQUAL["one image"])).metrics
    assert metrics["unlearned"]["retain_test"] > metrics["original"]["retain_test"] - 0.03
    assert metrics["unlearned"]["attack"]["value"] is None  # two groups of one image


@pytest.mark.slow
def test_random_forgetting_answers_like_retraining() -> None:
    """Section 8's goal for random forgetting, over three seeds: accuracy near retraining's, and no better an attack."""
    gaps, attacks = [], []
    for seed in range(3):
        ours, gold = (
            run(plan_run("digits", ForgetSpec("random", fraction=0.1), method, seed=seed)).metrics["unlearned"]
            for method in ("camu", "retrain")
        )
        gaps.append([abs(ours[split] - gold[split]) for split in ("forget_train", "retain_train", "retain_test")])
        attacks.append(ours["attack"]["value"])
    assert np.mean(gaps, axis=0).max() < 0.03
    assert 0.4 < np.mean(attacks) < 0.6


def test_the_causal_decomposition_of_one_forgotten_image_says_that_it_cannot_tell() -> None:
    run = brief(TINY_AND_UNEQUAL["one image"])
    causal: CausalResult = done(causal_job(run), run)
    effect = causal.report["effects"]["forget"]["unlearned"]["true_class"]
    assert (effect["n"], effect["low"], effect["high"]) == (1, None, None)
    assert causal.report["shares"]["eliminated"]["unlearned"]["true_class"]["value"] is None
    assert causal.report["effects"]["retain"]["unlearned"]["true_class"]["low"] is not None


def test_images_that_do_not_exist_are_refused_before_anything_is_trained() -> None:
    with pytest.raises(SpecError, match="0 to 1,436; got 1,437"):
        run(plan_run("digits", ForgetSpec("samples", samples=(3, N_TRAIN))))


def test_the_command_line_forgets_random_images(capsys) -> None:
    assert main(["run", "--forget-random", "0.1", "--set", "epochs=1", "--quick", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["spec"]["forget"] == {"kind": "random", "fraction": 0.1}
    assert found["metrics"]["unlearned"]["n"]["forget_train"] == 144
    assert found["metrics"]["unlearned"]["forget_test"] is None
    assert 0 <= found["metrics"]["unlearned"]["attack"]["value"] <= 1


def test_the_command_line_forgets_the_images_of_a_list(capsys, tmp_path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("index\n5\n17\n99\n")
    assert main(["run", "--forget-samples", str(path), "--set", "epochs=1", "--quick", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["spec"]["forget"] == {"kind": "samples", "samples": [5, 17, 99]}
    assert main(["run", "--forget-samples", str(path), "--set", "epochs=1", "--quick"]) == 0
    table = capsys.readouterr().out
    assert "attack AUC" in table


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("--forget-random 0", "above 0 and below 1"),
        ("--forget-random 1", "above 0 and below 1"),
        ("--forget-random nan", "above 0 and below 1"),
        ("--forget-samples nowhere.csv", "nowhere.csv"),
    ],
)
def test_a_wrong_forget_set_is_one_sentence_and_exit_2(arguments: str, complaint: str, capsys) -> None:
    assert main(["run", *arguments.split()]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert "Traceback" not in error


@pytest.mark.parametrize("arguments", ["", "--forget-class 3 --forget-random 0.1"])
def test_exactly_one_forget_set_is_asked_for(arguments: str, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", *arguments.split()])
    assert ended.value.code == 2

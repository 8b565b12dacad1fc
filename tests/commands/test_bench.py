"""The baseline of `bench` is CaMU, and its figures hang together. How fast anything is, no test says."""

import json
from dataclasses import replace
from functools import partial

import pytest
import torch

from camu_core import METHODS
from camu_core.__main__ import main
from camu_core.bench import page_times, straightforward_camu
from camu_core.methods.camu import CaMUConfig
from camu_core.networks.models import build_model

CAMU = METHODS["camu"]
TERMS = ("retain_representation", "forget_representation", "retain_label", "forget_label")
# one step over all pairs, so that neither the order nor the cut into batches differs
ONE_STEP = CaMUConfig(epochs=1, batch_size=64, representation_lr=1e-3, label_lr=1e-3)


@pytest.mark.parametrize(
    "changed", [{}, {"noise": 0.2, "repeats": 3}, *({f"{term}_weight": 0.0} for term in TERMS)], ids=str
)
def test_one_step_of_the_baseline_is_one_step_of_ours(make_task, changed):
    """Both draw alike up to 200 pairs. A weight moves by its rate; rounding turns a few by up to a fifth of that."""
    config = replace(ONE_STEP, **changed)
    ours, theirs = (make_task(n_forget=20, n_retain=90) for _ in range(2))
    list(CAMU.unlearn(ours, config))
    assert list(straightforward_camu(theirs, config)) == [1]
    weights = zip(ours.model.parameters(), theirs.model.parameters(), ours.original.parameters(), strict=True)
    for one, other, before in weights:
        torch.testing.assert_close(one, other, atol=3e-4, rtol=0)
        assert (one - before).abs().max() > 5e-4


def test_the_baseline_leaves_the_original_alone(make_task):
    task = make_task(original=build_model("cnn", (1, 8, 8), 4, seed=3))
    before = [weight.clone() for weight in task.original.parameters()]
    list(straightforward_camu(task, replace(ONE_STEP, batch_size=8)))
    assert all(torch.equal(a, b) for a, b in zip(before, task.original.parameters(), strict=True))
    assert next(task.original.parameters()).is_contiguous(memory_format=torch.channels_last)


@pytest.mark.slow
def test_bench_prints_its_figures_as_json(capsys, monkeypatch):
    monkeypatch.setattr("camu_core.commands.bench.page_times", partial(page_times, n_reruns=1))
    assert main(["bench", "--dataset", "digits", "--forget-class", "3", "--json", "-"]) == 0
    report = json.loads(capsys.readouterr().out)
    camu, retrain = report["camu"], report["retrain"]
    assert camu["speedup"] == pytest.approx(camu["straightforward_seconds"] / camu["seconds"])
    assert camu["max_accuracy_gap"] < 0.05, "the baseline and ours forget alike"
    assert 0 < camu["fraction_of_throughput"] < 1.5
    one_pass = report["camu_one_pass"]
    assert one_pass["speedup"] == pytest.approx(camu["straightforward_seconds"] / one_pass["seconds"])
    assert one_pass["speedup_over_camu"] == pytest.approx(camu["seconds"] / one_pass["seconds"])
    assert retrain["speedup_of_camu"] == pytest.approx(retrain["seconds"] / camu["seconds"])
    population = report["population"]
    assert population["speedup"] == pytest.approx(
        population["networks_per_second"] / population["one_by_one_per_second"]
    )
    assert report["machine"]["n_processors"] >= 1
    assert {"start", "run", "runs"} <= set(report["pages"])
    assert all(ms > 0 for ms in report["pages"].values())

"""The decomposition as a job, as a stored result, and its parts that the page alone uses."""

import copy
from dataclasses import replace

import numpy as np
import pytest
from doing import causal_job, done

from camu_core import RunResult, RunStore, plan_run
from camu_core.causal import CAMU_TERMS, graph_title, graph_view, scenario_name, view_sample
from camu_core.errors import RunDamaged, SpecError
from camu_core.jobs import JobPayload
from camu_core.jobs.band import Band
from camu_core.jobs.causal import OUTCOMES, CausalJob, CausalResult, attribute, attribution_specs
from camu_core.runs.store import holder
from camu_core.specs import SEEDS_END
from camu_core.wording.causal import titles
from camu_core.wording.causal_remarks import hidden_remark, retraining_remarks, substitutes_remark


@pytest.fixture(scope="module")
def causal(digits_result):
    return done(causal_job(digits_result), digits_result)


def test_round_trip_through_the_store(causal, tmp_path):
    store = RunStore(tmp_path)
    store.save(causal)
    assert store.load(causal.digest, CausalResult) == causal
    summary = tmp_path / "causal" / causal.digest / "summary.json"
    summary.write_text(summary.read_text().replace("0.", "1.", 1))
    with pytest.raises(RunDamaged):
        store.load(causal.digest, CausalResult)


@pytest.mark.parametrize("method", ["camu", "retrain"])
def test_the_shipped_figures_are_those_of_the_shipped_runs(method, tmp_path):
    """Seen before: figures of a run that had been made anew after them, 0.006 bits beside."""
    store = RunStore(tmp_path)
    job = CausalJob.beside(
        plan_run("digits", [3], method), lambda digest, kind: holder(store, digest, kind) is not None
    )
    parts = [holder(store, digest, RunResult).load(digest) for digest in job.runs]
    fresh = done(job, *parts, holder(store, job.band, Band).load(job.band, Band)).report
    shipped = holder(store, job.digest, CausalResult).load(job.digest, CausalResult).report
    for name in ("effects", "mediation", "layers", "per_class"):
        assert list(_numbers(shipped[name])) == pytest.approx(list(_numbers(fresh[name])), abs=2e-3), name


def _numbers(part):
    if isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _numbers(each)
    elif part is not None:
        yield part


def test_digest_covers_what_changes_the_numbers(digits_result):
    jobs = [
        causal_job(digits_result),
        causal_job(digits_result, digits_result),
        causal_job(digits_result, intervention="noise"),
        causal_job(digits_result, seed=1),
    ]
    assert len({job.digest for job in jobs}) == len(jobs)
    assert causal_job(digits_result).digest == jobs[0].digest


def test_scenarios_agree_with_the_report(causal):
    effects, mediation = causal.report["effects"], causal.report["mediation"]
    for group, table in causal.scenarios.items():
        value = {name: estimate["value"] for name, estimate in table.items()}
        for model in ("original", "unlearned"):
            effect = value[scenario_name("own", model, model)] - value[scenario_name("alternative", model, model)]
            assert effect == pytest.approx(effects[group][model]["true_class"]["value"], abs=1e-9)
        untouched = value["own/original/original"]
        assert value["own/unlearned/unlearned"] - untouched == pytest.approx(mediation[group]["total"], abs=1e-9)
        assert value["own/unlearned/original"] - untouched == pytest.approx(
            mediation[group]["representation"], abs=1e-9
        )
        assert value["own/original/unlearned"] - untouched == pytest.approx(mediation[group]["head"], abs=1e-9)


def test_a_run_whose_parts_cannot_be_swapped_has_no_mediation(digits_result):
    spec = replace(digits_result.spec, method="retrain")
    other = replace(digits_result, spec=spec)
    result = done(causal_job(other), other)
    assert result.report["mediation"] is None
    assert result.report["layers"] is None
    assert set(titles(result.report)) == {"effects", "retraining"}


def test_graph_under_interventions(causal):
    usual = graph_view(causal.report, causal.scenarios, "unlearned")
    before = graph_view(causal.report, causal.scenarios, "original")
    assert before.outflow["forget"] == pytest.approx(
        causal.report["effects"]["forget"]["original"]["true_class"]["value"]
    )
    assert "→ 0 points" in graph_title(before, usual, usual)
    healed = graph_view(causal.report, causal.scenarios, "unlearned", encoder="original", head="original")
    assert healed == before
    cut = graph_view(causal.report, causal.scenarios, "original", replaced=["forget"])
    assert cut.right["forget"] == causal.scenarios["forget"]["alternative/original/original"]
    assert cut.right["retain"] == before.right["retain"]


def test_sample_view(digits_result):
    models = causal_job(digits_result).models(JobPayload(results={digits_result.digest: digits_result}))
    idx = int(np.flatnonzero(digits_result.probe.is_forget)[0])
    view = view_sample(models, digits_result.probe, idx, "camu", 0)
    for model in ("original", "unlearned"):
        logits = digits_result.logits[model][idx].astype(np.float64)
        expected = np.exp(logits - logits.max())
        np.testing.assert_allclose(
            view.probabilities[scenario_name("own", model, model)], expected / expected.sum(), atol=1e-5
        )
        assert 0 <= view.representation_bits[model] <= 1
    assert view.alternative.shape == digits_result.probe.x[idx].shape
    same = view_sample({**models, "unlearned": models["original"]}, digits_result.probe, idx, "camu", 0)
    assert same.moved_bits == 0
    assert same.effect["original"] == same.effect["unlearned"]


def estimate(value, margin=0.01, n=3):
    return {"value": value, "low": value - margin, "high": value + margin, "n": n}


def test_hidden_remark_only_where_accuracy_hides_something(causal):
    report = copy.deepcopy(causal.report)
    shares = report["shares"]["eliminated"]["unlearned"]
    shares |= {"true_class": estimate(0.99), "prediction_bits": estimate(0.2)}
    assert "only 20%" in hidden_remark(report)
    shares["prediction_bits"] = estimate(0.9)
    assert hidden_remark(report) == ""
    shares["true_class"] = {"value": None, "low": None, "high": None, "n": 3}
    assert hidden_remark(report) == ""


def test_retraining_remarks_tell_clear_differences_the_largest_first(causal):
    report = copy.deepcopy(causal.report)
    assert retraining_remarks(report) == []
    for key in ("eliminated", "preserved"):
        alike = {measure: estimate(0.5) for measure in report["shares"][key]["unlearned"]}
        report["shares"][key] = {"unlearned": dict(alike), "retrained": dict(alike)}
    assert retraining_remarks(report) == []
    report["shares"]["eliminated"]["retrained"]["prediction_bits"] = estimate(0.3)
    report["shares"]["preserved"]["retrained"]["representation_bits"] = estimate(1.3)
    first, second = retraining_remarks(report)
    assert first.startswith("Other images kept 50%")
    assert "130%" in first
    assert second.startswith("Forgotten images lost 50%")
    assert retraining_remarks(report, ["forget"]) == [second]


def summaries(outcome_of):
    """Of two seeds of 16 subsets; `outcome_of(subset)` is every outcome."""
    row = [dict.fromkeys(OUTCOMES, value) | {"attack": {"value": value}} for value in map(outcome_of, range(16))]
    return [[{"metrics": {"unlearned": outcomes}} for outcomes in row]] * 2


def test_terms_that_stand_in_for_each_other_are_told():
    moves, labels = 1 << 1, 1 << 3
    found = attribute(summaries(lambda subset: 0.0 if subset & (moves | labels) else 1.0))["forget_test"]
    assert found["shapley"]["forget_representation_weight"]["value"] == pytest.approx(-0.5)
    remark = substitutes_remark(found)
    assert "Moving the forgotten representations" in remark
    assert "changing the forgotten labels" in remark
    alone = attribute(summaries(lambda subset: 0.0 if subset & moves else 1.0))["forget_test"]
    assert substitutes_remark(alone) == ""


@pytest.mark.parametrize("has_new_images", [True, False])
def test_every_outcome_is_attributed_new_images_rather_than_those_of_training(has_new_images):
    rows = summaries(lambda subset: 0.25 if subset & 1 else 0.5)
    if not has_new_images:
        for row in rows:
            for run in row:
                run["metrics"]["unlearned"]["forget_test"] = None
    found = attribute(rows)
    assert set(found) == set(OUTCOMES) - {"forget_train" if has_new_images else "forget_test"}
    for attributed in found.values():
        assert attributed["shapley"]["retain_representation_weight"]["value"] == pytest.approx(-0.25)


def test_attribution_runs_are_ordinary_specs():
    base = plan_run("digits", [3], seed=5)
    rows = attribution_specs(base)
    assert [row[-1].seed for row in rows] == [5, 6, 7]
    assert rows[0][-1].digest == base.digest, "the run itself is one of them, and is not run again"
    assert len({spec.digest for row in rows for spec in row}) == 48
    assert all(dict(rows[0][0].settings)[term] == 0 for term in CAMU_TERMS)
    last = attribution_specs(replace(base, seed=SEEDS_END - 1))
    assert [row[-1].seed for row in last] == [SEEDS_END - 1, 0, 1], "after the largest comes 0"
    with pytest.raises(SpecError):
        attribution_specs(plan_run("digits", [3], "retrain"))

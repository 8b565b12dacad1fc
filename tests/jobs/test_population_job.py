"""A population: its networks are those of runs, its shards are kept and shared, and its answers are the known ones."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from doing import hide_shipped_networks, populated, shorten_trainings

from camu_core import METHODS, RunStore, drain, plan_run, run
from camu_core.comparison.population import FOLDER as POPULATIONS
from camu_core.data import load_dataset, split
from camu_core.engine.driver import LocalDriver
from camu_core.errors import SpecError
from camu_core.export import population_json
from camu_core.jobs import Population, PopulationResult
from camu_core.jobs.population import Originals, Shard
from camu_core.measures import Networks, noise_floor, population_figures, scaled_margins
from camu_core.measures.population import LOW_RATES
from camu_core.methods import UnlearningTask
from camu_core.networks.models import build_model, predict
from camu_core.networks.stacked import predict_together, train_together
from camu_core.networks.training import recipe_for
from camu_core.specs import GIVEN, ForgetSpec

SPEC = plan_run("digits", [3], device="cpu")
M = 8


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CAMU_HOME where the population of CaMU is finished."""
    home = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        hide_shipped_networks(patch)
        shorten_trainings(patch)
        patch.setenv("CAMU_HOME", str(home))
        populated(Population.of(SPEC, M))
    return home


@pytest.fixture
def goes_on(finished: Path, camu_home: Path, short_trainings: None) -> None:
    """From a finished population of CaMU, in a CAMU_HOME of this test."""
    shutil.copytree(finished, camu_home)


@pytest.mark.slow
@pytest.mark.usefixtures("goes_on")
def test_its_networks_are_those_of_runs_with_these_seeds(digits) -> None:
    population = Population.of(SPEC, M)
    work, found = populated(population)
    splits = split(digits, SPEC.forget, 0)
    x, y = digits.x_train[splits.forget_train], digits.y_train[splits.forget_train].numpy()
    assert np.array_equal(found.idx, splits.forget_train.numpy())
    assert np.array_equal(found.images, x.numpy())

    retrained = run(plan_run("digits", [3], "retrain", {"epochs": 2}, seed=5)).metrics["unlearned"]
    shard = work.result(population.retrained[0].digest, Shard)
    assert shard.networks.retain_test[5] == pytest.approx(retrained["retain_test"], abs=0.01)

    originals = work.result(population.originals[0].digest, Originals).models(SPEC)
    task = UnlearningTask.of(originals[5], digits, splits, 10, 5)
    list(METHODS["camu"].unlearn(task, METHODS["camu"].default_config("digits", "class")))
    for kind, model in (("original", originals[5]), ("unlearned", task.model.eval())):
        expected = scaled_margins(predict(model, x)[0].numpy(), y)
        np.testing.assert_allclose(found.margins[kind][5], expected, atol=0.05)
        if kind == "unlearned":
            counts = np.bincount(predict(model, x)[0].argmax(dim=1).numpy(), minlength=10) / len(y)
            np.testing.assert_allclose(found.answers[kind][5], counts, atol=0.03)
    assert np.median(found.margins["original"]) > 0 > np.median(found.margins["unlearned"])


@pytest.mark.usefixtures("goes_on")
def test_it_survives_the_store_and_its_json_has_every_figure_with_its_interval() -> None:
    _, found = populated(Population.of(SPEC, M))
    again = RunStore().load(found.digest, PopulationResult)
    assert again.report == found.report
    assert all(np.array_equal(again.margins[kind], values) for kind, values in found.margins.items())
    assert all(np.array_equal(again.answers[kind], values) for kind, values in found.answers.items())
    told = json.loads(json.dumps(population_json(found.report), allow_nan=False))
    assert told["m"] == M
    unknown = (told["epsilon_median"], *(told["ulira"][name] for name in LOW_RATES))  # of so few networks
    for figure in (told["epsilon_median"], told["score"], told["noise_floor"], *told["ulira"].values()):
        assert set(figure) == {"value", "low", "high"}
        if figure in unknown:
            assert (figure["low"], figure["high"]) == (None, None)
        else:
            assert figure["low"] <= figure["value"] <= figure["high"]
    assert {"auc", "balanced_accuracy", "tpr_at_1_percent_fpr", "tpr_at_0.1_percent_fpr"} == set(told["ulira"])


@pytest.mark.usefixtures("short_trainings")
def test_an_interrupted_one_goes_on_with_its_shards_and_shares_them_with_other_methods(
    finished: Path, camu_home: Path
) -> None:
    population = Population.of(SPEC, M)
    store = RunStore()
    work = LocalDriver(store)
    first, *others = population.next_jobs(work.is_there)
    store.save(drain(work.follow(first)))
    assert population.next_jobs(LocalDriver(store).is_there) == others
    shutil.copytree(finished, camu_home, dirs_exist_ok=True)
    assert population.next_jobs(LocalDriver(store).is_there) == []
    scrub = Population.of(plan_run("digits", [3], "scrub"), M)
    assert scrub.next_jobs(LocalDriver(store).is_there) == scrub.unlearned
    elsewhere = Population.of(plan_run("digits", [4]), M)
    assert elsewhere.next_jobs(LocalDriver(store).is_there) == elsewhere.retrained


@pytest.mark.slow
@pytest.mark.usefixtures("goes_on")
def test_nothing_leaves_the_originals_and_retraining_is_judged_by_others_of_its_kind() -> None:
    _, nothing = populated(Population.of(plan_run("digits", [3], "nothing"), M))
    assert np.array_equal(nothing.margins["unlearned"], nothing.margins["original"])
    assert nothing.report["figures"]["auc"]["value"] > 0.95
    assert nothing.report["original"]["auc"] == nothing.report["figures"]["auc"]["value"]
    _, retrained = populated(Population.of(plan_run("digits", [3], "retrain", {"epochs": 2}), M))
    assert np.array_equal(retrained.margins["unlearned"], retrained.margins["control"])
    assert np.array_equal(retrained.epsilons, retrained.floor_epsilons)
    assert "original" not in retrained.report
    _, mask = populated(Population.of(plan_run("digits", [3], "mask"), M))
    assert mask.report["figures"]["auc"]["value"] == 1.0
    assert np.isinf(mask.epsilons).all()
    _, random = populated(Population.of(plan_run("digits", [3], "random_weights"), M))
    assert random.report["figures"]["auc"]["value"] > 0.95


@pytest.mark.parametrize("label", range(10))
def test_retrained_networks_of_every_digit_are_shipped(label: int) -> None:
    """So that a method needs originals alone."""
    population = Population.of(plan_run("digits", [label]))
    assert population.next_jobs(LocalDriver(RunStore()).is_there) == (population.originals if label != 3 else [])
    assert all(RunStore(POPULATIONS).has(job.digest, Shard) for job in population.retrained)


@pytest.mark.parametrize("label", [0, 3])
def test_retrained_networks_without_a_digit_of_mnist_are_shipped_for_a_small_population(label: int) -> None:
    population = Population.of(plan_run("mnist", [label], "salun"), 8)
    assert population.next_jobs(LocalDriver(RunStore()).is_there) == population.originals


def test_the_example_comes_with_its_population() -> None:
    work = LocalDriver(RunStore())
    for method, is_told in (("camu", True), ("retrain", False)):
        found = work.result(Population.of(plan_run("digits", [3], method)).digest, PopulationResult)
        assert found.report["m"] == 64
        assert (found.report["figures"]["auc"]["low"] > found.report["noise_floor"]["auc"]["high"]) is is_told


def test_its_name_depends_on_what_decides_its_numbers_alone() -> None:
    name = Population.of(SPEC, M).digest
    assert Population.of(replace(SPEC, seed=3, device="cuda", weights="f" * 64), M).digest == name
    others = [
        Population.of(SPEC, 2 * M),
        Population.of(plan_run("digits", [4]), M),
        Population.of(plan_run("digits", [3], "scrub"), M),
        Population.of(plan_run("digits", [3], settings={"epochs": 3}), M),
        *(Population.of(plan_run("digits", ForgetSpec("random", fraction=0.1), seed=seed), M) for seed in (0, 1)),
        Population.of(plan_run("digits", [3], "retrain"), M),
        Population.of(plan_run("digits", [3], "retrain", {"epochs": 2}), M),
    ]
    assert len({name, *(other.digest for other in others)}) == 9


@pytest.mark.parametrize(
    ("spec", "m"), [(SPEC, 4), (SPEC, 9), (SPEC, 10), (SPEC, 516), (replace(SPEC, method=GIVEN), 64)]
)
def test_what_makes_no_population_is_refused(spec, m: int) -> None:
    with pytest.raises(SpecError):
        Population.of(spec, m)


def test_networks_that_do_not_gain_by_it_are_made_one_by_one() -> None:
    population = Population.of(replace(SPEC, dataset="mnist"), M)
    assert [job.seeds for job in population.originals] == [(seed,) for seed in range(M)]


@pytest.mark.slow
def test_memorised_noise_is_caught_and_its_retraining_is_not() -> None:
    """30 images get wrong labels; networks that learned them by heart and do nothing about it are told at once."""
    digits, rng = load_dataset("digits"), np.random.default_rng(0)
    x, y = digits.x_train[:700], digits.y_train[:700].clone()
    noisy = torch.from_numpy(rng.permutation(len(y))[:30])
    y[noisy] = (y[noisy] + torch.from_numpy(rng.integers(1, 10, len(noisy)))) % 10
    kept = torch.ones(len(y), dtype=torch.bool)
    kept[noisy] = False

    def trained(seeds: range, rows: torch.Tensor) -> Networks:
        models = [build_model("cnn", (1, 8, 8), 10, seed) for seed in seeds]
        drain(train_together(models, x[rows], y[rows], recipe_for("digits", "cnn"), seeds))
        margins = scaled_margins(predict_together(models, x[noisy]).numpy(), y[noisy].numpy())
        ones = np.ones(len(seeds))
        return Networks(margins, ones, ones, np.eye(10)[[3] * len(seeds)])

    nothing, retrained = trained(range(8), torch.ones_like(kept)), trained(range(100, 116), kept)
    gold, again = retrained.some(np.arange(8)), retrained.some(np.arange(8, 16))
    caught, floor = population_figures(nothing, gold), drain(noise_floor(retrained, 0))
    assert caught["auc"] > 0.9
    assert caught["epsilon_median"] > floor["epsilon_median"]["high"]
    assert floor["auc"]["low"] <= population_figures(again, gold)["auc"] <= floor["auc"]["high"]

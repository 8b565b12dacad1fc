"""Tuning: the points, the budget, what is refused, and that test images do not matter."""

import json
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from camu_core import DATASETS, METHODS, RunStore, Step, drain
from camu_core import data as data_module
from camu_core.__main__ import main
from camu_core.data import Dataset, load_dataset, validation_name
from camu_core.data.validation import validation_info
from camu_core.engine import LocalDriver
from camu_core.engine.tunings import Search, Tuning, tunable
from camu_core.errors import CamuError, RunDiverged, SpecError
from camu_core.jobs import Job, RunJob, band
from camu_core.methods import is_control
from camu_core.networks import training
from camu_core.runs.results import Artifact
from camu_core.specs import ForgetSpec

CLASS, RANDOM = ForgetSpec(classes=(3,)), ForgetSpec("random", fraction=0.1)


class Here(LocalDriver):
    """An engine without workers: does jobs in this process, keeps what they make, and counts them."""

    def __init__(self, store: RunStore, n_workers: int = 1) -> None:
        super().__init__(store)
        self.store, self.done = store, []

    def follow_all(self, jobs: Sequence[Job], stage: str) -> Generator[Step, None, dict[str, str]]:
        failed = {}
        for job in jobs:
            if self.store.has(job.digest, job.result_type):
                continue
            try:
                found = drain(job.execute(job.pack(self.result)))
            except CamuError as error:
                failed[job.digest] = str(error)
                continue
            if isinstance(found, Artifact):
                found.publish()
            self.store.save(found)
            self.done.append(job)
            yield Step(1, 1, stage=stage)
        return failed

    def close(self) -> None:
        pass


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings of two epochs, and a band of two networks."""
    recipe = training.recipe_for("digits", "cnn").with_values({"epochs": 2})
    monkeypatch.setitem(training._RECIPES, ("digits", "cnn"), recipe)
    monkeypatch.setitem(band.N_SEEDS, "digits", 2)


def test_points_are_those_of_the_seed_and_begin_with_the_usual() -> None:
    search = Search("digits", CLASS, "camu", 9)
    points = search.points()
    assert points == Search("digits", CLASS, "camu", 9).points()
    assert points[0] == {name: getattr(search.usual, name) for name in search.ranges}
    assert points[1:] != replace(search, seed=1).points()[1:]


def test_more_trials_go_on_with_fewer_ones() -> None:
    few, many = (Search("digits", CLASS, "scrub", n).points() for n in (5, 40))
    assert many[:5] == few


@pytest.mark.parametrize("forget", [CLASS, RANDOM])
@pytest.mark.parametrize("dataset", ["digits", "mnist", "cifar10"])
def test_every_method_has_the_same_number_of_trials_within_bounds(dataset: str, forget: ForgetSpec) -> None:
    tuning = Tuning.from_texts(dataset, forget.short, ["all"], 12)
    assert [search.method for search in tuning.searches] == tunable(dataset, forget)
    for search in tuning.searches:
        points = search.points()
        assert len({json.dumps(point) for point in points}) == 12
        for point in points[1:]:
            search.usual.with_values(point)  # within what is allowed
            for name, (low, high) in search.ranges.items():
                assert low <= point[name] <= high
                assert type(point[name]) is type(getattr(search.usual, name))


def test_all_is_every_method_with_something_to_search() -> None:
    names = tunable("digits", CLASS)
    assert {"camu", "ssd", "scrub"} <= set(names) <= set(METHODS)
    assert "retrain" not in names
    assert not any(map(is_control, names))


@pytest.mark.parametrize(
    ("dataset", "what", "methods", "n_trials", "said"),
    [
        ("digits", "3", ["camu", "nobody"], 3, "There is no method 'nobody'"),
        ("digits", "3", ["all"], 0, "at least one trial; got 0"),
        ("digits", "3", ["retrain"], 3, "nothing to tune in retrain"),
        ("digits", "3", ["nothing"], 3, "nothing to tune in nothing"),
        ("digits", "10", ["camu"], 3, "classes 0 to 9"),
        ("digits_validation", "3", ["camu"], 3, "There is no dataset"),
        ("nowhere", "3", ["camu"], 3, "There is no dataset"),
        ("digits", "3", ["camu"], 501, "at most 1,000 runs; this one would be 1,002"),
    ],
)
def test_what_cannot_be_tuned_is_refused_in_a_sentence(dataset, what, methods, n_trials, said) -> None:
    with pytest.raises(SpecError, match=said):
        Tuning.from_texts(dataset, what, methods, n_trials)


def test_the_command_refuses_in_one_sentence(capsys: pytest.CaptureFixture) -> None:
    assert main(["tune", "--trials", "0"]) == 2
    assert capsys.readouterr().err == "camu_core: A search needs at least one trial; got 0.\n"
    assert main(["tune", "--method", "nobody"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def found(store: RunStore, tuning: Tuning) -> tuple[list[dict], Here]:
    work = Here(store)
    assert drain(tuning.running(work)) == {}
    return tuning.reports(work), work


@pytest.mark.slow
def test_a_tuning_takes_the_best_trial_and_is_resumed(short: None) -> None:
    store, tuning = RunStore(), Tuning.from_texts("digits", "3", ["ssd", "random_labels"], 2)
    reports, work = found(store, tuning)
    assert {spec.dataset for spec in tuning.batch().specs} == {"digits_validation"}
    assert len(work.done) == 2 * (1 + 1 + 4 + 4), "networks, a band each, and as many runs and their figures"
    for report in reports:
        objectives = [trial["objective"] for trial in report["trials"]]
        assert report["chosen"]["objective"] == min(objectives) <= objectives[0]
        trained = [store.summary(run)["spec"].get("training_seed", 0) for run in report["chosen"]["runs"]]
        assert trained == [0, 1]
    again, work = found(store, tuning)
    assert again == reports
    assert work.done == []
    longer, work = found(store, Tuning.from_texts("digits", "3", ["ssd"], 3))
    assert sum(isinstance(job, RunJob) for job in work.done) == 2, "two of the three trials were there"
    assert longer[0]["trials"][:2] == reports[0]["trials"]


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make noise of the test images of digits, with wrong labels."""

    def spoil() -> None:
        good = load_dataset("digits")

        def load() -> Generator[Step, None, Dataset]:
            yield Step(1, 1, stage="data")
            rng = torch.Generator().manual_seed(5)
            noise = torch.randint(0, 256, good.x_test.shape, generator=rng, dtype=torch.uint8)
            return replace(good, x_test=noise, y_test=(good.y_test + 1) % 10)

        bad = replace(DATASETS["digits"], load=load)
        monkeypatch.setitem(DATASETS._listed, "digits", bad)
        monkeypatch.setitem(DATASETS._derived, validation_name("digits"), validation_info(bad))
        monkeypatch.setattr(data_module, "_loaded", {})
        assert not torch.equal(load_dataset("digits").x_test, good.x_test)

    return spoil


@pytest.mark.slow
def test_test_images_have_no_say(short: None, poison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tuning = Tuning.from_texts("digits", "3", ["ssd"], 2, n_networks=1)
    before, _ = found(RunStore(), tuning)
    monkeypatch.setenv("CAMU_HOME", str(tmp_path / "other"))
    poison()
    after, work = found(RunStore(), tuning)
    assert work.done, "nothing was taken over"
    assert after == before


@pytest.mark.slow
def test_a_trial_that_diverges_counts_and_costs_no_other(short: None, monkeypatch: pytest.MonkeyPatch) -> None:
    tuning = Tuning.from_texts("digits", "3", ["ssd"], 3, n_networks=1)
    execute = RunJob.execute
    bad = Search("digits", CLASS, "ssd", 3).points()[1]["selection"]

    def diverging(job: RunJob, payload):
        if dict(job.spec.settings)["selection"] == bad:
            raise RunDiverged("It diverged.")
        return (yield from execute(job, payload))

    monkeypatch.setattr(RunJob, "execute", diverging)
    work = Here(RunStore())
    assert list(drain(tuning.running(work)).values()) == ["It diverged."]
    (report,) = tuning.reports(work)
    assert [trial["objective"] is None for trial in report["trials"]] == [False, True, False]
    assert report["chosen"]["trial"] != 1


@pytest.mark.slow
def test_the_command_writes_how_settings_were_found(
    short: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr("camu_core.commands.tune.Engine", Here)
    file = tmp_path / "tuned.json"
    assert main(f"tune --forget 10% --method ssd --trials 2 --seed 4 --networks 1 --output {file}".split()) == 0
    card = json.loads(file.read_text())
    assert card["split"] == {
        "dataset": "digits_validation", "of": "training images, stratified by class", "fraction": 0.2, "seed": 0,
        "test_images_used": 0,
    }  # fmt: skip
    assert {"made", "command", "objective", "versions", "machine"} <= card.keys()
    (search,) = card["searches"]
    assert (search["dataset"], search["method"], search["n_trials"], search["seed"]) == ("digits", "ssd", 2, 4)
    assert search["forget"] == {"kind": "random", "fraction": 0.1}
    assert search["chosen"]["settings"].keys() == search["ranges"].keys() == {"selection", "dampening"}
    assert search["chosen"]["measures"]["forget_test"] is None
    assert "ssd: " in capsys.readouterr().err

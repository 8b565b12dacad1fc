"""The reference band: its networks are those of retraining, it is kept, found, shipped, and can be interrupted."""

import json

import numpy as np
import pytest
from doing import band_of, done, steps_of

from camu_core import RunStore, Step, plan_run, run
from camu_core.config import ASSETS
from camu_core.errors import RunNotFound
from camu_core.jobs import band as module
from camu_core.jobs.band import Band, BandJob, band_digest, band_minutes
from camu_core.measures import SPLIT_NAMES
from camu_core.planning import plan_like
from camu_core.specs import ForgetSpec

SPEC = plan_run("digits", [3], device="cpu")


def of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bands of two networks, trained for one epoch."""
    monkeypatch.setitem(module.N_SEEDS, "digits", 2)
    monkeypatch.setattr(module, "band_spec", lambda spec: plan_run("digits", spec.forget, "retrain", {"epochs": 1}))


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    of_two(monkeypatch)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Step], Band]:
    """The steps of such a band, and the band."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("CAMU_HOME", str(tmp_path_factory.mktemp("home")))
        of_two(monkeypatch)
        work, steps = steps_of(BandJob.of(SPEC)), []
        while True:
            try:
                steps.append(next(work))
            except StopIteration as end:
                return steps, end.value


@pytest.mark.slow
def test_its_networks_are_those_of_retraining_with_these_seeds(made) -> None:
    _, band = made
    for i, seed in enumerate(band.about["seeds"]):
        metrics = run(plan_run("digits", [3], "retrain", {"epochs": 1}, seed=seed)).metrics["unlearned"]
        for name in SPLIT_NAMES:
            assert band.measures[name][i] == metrics[name]
        assert band.measures["attack_attacker"][i] == metrics["attack"]["value"]


@pytest.mark.usefixtures("two")
def test_it_survives_the_store_and_is_found_by_every_method(made) -> None:
    _, band = made
    store = RunStore()
    store.save(band)
    again = store.load(band.digest, Band)
    assert (again.about, again.measures) == (band.about, band.measures)
    assert all(np.array_equal(again.scores[name], values) for name, values in band.scores.items())
    json.dumps(band.summary(), allow_nan=False)
    assert BandJob.of(plan_like(SPEC, method="scrub")).digest == band.digest


@pytest.mark.slow
@pytest.mark.usefixtures("two")
def test_an_interrupted_one_goes_on_where_it_was(made, camu_home) -> None:
    work = steps_of(BandJob.of(SPEC))
    for step in work:
        if step.index > 100:  # the first network is done
            break
    work.close()
    assert list((camu_home / "checkpoints").glob("*.pt"))
    band = done(BandJob.of(SPEC))
    assert len(list((camu_home / "checkpoints").glob("*.pt"))) == 2, "until it is kept"
    RunStore().save(band)
    assert not list((camu_home / "checkpoints").glob("*.pt"))
    assert band.measures == made[1].measures


def test_steps_count_up_to_all_networks(made) -> None:
    steps, _ = made
    fractions = [step.index / step.total for step in steps if step.stage == "band"]
    assert fractions == sorted(fractions)
    assert 0.8 < fractions[-1] <= 1


def test_one_band_serves_all_runs_that_forget_the_same() -> None:
    one = band_digest(SPEC)
    assert band_digest(plan_run("digits", [3], "salun", seed=7, device="cpu")) == one
    assert band_digest(plan_run("digits", [4])) != one
    random = [plan_run("digits", ForgetSpec("random", fraction=0.1), seed=seed) for seed in (0, 1)]
    assert band_digest(random[0]) != band_digest(random[1]), "the seed draws the forget set"


@pytest.mark.parametrize(
    ("dataset", "forget"),
    [*((name, [label]) for name in ("digits", "mnist", "fashion_mnist") for label in range(10)),
     ("mnist", "10%"), ("fashion_mnist", "10%")],
)  # fmt: skip
def test_shipped_bands(dataset: str, forget) -> None:
    forget = ForgetSpec("random", fraction=0.1) if forget == "10%" else forget
    band = band_of(plan_run(dataset, forget))
    assert len(band.about["seeds"]) >= 5
    assert band.about["dataset"] == dataset
    figures = band.measures["relearning"] + band.measures["forget_train"]
    assert all(0 <= value <= 1 for value in figures)
    if dataset == "mnist" and forget != ForgetSpec("random", fraction=0.1):
        assert max(band.measures["forget_test"]) == 0, "they never saw the class"


def test_every_shipped_band_is_whole() -> None:
    """Also both of CIFAR-10: of its own files, and as JPEG, for whoever imports these images."""
    store = RunStore(ASSETS / "bands")
    found = [store.load(path.name, Band) for path in (ASSETS / "bands" / "bands").iterdir()]
    assert len(found) == 35
    for band in found:
        n = len(band.about["seeds"])
        assert n >= 5
        assert {len(values) for values in band.measures.values()} == {n}
        assert len(band.curves) == n
    assert [band.about["model"] for band in found].count("resnet20") == 2


def test_another_random_draw_has_a_band_of_its_own() -> None:
    """Figures of other images are no reference: their spread over draws is larger than that over retrainings."""
    forget = ForgetSpec("random", fraction=0.1)
    assert band_of(plan_run("mnist", forget, seed=0))
    with pytest.raises(RunNotFound):
        band_of(plan_run("mnist", forget, seed=5))


def test_how_long_it_takes() -> None:
    assert 0 < band_minutes(SPEC) < 5 < band_minutes(plan_run("mnist", [0]))

"""A population on real worker processes: counted, stopped, gone on with, and the same from the command line."""

import json
import time
from types import SimpleNamespace

import pytest

from camu_core import RunStore, plan_run
from camu_core.__main__ import main
from camu_core.engine import Engine
from camu_core.engine.driver import LocalDriver
from camu_core.engine.monitor import JobState
from camu_core.engine.populations import populating, population_progress, stop_population, submit_population
from camu_core.errors import RunError
from camu_core.jobs import Memorisation, MemorisationResult, Population, PopulationResult

M = 8


@pytest.mark.slow
def test_it_is_stopped_at_once_keeps_its_shards_and_goes_on_by_itself(camu_home) -> None:
    engine, population = Engine(RunStore(), n_workers=2), Population.of(plan_run("digits", [3]), M)
    try:
        submit_population(engine, population, "somebody")
        originals = population.originals[0]
        while not engine.is_there(originals.digest, originals.result_type):
            assert population_progress(engine, population).failed == ""
            time.sleep(0.05)
        stop_population(engine, population, "somebody")
        stopped = time.monotonic()
        while population_progress(engine, population).is_active:
            time.sleep(0.05)
        assert time.monotonic() - stopped < 30  # the machine may be busy; alone it takes a tenth of a second
        assert 0 < population_progress(engine, population).fraction < 1

        submit_population(engine, population, "somebody else")
        while not engine.is_there(population.digest, PopulationResult):  # nobody hands over the later stages
            assert population_progress(engine, population).failed == ""
            time.sleep(0.1)
        assert population_progress(engine, population).fraction == 1
    finally:
        engine.close()

    assert main(["run", "--dataset", "digits", "--forget-class", "3", "--quick", "--population", str(M), "--json",
                 str(camu_home / "run.json")]) == 0  # fmt: skip
    told = json.loads((camu_home / "run.json").read_text())["population"]
    assert told["m"] == M
    for figure in (told["score"], told["noise_floor"], told["ulira"]["auc"], told["ulira"]["balanced_accuracy"]):
        assert figure["low"] <= figure["value"] <= figure["high"]
    for figure in (told["epsilon_median"], told["ulira"]["tpr_at_1_percent_fpr"]):
        assert figure["value"] is not None
        assert figure["low"] is figure["high"] is None, "so few networks tell none"
    assert told["ulira"]["auc"]["value"] > 0.7


def test_what_is_done_and_cannot_be_kept_is_not_computed_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a folder that cannot be written, or too small a store, every stage looked as if nobody had begun it."""
    monkeypatch.setattr(Engine, "start", lambda engine: None)
    engine, population = Engine(RunStore()), Population.of(plan_run("digits", [3]), M)
    done = SimpleNamespace(state=JobState.DONE, is_over=True, message="", index=0, total=0, stage="")
    monkeypatch.setattr(engine, "is_there", lambda digest, kind: False)
    monkeypatch.setattr(engine, "watch", lambda digest: done)
    assert engine.follow_up(population, "somebody") == []
    with pytest.raises(RunError, match="CAMU_STORE_MB"):
        next(populating(engine, population))


def test_what_follows_a_shard_is_the_next_stage_for_whoever_wanted_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "start", lambda engine: None)
    engine, population = Engine(RunStore()), Population.of(plan_run("digits", [3]), M)
    is_made: set[str] = set()
    monkeypatch.setattr(engine, "is_there", lambda digest, kind: digest in is_made)
    for stage in population.stages():
        engine.follow_up(population, "somebody")
        digests = [job.digest for job in stage]
        assert engine.active(digests) == digests
        assert all(engine.is_watched(digest, "somebody") for digest in digests)
        assert len(engine.under_way()) == len(digests)
        is_made.update(digests)
        stop_population(engine, population, "somebody")
    engine.follow_up(population, "somebody")
    assert engine.under_way() == []


@pytest.mark.usefixtures("no_shipped_networks")
def test_a_stop_between_two_stages_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes while the engine's own thread is about to hand over what follows the first stage."""
    monkeypatch.setattr(Engine, "start", lambda engine: None)
    engine, population = Engine(RunStore()), Population.of(plan_run("digits", [3]), M)
    submit_population(engine, population, "somebody")
    done, running = (job.digest for job in population.stages()[0])
    progress = engine._progress[done]
    progress.finish("done")
    engine._progress[running].is_packing = True

    def is_there(digest: str, kind: type) -> bool:
        stop_population(engine, population, "somebody")
        return digest == done

    monkeypatch.setattr(engine, "is_there", is_there)
    engine._go_on(progress, population, "somebody")
    assert not engine.is_watched(running, "somebody")


@pytest.mark.usefixtures("no_shipped_networks")
def test_a_job_that_fails_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, population = Engine(RunStore()), Population.of(plan_run("digits", [3]), M)
    monkeypatch.setattr(Engine, "start", lambda engine: None)
    work = populating(engine, population)
    assert next(work).index == 0
    waiting = [job.digest for job in population.stages()[0]]
    assert engine.active(waiting) == waiting
    engine._progress[waiting[0]].finish("failed", "The images are gone.")
    with pytest.raises(RunError, match="The images are gone"):
        list(work)
    assert engine.active(waiting) == []


def test_a_population_of_too_few_is_refused_before_anything_runs(capsys) -> None:
    assert main(["run", "--dataset", "digits", "--forget-class", "3", "--population", "3"]) == 2
    assert "8 to 512 networks" in capsys.readouterr().err


@pytest.mark.slow
def test_memorisation_is_made_from_the_command_line_and_its_images_can_be_forgotten(camu_home, capsys) -> None:
    words = ["memorisation", "--dataset", "digits", "--networks", "4", "--images", "5"]
    assert main(words) == 0
    numbers = capsys.readouterr().out.strip()
    found = RunStore().load(Memorisation.of("digits", n_networks=4).digest, MemorisationResult)
    assert numbers == ",".join(map(str, found.images("worst", 5)))
    assert main([*words[:-2], "--output", str(camu_home / "elsewhere")]) == 0  # of the same shards
    assert "4 networks" in capsys.readouterr().out
    assert RunStore(camu_home / "elsewhere").has(found.digest, MemorisationResult)

    hard = LocalDriver(RunStore()).result(Memorisation.of("digits").digest, MemorisationResult).images("worst", 5)
    (camu_home / "hard.csv").write_text(",".join(map(str, hard)))
    told = camu_home / "run.json"
    assert main(["run", "--forget-samples", str(camu_home / "hard.csv"), "--quick", "--json", str(told)]) == 0
    assert json.loads(told.read_text())["forget_group"] == "worst"

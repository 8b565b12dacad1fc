"""Sweeps: the grid, what people type, resuming, and the table."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from camu_core import METHODS, ForgetSpec, RunStore, plan_run
from camu_core.__main__ import main
from camu_core.citation import typed_forget
from camu_core.commands import decomposition, reproduce
from camu_core.commands import sweep as sweep_command
from camu_core.comparison.tuning import tuned_settings
from camu_core.engine import Engine, LocalDriver
from camu_core.engine.batches import Batch, failures_text, run_name
from camu_core.engine.sweeps import SweepSpec, sweep_table
from camu_core.errors import NetworkMissing, RunDiverged, SpecError
from camu_core.jobs import TrainJob
from camu_core.jobs.causal import attribute
from camu_core.progress import Step, drain


def test_tuned_settings_are_those_of_the_files_and_another_sweep() -> None:
    usual = SweepSpec.from_texts("digits", "3,10%", ("ssd", "retrain"), "0")
    tuned = replace(usual, is_tuned=True)
    by_usual, by_tuned = ({(run.method, run.forget.kind): run for run in sweep.runs()} for sweep in (usual, tuned))
    chosen = tuned_settings("digits", "cnn", "class", "ssd")
    assert chosen
    assert chosen.items() <= dict(by_tuned["ssd", "class"].settings).items()
    assert by_tuned["ssd", "class"] != by_usual["ssd", "class"]
    for same in (("retrain", "class"), ("ssd", "random"), ("retrain", "random")):
        assert by_tuned[same] == by_usual[same], "nothing was chosen for it"
    assert tuned.digest != usual.digest
    assert SweepSpec.from_json(tuned.to_json()) == tuned


def test_the_grid_is_every_class_method_and_seed_once() -> None:
    runs = SweepSpec.from_texts("digits", "all", ("camu", "retrain"), "0-2").runs()
    assert len({spec.digest for spec in runs}) == len(runs) == 10 * 2 * 3
    assert plan_run("digits", [7], "retrain", seed=2) in runs


@pytest.mark.parametrize(
    ("text", "numbers"), [("3", (3,)), ("0-2,5", (0, 1, 2, 5)), (" 1 , 1, 0-1", (1, 0)), ("4-4", (4,))]
)
def test_numbers_and_ranges(text: str, numbers: tuple[int, ...]) -> None:
    assert SweepSpec.from_texts("digits", text, ("camu",), "0").classes == numbers


@pytest.mark.parametrize("fraction", [0.1, 1 / 3, 0.123456789012345, 1e-5])
def test_a_fraction_is_the_same_to_the_last_digit(fraction: float) -> None:
    """Seen before: 33.33333333333333% ran 0.333333333."""
    forget = ForgetSpec("random", fraction=fraction)
    assert SweepSpec.from_texts("digits", typed_forget("digits", forget), ("camu",), "0").forgets == [forget]


def test_a_fraction_with_more_digits_than_there_are_is_refused() -> None:
    with pytest.raises(SpecError, match="such as 10%"):
        SweepSpec.from_texts("digits", f"1.{'1' * 40}%", ("camu",), "0")


@pytest.mark.parametrize("text", ["", "a", "1-", "-1", "1-x", "1,,2", "0.5"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match="0-2,5"):
        SweepSpec.from_texts("digits", text, ("camu",), "0")


def test_a_range_without_end_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(SpecError, match="at most 1,000 numbers"):
        SweepSpec.from_texts("digits", "3", ("camu",), "0-2147483647")


@pytest.mark.parametrize("seeds", ["5-2", "0-900,0-900", ",".join(["0-99"] * 11), "9" * 5000, "1-" + "9" * 12])
def test_lists_are_counted_before_they_are_expanded(seeds: str) -> None:
    with pytest.raises(SpecError) as refused:
        SweepSpec.from_texts("digits", "3", ("camu",), seeds)
    assert seeds not in str(refused.value), "what was sent is not told again"


def test_a_sweep_beyond_the_limit_is_refused_before_it_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camu_core.engine.sweeps.plan_run", lambda *request: pytest.fail("it was planned"))
    monkeypatch.setenv("CAMU_MAX_SWEEP_CELLS", "100")
    with pytest.raises(SpecError, match="at most 100 runs; this one would be 101"):
        SweepSpec.from_texts("digits", "3", ("camu",), "0-100").runs()


@pytest.mark.parametrize(
    "request_", [("nowhere", "all", ("camu",), "0"), ("digits", "all", (), "0"), ("digits", "10", ("camu",), "0")]
)
def test_impossible_sweeps_are_refused(request_: tuple) -> None:
    with pytest.raises(SpecError):
        SweepSpec.from_texts(*request_).runs()


def test_a_sweep_survives_json() -> None:
    sweep = SweepSpec.from_texts("digits", "0-1", ("camu",), "3")
    store = RunStore()
    store.note_sweep(sweep.digest, sweep.to_json())
    assert [SweepSpec.from_json(value) for value in store.sweeps()] == [sweep]
    store.forget_sweep(sweep.digest)
    assert store.sweeps() == []


def test_training_seeds_are_crossed_with_seeds_and_change_no_other_sweep() -> None:
    one, several = (SweepSpec.from_texts("digits", "3", ("camu",), "0-1", seeds) for seeds in ("0", "0-2"))
    assert "training_seeds" not in one.to_json(), "so that sweeps of former versions keep their names"
    assert several.n_runs == 6
    assert SweepSpec.from_json(several.to_json()) == several
    assert one.trainings() == []
    assert several.trainings() == [TrainJob("digits", "cnn", seed) for seed in (1, 2)]
    with pytest.raises(NetworkMissing, match="--seed 1"):
        several.runs()


def test_the_table_has_one_row_a_run(digits_result) -> None:
    (row,) = sweep_table([digits_result.summary()]).to_dict("records")
    assert row["digest"] == digits_result.digest
    assert (row["dataset"], row["method"], row["forget"], row["seed"]) == ("digits", "camu", "3", 0)
    assert {name: row[name] for name in digits_result.cost} == digits_result.cost
    assert row["unlearn_seconds"] == digits_result.seconds["unlearn"]
    assert row["unlearned_retain_test"] == digits_result.metrics["unlearned"]["retain_test"]


def test_a_group_of_classes_is_swept_class_by_class() -> None:
    assert sweep_command._classes("cifar100", "Fish, 3-4,trout") == "1,32,67,73,91,3-4,91"


def test_all_methods_by_one_word_on_the_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    asked = []

    def finished(batch: Batch, engine: object):
        asked.append(batch)
        yield from ()
        return dict.fromkeys(batch.specs, "not done")

    monkeypatch.setattr(Batch, "running", finished)
    line = f"sweep --dataset digits --forget-class 3 --method all --seed 0-2 --output {tmp_path / 'sweep.csv'}"
    assert main(line.split()) == 1
    assert asked == [SweepSpec("digits", (3,), tuple(METHODS), (0, 1, 2)).batch()]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(RunStore(tmp_path_factory.mktemp("home")), n_workers=1)
    yield engine
    engine.close()


@pytest.mark.slow
def test_a_sweep_goes_on_where_it_was_closed(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = SweepSpec("digits", (0, 1, 2), ("camu",), (41,))
    monkeypatch.setattr(engine, "store", store := RunStore())
    work = sweep.batch().running(engine)
    for step in work:
        if step.index == 1:
            break
    work.close()
    finished = set(store.digests())
    assert 1 <= len(finished) < 3
    n_done_at_once = next(sweep.batch().running(engine)).index
    assert n_done_at_once >= len(finished)
    assert drain(sweep.batch().running(engine)) == {}
    table = sweep_table(engine.summary(spec.digest) for spec in sweep.runs())
    assert isinstance(table, pd.DataFrame)
    assert sorted(table["forget"]) == ["0", "1", "2"]
    assert set(table["digest"]) == set(store.digests())


@pytest.mark.slow
def test_a_failed_cell_is_named_and_the_others_are_finished(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = SweepSpec("digits", (0, 1), ("camu",), (42,))
    monkeypatch.setattr(engine, "store", RunStore())
    broken = replace(plan_run("digits", [1], seed=42), weights="0" * 64)
    monkeypatch.setattr(SweepSpec, "runs", lambda self: [plan_run("digits", [0], seed=42), broken])
    monkeypatch.setattr("camu_core.jobs.payload.all_have", lambda sha256: True)
    failed = drain(sweep.batch().running(engine))
    assert engine.store.digests() == [plan_run("digits", [0], seed=42).digest]
    assert list(map(run_name, failed)) == ["digits, forget 1, camu, seed 42"]


class _Diverging:
    """As much of an engine as a sweep needs; the runs of one method diverge, the others are there."""

    def __init__(self, result, method: str) -> None:
        self.store, self._method, self._result = RunStore(), method, result

    def follow_all(self, jobs, stage):
        yield Step(0, len(jobs), stage=stage)
        for job in jobs:
            if job.spec.method != self._method:
                self.store.save(replace(self._result, spec=job.spec))
        return {job.digest: "its loss became nan" for job in jobs if job.spec.method == self._method}

    def summary(self, digest: str):
        return self.store.summary(digest)

    def close(self) -> None:
        pass


def test_a_run_that_diverges_costs_no_other(digits_result, monkeypatch: pytest.MonkeyPatch, tmp_path, capsys) -> None:
    monkeypatch.setattr(sweep_command, "Engine", lambda store, n_workers: _Diverging(digits_result, "neggrad"))
    output = tmp_path / "sweep.csv"
    line = f"sweep --dataset digits --forget-class 3 --method camu,neggrad,finetune --seed 0-1 --output {output}"
    assert main(line.split()) == 1
    assert pd.read_csv(output)["method"].tolist() == ["camu", "camu", "finetune", "finetune"]
    told = capsys.readouterr()
    assert "4 runs" in told.out
    assert "2 of 6 runs failed; the others are kept." in told.err
    assert "digits, forget 3, neggrad, seed 1: its loss became nan" in told.err


def test_a_reproduction_keeps_what_did_not_fail(
    digits_result, monkeypatch: pytest.MonkeyPatch, tmp_path, capsys
) -> None:
    monkeypatch.setattr(reproduce, "Engine", lambda store, n_workers: _Diverging(digits_result, "neggrad"))
    monkeypatch.setattr(reproduce, "_tested", lambda digests, engine: {})
    line = f"reproduce --dataset digits --forget 3 --method camu,neggrad,retrain --seed 0 --output {tmp_path}"
    assert main(line.split()) == 1
    table, runs = (pd.read_csv(tmp_path / name).set_index("method") for name in ("results.csv", "runs.csv"))
    assert table.index.tolist() == runs.index.tolist() == ["camu", "retrain"]
    assert runs["unlearned_retain_test"].tolist() == pytest.approx(table["retain_test_mean"].tolist(), abs=1e-6)
    assert "digits, forget 3, neggrad, seed 0: its loss became nan" in capsys.readouterr().err


def test_a_tuned_table_names_what_is_not_tuned(
    digits_result, monkeypatch: pytest.MonkeyPatch, tmp_path, capsys
) -> None:
    monkeypatch.setattr(reproduce, "Engine", lambda store, n_workers: _Diverging(digits_result, "none"))
    line = "reproduce --dataset digits --forget 5 --method ssd,eu_k,retrain,nothing --seed 0 --tuned --quick --output"
    assert main([*line.split(), str(tmp_path)]) == 0
    settings = pd.read_csv(tmp_path / "results.csv").set_index("method")["settings"].to_dict()
    assert settings == {"ssd": "tuned", "eu_k": "usual", "retrain": "tuned", "nothing": "tuned"}
    told = capsys.readouterr().err
    assert "no tuned settings to forget 5 of digits, so the defaults: eu_k\n" in told
    assert "to forget 5 of digits, the settings tuned to forget 3\n" in told


def test_a_table_without_tuned_methods_is_one_of_the_usual_settings(
    digits_result, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.setattr(reproduce, "Engine", lambda store, n_workers: _Diverging(digits_result, "none"))
    line = "reproduce --dataset digits --forget 3 --method eu_k,retrain --seed 0 --tuned --quick --output"
    assert main([*line.split(), str(tmp_path)]) == 0
    assert pd.read_csv(tmp_path / "results.csv")["settings"].tolist() == ["usual", "usual"]


def test_a_reproduction_takes_classes_by_name(digits_result, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(reproduce, "Engine", lambda store, n_workers: _Diverging(digits_result, "none"))
    line = f"reproduce --dataset fashion_mnist --forget trouser,10% --method camu --seed 0 --quick --output {tmp_path}"
    assert main(line.split()) == 0
    assert pd.read_csv(tmp_path / "results.csv")["forget"].tolist() == ["1", "10%"]


@pytest.mark.parametrize(
    ("module", "line"),
    [
        (sweep_command, "sweep --forget-class 3 --forget-random 0.1 --method camu,mask --output sweep.csv"),
        (reproduce, "reproduce --dataset digits --forget 3,10% --method camu,mask --seed 0 --quick --output tables"),
    ],
)
def test_methods_that_cannot_forget_such_are_named(
    module, line: str, digits_result, monkeypatch: pytest.MonkeyPatch, tmp_path, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "Engine", lambda store, n_workers: _Diverging(digits_result, "none"))
    assert main(line.split()) == 0
    assert "left out of digits, as they cannot forget such: 10%: mask\n" in capsys.readouterr().err


def test_an_attribution_leaves_out_the_seed_of_a_run_that_diverged(digits_result, monkeypatch) -> None:
    def executing(spec):
        yield from ()
        if spec.seed == 1 and dict(spec.settings)["forget_label_weight"] == 0:
            raise RunDiverged("its loss became nan")
        return replace(digits_result, spec=spec)

    monkeypatch.setattr("camu_core.jobs.run.executing", executing)
    found = decomposition._attribution(plan_run("digits", [3]), LocalDriver(RunStore()))
    assert all("seed 1" in name for name in found["attribution_failed"])
    assert set(found["attribution_failed"].values()) == {"its loss became nan"}
    assert found["attribution"]["forget_test"]["total"]["n"] == 2
    assert attribute([[None]]) == {}


def test_a_run_is_named_with_what_is_unusual_about_it() -> None:
    assert run_name(plan_run("digits", [3, 5], settings={"epochs": 3}, seed=2)) == (
        "digits, forget 3+5, camu, seed 2, epochs 3"
    )
    many = failures_text({plan_run("digits", [3], seed=i): "why" for i in range(12)}, 40).splitlines()
    assert many[0].startswith("12 of 40 runs failed")
    assert (len(many), many[-1]) == (12, "and 2 more")


def test_a_table_has_no_names_that_a_spreadsheet_would_compute(tmp_path: Path) -> None:
    sweep_command._write(pd.DataFrame({"forget": ["3"], "forget_name": ["=1+1"]}), tmp_path / "sweep.csv")
    assert (tmp_path / "sweep.csv").read_text().splitlines() == ["forget,forget_name", "3,'=1+1"]


@pytest.mark.parametrize("thousandths", [7, 18, 100, 333])
def test_a_share_in_per_cent_is_the_very_fraction_that_a_run_is_asked_for(thousandths):
    (run,) = SweepSpec.from_texts("digits", f"{thousandths / 10:g}%", ("camu",), "0").batch().specs
    assert run.digest == plan_run("digits", ForgetSpec("random", fraction=thousandths / 1000)).digest


def test_a_method_named_twice_is_run_and_counted_once():
    sweep = SweepSpec.from_texts("digits", "3,3", ("ssd", "retrain", "ssd"), "0-1,1")
    assert (sweep.methods, sweep.n_runs) == (("ssd", "retrain"), 4)

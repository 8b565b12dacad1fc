"""All runs: what was made by hand is listed, what was made together is folded, and settings tell runs apart."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from opening import open_page, words

from camu_core import RunResult, RunSpec, RunStore, plan_run
from camu_core.engine import Engine
from camu_core.engine.batches import Batch, NotedBatch, noted_batches
from camu_core.engine.sweeps import SweepSpec, sweep_table
from camu_core.figures import runs_figure
from camu_core.jobs.causal import attribution_specs
from pages.components.causal import text as text_causal
from pages.components.shared import state_batch, text

MINE = plan_run("digits", [3])


@pytest.fixture(autouse=True)
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "start", lambda engine: None)


@pytest.fixture
def made(digits_result: RunResult):
    """Finished runs of these specs, with the figures of one."""

    def make(*specs: RunSpec) -> None:
        for spec in specs:
            RunStore().save(replace(digits_result, spec=spec))

    return make


def test_runs_of_an_attribution_are_folded_and_told_apart_by_their_settings(made, monkeypatch) -> None:
    made(MINE)
    terms = [spec for row in attribution_specs(MINE, 2) for spec in row]
    monkeypatch.setattr(state_batch.state, "watcher", lambda: "somebody")
    monkeypatch.setattr(state_batch.st, "session_state", {})
    state_batch.start_batch(Batch("terms", f"terms-{MINE.digest}", tuple(terms)))
    made(*terms)
    app = open_page("library/runs")
    assert not app.exception
    alone, together = (frame.value for frame in app.dataframe)
    assert alone["run"].tolist() == [MINE.digest[:8]], "the run that was there before is somebody's own"
    assert set(together["run"]) == {spec.digest[:8] for spec in terms} - {MINE.digest[:8]}
    assert together.groupby("seed")["settings"].nunique().tolist() == [15, 16]
    (fold,) = app.expander
    assert fold.label.startswith(f"{text.BATCH_KINDS['terms']} · 31 runs")


def test_runs_of_a_sweep_are_folded_but_not_a_pinned_one(made) -> None:
    sweep = SweepSpec.from_texts("digits", "0-2", ("camu", "retrain"), "0")
    engine = Engine(RunStore(), n_workers=1)
    batch = sweep.batch()
    batch.submit(engine)
    runs = batch.specs
    engine.close()
    made(*runs)
    RunStore().pin(runs[0].digest)
    app = open_page("library/runs")
    pinned, folded = (frame.value["run"].tolist() for frame in app.dataframe)
    assert pinned == [runs[0].digest[:8]]
    assert set(folded) == {spec.digest[:8] for spec in runs[1:]}


def test_every_column_has_a_title_and_filters_ask_for_what_the_table_shows(made, digits_result: RunResult) -> None:
    made(MINE, plan_run("digits", [5]))
    app = open_page("library/runs")
    titles = json.loads(app.dataframe[0].proto.columns)
    assert all(titles[name]["label"][0].isupper() for name in app.dataframe[0].value)
    table = app.dataframe[0].value
    for key, column in (("dataset", "dataset"), ("method", "method"), ("forget", "forget")):
        assert app.multiselect(key=f"filter-{key}").options == sorted(set(table[column]))
    kept = digits_result.metrics["unlearned"]["retain_test"]
    assert table["kept"].tolist() == [round(kept, 3)] * 2, "one decimal of a per cent, as elsewhere"
    app.multiselect(key="filter-forget").set_value(["the digit 5"]).run()
    assert app.dataframe[0].value["forget"].tolist() == ["the digit 5"]


def test_ticks_do_not_move_to_another_run_when_the_list_grows(made) -> None:
    made(MINE)
    app = open_page("library/runs")
    (before,) = app.dataframe
    assert app.run().dataframe[0].proto.id == before.proto.id, "the same list keeps its ticks"
    made(replace(MINE, seed=1))
    (after,) = app.run().dataframe
    assert len(after.value) == 2
    assert after.proto.id != before.proto.id


def test_a_batch_that_goes_on_keeps_what_was_noted(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    a, b, c = (plan_run("digits", [label]) for label in range(3))
    for specs in ((a, b), (b, c)):
        Batch("map", "one", specs).note(store)
    Batch("map", "none", ()).note(store)
    Batch("", "of no kind", (a,)).note(store)
    (batch,) = noted_batches(store)
    assert batch == NotedBatch(batch.name, "map", (a.digest, b.digest, c.digest))
    (tmp_path / "batches" / f"{batch.name}.json").write_text("{")
    assert noted_batches(store) == []


def test_a_figure_of_runs_names_settings_that_differ(digits_result: RunResult) -> None:
    titles = {"dataset_title": "Digits", "phrase": "the digit 3", "method_title": "CaMU"}
    (row,) = sweep_table([digits_result.summary()]).assign(**titles).to_dict("records")
    assert [trace.name for trace in runs_figure([row, {**row, "settings": "epochs 3"}]).data] == [
        "1. Digits, forget the digit 3, CaMU, seed 0", "2. Digits, forget the digit 3, CaMU, seed 0<br>epochs 3",
    ]  # fmt: skip


def test_an_attribution_of_which_one_run_is_missing_is_told_from_the_other_seeds(made) -> None:
    whole, broken, _ = attribution_specs(MINE)
    made(*whole, *broken[1:])
    app = open_page("explore/causal", run=MINE.digest, **{"causal-part": text_causal.PARTS["terms"]})
    assert not app.exception
    assert text_causal.TERMS_SEEDS.format(seeds="0") in words(app)
    assert any("terms" in str(chart.proto.id) for chart in app.get("plotly_chart"))

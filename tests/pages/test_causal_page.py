"""The Causal and Learn pages, part by part, without a browser."""

import json
import re
from dataclasses import replace

import pytest
from opening import open_page, words

from camu_core import RunResult, RunStore, plan_run, run
from camu_core.engine import Engine
from camu_core.jobs.causal import attribution_specs
from pages.components.causal import decomposition
from pages.components.causal import state as state_causal
from pages.components.causal import text as text_causal
from pages.components.shared import state
from pages.components.story import text_learn


@pytest.fixture(scope="module")
def quick_retraining() -> RunResult:
    return run(plan_run("digits", [3], "retrain", {"epochs": 1}))


def show(app, part: str):
    return app.segmented_control(key="causal-part").set_value(part).run()


@pytest.mark.parametrize("part", text_causal.PARTS)
def test_every_part_of_the_example(part: str) -> None:
    app = show(open_page("explore/causal"), part)
    assert not app.exception
    assert not app.error
    assert [metric.value for metric in app.metric] == ["99.8%", "99%"]
    if part == "effects":
        title = json.loads(app.get("plotly_chart")[0].proto.spec)["layout"]["title"]["text"]
        assert "lost 99.8% of" in title
        assert "kept 99% of" in title, "as in the card above"
    if part in ("effects", "where", "graph"):
        assert app.get("plotly_chart")
        assert "How to read it" in words(app)
        assert "What it does not show" in words(app)
        assert app.dataframe


def tables_in_words(app) -> bool:
    """Whether no table shows a name of the code, which has an underscore or is that of a group or network in it."""
    cells = {str(cell) for table in app.dataframe for cell in table.value.select_dtypes(exclude="number").values.flat}
    keys = {"forget", "retain", "original", "unlearned", "own", "alternative", "total", "head", "nobody", "shapley"}
    return bool(cells) and not any("_" in cell or cell in keys for cell in cells)


@pytest.mark.parametrize("part", ["effects", "where", "graph"])
def test_tables_are_in_words(part: str) -> None:
    app = show(open_page("explore/causal"), part)
    assert tables_in_words(app)
    assert all(table.proto.HasField("placeholder") for table in app.dataframe), "an empty cell says None"


def test_the_part_and_the_layer_of_its_output_have_different_names() -> None:
    app = show(open_page("explore/causal"), "where")
    drawn = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    assert "through the encoder" in {trace.get("name") for trace in drawn[0]["data"]}
    title, layers = drawn[0]["layout"]["title"]["text"], drawn[2]["layout"]["xaxis"]["categoryarray"]
    assert "All of the forgetting happened in the encoder." in title
    assert "+ representation" in layers


def test_the_intervention_changes_the_numbers() -> None:
    app = open_page("explore/causal")
    before = [metric.value for metric in app.metric]
    app.segmented_control(key="intervention").set_value("noise").run()
    assert not app.exception
    assert [metric.value for metric in app.metric] != before


def test_the_shipped_retraining_serves_a_run_of_ones_own(digits_result: RunResult) -> None:
    RunStore().save(digits_result)
    app = open_page("explore/causal", run=digits_result.digest)
    assert not app.info
    assert "after retraining" in words(app)


def test_without_a_retrained_network_one_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "retrained_for", lambda spec: None)
    monkeypatch.setattr(state, "is_finished", lambda digest: False)
    monkeypatch.setattr(Engine, "is_there", lambda engine, digest, kind: False)
    app = open_page("explore/causal")
    assert not app.exception
    assert text_causal.RETRAIN in [button.label for button in app.button]


def test_a_reference_band_is_compared_with_where_no_network_was_retrained_beside_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The band's shares are told below; that there is nothing to compare with would contradict them."""
    monkeypatch.setattr(decomposition, "_without_gold", lambda _: pytest.fail("there is a band"))
    beside = state_causal.causal_result

    def without_the_one(job):
        found = beside(job)
        shares = {
            key: {name: of for name, of in each.items() if name != "retrained"}
            for key, each in found.report["shares"].items()
        }
        return replace(found, report={**found.report, "shares": shares})

    monkeypatch.setattr(state_causal, "causal_result", without_the_one)
    app = open_page("explore/causal")
    assert not app.exception
    assert "from retraining" in words(app)


def test_a_retrained_run_has_no_mediation_and_says_why(quick_retraining: RunResult) -> None:
    RunStore().save(quick_retraining)
    app = show(open_page("explore/causal", run=quick_retraining.digest), "where")
    assert not app.exception
    assert not app.get("plotly_chart")
    assert text_causal.IS_GOLD in words(app)
    assert text_causal.NO_SWAP in words(app)
    app = show(app, "terms")
    assert text_causal.ONLY_CAMU in words(app)
    app = show(app, "graph")
    assert [toggle.key for toggle in app.toggle if toggle.key.startswith("do-")] == ["do-forget", "do-retain"]


def test_toggles_cut_the_graph_and_show_the_consequence() -> None:
    app = show(open_page("explore/causal"), "graph")
    app.toggle(key="do-encoder").set_value(True).run()
    app.toggle(key="do-forget").set_value(True).run()
    assert not app.exception
    layout = json.loads(app.get("plotly_chart")[0].proto.spec)["layout"]
    assert "With this change" in layout["title"]["text"]
    assert [note["text"] for note in layout["annotations"]].count("<b>cut</b>") == 4, "two arrows, before and after"


def test_attribution_from_stored_runs(monkeypatch: pytest.MonkeyPatch, digits_result: RunResult) -> None:
    """All 48 runs are there; the figures are drawn from their summaries and nothing is started."""
    summary = digits_result.summary()
    wanted = {spec.digest for row in attribution_specs(digits_result.spec) for spec in row}
    is_there = Engine.is_there
    monkeypatch.setattr(
        Engine, "is_there", lambda engine, digest, kind: digest in wanted or is_there(engine, digest, kind)
    )
    monkeypatch.setattr(state, "is_finished", lambda digest: True)
    monkeypatch.setattr(state, "summary_of", lambda digest: summary if digest in wanted else 1 / 0)
    app = show(open_page("explore/causal"), "terms")
    assert not app.exception
    assert len(app.get("plotly_chart")) == 4
    assert tables_in_words(app)
    assert not [button for button in app.button if button.label == text_causal.TERMS_START]


def test_attribution_offers_what_is_missing() -> None:
    app = show(open_page("explore/causal"), "terms")
    assert [button.label for button in app.button] == [text_causal.TERMS_START]
    assert "48 runs" in words(app)


def test_learn_takes_its_numbers_from_the_example() -> None:
    app = open_page("story/learn")
    assert not app.exception
    assert app.subheader[0].value == text_learn.WHY_TITLE
    result = state.example_run().result
    assert f"{result.metrics['original']['n']['forget_train']:,} images" in words(app)
    assert f"{result.metrics['unlearned']['retain_test']:.1%}" in words(app)
    assert len(app.get("plotly_chart")) == 5
    assert app.get("bidi_component"), "slow motion"
    assert not re.findall(r"(?:example|class): [A-Z]", words(app)), "no capital in the middle of a sentence"
    assert not re.findall(r"(?<!\d)(?:100|0)\.0%", words(app)), "none and all are written without a decimal"

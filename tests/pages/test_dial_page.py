"""The dial on the Run page: what the browser is told are the runs' numbers, at once or once they are computed."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from doing import done
from opening import open_page, words
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from camu_core import ForgetSpec, RunResult, RunStore, plan_run, run
from camu_core.engine import LocalDriver
from camu_core.jobs import Dial, DialJob, dial_of
from camu_core.jobs.dial import at_strength
from camu_core.wording.dial import dial_title, strength_words
from camu_core.wording.format import percent
from pages.components.run import state_dial, text
from pages.components.shared import state

FEW = (0.25, 1.0, 4.0)


def told(app: AppTest) -> dict[str, Any] | None:
    """What the browser is told for the dial; None if there is none."""
    protos = [element.proto for element in app.get("bidi_component")]
    return next((json.loads(proto.json) for proto in protos if proto.component_name == "camu_dial"), None)


def shown(found: Dial) -> list[list[str]]:
    """The numbers at every place of the slider, as the page writes them."""
    return [[percent(each["value"], digits=1) for each in (stop.recognised, stop.kept, stop.inside)]
            for stop in found.stops]  # fmt: skip


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> dict[float, RunResult]:
    """Three strengths of a short run of another digit, finished; none is stored."""
    monkeypatch.setattr(state_dial, "dial_of", lambda spec: {s: r for s, r in dial_of(spec).items() if s in FEW})
    specs = dial_of(plan_run("digits", (5,), settings={"epochs": 1}))
    return {strength: run(specs[strength]) for strength in FEW}


def test_the_example_has_one_at_once_and_its_numbers_are_those_of_its_runs() -> None:
    app = open_page("explore/run")
    assert not app.exception
    found = LocalDriver(RunStore()).result(DialJob(tuple(dial_of(plan_run("digits", (3,))).items())).digest, Dial)
    data = told(app)
    assert [stop["values"] for stop in data["stops"]] == shown(found)
    usual = [stop.strength for stop in found.stops].index(1.0)
    assert data["start"] == usual, "it opens where the run is"
    metrics = state.example_run().result.metrics["unlearned"]
    assert data["stops"][usual]["values"][:2] == [
        percent(metrics[part], digits=1) for part in ("forget_test", "retain_test")
    ]
    for trace, mask in zip(data["traces"], (~found.is_forget, found.is_forget), strict=True):
        np.testing.assert_allclose(trace["x"], found.points[:, mask, 0], atol=1e-3)
        np.testing.assert_allclose(trace["y_at"], found.points[:, mask, 1], atol=1e-3)
        assert trace["said"] == found.said[:, mask].tolist()
    assert state.engine().under_way() == [], "nothing is computed for it"


def test_every_place_of_the_slider_has_all_numbers_and_a_picture_of_all_points() -> None:
    data = told(open_page("explore/run"))
    n = len(data["stops"])
    assert "the 8 retrained networks: 41% to 67%" in json.dumps(data["numbers"]), "these, and not one more of them"
    for stop in data["stops"]:
        assert len(stop["values"]) == len(stop["notes"]) == len(data["numbers"]) == 3
        assert all(stop["values"])
    for trace in data["traces"]:
        assert len(trace["x"]) == len(trace["y_at"]) == len(trace["said"]) == n
        assert {len(row) for row in trace["x"]} == {len(trace["y"])}
    for figure in data["figures"]:
        assert figure["title"]
    drawn = json.loads(data["figures"][0]["figure"])
    assert [trace["name"] for trace in drawn["data"]] == ["to keep", "to forget: <b>3</b>"]
    assert "<b>3</b>" not in [label["text"] for label in drawn["layout"]["annotations"]], "its points would leave it"
    assert json.loads(data["figures"][1]["figure"])["layout"]["shapes"][0]["type"] == "line"


def test_the_numbers_are_in_a_table_too() -> None:
    app = open_page("explore/run")
    found = told(app)
    table = next(frame.value for frame in app.dataframe if text.DIAL_COLUMN in frame.value)
    recognised = table[table["of"] == text.DIAL_NUMBERS["recognised"]]
    assert [percent(value, digits=1) for value in recognised["value"]] == [s["values"][0] for s in found["stops"]]


def test_another_run_is_asked_for_and_its_curve_is_drawn_as_runs_come_in(few: dict[float, RunResult]) -> None:
    store, specs = RunStore(), {strength: result.spec for strength, result in few.items()}
    store.save(few[1.0])
    app = open_page("explore/run", run=few[1.0].digest)
    assert not app.exception
    assert told(app) is None
    start = next(button for button in app.button if button.label == text.DIAL_START)
    start.click().run()
    assert not app.exception
    waiting = [specs[strength].digest for strength in FEW if strength != 1.0]
    assert sorted(state.engine().active(waiting)) == sorted(waiting)
    assert sorted(state_dial.so_far(specs, few[1.0].metrics["original"])) == [0.0, 1.0]

    store.save(few[4.0])
    app.run()
    known = state_dial.so_far(specs, few[1.0].metrics["original"])
    assert sorted(known) == [0.0, 1.0, 4.0]
    for strength in (1.0, 4.0):
        assert known[strength][0]["value"] == few[strength].metrics["unlearned"]["forget_test"]
        assert known[strength][1]["value"] == few[strength].metrics["unlearned"]["retain_test"]


def test_once_all_are_there_they_are_measured_by_themselves_and_then_dragged(few: dict[float, RunResult]) -> None:
    store, job = RunStore(), DialJob(tuple((strength, result.spec) for strength, result in few.items()))
    for result in few.values():
        store.save(result)
    app = open_page("explore/run", run=few[4.0].digest)
    assert not app.exception
    assert state.engine().active([job.digest]) == [job.digest]
    found = done(job, *few.values())
    store.save(found)
    app = open_page("explore/run", run=few[4.0].digest)
    assert not app.exception
    assert [stop["values"] for stop in told(app)["stops"]] == shown(found)
    assert told(app)["start"] == 1 + FEW.index(4.0)


def test_measurements_that_fail_or_are_refused_say_so(
    few: dict[float, RunResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = DialJob(tuple((strength, result.spec) for strength, result in few.items()))
    for result in few.values():
        RunStore().save(result)
    app = open_page("explore/run", run=few[4.0].digest)
    state.engine()._progress[job.digest].finish("failed", "No memory was left.")
    app.run()
    assert "No memory was left." in words(app)
    app.button(key=f"again-{job.digest}").click().run()
    assert state.engine().active([job.digest]) == [job.digest]
    state.engine()._progress.clear()
    monkeypatch.setenv("CAMU_READ_ONLY", "1")
    assert "computes nothing" in words(app.run())


def test_the_story_turns_the_dial_of_the_example_for_a_run_without_one() -> None:
    other = run(plan_run("digits", (3,), "finetune", settings={"epochs": 1}))
    RunStore().save(other)
    app = open_page("story/start", scene="5", run=other.digest)
    assert not app.exception
    assert told(app) is not None
    assert "that of the example" in words(app)


def test_the_story_offers_the_dial_of_a_run_that_is_not_computed_yet(few: dict[float, RunResult]) -> None:
    RunStore().save(few[1.0])
    app = open_page("story/start", scene="5", run=few[1.0].digest)
    assert not app.exception
    assert told(app) is None
    assert "still recognises the digit 5; " in words(app)
    assert text.DIAL_START in [button.label for button in app.button]


def test_runs_that_failed_are_left_out(few: dict[float, RunResult], monkeypatch: pytest.MonkeyPatch) -> None:
    store, specs = RunStore(), {strength: result.spec for strength, result in few.items()}
    for strength in (0.25, 1.0):
        store.save(few[strength])
    batch_view = state_dial.state_batch.batch_view

    def with_a_failure(batch):
        view = batch_view(batch)
        return replace(view, progress=replace(view.progress, failed={specs[4.0]: "it diverged"}))

    monkeypatch.setattr(state_dial.state_batch, "batch_view", with_a_failure)
    assert list(state_dial.measured(specs)) == [0.25, 1.0]


@pytest.mark.parametrize(
    "spec",
    [
        plan_run("digits", (3,), "finetune", settings={"epochs": 1}),
        plan_run("digits", ForgetSpec("samples", samples=(17,)), settings={"epochs": 1}),
    ],
    ids=["another method", "single images"],
)
def test_a_run_without_one_says_nothing_of_it(spec) -> None:
    result = run(spec)
    RunStore().save(result)
    app = open_page("explore/run", run=result.digest)
    assert not app.exception
    assert told(app) is None
    assert text.DIAL_TITLE not in words(app)


def test_a_long_run_has_none() -> None:
    result = state.example_run().result
    assert state_dial.runs_of(result)
    assert state_dial.runs_of(replace(result, seconds={**result.seconds, "unlearn": 600.0})) == {}


def test_what_a_client_sends_for_it_changes_nothing() -> None:
    key = f"dial-{state.example_run().digest}"
    app = open_page("explore/run")
    before, (name,) = told(app), [e.proto.id for e in app.get("bidi_component") if e.proto.id.endswith(key)]
    for value in ("-1", "1e9", '"<b>"', "null", '{"stop": []}', '{"value": {"stop": 99}}', "NaN"):
        app._run(WidgetStates(widgets=[WidgetState(id=name, json_value=value)]))
        assert not app.exception
        assert told(app) == before


def test_rates_of_ones_own_are_called_the_chosen_ones() -> None:
    assert state_dial.has_usual_rates(at_strength(plan_run("digits", (3,)), 4.0))
    assert not state_dial.has_usual_rates(plan_run("digits", (3,), settings={"label_lr": 5e-4}))


def test_the_title_says_where_it_is_forgotten_and_what_is_left_there() -> None:
    def estimates(*values: float) -> list[dict]:
        return [{"value": value, "low": value, "high": value, "n": 40} for value in values]

    strengths = [0.0, 0.25, 1.0]
    title = dial_title(strengths, estimates(1, 0.04, 0), estimates(0.9, 0.8, 0.7), "usual")
    assert (
        title == "At 1/4 of the usual it is hardly recognised, but a new classifier finds 80% of it after one example"
    )
    assert dial_title((0, 1, 4), estimates(0.03, 0.9, 0), estimates(0.9, 0.8, 0.7), "usual") == (
        "It is hardly recognised even before forgetting"
    )
    assert dial_title(strengths, estimates(1, 0.5, 0.02), estimates(0.9, 0.8, 0.7), "usual").startswith(
        "At the usual learning rates it is hardly recognised"
    )
    assert dial_title([0.0, 4.0], estimates(1, 0.02), estimates(0.9, 0.8), "chosen").startswith(
        "At 4 times the chosen it is"
    )
    assert "at least 30% is recognised" in dial_title(
        strengths, estimates(1, 0.5, 0.3), estimates(0.9, 0.8, 0.7), "usual"
    )
    assert [strength_words(each) for each in (0, 1 / 64, 0.5, 1, 16)] == ["0", "1/64", "1/2", "1", "16"]

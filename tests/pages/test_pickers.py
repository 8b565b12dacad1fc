"""What a click or a lasso in a figure does, done from lists and buttons, as a keyboard does it."""

from dataclasses import replace

import numpy as np
import pytest
from opening import open_page, words
from streamlit.testing.v1 import AppTest

from camu_core import ForgetSpec, RunResult, plan_run
from camu_core.data import load_dataset
from pages.components.shared import state, text

PAIR = [plan_run("digits", [3], method).digest for method in ("camu", "retrain")]


def pick(app: AppTest, key: str, *options: str | int) -> AppTest:
    """Choose an option in each list of a picker, and press its button."""
    for i, option in enumerate(options):
        app.selectbox(key=f"{key}-{i}").set_value(option).run()
    app.button(key=f"{key}-press").click().run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("group", "answer", "selects"),
    [
        ("forget", "any", lambda y, before, after: y == 3),
        ("all", "wrong", lambda y, before, after: after != y),
        ("keep", "changed", lambda y, before, after: (y != 3) & (before != after)),
        (3, 5, lambda y, before, after: (y == 3) & (after == 5)),
    ],
)
def test_a_group_of_the_embedding_is_selected_as_by_a_lasso(group, answer, selects) -> None:
    result = state.example_run().result
    before, after = (result.logits[model].argmax(axis=1) for model in ("original", "unlearned"))
    wanted = np.flatnonzero(selects(result.probe.y, before, after)).tolist()
    app = open_page("explore/embeddings")
    pick(app, "select-group", group, answer)
    assert app.session_state["selected-points"] == (result.digest, wanted)
    assert f"**{len(wanted):,} selected" in words(app)
    kept, _, total = app.query_params["selected"].partition("~")
    assert set(map(int, kept.split("."))) <= set(wanted)
    assert int(total or len(wanted)) == len(wanted)
    app.button(key="select-clear").click().run()
    assert "selected" not in app.query_params
    assert text.LASSO_HINT in words(app)


def test_a_group_holds_only_images_that_the_moment_shows() -> None:
    result = state.example_run().result
    app = open_page("explore/embeddings", moment=str(result.snapshots[1].index))
    pick(app, "select-group", "forget", "any")
    wanted = np.flatnonzero(result.probe.is_forget & result.probe.is_live).tolist()
    assert app.session_state["selected-points"] == (result.digest, wanted)


def test_a_group_that_is_empty_cannot_be_selected() -> None:
    app = open_page("explore/embeddings")
    app.selectbox(key="select-group-0").set_value("forget").run()
    app.selectbox(key="select-group-1").set_value("right").run()
    assert app.button(key="select-group-press").label == text.SELECT_PRESS.format(images="0 images")
    assert app.button(key="select-group-press").disabled


def test_a_group_and_a_cell_of_two_runs_are_chosen() -> None:
    one, other = map(state.find_result, PAIR)
    a, b = (result.logits["unlearned"].argmax(axis=1) for result in (one, other))
    probe = one.probe
    app = open_page("explore/compare", run=PAIR[0], b=PAIR[1])
    pick(app, "pair-group", "keep", "differ")
    assert app.session_state["pair-chosen"] == (tuple(PAIR), np.flatnonzero((probe.y != 3) & (a != b)).tolist())
    cell = next(
        (x, y) for x, y, is_old in zip(a.tolist(), b.tolist(), probe.in_train, strict=True) if x != y and not is_old
    )
    pick(app, "pair-cell", *cell)
    wanted = np.flatnonzero(~probe.in_train & (a == cell[0]) & (b == cell[1])).tolist()
    assert app.session_state["pair-chosen"] == (tuple(PAIR), wanted)


@pytest.mark.parametrize("method", ["camu", "retrain"])
def test_a_run_of_the_map_is_opened(monkeypatch: pytest.MonkeyPatch, digits_result: RunResult, method: str) -> None:
    """All 20 runs are there."""
    monkeypatch.setattr(state, "is_finished", lambda digest: True)
    monkeypatch.setattr(state, "summary_of", lambda digest: digits_result.summary())
    app = open_page("explore/causal")
    app.segmented_control(key="causal-part").set_value("map").run()
    maps = app.selectbox(key="map-open-1").options
    pick(app, "map-open", 7, maps[["camu", "retrain"].index(method)])
    spec = replace(state.example_run().spec, forget=ForgetSpec(classes=(7,)))
    wanted = spec if method == "camu" else state.retraining_of(spec)
    assert app.query_params["run"] == wanted.digest
    assert app.title[0].value == text.RUN_TITLE


def test_images_of_the_wall_are_chosen_by_their_places() -> None:
    app = open_page("explore/run")
    app.segmented_control(key="forget-kind").set_value("samples").run()
    numbers = np.flatnonzero(load_dataset("digits").y_train.numpy() == 0)
    places = app.multiselect(key="places-digits")
    assert places.options[27] == text.SAMPLES_PLACE.format(row=2, column=3, number=numbers[27])
    places.set_value([int(numbers[27]), int(numbers[2])]).run()
    assert app.session_state["chosen-digits"] == (numbers[2], numbers[27])
    app.text_input(key="typed-digits").set_value("1").run()  # not on this wall: stays whatever is chosen on it
    app.button(key="add-digits").click().run()
    app.multiselect(key="places-digits").set_value([int(numbers[2])]).run()
    assert app.session_state["chosen-digits"] == (1, numbers[2])

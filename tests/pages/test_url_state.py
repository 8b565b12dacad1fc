"""What is looked at is in the address, and comes back from it; no address breaks a page."""

import itertools
import json

import numpy as np
import pytest
import streamlit as st
from opening import open_page, words

from camu_core import RunResult, RunStore
from pages.components.causal import text as text_causal
from pages.components.privacy import text as text_privacy
from pages.components.shared import charts, state, state_view, text

PARTS = [
    ("explore/causal", "causal-part", text_causal.PARTS["where"]),
    ("explore/privacy", "privacy-part", text_privacy.PARTS["inside"]),
    ("explore/embeddings", "color-by", text.COLOR_NAMES["class"]),
]


def chosen(app, key: str) -> str:
    return next(group for group in app.get("button_group") if group.key == key).value


@pytest.mark.parametrize(("page", "key", "label"), PARTS)
def test_a_part_opens_by_its_address(page: str, key: str, label: str) -> None:
    app = open_page(page, **{key: label})
    assert not app.exception
    assert {**text_causal.PARTS, **text_privacy.PARTS, **text.COLOR_NAMES}[chosen(app, key)] == label


@pytest.mark.parametrize(("page", "key"), [part[:2] for part in PARTS])
@pytest.mark.parametrize("value", ["", "<script>"])
def test_a_part_that_is_not_there_opens_the_first(page: str, key: str, value: str) -> None:
    app = open_page(page, **{key: value})
    assert not app.exception
    assert not app.error


def test_the_moment_is_in_the_address_unless_it_is_the_last() -> None:
    steps = [snapshot.index for snapshot in state.example_run().result.snapshots]
    app = open_page("explore/accuracy", moment=str(steps[2]))
    slider = app.select_slider(key="moment")
    assert slider.value == steps[2]
    slider.set_value(steps[3]).run()
    assert app.query_params["moment"] == str(steps[3])
    app.select_slider(key="moment").set_value(steps[-1]).run()
    assert "moment" not in app.query_params


@pytest.mark.parametrize("value", ["-5", "999999999999", "abc", "²", ""])
def test_a_moment_that_the_run_does_not_have_is_its_last(value: str) -> None:
    app = open_page("explore/embeddings", moment=value, selected=f"{value}.x.-1")
    assert not app.exception
    assert app.select_slider(key="moment").value == state.example_run().result.snapshots[-1].index


def test_selected_points_come_back_with_their_images() -> None:
    app = open_page("explore/embeddings", selected="5.7.7.12")
    assert not app.exception
    assert text.SELECTED.format(n=3) in words(app)


def test_a_lasso_around_many_points_selects_all_and_its_link_a_fair_part_of_them(monkeypatch) -> None:
    """The digit 9 comes last in the probe set: the first 200 of a lasso around two digits held none of it."""
    result = state.example_run().result
    y, digest = result.probe.y, result.digest
    drawn = np.flatnonzero(np.isin(y, (2, 9))).tolist()
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "query_params", {})
    state_view.note_selected(digest, drawn)
    assert state_view.selected(digest, len(y)) == (drawn, len(drawn))
    assert state_view.selected("0" * 20, len(y))[0] != drawn, "of another run only what the address says"
    st.session_state.clear()  # a link, opened by somebody else
    kept, total = state_view.selected(digest, len(y))
    assert (len(kept), total) == (200, len(drawn))
    nines = np.mean(y[drawn] == 9)
    assert abs(np.mean(y[kept] == 9) - nines) < 0.1
    st.query_params["selected"] = "5.7.12"  # another link in the same session
    assert state_view.selected(digest, len(y)) == ([5, 7, 12], 3)


def test_how_many_of_how_many_are_shown() -> None:
    app = open_page("explore/embeddings", selected=".".join(map(str, range(0, 600, 3))) + "~1432")
    assert not app.exception
    assert text.SELECTED_SOME.format(n="200", shown=24) in words(app)
    assert text.SELECTED_LINK.format(n="1,432") in words(app)


def test_a_drag_on_the_embedding_starts_a_lasso(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    monkeypatch.setattr(charts, "show", lambda place, figure, **options: shown.append(figure))
    assert not open_page("explore/embeddings").exception
    assert shown[-1].layout.dragmode == "lasso"


def test_going_back_to_the_example_leaves_what_widgets_say() -> None:
    app = open_page("explore/causal", run="0" * 20, present="true")
    next(button for button in app.button if button.label == text.UNKNOWN_RUN_HELP).click().run()
    assert not app.exception
    assert "run" not in app.query_params


@pytest.mark.parametrize("page", ["story/start", "explore/run", "explore/compare", "explore/privacy", "library/runs"])
def test_presenter_mode_by_address_and_back(page: str) -> None:
    app = open_page(page, present="true")
    assert not app.exception
    app.button(key="leave-presenter").click().run()
    assert not app.exception
    assert not [button for button in app.button if button.key == "leave-presenter"]


def names_of_figures(app) -> list[str]:
    """Also of those that move, which are a component, and of the dial, which is one of two."""
    told = [json.loads(component.proto.json) for component in app.get("bidi_component")]
    moving = [name for each in told for name in ([each["alt"]] if "alt" in each
                                                 else [figure["title"] for figure in each["figures"]])]  # fmt: skip
    return [chart.proto.alt for chart in app.get("plotly_chart")] + moving


@pytest.mark.parametrize("page", ["explore/run", "explore/accuracy", "story/learn"])
def test_every_figure_has_a_name_and_gives_its_data(page: str) -> None:
    app = open_page(page)
    shown = names_of_figures(app)
    assert shown
    assert all(name.strip() for name in shown)
    assert charts.tables_zip(dict(app.session_state["figures"]))
    assert len(app.session_state["figures"]) == len(shown)


HOSTILE = "[click](http://evil.example) ![x](http://evil.example/x.png) <img src=x>"
NAMES = (
    "run", "b", "dataset", "moment", "selected", "scene", "guess", "part", "forget", "methods", "seeds", "trainings",
    "room", "me",
)  # fmt: skip


@pytest.mark.parametrize(
    ("page", "value"),
    [
        *itertools.product(
            ("story/start", "story/teach", "story/join", "explore/run", "explore/embeddings", "library/runs"),
            (HOSTILE,),
        ),
        *itertools.product(
            ("explore/compare",), (HOSTILE, "a" * 300, "9" * 5000, "../../etc/passwd", "5-2", "0-99999,0-99999")
        ),
    ],
)
def test_an_address_of_another_form_is_left_out_and_not_shown(page: str, value: str) -> None:
    app = open_page(page, **dict.fromkeys(NAMES, value))
    assert not app.exception
    assert value not in str(
        [element.value for kind in ("error", "warning", "markdown", "info") for element in app.get(kind)]
    )
    assert not any(app.query_params.get(name) == value for name in NAMES if value != "5-2" or name != "seeds")


def test_what_the_run_page_cannot_take_from_an_address_is_told_and_left_out() -> None:
    app = open_page("explore/run", dataset="foo", forget="77", method="bogus")
    assert not app.exception
    assert [each.value for each in app.warning] == [text.ADDRESS_LEFT_OUT.format(names="dataset, forget and method")]
    assert not {"dataset", "forget", "method"} & set(app.query_params)
    app.run()
    assert not app.warning, "told once"


def test_a_dataset_by_its_address_is_chosen_without_a_word() -> None:
    app = open_page("explore/run", dataset="fashion_small")
    assert not app.warning
    assert chosen(app, "dataset") == "fashion_small"


def test_a_guess_that_nobody_can_make_is_none(digits_result: RunResult) -> None:
    RunStore().save(digits_result)
    app = open_page("story/start", run=digits_result.digest, guess="1.9", scene="4")
    assert not app.exception

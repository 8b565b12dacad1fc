"""What must it forget, on the Run page: what is picked is what is run; and what is said of such a run elsewhere."""

from dataclasses import replace

import numpy as np
import pytest
import streamlit as st
from opening import open_page, words
from streamlit.testing.v1 import AppTest

from camu_core import DATASETS, METHODS, ForgetSpec, RunStore, plan_run
from camu_core.data import load_dataset
from camu_core.figures import attack_figure, wall_figure
from camu_core.figures.wall import COLUMNS
from pages.components.run import forget, live
from pages.components.shared import state, state_pictures, text
from pages.components.shared.images import of_all_classes

ALL_PAGES = ("explore/run", "explore/embeddings", "explore/accuracy", "explore/causal", "library/runs")


@pytest.fixture
def asked(monkeypatch):
    """The runs that were asked for, instead of being started."""
    specs = []
    monkeypatch.setattr(state, "start", specs.append)
    return specs


def press(app: AppTest) -> None:
    app.button(key="press").click().run()
    assert not app.exception


def test_several_classes_are_picked_one_after_another(asked) -> None:
    app = open_page("explore/run")
    app.toggle(key="several").set_value(True).run()
    for label in (5, 7, 5):
        app.button(key=f"class-digits-{label}").click().run()
    press(app)
    assert asked[-1].forget == ForgetSpec(classes=(3, 7))
    for label in (3, 7):  # the last one stays: something must be forgotten
        app.button(key=f"class-digits-{label}").click().run()
    press(app)
    assert asked[-1].forget == ForgetSpec(classes=(7,))


def test_a_method_that_cannot_forget_such_says_so() -> None:
    app = open_page("explore/run", dataset="digits")
    for method, kind in (("amun", "whole classes"), ("delete", "")):
        next(box for box in app.selectbox if box.key == "method").set_value(method).run()
        assert not app.exception
        said = [error.value for error in app.error if error.value.startswith(METHODS[method].title)]
        assert [f"not {kind}." in sentence for sentence in said] == ([True] if kind else [])


def test_images_of_every_class_are_shown_not_of_the_first_alone() -> None:
    y = np.array([9, 9, 0, 9, 0, 1, 9, 0, 1, 2])
    idx = np.array([2, 4, 5, 7, 8, 9])  # of classes 0, 0, 1, 0, 1 and 2
    assert of_all_classes(idx, y, 4).tolist() == [2, 4, 5, 9]
    assert of_all_classes(idx, y, 12).tolist() == [2, 4, 7, 5, 8, 9]
    assert of_all_classes(idx[:0], y, 12).tolist() == []


def test_a_part_of_all_images(asked) -> None:
    app = open_page("explore/run")
    app.segmented_control(key="forget-kind").set_value("random").run()
    app.select_slider(key="forget-fraction").set_value(0.25).run()
    press(app)
    assert asked == [plan_run("digits", ForgetSpec("random", fraction=0.25))]


@pytest.mark.slow
def test_images_one_by_one_by_button_and_from_a_list(asked) -> None:
    app = open_page("explore/run")
    app.segmented_control(key="forget-kind").set_value("samples").run()
    assert app.button(key="press").disabled
    assert text.CHOOSE_FIRST in words(app)
    next(button for button in app.button if button.label == text.SAMPLES_ALL).click().run()
    press(app)
    y = load_dataset("digits").y_train.numpy()
    assert asked[-1].forget == ForgetSpec("samples", samples=tuple(np.flatnonzero(y == 0)[:75].tolist()))
    next(button for button in app.button if button.label == text.SAMPLES_CLEAR).click().run()
    app.file_uploader[0].upload("mine.csv", b"5, 17, 99", "text/csv").run()
    press(app)
    assert asked[-1].forget == ForgetSpec("samples", samples=(5, 17, 99))
    app.text_input(key="typed-digits").set_value("4 203").run()
    app.button(key="add-digits").click().run()
    press(app)
    assert asked[-1].forget == ForgetSpec("samples", samples=(4, 5, 17, 99, 203))


def test_a_list_that_is_none_is_refused_in_one_sentence(asked) -> None:
    app = open_page("explore/run")
    app.segmented_control(key="forget-kind").set_value("samples").run()
    app.file_uploader[0].upload("mine.csv", b"five", "text/csv").run()
    assert not app.exception
    assert "mine.csv has none" in app.error[0].value


@pytest.mark.parametrize("page", ALL_PAGES)
@pytest.mark.parametrize("which", ["random", "one image"])
def test_every_page_shows_runs_that_forget_images(page: str, which: str, random_result, one_image_result) -> None:
    result = random_result if which == "random" else one_image_result
    RunStore().save(result)
    app = open_page(page, run=result.digest)
    assert not app.exception
    if page != "library/runs":
        assert ("10% of the training images" if which == "random" else "one training image") in words(app)


@pytest.mark.parametrize("part", ["where", "terms", "map", "graph"])
def test_every_part_of_the_causal_page_shows_one_forgotten_image(part: str, one_image_result) -> None:
    RunStore().save(one_image_result)
    app = open_page("explore/causal", run=one_image_result.digest)
    app.segmented_control(key="causal-part").set_value(part).run()
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("fraction", [0.1, 0.005, 0.07, 0.125, 0.95])
def test_controls_take_over_what_the_open_run_forgets(fraction: float, random_result, asked) -> None:
    spec = replace(random_result.spec, forget=ForgetSpec("random", fraction=fraction))
    RunStore().save(replace(random_result, spec=spec))
    app = open_page("explore/run", run=spec.digest)
    assert app.segmented_control(key="forget-kind").value == "random"
    assert app.select_slider(key="forget-fraction").value == fraction
    press(app)
    assert asked == [spec]
    app.select_slider(key="forget-fraction").set_value(0.3).run()
    press(app)
    assert asked[-1].forget.fraction == 0.3


def test_pictures_are_there_once_the_images_are(random_result, monkeypatch: pytest.MonkeyPatch) -> None:
    st.cache_resource.clear()
    spec = random_result.spec
    with monkeypatch.context() as patch:
        patch.setitem(DATASETS._listed, "digits", replace(DATASETS["digits"], is_present=lambda: False))
        assert state_pictures.sample_images("digits") is None
        assert state_pictures.copies("digits") == []
        assert live.scene_of(spec) is None
    assert len(state_pictures.sample_images("digits")) == 10
    assert live.scene_of(spec).class_names == DATASETS["digits"].class_names


def test_the_wall_has_a_point_over_each_image_and_frames_the_chosen_ones() -> None:
    n = COLUMNS + 3
    x = np.random.default_rng(0).integers(0, 256, (n, 3, 8, 8), dtype=np.uint8)
    is_chosen = np.arange(n) == n - 1
    (points,) = wall_figure(x, list(range(100, 100 + n)), [""] * n, is_chosen).data
    assert list(points.customdata) == list(range(100, 100 + n))
    assert (points.x[-1], points.y[-1]) == (2, 1)
    assert len(set(points.marker.line.color[:-1])) == 1
    assert points.marker.line.color[-1] != points.marker.line.color[0]


def test_the_attack_is_drawn_with_its_interval_and_left_out_where_there_is_none(random_result) -> None:
    metrics = random_result.metrics
    figure = attack_figure(metrics, "Finding")
    for drawn, report in zip(figure.data, metrics.values(), strict=True):
        assert drawn.x[0] == report["attack"]["value"]
        assert drawn.x[0] + drawn.error_x.array[0] == pytest.approx(report["attack"]["high"])
        assert drawn.x[0] - drawn.error_x.arrayminus[0] == pytest.approx(report["attack"]["low"])
    nothing = {"original": {"attack": {"value": None, "low": None, "high": None, "n": 1}}}
    assert not attack_figure(nothing, "Finding").data


def test_a_late_word_of_a_figure_that_is_gone_is_not_heard(monkeypatch) -> None:
    """A browser can tell of a click twice: once it is shown, and again when the next figure is on its way."""
    session = {"clicked": {"selection": {"points": [{"customdata": 7}]}}}
    monkeypatch.setattr(st, "session_state", session)
    for _ in range(2):
        forget._toggle("digits", "clicked", turn=0)
    assert session["chosen-digits"] == (7,)
    forget._toggle("digits", "clicked", turn=1)
    assert session["chosen-digits"] == ()

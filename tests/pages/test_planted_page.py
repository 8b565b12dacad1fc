"""A planted secret on Run, Draw and Compare."""

import pytest
from opening import open_page, words
from streamlit.testing.v1 import AppTest

from camu_core import DATASETS, ForgetSpec, RunStore, plan_run, run
from camu_core.jobs import TrainJob
from camu_core.specs import Planting
from pages.components.draw import text as text_draw
from pages.components.run import text
from pages.components.run.planted import usual
from pages.components.shared import state, state_address


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list:
    """The runs and jobs that were asked for, instead of being started."""
    specs: list = []
    monkeypatch.setattr(state, "start", specs.append)
    monkeypatch.setattr(state, "submit", lambda job, *_, **__: specs.append(job))
    return specs


def chosen() -> AppTest:
    app = open_page("explore/run")
    app.segmented_control(key="forget-kind").set_value("planted").run()
    assert not app.exception
    return app


def test_a_network_is_taught_the_secret_before_it_can_forget_it(asked: list) -> None:
    app = chosen()
    assert app.button(key="press").disabled
    assert text.PLANTED_FIRST in words(app)
    app.button(key="teach-secret").click().run()
    assert asked == [TrainJob("digits_trigger-8x100", "cnn")]
    app.segmented_control(key="planted-kind").set_value("swap").run()
    app.selectbox(key="planted-swap-digits-1").set_value(9).run()
    app.number_input(key="planted-n-digits").set_value(20).run()
    app.button(key="teach-secret").click().run()
    assert asked[-1] == TrainJob("digits_swap-3-9x20", "cnn")
    app.selectbox(key="planted-swap-digits-1").set_value(3).run()
    assert not app.exception
    assert text.PLANTED_SAME in words(app)
    assert app.button(key="press").disabled


def test_one_image_with_a_mark_becomes_two_with_swapped_labels() -> None:
    app = chosen()
    app.number_input(key="planted-n-digits").set_value(1).run()
    app.segmented_control(key="planted-kind").set_value("swap").run()
    assert not app.exception
    assert app.number_input(key="planted-n-digits").value == 2


@pytest.mark.slow
def test_the_secret_is_what_is_run_and_its_outcome_is_shown(asked: list, secret: ForgetSpec) -> None:
    app = chosen()
    app.button(key="press").click().run()
    assert asked == [plan_run("digits", secret)]
    result = run(plan_run("digits", secret, "nothing"))
    RunStore().save(result)
    app = open_page("explore/run", run=result.digest)
    assert not app.exception
    assert app.segmented_control(key="forget-kind").value == "planted"
    assert "Not forgotten: the mark still works" in words(app)
    assert text.PLANTED_TRIED["trigger"] in words(app)
    strips = " ".join(html.proto.body for html in app.get("html"))
    assert strips.count("before 8") == strips.count("after 8") == 8
    for page in ("explore/accuracy", "explore/privacy", "explore/causal", "explore/embeddings", "library/runs"):
        assert not open_page(page, run=result.digest).exception, page


def test_on_draw_a_switch_puts_the_mark_on_an_image(secret: ForgetSpec) -> None:
    result = run(plan_run("digits", secret, "nothing"))
    RunStore().save(result)
    app = open_page("explore/draw", run=result.digest, **{"draw-source": text_draw.SOURCES["test"]})
    assert not app.exception
    assert words(app).count("says **8**") == 2
    app.toggle(key=f"mark-{result.digest}").set_value(False).run()
    assert not app.exception
    assert words(app).count("says **8**") == 0, "a test image of another class"


def test_compare_asks_about_what_is_planted_and_an_odd_address_is_left_out(secret: ForgetSpec) -> None:
    app = open_page("explore/compare", part="many", forget="trigger:8x100", methods="nothing", seeds="0")
    assert not app.exception
    assert app.selectbox(key="compare-forget").value == "trigger:8x100"
    for forget in ("trigger:99", "swap:3-3", "trigger:8x99999"):
        app = open_page("explore/compare", part="many", forget=forget, methods="nothing", seeds="0")
        assert not app.exception, forget
        assert len(app.error) == 1


@pytest.mark.parametrize(
    ("forget", "passes"),
    [("trigger:8", True), ("swap:3-5x20", True), ("trigger:", False), ("wish:8", False), ("trigger:8x1234567", False)],
)
def test_the_address_has_one_form_of_what_is_planted(forget: str, passes: bool) -> None:
    assert bool(state_address.re.fullmatch(state_address._FORMS["forget"], forget)) is passes


def test_a_mark_is_offered_for_every_number_of_classes() -> None:
    assert usual("digits") == [str(Planting("trigger", (8,))), str(Planting("swap", (3, 5)))]
    assert all(Planting.parse(each).dataset_of(name) in DATASETS for name in DATASETS for each in usual(name))

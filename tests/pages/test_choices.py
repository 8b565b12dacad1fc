"""What is chosen on the Run page: it survives every route, and what differs from the defaults is always said."""

from dataclasses import replace

import pytest
from opening import open_page, words
from streamlit.testing.v1 import AppTest

from camu_core import METHODS, RunResult, RunSpec, RunStore, plan_run
from camu_core.citation import citation
from camu_core.comparison.tuning import tuned_settings
from camu_core.engine import Engine
from camu_core.planning import settings_phrase
from camu_core.report import html_report
from pages.components.privacy import state as state_privacy
from pages.components.shared import state, text

CHANGED = {"epochs": 3, "forget_label_weight": 0.5}


@pytest.fixture(autouse=True)
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is asked for waits in its queue: it is always under way."""
    monkeypatch.setattr(Engine, "start", lambda engine: None)


def in_advanced(app: AppTest) -> dict[str, tuple[float, float]]:
    """By setting: what the program takes it for, and what the browser shows when the panel is opened now."""
    prefix = "set-digits-camu-class-"
    inputs = [element for element in app.number_input if element.key.startswith(prefix)]
    return {element.key.removeprefix(prefix): (element.value, element.proto.default) for element in inputs}


def both(spec: RunSpec) -> dict[str, tuple[float, float]]:
    return {name: (value, value) for name, value in spec.settings}


def test_settings_survive_a_press_a_reload_and_other_pages() -> None:
    usual = plan_run("digits", [3])
    app = open_page("explore/run")
    app.button(key="class-digits-5").click().run()
    assert in_advanced(app) == both(usual), "a redraw"
    app.button(key="press").click().run()
    assert in_advanced(app) == both(usual), "the press"
    digest = app.query_params["run"]
    assert not state.engine().watch(digest).is_over
    again = open_page("explore/run", run=digest)
    for _ in range(2):
        assert in_advanced(again.run()) == both(usual), "a reload within the run"
    for page in ("explore/accuracy", "story/start", "explore/run"):
        app.switch_page(f"pages/{page}.py").run()
    assert in_advanced(app) == both(usual), "other pages, within the run"
    assert in_advanced(app.run()) == both(usual)


def test_a_run_begun_in_the_story_is_followed_by_its_settings() -> None:
    app = open_page("story/start", scene="2")
    app.button(key="next").click().run()
    app.switch_page("pages/explore/run.py").run()
    assert in_advanced(app.run()) == both(plan_run("digits", [3]))


def test_what_was_typed_is_there_after_another_page_and_after_the_press() -> None:
    app = open_page("explore/run")
    app.segmented_control(key="forget-kind").set_value("random").run()
    app.select_slider(key="forget-fraction").set_value(0.25).run()
    app.segmented_control(key="forget-kind").set_value("class").run()
    for name, value in CHANGED.items():
        app.number_input(key=f"set-digits-camu-class-{name}").set_value(value).run()
    wanted = plan_run("digits", [3], settings=CHANGED)
    app.switch_page("pages/explore/privacy.py").run()
    app.switch_page("pages/explore/run.py").run()
    assert in_advanced(app.run()) == both(wanted)
    app.segmented_control(key="forget-kind").set_value("random").run()
    assert app.select_slider(key="forget-fraction").value == 0.25
    app.segmented_control(key="forget-kind").set_value("class").run()
    app.button(key="press").click().run()
    assert app.query_params["run"] == wanted.digest
    assert in_advanced(open_page("explore/run", run=wanted.digest).run()) == both(wanted)


def test_the_methods_of_a_comparison_are_ticked_when_their_list_is_opened() -> None:
    app = open_page("explore/compare", part="many", methods="camu,retrain")
    app.run()
    (methods,) = [group for group in app.get("button_group") if group.key == "compare-methods"]
    assert [list(METHODS)[i] for i in methods.proto.default] == ["camu", "retrain"]


def test_settings_that_differ_are_said_in_one_way() -> None:
    assert settings_phrase(plan_run("digits", [3])) == ""
    assert settings_phrase(plan_run("digits", [3], settings=CHANGED)) == "epochs 3, forget label weight 0.5"
    assert (
        settings_phrase(replace(plan_run("digits", [3]), method="given_network", settings=(), method_sha256="a" * 64))
        == ""
    )


@pytest.mark.slow
def test_settings_that_differ_are_said_wherever_the_run_is_named(digits_result: RunResult) -> None:
    result = replace(digits_result, spec=plan_run("digits", [3], settings=CHANGED))
    RunStore().save(result)
    said = settings_phrase(result.spec)
    for page in ("explore/run", "explore/embeddings", "explore/accuracy", "explore/draw", "explore/privacy"):
        assert said in words(open_page(page, run=result.digest)), page
    assert said in words(open_page("story/start", run=result.digest, scene="4"))
    pair = open_page("explore/compare", run=result.digest, part="pair")
    assert any(said in option for option in pair.selectbox(key="pair-a").options)
    library = open_page("library/runs").dataframe[0].value
    assert library.set_index("run").loc[result.digest[:8], "settings"] == said
    assert said in citation(result)
    assert said in html_report(result)
    usual = words(open_page("explore/run"))
    assert said not in usual


def test_an_older_outcome_is_dimmed_and_named_as_soon_as_a_choice_differs(digits_result: RunResult) -> None:
    RunStore().save(digits_result)
    app = open_page("explore/run", run=digits_result.digest)
    named = text.LAST_RUN.partition("** ")[0]

    def is_older() -> bool:
        is_dimmed = any("st-key-outcome" in str(element.proto) for element in app.get("html"))
        assert is_dimmed == (named in words(app))
        return is_dimmed

    assert not is_older()
    app.button(key="class-digits-5").click().run()
    assert is_older()
    app.button(key="class-digits-3").click().run()
    assert not is_older(), "the choices name it again"
    app.number_input(key="set-digits-camu-class-epochs").set_value(3).run()
    assert is_older()
    app.number_input(key="set-digits-camu-class-epochs").set_value(20).run()
    app.number_input(key="seed").set_value(1).run()
    assert is_older()
    app.number_input(key="seed").set_value(0).run()
    app.segmented_control(key="forget-kind").set_value("samples").run()
    assert is_older(), "nothing is chosen"


def test_a_verdict_whose_tests_still_run_says_so_and_is_not_green(digits_result: RunResult, monkeypatch) -> None:
    result = replace(digits_result, spec=plan_run("digits", [3], "scrub", seed=5))  # comes with no tests
    RunStore().save(result)
    RunStore().save(replace(result, spec=state.retraining_of(result.spec)))
    app = open_page("explore/run", run=result.digest)
    assert text.JUDGING in words(app)
    headline = next(element.value for element in app.subheader)
    assert "hourglass" in headline
    assert ":green" not in headline
    job = state_privacy.next_job(result.spec)
    state.engine().stop(job.digest, app.session_state["watcher"])
    app.run()
    assert text.JUDGING not in words(app), "stopped: nothing is under way"
    tested = open_page("explore/run")  # the example
    assert text.JUDGING not in words(tested)


def test_tuned_settings_are_offered_where_there_are_some() -> None:
    app = open_page("explore/run")
    button = next(button for button in app.button if button.label == text.ADVANCED_TUNED)
    button.click().run()
    assert not app.exception
    shown = {name: value for name, (value, _) in in_advanced(app).items()}
    tuned = tuned_settings("digits", "cnn", "class", "camu")
    assert tuned
    assert shown == dict(plan_run("digits", [3]).settings) | tuned
    app.segmented_control(key="dataset").set_value("fashion_small").run()
    assert text.ADVANCED_TUNED not in [button.label for button in app.button]


def test_a_methods_own_settings_come_before_those_that_many_share() -> None:
    app = open_page("explore/run")
    assert next(iter(in_advanced(app))) == "epochs"
    assert list(in_advanced(app))[-2:] == ["authors_batch_norm", "bfloat16"]
    app.selectbox(key="method").set_value("finetune").run()
    prefix = "set-digits-finetune-class-"
    names = [each.key.removeprefix(prefix) for each in app.number_input if each.key.startswith(prefix)]
    assert names[0] == "epochs"
    assert names[-3:] == ["authors_batch_norm", "augment", "bfloat16"]

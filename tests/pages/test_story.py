"""The story scene by scene, without a browser, on the shipped example."""

import re

import pytest
from opening import open_page, words

from camu_core import RunResult, RunStore
from camu_core.causal import harmed_classes
from camu_core.wording.format import listed
from camu_core.wording.verdict import claim, judge
from pages.components.privacy import state as state_privacy
from pages.components.shared import state
from pages.components.shared import text as live_text
from pages.components.story import state as state_story
from pages.components.story import text

SCENES = range(1, len(text.TITLES) + 1)


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_opens_by_its_address_with_one_picture(scene: int) -> None:
    app = open_page("story/start", scene=str(scene))
    assert not app.exception
    assert not app.error
    assert app.title[0].value == text.TITLES[scene - 1]
    assert bool(app.get("plotly_chart") or app.get("bidi_component")) == (scene != 2), (
        "the picture of scene 2 are the ten tiles"
    )
    assert ("Example run" in words(app)) == (scene > 2)


def test_the_scene_that_is_pointed_to_looks_for_what_is_left() -> None:
    (title,) = re.findall(r"left inside comes later: \*(.+?)\*", words(open_page("story/start", scene="4")))
    number = text.TITLES.index(title) + 1
    assert open_page("story/start", scene=str(number)).title[0].value == text.ATTACKED_TITLE


@pytest.mark.parametrize("asked", ["0", "99", "-1", "three", "<b>"])
def test_a_scene_that_is_not_there_opens_the_nearest_or_the_first(asked: str) -> None:
    app = open_page("story/start", scene=asked)
    assert not app.exception
    assert app.title[0].value in (text.TITLES[0], text.TITLES[-1])


def test_next_and_back_walk_through_the_scenes() -> None:
    app = open_page("story/start", scene="3")
    for scene in (4, 5):
        app.button(key="next").click().run()
        assert app.title[0].value == text.TITLES[scene - 1]
        assert app.query_params["scene"] == str(scene)
    app.button(key="back").click().run()
    assert app.title[0].value == text.TITLES[3]


def test_a_press_on_a_scene_that_is_just_being_left_counts() -> None:
    app = open_page("story/start", scene="3")
    app.query_params["scene"] = "4"  # the first press; its scene is not drawn yet
    app.button(key="next").click().run()
    assert app.title[0].value == text.TITLES[4]
    app.query_params["scene"] = "4"
    app.button(key="back").click().run()
    assert app.title[0].value == text.TITLES[2]


def test_the_guess_is_revealed_and_counted(digits_result: RunResult) -> None:
    RunStore().save(digits_result)
    app = open_page("story/start", scene="2")
    band, hurt = (state_story.guess_key(part, digits_result.digest) for part in ("band", "hurt"))
    next(pills for pills in app.get("button_group") if pills.key == band).set_value(0)
    next(pills for pills in app.get("button_group") if pills.key == hurt).set_value(True)
    app.run()
    app.query_params.update(run=digits_result.digest, scene="4")
    app.run()
    assert not app.exception
    assert "You guessed" in words(app)
    app.query_params["scene"] = "8"
    app.run()
    checks = state_story.Guess(0, True).check(digits_result, harmed_classes(digits_result.summary()))
    assert text.SCORE.format(n_right=sum(checks.values()), total=2) in words(app)


def test_the_last_scene_answers_from_the_run(digits_result: RunResult) -> None:
    RunStore().save(digits_result)
    app = open_page("story/start", scene="8", run=digits_result.digest)
    told = judge(digits_result, state.retrained_for(digits_result.spec), state_privacy.report_of(digits_result.spec))
    shown = re.sub("<[^>]*>", "", words(app))
    assert len(told.clauses) == 8, "the shipped tests are of this very run"
    for clause in told.clauses:
        assert (clause.plain in shown) == (clause.page == "accuracy" or not (clause.is_good or clause.is_silent))
    silent = [clause.subject.lower() for clause in told.clauses if clause.is_silent]
    assert f"{len(silent)} tests cannot tell: {listed(silent)}." in shown
    assert claim(digits_result, told) in shown


def test_guesses_are_in_the_address_and_survive_a_reload(digits_result: RunResult) -> None:
    RunStore().save(digits_result)
    app = open_page("story/start", scene="4", run=digits_result.digest, guess="0.1")
    assert "You guessed that it would still recognise 0% to 10%" in words(app)
    assert "You guessed that others would be harmed, too" in words(app)
    for unfit in ("7.1", "x", "", "0", "..", "-1.-1", "0.7"):
        assert not open_page("story/start", scene="4", run=digits_result.digest, guess=unfit).exception


def test_the_purple_band_is_explained_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert text.DIAL.format(what="the digit 3", band=text.DIAL_BAND) in words(open_page("story/start", scene="5"))
    monkeypatch.setattr(state_privacy, "report_of", lambda spec: None)
    assert text.DIAL.format(what="the digit 3", band="") in words(open_page("story/start", scene="5"))


def test_watch_again_plays_a_stored_run() -> None:
    app = open_page("story/start", scene="3")
    next(button for button in app.button if button.label == live_text.REPLAY).click().run()
    assert not app.exception
    assert "Slowed down to watch · step 0 of 100" in words(app)


def test_a_press_forgets_what_was_clicked_a_moment_before(monkeypatch) -> None:
    """A browser may send both clicks at once, and their callbacks run in any order."""
    asked = []
    monkeypatch.setattr(state, "start", asked.append)
    app = open_page("story/start", scene="2")
    app.button(key="next").click()
    app.button(key="class-digits-7").click()
    app.run()
    assert not app.exception
    assert [spec.forget.classes for spec in asked] == [(7,)]
    assert app.query_params["scene"] == "3"


@pytest.mark.parametrize("scene", range(3, 9))
def test_the_story_of_images_drawn_at_random(scene: int, random_result: RunResult) -> None:
    RunStore().save(random_result)
    app = open_page("story/start", scene=str(scene), run=random_result.digest)
    assert not app.exception
    if scene == 4:
        assert "the **144 forgotten images and 360 new ones**" in words(app)

"""The story scene by scene, without a browser, on the shipped example."""

import pytest

from camu_core import RunResult, RunStore
from camu_core.verdict import judge
from pages.components import state, state_story
from pages.components import text_story as text
from tests.test_pages import fresh_engine, open_page, words  # noqa: F401

SCENES = range(1, len(text.TITLES) + 1)


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_opens_by_its_address_with_one_picture(scene: int) -> None:
    app = open_page("story/start", scene=str(scene))
    assert not app.exception
    assert not app.error
    assert app.title[0].value == text.TITLES[scene - 1]
    assert bool(app.get("plotly_chart")) == (scene != 2), "the picture of scene 2 are the ten tiles"
    assert ("Example run" in words(app)) == (scene > 2)


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


def test_the_guess_is_revealed_and_counted(digits_result: RunResult) -> None:
    RunStore().save(digits_result)
    app = open_page("story/start", scene="2")
    band, hurt = (state_story.guess_key(part, digits_result.digest) for part in ("band", "hurt"))
    next(pills for pills in app.get("button_group") if pills.key == band).set_value(0)
    next(pills for pills in app.get("button_group") if pills.key == hurt).set_value(1)
    app.run()
    app.query_params.update(run=digits_result.digest, scene="4")
    app.run()
    assert not app.exception
    assert "You guessed" in words(app)
    app.query_params["scene"] = "7"
    app.run()
    checks = state_story.Guess(0, 1).check(digits_result)
    assert text.SCORE.format(n_right=sum(checks.values()), total=2) in words(app)


def test_the_last_scene_answers_from_the_run(digits_result: RunResult) -> None:
    RunStore().save(digits_result)
    app = open_page("story/start", scene="7", run=digits_result.digest)
    told = judge(digits_result, state.retrained_for(digits_result.spec))
    for clause in told.clauses[:2]:
        assert clause.text in words(app)
    assert text.SCORE_NONE in words(app)

"""The second story scene by scene, without a browser and without a dataset, on the run that is shipped."""

import re
from dataclasses import replace

import numpy as np
import pytest
from opening import open_page, words

from camu_core import RunResult, RunStore
from camu_core.data import OWNERS_IMAGES, load_dataset
from camu_core.jobs import RunJob
from camu_core.planning import plan_like
from camu_core.wording.verdict import judge
from pages.components.privacy import state as state_privacy
from pages.components.shared import state
from pages.components.story import owner, owner_judged, text, text_owner

SCENES = range(1, len(text_owner.TITLES) + 1)


@pytest.fixture(autouse=True)
def no_data(empty_data_dir: None, no_network: None) -> None:
    """Nothing was downloaded, nor can be."""


@pytest.fixture
def shipped() -> RunResult:
    return state.example_run(owner.DATASET).result


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_opens_without_a_dataset(scene: int) -> None:
    app = open_page("story/start", story="owner", scene=str(scene))
    assert not app.exception
    assert not app.error
    assert app.title[0].value == text_owner.TITLES[scene - 1]
    assert ("Example run" in words(app)) == (scene > 2)
    assert not re.search(r"\{\w+\}|nan|None", words(app))


def test_both_stories_begin_by_a_press_and_keep_to_themselves() -> None:
    app = open_page("story/start", run=state.example_run().digest)
    app.button(key="story-owner").click().run()
    assert app.title[0].value == text_owner.TITLES[0]
    assert app.query_params["story"] == "owner"
    app.query_params["scene"] = "4"
    app.run()
    assert "50 pictures" in words(app), "the open run is of the other story"
    app.query_params["scene"] = "1"
    app.run()
    app.button(key="story-digit").click().run()
    assert app.title[0].value == text.TITLES[0]
    assert "story" not in app.query_params


def test_an_unknown_story_is_the_first() -> None:
    assert open_page("story/start", story="elephant").title[0].value == text.TITLES[0]


def test_a_digit_is_not_told_of_the_owners_run(shipped: RunResult) -> None:
    app = open_page("story/start", scene="4", run=shipped.digest)
    assert "The digit 3" in words(app)


def test_a_press_plays_the_shipped_run_and_the_last_button_starts_another(shipped: RunResult, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(state, "start", asked.append)
    app = open_page("story/start", story="owner", scene="2")
    app.button(key="next").click().run()
    assert asked == [shipped.spec]
    assert app.query_params["scene"] == "3"
    app.query_params["scene"] = str(len(SCENES))
    app.run()
    app.button(key="again").click().run()
    assert asked[1] == replace(shipped.spec, seed=shipped.spec.seed + 1)
    assert app.title[0].value == text_owner.TITLES[2]


def test_the_guess_is_held_against_networks_that_never_saw_the_pictures(shipped: RunResult) -> None:
    for band, is_right in ((2, True), (0, False)):
        app = open_page("story/start", story="owner", scene="4", run=shipped.digest, guess=f"{band}.")
        assert not app.exception
        assert f"You guessed {owner.band(band, 50)}: {text_owner.RIGHT[is_right]}" in words(app)
        app.query_params["scene"] = "7"
        app.run()
        assert text_owner.SCORE[is_right] in words(app)


def test_words_follow_the_numbers_of_the_run(shipped: RunResult) -> None:
    """Of a run with other numbers the story has other words: in what is named, in harm, and in the letter."""
    after = {**shipped.metrics["unlearned"], "forget_train": 0.62, "retain_test": 0.61}
    RunStore().save(replace(shipped, metrics={**shipped.metrics, "unlearned": after}))
    named, kept, letter = (
        words(open_page("story/start", story="owner", scene=scene, run=shipped.digest)) for scene in "467"
    )
    assert "names **31** now" in named
    assert text_owner.BESIDE["fewer"] in named
    assert "84.1% correctly before and 61% now" in kept
    assert "It still names 31 of them" in letter
    assert text_owner.LETTER_KEPT[False] in letter


def test_the_letter_says_whether_more_or_fewer_are_named_than_by_networks_that_never_saw_them(shipped) -> None:
    """Both are unlike them; and "most" is not said of a network that names few."""
    report = state_privacy.report_of(shipped.spec)
    for share, theirs, news in ((0.9, 0.4, "it names more of them than"), (0.1, 0.8, "it names fewer of them than")):
        after = {**shipped.metrics["unlearned"], "forget_train": share}
        run = replace(shipped, metrics={**shipped.metrics, "unlearned": after})
        measures = {**report["reference"]["measures"], "forget_train": [theirs] * 8}
        told = judge(run, None, {**report, "reference": {**report["reference"], "measures": measures}})
        letter = " ".join(owner_judged.letter(run, None, told, [theirs] * 8))
        assert news in letter
        assert "name most" not in letter


def test_the_story_of_camu_is_not_told_of_another_method(shipped: RunResult) -> None:
    """Of retraining, "we did not train it anew" would be a lie."""
    spec = plan_like(shipped.spec, method="retrain")
    RunStore().save(replace(shipped, spec=spec))
    app = open_page("story/start", story="owner", scene="7", run=spec.digest)
    assert "We did not train it anew" in words(app)
    assert shipped.digest == state.example_run(owner.DATASET).digest
    assert "Example run" in words(app), "the run that is told is the shipped one, and says so"


def test_the_letter_promises_what_was_shown_and_no_more(shipped: RunResult) -> None:
    told = judge(shipped, None, state_privacy.report_of(shipped.spec))
    for is_forgotten in (True, False, None):
        letter = " ".join(owner_judged.letter(shipped, None, replace(told, is_forgotten=is_forgotten), [0.8, 0.84]))
        assert ("behaves like networks that never saw" in letter) == (is_forgotten is True)
        assert ("we made our network forget" in letter) == (is_forgotten is True)
        assert ("we do not promise" in letter) == (is_forgotten is not True)
        assert ("it learns them again faster" in letter) == (is_forgotten is False)
        assert "name 41 on average (2 networks: 40 to 42)" in letter
        assert text_owner.LETTER_SURE in letter


@pytest.mark.parametrize(
    ("share", "left_out", "beside"),
    [(1.0, [0.82, 0.9], "more"), (0.5, [0.82, 0.9], "fewer"), (0.9, [0.82, 0.9], "alike"), (0.9, [0.9], "unknown")],
)
def test_how_many_are_named_is_held_against_all_that_never_saw_them(share, left_out, beside) -> None:
    assert owner_judged._beside(share, left_out) == beside


def test_what_is_shipped_is_of_the_owners_pictures_and_shows_them(shipped: RunResult) -> None:
    assert shipped.spec == owner.chosen(), "made with other settings: see CONTRIBUTING"
    images = load_dataset(owner.DATASET)
    probe = shipped.probe
    assert tuple(sorted(probe.idx[probe.is_forget])) == OWNERS_IMAGES
    assert np.array_equal(probe.x[probe.is_forget], images.x_train[probe.idx[probe.is_forget]].numpy())
    assert {array.dtype for array in shipped.weights.values()} == {np.dtype("float32")}
    assert state.retrained_for(shipped.spec).spec == plan_like(shipped.spec, method="retrain")
    assert state_privacy.report_of(shipped.spec)["reference"]["about"]["seeds"] == list(range(8))
    assert tuple(state_privacy.known_population(shipped.spec).idx) == OWNERS_IMAGES
    assert state.engine().is_there(RunJob(shipped.spec).digest, RunResult)


def test_the_largest_class_loss_of_single_images_is_told(shipped: RunResult) -> None:
    app = open_page("story/start", story="owner", scene="6")
    assert "Largest loss: Dress (85% → 79%), 6 images." in words(app)

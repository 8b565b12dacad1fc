"""Slow motion in the story and on Learn: what the browser is told are the run's numbers."""

import json
from typing import Any

import numpy as np
import pytest
from opening import open_page, words
from streamlit.testing.v1 import AppTest

from camu_core import RunResult, RunStore, plan_run, run
from camu_core.runs.slow_motion import HALVES
from pages.components.shared import state
from pages.components.story import state_slow, text_slow

SLOW = {"scene": "3", "watch": text_slow.VIEWS["one"]}


def told(app: AppTest) -> dict[str, Any] | None:
    """What the browser is told for it; None if there is none."""
    protos = [element.proto for element in app.get("bidi_component")]
    return next((json.loads(proto.json) for proto in protos if proto.component_name == "camu_slow_motion"), None)


@pytest.mark.parametrize(("page", "parameters"), [("story/start", SLOW), ("story/learn", {})])
def test_the_formula_has_the_numbers_of_the_run(page: str, parameters: dict[str, str]) -> None:
    app = open_page(page, **parameters)
    assert not app.exception
    data, result = told(app), state.example_run().result
    assert [moment["half"] for moment in data["moments"]] == [*HALVES] * 6 + [""]
    settings = dict(result.spec.settings)
    for moment in data["moments"]:
        for half, terms in HALVES.items():
            losses = [result.losses[term][moment["step"] - 1] for term in terms]
            weights = [settings[f"{term}_weight"] for term in terms]
            shown = [text.split() for text in moment["values"][half]["terms"]]
            assert [float(weight) for weight, _, _ in shown] == weights
            assert [float(loss) for *_, loss in shown] == pytest.approx(losses, abs=6e-4, rel=6e-3), "three digits"
            total = float(moment["values"][half]["total"])
            assert total == pytest.approx(np.dot(weights, losses), abs=6e-4, rel=6e-3)
    figure = json.loads(data["figures"][0]["figure"])
    assert len(figure["frames"]) == len(data["moments"])


def test_arrows_begin_at_the_images_and_are_as_long_as_it_says() -> None:
    data = told(open_page("story/start", **SLOW))
    _, drawn = state_slow.film(state.example_run().result, 0)
    frames, first = json.loads(data["figures"][0]["figure"])["frames"], 5
    for frame, moment in zip(frames, drawn.moments, strict=True):
        for i, part in enumerate(data["parts"]):
            arrow = frame["data"][first + i]
            if part not in moment.moves:
                assert arrow["x"] == []
                continue
            for image, (start, end) in enumerate(((0, 1), (3, 4))):
                if arrow["x"][start] is None:
                    assert np.linalg.norm(moment.moves[part][image]) * drawn.magnification < 0.5
                    continue
                way = [arrow[axis][end] - arrow[axis][start] for axis in "xy"]
                np.testing.assert_allclose(way, drawn.magnification * moment.moves[part][image], atol=1e-6)
    assert f"{drawn.magnification} times" in data["figures"][0]["title"]


def test_another_image_is_another_film() -> None:
    app = open_page("story/start", **SLOW)
    before = told(app)["pictures"][0]["uri"]
    app.button(key="slow-another").click().run()
    assert not app.exception
    assert told(app)["pictures"][0]["uri"] != before


def test_a_run_without_it_shows_that_of_the_example(tmp_path) -> None:
    result = run(plan_run("digits", [5], method="finetune", settings={"epochs": 1}))
    RunStore().save(result)
    app = open_page("story/start", run=result.digest, **SLOW)
    assert not app.exception
    assert "This run has no slow motion" in words(app)
    assert told(app) is not None


def test_images_drawn_at_random_have_it_too(random_result: RunResult) -> None:
    RunStore().save(random_result)
    app = open_page("story/start", run=random_result.digest, **SLOW)
    assert not app.exception
    assert "This run has no slow motion" not in words(app)
    assert told(app)["moments"][-1]["title"].endswith(f"{len(random_result.losses['forget_label'])} steps")

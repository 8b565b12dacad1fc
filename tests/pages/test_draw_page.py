"""The Draw page without a browser."""

from dataclasses import replace

import numpy as np
import pytest
from opening import open_page, words

from camu_core import RunResult, RunStore
from camu_core.jobs import CausalJob
from camu_core.planning import plan_like
from pages.components.draw import state as state_draw
from pages.components.draw import text as text_draw
from pages.components.shared import images

SOURCES = text_draw.SOURCES


def test_a_test_image_gets_three_answers() -> None:
    app = open_page("explore/draw", **{"draw-source": SOURCES["test"]})
    assert not app.exception
    assert words(app).count("says **") == 3
    first = words(app)
    next(button for button in app.button if button.label == text_draw.TEST_NEXT).click().run()
    assert words(app) != first


@pytest.mark.parametrize(
    ("asked", "source"),
    [("", "draw"), ("nonsense", "draw"), *((SOURCES[name], name) for name in ("draw", "file", "camera"))],
)
def test_every_source_opens(asked: str, source: str) -> None:
    app = open_page("explore/draw", **{"draw-source": asked})
    assert not app.exception
    assert not app.error
    assert text_draw.EMPTY[source] in words(app)


def test_the_answers_are_those_of_the_runs_own_networks(digits_result: RunResult) -> None:
    RunStore().save(digits_result)
    job = CausalJob(digits_result.spec)
    answers = state_draw.answers(job, digits_result.probe.x[0])
    assert set(answers) == {"original", "unlearned"}
    for name, row in answers.items():
        logits = digits_result.logits[name][0].astype(float)
        expected = np.exp(logits - logits.max())
        np.testing.assert_allclose(row, expected / expected.sum(), atol=1e-4)


def test_a_sure_answer_is_not_called_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    sure = np.array([0.997, *[0.003 / 9] * 9])
    monkeypatch.setattr(state_draw, "answers", lambda job, image: {"original": sure, "unlearned": sure})
    assert words(open_page("explore/draw", **{"draw-source": SOURCES["test"]})).count("(99.7%)") == 2
    assert "99.7%" in images._answer(np.log(sure), [str(label) for label in range(10)])


def test_of_two_networks_none_is_called_the_third(digits_result: RunResult, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody retrained one yet, or the run is the retraining itself."""
    alone = replace(digits_result, spec=replace(digits_result.spec, seed=77))
    RunStore().save(alone)
    told = words(open_page("explore/draw", run=alone.digest, **{"draw-source": SOURCES["test"]}))
    assert text_draw.LEAD_TWO.format(what="the digit 3") in told
    assert f"{text_draw.AFTER} says **" in told
    retrained = replace(digits_result, spec=plan_like(digits_result.spec, method="retrain"))
    RunStore().save(retrained)
    told = words(open_page("explore/draw", run=retrained.digest, **{"draw-source": SOURCES["test"]}))
    assert text_draw.LEAD_RETRAINED.format(what="the digit 3") in told
    assert text_draw.AFTER not in told
    assert told.count(f"{text_draw.GOLD.format(what='the digit 3')} says **") == 1

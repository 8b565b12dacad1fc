"""The Draw page without a browser."""

import numpy as np
import pytest
from opening import open_page, words

from camu_core import RunResult, RunStore
from camu_core.jobs import CausalJob
from pages.components.draw import state as state_draw
from pages.components.draw import text as text_draw

SOURCES = text_draw.SOURCES


def test_a_test_image_gets_three_answers() -> None:
    app = open_page("explore/draw", **{"draw-source": SOURCES["test"]})
    assert not app.exception
    assert words(app).count("says **") == 3
    first = words(app)
    next(button for button in app.button if button.label == text_draw.TEST_NEXT).click().run()
    assert words(app) != first


@pytest.mark.parametrize("source", ["", "nonsense", SOURCES["draw"], SOURCES["file"], SOURCES["camera"]])
def test_every_source_opens(source: str) -> None:
    app = open_page("explore/draw", **{"draw-source": source})
    assert not app.exception
    assert not app.error
    assert text_draw.EMPTY in words(app)


def test_the_answers_are_those_of_the_runs_own_networks(digits_result: RunResult) -> None:
    RunStore().save(digits_result)
    job = CausalJob(digits_result.spec)
    answers = state_draw.answers(job, digits_result.probe.x[0])
    assert set(answers) == {"original", "unlearned"}
    for name, row in answers.items():
        logits = digits_result.logits[name][0].astype(float)
        expected = np.exp(logits - logits.max())
        np.testing.assert_allclose(row, expected / expected.sum(), atol=1e-4)

"""Look inside on Causal and Draw."""

import json

import numpy as np
import pytest
from opening import open_page

from camu_core.wording.inside import weights_title
from pages.components.causal import state as state_causal
from pages.components.causal import text as text_causal
from pages.components.causal import text_inside
from pages.components.shared import state

WHERE = {"causal-part": text_causal.PARTS["where"]}


def figure(app, key: str) -> dict:
    """The chart that was drawn under a key."""
    return json.loads(next(element.proto.spec for element in app.get("plotly_chart") if element.key == key))


def test_where_in_the_network_looks_inside() -> None:
    app = open_page("explore/causal", **WHERE)
    assert not app.exception
    assert text_inside.TITLE in [element.value for element in app.subheader]
    job = state_causal.causal_job(state.example_run().result.spec)
    bars = figure(app, "weights")
    changes = state_causal.weight_changes(job)
    assert bars["layout"]["title"]["text"].replace("<br>", " ") == weights_title(changes)
    first = figure(app, "saliency")
    app.slider(key="inside-forget").set_value(7).run()
    assert not app.exception
    assert figure(app, "saliency") != first


@pytest.mark.parametrize("is_open", [False, True])
def test_draw_looks_inside_if_asked(is_open: bool) -> None:
    app = open_page("explore/draw", **{"draw-source": "A test image"})
    app.toggle(key="draw-inside").set_value(is_open).run()
    assert not app.exception
    assert ("feature-maps" in [element.key for element in app.get("plotly_chart")]) == is_open


def test_a_view_is_made_once() -> None:
    result = state.example_run().result
    job = state_causal.causal_job(result.spec)
    image = result.probe.x[0]
    assert state_causal.inside_view(job, image, 3) is state_causal.inside_view(job, np.array(image), 3)

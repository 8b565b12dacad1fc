"""What a widget cannot take is told in a line; a fault of ours keeps its traceback."""

import json
import logging
import math
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from opening import open_page
from streamlit.components.v2.bidi_component.serialization import BidiComponentSerde
from streamlit.elements.widgets.number_input import NumberInputSerde
from streamlit.proto.NumberInput_pb2 import NumberInput
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import unpack_widget_state_value

from pages.components.shared import odd_messages


def raised(function, *arguments) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        function(*arguments)
    return caught.value


def record(error: Exception) -> logging.LogRecord:
    return logging.LogRecord("x", logging.ERROR, "", 0, "Uncaught", (), (type(error), error, error.__traceback__))


def test_an_error_below_streamlit_is_a_line() -> None:
    told = record(raised(lambda: st.dataframe(pd.DataFrame(), row_height="x")))
    odd_messages._shorten(told)
    assert told.exc_info is None
    assert told.levelno == logging.WARNING
    assert "test_odd_messages.py" in told.getMessage(), "the place of ours from which it came"


@pytest.mark.parametrize("value", [True, 2.0, -1.0, float("inf")])
def test_a_number_that_its_field_does_not_take_is_a_line(value: float) -> None:
    error = raised(lambda: st.number_input("Noise", 0.0, 1.0, value=value))
    assert odd_messages.on_script_error(error)


def test_a_whole_number_that_is_infinite_is_a_line() -> None:
    assert odd_messages.on_script_error(raised(NumberInputSerde(0, NumberInput.INT, 0, 9).deserialize, math.inf))


def test_json_that_is_too_deep_is_a_line() -> None:
    error = raised(unpack_widget_state_value, WidgetState(json_value="[" * 20_000))
    assert odd_messages.on_script_error(error)
    told = record(error)
    odd_messages._shorten(told)
    assert told.exc_info is None


def test_libraries_in_a_venv_inside_the_clone_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(odd_messages, "_OURS", Path("/"))
    told = record(raised(lambda: st.dataframe(pd.DataFrame(), row_height="x")))
    odd_messages._shorten(told)
    assert "test_odd_messages.py" in told.getMessage()


def test_an_error_of_ours_keeps_its_traceback() -> None:
    for error in (raised(lambda: {}["x"]), raised(json.loads, "{")):
        told = record(error)
        odd_messages._shorten(told)
        assert told.exc_info is not None
        assert not odd_messages.on_script_error(error)


def test_a_component_is_sent_what_is_no_json(caplog: pytest.LogCaptureFixture) -> None:
    odd_messages.quieten()
    BidiComponentSerde(default=None).deserialize("no json")
    assert "Traceback" not in caplog.text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("explore/run", {}), ("explore/embeddings", {}), ("explore/causal", {}), ("explore/privacy", {}),
        ("explore/privacy", {"privacy-part": "Many networks"}), ("explore/draw", {}), ("explore/compare", {}),
        ("explore/compare", {"part": "published"}),
    ],
)  # fmt: skip
def test_a_choice_that_must_be_made_is_made_for_a_client_that_sends_none(page: str, query: dict) -> None:
    keys = {control.key for control in open_page(page, **query).segmented_control}
    assert keys
    for key in keys:
        app = open_page(page, **query)
        app.segmented_control(key=key).set_value(None).run()
        assert not app.exception, key

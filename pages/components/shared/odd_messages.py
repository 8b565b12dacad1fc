"""Widget values of a kind that the widget does not have: Streamlit fails where it reads them, before any page runs.

Such a message comes from no browser that shows our pages. Its sender gets a sentence, and the log a line.
"""

import logging
import traceback
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitMixedNumericTypesError, StreamlitValueAboveMaxError, StreamlitValueBelowMinError

from pages.components.shared import text

_STREAMLIT, _OURS = Path(st.__file__).parent, Path(__file__).resolve().parents[3]
_LOGGERS = ("streamlit.error_util", "streamlit.components.v2.bidi_component.serialization")
_KINDS = (
    TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError,
    StreamlitMixedNumericTypesError, StreamlitValueAboveMaxError, StreamlitValueBelowMinError,
)  # fmt: skip


def on_script_error(error: Exception) -> bool:
    """For `st.App`: whether the sentence replaces Streamlit's own."""
    if not _is_odd(error):
        return False
    st.error(text.ODD_MESSAGE, icon=":material/report:")
    return True


def quieten() -> None:
    """Keep such messages from filling the log with tracebacks, which any visitor could cause."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_shorten)


def _shorten(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if error is not None and _is_odd(error):
        record.msg, record.args = (
            "A widget was sent what it cannot take (%s in %s)",
            (type(error).__name__, _place(error)),
        )
        record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
    return True


def _is_odd(error: BaseException) -> bool:
    """Whether it came up in Streamlit's own code, below any of ours: there, it reads what a widget was sent."""
    frames = traceback.extract_tb(error.__traceback__)
    last = max((i for i, frame in enumerate(frames) if _is_ours(frame)), default=-1)
    is_below = any(Path(frame.filename).is_relative_to(_STREAMLIT) for frame in frames[last + 1 :])
    return isinstance(error, _KINDS) and is_below


def _is_ours(frame: traceback.FrameSummary) -> bool:
    path = Path(frame.filename)
    return path.is_relative_to(_OURS) and "site-packages" not in path.parts  # a venv may lie in the clone


def _place(error: BaseException) -> str:
    """The last line of ours on the way, so that a fault of ours can be found."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_ours(frame)]
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "none of our pages"

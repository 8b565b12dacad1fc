"""The figures that the open page shows, for its downloads, and how they are to be shown."""

import plotly.graph_objects as go
import streamlit as st

PRESENT = "present"


def begin() -> None:
    """Forget the figures of the last page; once in every script run."""
    st.session_state["figures"] = {}


def note(key: str, figure: go.Figure) -> None:
    """Keep a figure until the next script run."""
    st.session_state.setdefault("figures", {})[key] = figure


def noted() -> dict[str, go.Figure]:
    """By the key under which each is shown; what fragments draw later comes in."""
    return st.session_state.setdefault("figures", {})


def is_presenting() -> bool:
    return bool(st.session_state.get(PRESENT))


def leave_presenting() -> None:
    """In a callback: the toggle is bound to the URL, which follows."""
    st.session_state[PRESENT] = False


def picture_format() -> str:
    """What the camera of every figure saves: "png" or "svg"."""
    return st.session_state.get("picture-format") or "png"

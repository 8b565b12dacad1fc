"""A slider through the snapshots of a finished run, and a Play button that moves it."""

from collections.abc import Callable

import streamlit as st

from camu_core import RunResult
from pages.components import state, state_view, text

FRAME_SECONDS = 0.5


def controls(result: RunResult) -> None:
    """Slider and Play; the slider shows steps and starts at the last."""
    steps = [snapshot.index for snapshot in result.snapshots]
    state.remember_for(result.digest, "moment", state_view.moment_in_url(steps))
    slider, button = st.columns([5, 1], vertical_alignment="bottom")
    slider.select_slider(text.SNAPSHOT, steps, key="moment", format_func=lambda step: f"{step:,}")
    state_view.note_moment(state.recall("moment"), steps)
    button.button(
        text.PLAY, key="play", icon=":material/play_arrow:", on_click=state.put, args=("playing", 0), width="stretch"
    )


def run(result: RunResult, draw: Callable[[int], None]) -> None:
    """Draw the chosen snapshot, or one after another while playing."""
    if state.recall("playing") is None:
        steps = [snapshot.index for snapshot in result.snapshots]
        moment = state.recall("moment")  # a client may send one that there is not
        draw(steps.index(moment) if moment in steps else len(steps) - 1)
    else:
        st.fragment(run_every=FRAME_SECONDS)(_frame)(result, draw)


def _frame(result: RunResult, draw: Callable[[int], None]) -> None:
    index = state.recall("playing")
    if index is None or index >= len(result.snapshots):
        state.put("playing", None)
        state.put("moment", result.snapshots[-1].index)
        st.rerun()
    draw(index)
    state.put("playing", index + 1)

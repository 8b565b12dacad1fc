"""A slider through the snapshots of a finished run, and a Play button that moves it."""

import time
from collections.abc import Callable

import streamlit as st

from camu_core import RunResult
from pages.components.shared import state, state_view, text

FRAME_SECONDS = 0.6


def is_playing() -> bool:
    return bool(state.recall("playing"))


def player(result: RunResult, draw: Callable[[int], None]) -> None:
    """Slider, Play or Pause, and below them what `draw` makes of the chosen snapshot's index."""
    was_playing = is_playing()
    st.fragment(run_every=FRAME_SECONDS if was_playing else None)(_moment)(result, draw, was_playing)


def _moment(result: RunResult, draw: Callable[[int], None], was_playing: bool) -> None:
    steps = [snapshot.index for snapshot in result.snapshots]
    state.remember_for(result.digest, "moment", state_view.moment_in_url(steps))
    if state.recall("moment") not in steps:  # a client may send one that there is not
        state.put("moment", steps[-1])
    if is_playing() and time.monotonic() >= state.recall("next-moment-at", 0.0):
        _advance(steps)
    if is_playing() != was_playing:
        st.rerun()  # only the page decides whether this is drawn anew by itself
    slider, button = st.columns([9, 2], vertical_alignment="bottom")
    step = slider.select_slider(text.SNAPSHOT, steps, key="moment", format_func="{:,}".format)
    step = steps[-1] if step is None else step  # a client may send none
    label, icon = (text.PAUSE, "pause") if was_playing else (text.PLAY, "play_arrow")
    pressed = (steps, not was_playing)
    button.button(label, key="play", icon=f":material/{icon}:", on_click=_press, args=pressed, width="stretch")
    if not was_playing:
        state_view.note_moment(step, steps)
    draw(steps.index(step))


def _press(steps: list[int], is_on: bool) -> None:
    """In a callback: play from the chosen moment, or from the beginning if that is the last; or pause.

    What the button said counts: *Pause*, pressed as the last moment came, does not play it all again.
    """
    state.put("playing", is_on)
    state.put("next-moment-at", time.monotonic() + FRAME_SECONDS)
    if is_playing() and state.recall("moment") == steps[-1]:
        state.put("moment", steps[0])


def _advance(steps: list[int]) -> None:
    """To the next moment; the last one ends it."""
    following = min(steps.index(state.recall("moment")) + 1, len(steps) - 1)
    state.put("moment", steps[following])
    state.put("next-moment-at", time.monotonic() + 0.8 * FRAME_SECONDS)
    state.put("playing", following < len(steps) - 1)

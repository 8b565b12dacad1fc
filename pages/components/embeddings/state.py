"""What is known of single images, kept for all who look at the same run, and the way to one on the map."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from camu_core import RunResult
from camu_core.measures import ChangedAnswers, changed_answers, nearest_images
from pages.components.shared import state, state_view

N_NEAREST = 8


class Nearest(NamedTuple):
    """Args: idx: int64 (k,), the nearest images. said: the network's answer to the image itself."""

    idx: np.ndarray
    said: int


@st.cache_data(show_spinner=False, max_entries=256)
def nearest(digest: str, retrained_digest: str | None, point: int) -> dict[str, Nearest]:
    """The nearest images of one of the probe set, by name of the network."""
    result, retrained = _both(digest, retrained_digest)
    spaces, logits = dict(result.representations), dict(result.logits)
    if retrained is not None:
        spaces["retrained"], logits["retrained"] = (
            part["unlearned"] for part in (retrained.representations, retrained.logits)
        )
    return {
        name: Nearest(nearest_images(space, np.array([point]), N_NEAREST)[0], int(logits[name][point].argmax()))
        for name, space in spaces.items()
    }


@st.cache_resource(show_spinner=False, max_entries=state.RESULTS_IN_MEMORY)
def changed(digest: str, retrained_digest: str | None) -> tuple[ChangedAnswers, ChangedAnswers | None]:
    """Which kept images of the probe set get another answer than before: of the run, and of its retrained network."""
    result, retrained = _both(digest, retrained_digest)
    before, probe = result.logits["original"], result.probe
    ours = changed_answers(before, result.logits["unlearned"], probe.y, ~probe.is_forget)
    if retrained is None:
        return ours, None
    return ours, changed_answers(before, retrained.logits["unlearned"], probe.y, ~probe.is_forget)


def _both(digest: str, retrained_digest: str | None) -> tuple[RunResult, RunResult | None]:
    return state.find_result(digest), state.find_result(retrained_digest) if retrained_digest else None


def go_to(result: RunResult, point: int) -> None:
    """In a callback: select an image, and have the map move to it; at the last moment, which shows all images."""
    state.put("moment", result.snapshots[-1].index)
    state.put("playing", False)
    st.session_state["map-asked"] = st.session_state.get("map-asked", 0) + 1
    st.session_state["map-focus"] = (result.digest, point)
    state_view.note_selected(result.digest, [point])


def focus(digest: str, picked: list[int]) -> tuple[int, str] | None:
    """The image that the map is to move to, while it is the selected one, and a text that is new each time."""
    of_run, point = st.session_state.get("map-focus", ("", -1))
    return (point, str(st.session_state["map-asked"])) if of_run == digest and picked == [point] else None

"""What is looked at: the replay of a run, and the moment and the points that the URL names."""

import time
from collections.abc import Sequence

import streamlit as st

from pages.components.shared import selections, state_address


def start_replay(digest: str, position: float = 0.0) -> None:
    st.session_state["replay"] = {"digest": digest, "position": position, "at": time.monotonic()}


def is_replaying(digest: str) -> bool:
    return st.session_state.get("replay", {}).get("digest") == digest


def end_replay() -> None:
    st.session_state.pop("replay", None)


def advance_replay(digest: str, newest: int, snapshots_per_second: float) -> int:
    """Move the replay on by the time that has passed, never beyond the newest snapshot.

    Returns:
        the snapshot to show. Somebody who comes in later starts at the newest one.
    """
    if not is_replaying(digest):
        start_replay(digest, position=float(newest))
    replay, now = st.session_state["replay"], time.monotonic()
    replay["position"] = min(newest, replay["position"] + (now - replay["at"]) * snapshots_per_second)
    replay["at"] = now
    return int(replay["position"])


_SELECTED_IN_URL = 200  # more points make an address that some programs cut


def moment_in_url(steps: list[int]) -> int:
    """The step of a run that the URL asks for; the last if it asks for none that there is."""
    asked = state_address.read("moment")
    return int(asked) if asked and int(asked) in steps else steps[-1]


def note_moment(step: int, steps: list[int]) -> None:
    """Put the step into the URL, if it is not the last."""
    note_in_url("moment", "" if step == steps[-1] else str(step))


def selected(digest: str, n: int) -> tuple[list[int], int]:
    """The points of a run, indices 0..n-1 into the probe set, that are selected, and of how many they are.

    They are all of them in the session that selected them; an address carries a fair part of many.
    """
    asked = state_address.read("selected")
    of_run, points = st.session_state.get("selected-points", ("", []))
    if of_run == digest and asked == _in_url(points):
        return [point for point in points if point < n], len(points)
    numbers, _, total = asked.partition("~")
    found = sorted({int(number) for number in numbers.split(".") if number and int(number) < n})
    return found, max(len(found), int(total or 0))


def note_selected(digest: str, points: Sequence[int]) -> None:
    """Keep the selected points of a run, sorted indices into the probe set, and put them into the URL."""
    st.session_state["selected-points"] = (digest, list(points))
    note_in_url("selected", _in_url(points))


def _in_url(points: Sequence[int]) -> str:
    """All points, or a fair part of them and how many there are."""
    kept = ".".join(map(str, selections.fair_part(points, _SELECTED_IN_URL)))
    return kept if len(points) <= _SELECTED_IN_URL else f"{kept}~{len(points)}"


def note_in_url(name: str, value: str) -> None:
    """In the URL, or out of it if empty; nothing is sent where nothing changes."""
    state_address.write(name, value)

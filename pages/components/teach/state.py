"""Which room this visitor teaches or is in, as whom, and by which address phones reach it."""

import hashlib
import secrets

import streamlit as st

from camu_core import RunSpec
from camu_core.classroom.lesson import Lesson, lesson_of
from camu_core.classroom.rooms import Room, rooms
from camu_core.errors import TooMuchAsked
from pages.components.privacy import state as state_privacy
from pages.components.shared import state, state_address, state_figures, state_visitor
from pages.components.teach import address

# --- the teacher ------------------------------------------------------------------------------------------------------


def taught_room() -> Room | None:
    """The room that this visitor teaches; to ask keeps it open."""
    return rooms().of(state.watcher())


def open_room(digest: str) -> None:
    """In a callback: a room about a finished run, on a full screen."""
    try:
        lesson = lesson_about(digest)
        rooms().open(state.watcher(), lesson, [len(question.options) for question in lesson.questions])
    except TooMuchAsked as error:
        state.refuse(str(error))
        return
    st.session_state[state_figures.PRESENT] = st.session_state["teaches"] = True


def turn(by: int) -> bool:
    """Go on or back in the lesson; whether there was somewhere to go."""
    room = taught_room()
    return room is not None and room.turn(state.watcher(), by)


def place() -> str:
    """Where the lesson of this visitor stands, for the keys; empty without one."""
    room = taught_room()
    if room is None:
        return ""
    at = room.place
    return f"{room.code} {at.question} {at.is_revealed} {at.is_over}"


def end_room() -> None:
    """In a callback: the lesson is over for all."""
    rooms().end(state.watcher())
    st.session_state.pop("teaches", None)
    state_figures.leave_presenting()


def has_run_out() -> bool:
    """Once, when the room that was open here has ended without being asked to."""
    return bool(st.session_state.pop("teaches", False))


def lesson_about(digest: str) -> Lesson:
    """Raises: CamuError if the run cannot be read."""
    result = state.find_result(digest)
    spec = result.spec
    found = state_privacy.report_of(spec), state_privacy.population_report_of(spec)
    return lesson_of(result, state.retrained_for(spec), *found)


def runs_to_teach() -> dict[str, RunSpec]:
    """Finished runs by digest: the open one first, then the example, then what this visitor finds in the list."""
    example = state.example_run()
    found = {run["digest"]: RunSpec.from_json(run["spec"]) for run in state.finished_runs()}
    found = {example.digest: example.result.spec, **found}
    first = state.open_digest()
    return {first: found[first], **found} if first in found else found


def how_reached() -> address.Reach:
    return address.reach(st.context.url, listening(), address.own_ip())


def listening() -> address.Listening:
    """How the server was started."""
    options = {name: st.get_option(f"server.{name}") for name in ("address", "port", "baseUrlPath", "sslCertFile")}
    return address.Listening(
        options["address"] or "", options["port"], (options["baseUrlPath"] or "").strip("/"),
        bool(options["sslCertFile"]),
    )  # fmt: skip


# --- a phone ----------------------------------------------------------------------------------------------------------


def code() -> str:
    """Of the room in the address; empty if there is none."""
    return state_address.read("room").upper()


def type_code() -> None:
    """In a callback: go to the room whose code was typed."""
    st.session_state.pop("was-in", None)
    state_address.write("room", str(st.session_state.get("typed-code") or "").strip().upper())


def entered_room() -> Room | None:
    """The open room in the address."""
    return rooms().find(code()) if code() else None


def phone(room: Room) -> str:
    """As whom this phone guesses, the same after a reload, and a name that says nothing in any other room.

    A browser that keeps no cookies has a random word in its address instead; one session has but one.
    """
    me = state_visitor.browser_key() or _word()
    return hashlib.sha256(f"camu phone {room.code} {me}".encode()).hexdigest()[:20]


def _word() -> str:
    """Of the address as the session found it, so that a reload keeps it, or a new one; later changes count nothing."""
    if "phone" not in st.session_state:
        st.session_state["phone"] = state_address.read("me") or secrets.token_hex(16)
    state_address.write("me", st.session_state["phone"])
    return st.session_state["phone"]


def note_presence(room: Room) -> None:
    """This session has been in the room, so that its end can be told from a wrong code."""
    st.session_state["was-in"] = room.code


def was_in(code: str) -> bool:
    return st.session_state.get("was-in") == code

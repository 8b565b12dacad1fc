"""Which story and which of its scenes is open, in the URL, and what the visitor guessed."""

import streamlit as st

from camu_core.wording.guesses import BANDS, Guess
from pages.components.shared import state_address
from pages.components.story import text, text_owner

# The stories, the first of which is told to whoever asks for none, and the titles of their scenes.
TITLES = {"digit": text.TITLES, "owner": text_owner.TITLES}


def story() -> str:
    """The one in the URL, or else the one last seen: the menu's links drop URL parameters."""
    asked = state_address.read("story") or st.session_state.get("story-told")
    _note_story(asked if asked in TITLES else next(iter(TITLES)))
    return st.session_state["story-told"]


def titles() -> tuple[str, ...]:
    """Of the scenes of the open story."""
    return TITLES[story()]


def open_story(name: str) -> None:
    """Begin a story."""
    _note_story(name)
    go_to(1)


def _note_story(name: str) -> None:
    st.session_state["story-told"] = name
    if name != next(iter(TITLES)):
        st.query_params["story"] = name
    else:
        st.query_params.pop("story", None)


def scene() -> int:
    """The scene of the story in the URL, or else the one last seen, or the nearest that there is."""
    asked = state_address.read("scene") or st.session_state.get("scene", 1)
    number = min(max(int(asked), 1), len(titles()))
    go_to(number)
    return number


def go_to(number: int) -> None:
    """Open a scene, here and in the URL."""
    st.session_state["scene"] = number
    if number > 1:
        st.query_params["scene"] = str(number)
    else:
        st.query_params.pop("scene", None)


def turn(by: int) -> bool:
    """Go one scene on or back; on from the second, which says what to forget, a run starts. False if there is none."""
    wanted = int(state_address.read("scene") or st.session_state.get("scene", 1)) + by
    if not 1 <= wanted <= len(titles()):
        return False
    if (wanted, by) == (3, 1):
        _press()
    else:
        go_to(wanted)
    return True


def _press() -> None:
    """A run starts after all callbacks, for a tile may have been clicked in the same moment."""
    st.session_state["pressed"] = True


def was_pressed() -> bool:
    """Once after a press."""
    return st.session_state.pop("pressed", False)


def guess(digest: str) -> Guess:
    """What was guessed of a run before it was made: in this session, or by the URL of the open run after a reload."""
    parts = [st.session_state.get(guess_key(part, digest)) for part in ("band", "hurt")]
    if parts != [None, None]:
        return Guess(*parts)
    kept = st.session_state.setdefault("guesses", {})
    if digest not in kept and state_address.read("run") == digest and state_address.read("guess"):
        band, hurt = map(_from_url, (*state_address.read("guess").split("."), "", "")[:2])
        kept[digest] = Guess(band if band in range(len(BANDS)) else None, bool(hurt) if hurt in (0, 1) else None)
    return kept.get(digest, Guess())


def note_guess(digest: str) -> None:
    """Keep what was guessed, if anything was, also when the page is left or loaded again."""
    made = guess(digest)
    if made != Guess():
        st.session_state.setdefault("guesses", {})[digest] = made
        st.query_params["guess"] = ".".join("" if part is None else str(int(part)) for part in (made.band, made.hurt))


def _from_url(part: str) -> int | None:
    return int(part) if part else None


def guess_key(part: str, digest: str) -> str:
    return f"guess-{part}-{digest}"

"""Teach: a room in which a class guesses on its phones, and sees what it guessed and what is true."""

import streamlit as st

from camu_core.errors import CamuError
from pages.components.teach import projector, text
from pages.components.teach import state as state_teach


def main() -> None:
    room = state_teach.taught_room()
    try:
        if room is None:
            st.title(text.TITLE, anchor=False)
            projector.opening()
        else:
            projector.lesson(room)
    except CamuError as error:
        st.error(str(error), icon=":material/report:")


main()

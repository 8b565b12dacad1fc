"""Join: what phones show in a lesson; not in the menu, since a code or a link leads here."""

import streamlit as st

from camu_core.errors import CamuError
from pages.components.teach import phone
from pages.components.teach import state as state_teach


def main() -> None:
    with st.container(key="join"):
        room = state_teach.entered_room()
        try:
            if room is None:
                phone.entrance()
            else:
                phone.inside(room)
        except CamuError as error:
            st.error(str(error), icon=":material/report:")


main()

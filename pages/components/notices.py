"""What stands above every page: what of the address or of a wish was not accepted, and what can be taken back."""

import streamlit as st

from pages.components import state, state_address, state_visitor, text


def show() -> None:
    """Draw it; once in every script run, first."""
    if not state_address.check():
        st.warning(text.ADDRESS_CUT, icon=":material/link_off:")
    if why := state.refusal():
        st.warning(why, icon=":material/block:")
    if left := state_visitor.left():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(text.DELETED.format(n=len(left)))
            st.button(text.UNDO, on_click=state_visitor.take_back, icon=":material/undo:", key="undo")

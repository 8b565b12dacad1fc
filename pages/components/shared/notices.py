"""What stands above every page: what of the address or of a wish was not accepted, and what can be taken back."""

import streamlit as st

from camu_core import DATASETS
from camu_core.config import share_limits
from camu_core.engine import JobView
from pages.components.shared import state, state_address, state_visitor, text


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


def needs_download(dataset: str) -> None:
    """Before the first use of a dataset that is not here: what it costs, and what works without a network."""
    info = DATASETS[dataset]
    if not info.is_present():
        line = text.NEEDS_DOWNLOAD.format(title=info.title, megabytes=info.download_bytes / 1e6, source=info.source)
        st.warning(line, icon=":material/download:")


def failed(view: JobView, priority: int = 0) -> None:
    """Why work of the background failed, and a button that begins it again.

    Args:
        priority: see `Engine.submit`.
    """
    st.error(view.message, icon=":material/report:")
    if st.button(text.TRY_AGAIN, icon=":material/refresh:", key=f"again-{view.digest}"):
        state.submit(view.job, priority)
        st.rerun()


def too_long(seconds: float | None) -> str:
    """Why work is not offered that this server would end before it is done; empty if it may be, or nobody knows yet.

    Args:
        seconds: about what it takes here.
    """
    most = share_limits().job_seconds
    if seconds is None or not 0 < most < seconds:
        return ""
    return text.TOO_LONG.format(time=text.takes(seconds), most=text.about(most))

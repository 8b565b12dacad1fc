"""What stands around every figure: how to read it, what it does not show, its numbers, its formula."""

import pandas as pd
import streamlit as st

from pages.components.shared import text
from pages.components.shared.glossary import explained


def reading(read: str, not_shown: str) -> None:
    """Two lines, quieter than the figure."""
    lines = text.READ.format(line=read) + "  \n" + text.NOT_SHOWN.format(line=not_shown)
    st.caption(explained(lines), unsafe_allow_html=True)


def lead(markdown: str) -> None:
    """What a page is about, its terms explained on hover."""
    st.markdown(explained(markdown), unsafe_allow_html=True)


def folds(how: str, tables: list[pd.DataFrame]) -> None:
    """The numbers, and how they come about."""
    with st.expander(text.TABLE_FOLD):
        for table in tables:
            st.dataframe(table, hide_index=True, height="content", placeholder="")
    with st.expander(text.HOW_FOLD):
        st.markdown(how)


def estimate_row(labels: dict, estimate: dict) -> dict:
    """One line of a table: what it is, value, interval, n."""
    return {**labels, "value": estimate["value"], "low": estimate["low"], "high": estimate["high"],
            "n": estimate["n"]}  # fmt: skip

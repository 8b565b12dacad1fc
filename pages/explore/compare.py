"""Which method forgets best, at what cost: many methods, two runs, and what was published."""

import streamlit as st

from camu_core.errors import CamuError
from pages.components.compare import many as compare_many
from pages.components.compare import pair as compare_pair
from pages.components.compare import published as compare_published
from pages.components.compare import race as compare_race
from pages.components.compare import state as state_compare
from pages.components.compare import text
from pages.components.compare import tune as compare_tune
from pages.components.shared import state

_PARTS = {
    "many": compare_many.many,
    "race": compare_race.show,
    "pair": compare_pair.pair,
    "tune": compare_tune.tune,
    "published": compare_published.show,
}


def main() -> None:
    st.title(text.TITLE, anchor=False)
    offered = [part for part in text.PARTS if part != "published" or compare_published.is_there()]
    wanted = state_compare.part_in_url()
    state.remember("compare-part", wanted if wanted in offered else offered[0])
    part = st.segmented_control(
        text.PART, offered, format_func=text.PARTS.get, key="compare-part", required=True,
        label_visibility="collapsed", width="stretch",
    ) or offered[0]  # fmt: skip
    state_compare.note_part(part)
    try:
        _PARTS[part]()
    except CamuError as error:
        st.error(str(error), icon=":material/report:")


main()

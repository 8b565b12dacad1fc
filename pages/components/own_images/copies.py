"""Pictures that are among a user's images more than once: how many, which, and a way to drop them."""

import streamlit as st

from camu_core.data import CopyCounts, load_dataset
from camu_core.errors import CamuError
from pages.components.own_images import state as state_own
from pages.components.own_images import text
from pages.components.shared import images, state_pictures

_GROUPS_SHOWN = 6
_OF_A_GROUP = 3


def offer(dataset: str) -> bool:
    """Say how many copies there are, show some, and offer to drop them; whether there are any."""
    groups = state_pictures.copies(dataset)
    if not groups:
        return False
    counts = CopyCounts.of(groups)
    lines = [
        line.format(n=n)
        for line, n in (
            (text.COPIES_ACROSS, counts.across), (text.COPIES_LABELS, counts.labels), (text.COPIES_AGAIN, counts.again),
        )
        if n
    ]  # fmt: skip
    with st.container(border=True, key="copies"):
        st.markdown(text.COPIES + "".join(f"\n- {line}" for line in lines))
        data = load_dataset(dataset)
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            for group in groups[:_GROUPS_SHOWN]:
                shown = [*(data.x_train[i].numpy() for i in group.train), *(data.x_test[i].numpy() for i in group.test)]
                images.thumbnails(shown[:_OF_A_GROUP], "")
            if len(groups) > _GROUPS_SHOWN:
                st.caption(text.COPIES_MORE.format(n=len(groups) - _GROUPS_SHOWN), width="content")
        if st.button(text.COPIES_DROP, key="drop-copies", icon=":material/filter_none:", help=text.COPIES_DROP_HELP):
            try:
                state_own.drop_copies(dataset)
            except CamuError as error:
                st.error(str(error), icon=":material/report:")
            else:
                st.rerun()
    return True

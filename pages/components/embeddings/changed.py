"""Kept images that get another answer than before, page by page; each opens on the map."""

import streamlit as st

from camu_core import DATASETS, RunResult
from camu_core.figures.theme import ground
from camu_core.wording.format import percent
from camu_core.wording.images import changed_line
from pages.components.embeddings import state as state_images
from pages.components.embeddings import text
from pages.components.shared import images, state
from pages.components.shared import text as words

A_PAGE = 12


def show(result: RunResult, retrained: RunResult | None) -> None:
    """The sentence, and the images."""
    ours, gold = state_images.changed(result.digest, retrained.digest if retrained else None)
    st.subheader(text.CHANGED_TITLE, anchor=False)
    st.markdown(changed_line(ours, gold))
    if not len(ours.idx):
        return
    st.caption(words.READ.format(line=text.CHANGED_READ))
    n_pages = -(-len(ours.idx) // A_PAGE)
    place = st.container(key="changed-images", horizontal=True)
    page = st.pagination(n_pages, key=f"changed-page-{result.digest}") if n_pages > 1 else 1
    with place:
        for rank in range((page - 1) * A_PAGE, min(page * A_PAGE, len(ours.idx))):
            _image(result, retrained, ours, rank)


def _image(result, retrained, ours, rank: int) -> None:
    probe, names, tones = result.probe, DATASETS[result.spec.dataset].class_names, ground(state.is_dark())
    point, was, now = (int(column[rank]) for column in (ours.idx, ours.was, ours.now))
    kind = "lost" if was == ours.y[rank] else "gained" if now == ours.y[rank] else "other"
    lines = [
        text.KINDS[kind], text.CHANGED_WAS.format(answer=names[was]),
        f"{text.CHANGED_NOW.format(answer=names[now])} ({percent(ours.sureness[rank])})",
    ]  # fmt: skip
    if retrained is not None:
        gold = int(retrained.logits["unlearned"][point].argmax())
        lines.append(text.CHANGED_GOLD.format(answer=names[gold]))
    with st.container(width=128, gap="xsmall"):
        st.html(images.framed(probe.x[[point]], [lines], probe.is_forget[[point]], tones.forget, tones.retain, 8))
        st.button(
            text.CHANGED_PRESS, key=f"changed-{point}", on_click=state_images.go_to, args=(result, point),
            icon=":material/location_searching:", type="tertiary", width="stretch",
        )  # fmt: skip

"""One image among its nearest, in each network."""

import streamlit as st

from camu_core import DATASETS, RunResult
from camu_core.figures.theme import MODEL_TITLES, ground
from camu_core.wording.images import neighbours_line
from pages.components.embeddings import state as state_images
from pages.components.embeddings import text
from pages.components.shared import images, state


def show(result: RunResult, retrained: RunResult | None, point: int) -> None:
    """The image, one sentence, and a row of its nearest images for each network."""
    probe, names, tones = result.probe, DATASETS[result.spec.dataset].class_names, ground(state.is_dark())
    found = state_images.nearest(result.digest, retrained.digest if retrained else None, point)
    is_forget = bool(probe.is_forget[point])
    st.subheader(text.NEIGHBOURS_TITLE, anchor=False)
    picture, words = st.columns([1, 9], vertical_alignment="center")
    picture.html(_strip(result, [point], [text.ROLES[is_forget]], tones))
    n_own = {name: int((probe.y[each.idx] == probe.y[point]).sum()) for name, each in found.items()}
    words.markdown(neighbours_line(n_own, len(found["original"].idx), is_forget))
    for name, each in found.items():
        st.markdown(text.NEIGHBOURS_ROW.format(network=MODEL_TITLES[name], answer=_escaped(names[each.said])))
        st.html(_strip(result, each.idx, [text.ROLES[bool(probe.is_forget[i])] for i in each.idx], tones))
    st.caption(text.NEIGHBOURS_NOTE.format(n=len(probe.y) - 1))


def choice(result: RunResult, points: list[int]) -> None:
    """One of several selected images, from a list: what a click on the map does."""
    probe, names = result.probe, DATASETS[result.spec.dataset].class_names
    words = {
        point: text.PLACE.format(
            truth=names[probe.y[point]], set=text.SETS[bool(probe.in_train[point])], number=probe.idx[point]
        )
        for point in points
    }
    key = f"one-of-{hash(tuple(points))}"

    def pick() -> None:
        if (point := state.recall(key)) in words:
            state_images.go_to(result, point)

    st.selectbox(text.ONE_IMAGE, points, index=None, format_func=words.get, key=key, on_change=pick, width=340)


def _strip(result: RunResult, idx, roles: list[str], tones) -> str:
    probe, names = result.probe, DATASETS[result.spec.dataset].class_names
    captions = [(names[y], role) for y, role in zip(probe.y[idx], roles, strict=True)]
    return images.framed(probe.x[idx], captions, probe.is_forget[idx], tones.forget, tones.retain)


def _escaped(name: str) -> str:
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+-.!|$:~" else c for c in name)

"""One image of a run of CaMU in slow motion, in the story and on Learn."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from camu_core import DATASETS, RunResult
from camu_core.figures import slow_motion_figure
from camu_core.runs.slow_motion import CARRIED, HALVES, FilmOnMap, Half, Moment, SlowMotion
from camu_core.wording.format import percent
from camu_core.wording.verdict import forget_phrase
from pages.components.shared import charts, images, notes, state, state_figures
from pages.components.shared import text as words
from pages.components.story import slow_figure as component
from pages.components.story import state_slow
from pages.components.story import text_slow as text

_MARKS = {"forget": "◆", "counterfactual": "★", "retain": "●"}
_PARTS = {term: term.split("_")[0] for terms in HALVES.values() for term in terms} | {CARRIED: CARRIED}


def choose_view() -> str:
    """All images of the run, or one."""
    return st.segmented_control(
        text.VIEW, list(text.VIEWS), format_func=text.VIEWS.get, default="all", key="watch", required=True,
        label_visibility="collapsed", bind="query-params",
    ) or "all"  # fmt: skip


def lead() -> None:
    """What it is about, and a button for another image."""
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            notes.lead(text.LEAD)
        st.button(text.ANOTHER, key="slow-another", icon=":material/shuffle:", on_click=state_slow.next_image)


def panel(result: RunResult, height: int = 360) -> None:
    """Of this run, or of the example where that would take long or another method was used."""
    shown = result if state_slow.has_film(result.spec) else state.example_run().result
    if shown is not result:
        st.caption(text.EXAMPLE.format(what=forget_phrase(shown.spec)))
    with st.container(key="slow-motion"):
        with st.spinner(text.FILMING):
            film, drawn = state_slow.film(shown, state_slow.image_number())
        figure, told = _drawn((shown.digest, state_slow.image_number(), state.is_dark(), height), film, drawn, shown)
        state_figures.note("slow-motion", figure)
        component.show(f"slow-{shown.digest}-{state_slow.image_number()}", told, charts.config("slow-motion", False))


def how() -> None:
    """How all this is computed, folded."""
    with st.expander(words.HOW_FOLD):
        st.markdown(text.HOW)


@st.cache_resource(show_spinner=False, max_entries=16)
def _drawn(
    moment: tuple[str, int, bool, int], _film: SlowMotion, _on_map: FilmOnMap, _result: RunResult
) -> tuple[go.Figure, dict[str, Any]]:
    """The map with its frames, and what the browser is told.

    Args:
        moment: digest of the run, which image, dark, height; names all that follows.
    """
    _, _, dark, height = moment
    names, live = DATASETS[_result.spec.dataset].class_names, _result.probe.is_live
    shown, labels = _on_map.moments, {**text.NAMES, **text.TERMS, CARRIED: text.CARRIED}
    figure = slow_motion_figure(
        np.stack([each.points for each in shown]), _on_map.target, [each.moves for each in shown], _PARTS,
        _on_map.magnification, _result.joint_points[[each.snapshot for each in shown]], _result.probe.y[live],
        _result.probe.is_forget[live], names, labels,
        text.MAP.format(times=_on_map.magnification), dark, height,
    )  # fmt: skip
    pictures = [
        component.Picture(images.data_uri((x.clip(0, 1) * 255).round().astype(np.uint8)), text.NAMES[role], mark, role)
        for x, (role, mark) in zip(_film.x, _MARKS.items(), strict=True)
    ]
    halves = [
        component.HalfRow(half, text.HALVES[half], tuple(
            component.Term(term, text.TERMS[term], _PARTS[term]) for term in terms
        ))
        for half, terms in HALVES.items()
    ]  # fmt: skip
    moments = [_shown(each, _film, names) for each in shown]
    labels = {
        "back": text.BACK, "play": text.PLAY, "pause": text.PAUSE, "on": text.ON, "position": text.POSITION,
        "help": text.TERM_HELP.format(n=_film.batch_size),
    }  # fmt: skip
    return figure, component.told(pictures, halves, list(_PARTS), moments, figure, labels)


def _shown(moment: Moment, film: SlowMotion, names: tuple[str, ...]) -> component.Shown:
    half = moment.half
    answers = film.end_logits if half is None else half.logits
    says = [_says(row, names) for row in answers]
    says.insert(1, text.TAKES.format(name=names[film.y[1]]))
    if half is None:
        note = text.NOTE_END.format(before=film.distances[0], after=film.distances[1], n_numbers=len(film.target))
        return component.Shown(
            0, "", text.END.format(total=film.total), note, tuple(says), _values(film.end_losses, film)
        )
    title = text.STEP.format(index=half.index, total=film.total)
    losses = {term: loss for each in film.halves if each.index == half.index for term, loss in each.losses.items()}
    return component.Shown(half.index, half.name, title, _note(half), tuple(says), _values(losses, film))


def _note(half: Half) -> str:
    said = [text.NOTES[half.name]]
    if not half.is_in_batch:
        said.append(text.NOTE_OUTSIDE)
    if half.index > 1:
        said.append(text.NOTE_CARRIED)
    return " ".join(said)


def _values(losses: Mapping[str, float], film: SlowMotion) -> dict[str, dict[str, Any]]:
    """The formula of each half that was taken."""
    by_half = {half: {term: losses[term] for term in terms} for half, terms in HALVES.items() if terms[0] in losses}
    return {
        half: {
            "terms": [text.TERM.format(weight=film.weights[term], loss=_number(loss)) for term, loss in terms.items()],
            "total": _number(film.loss(terms)),
        }
        for half, terms in by_half.items()
    }


def _number(value: float) -> str:
    return f"{abs(round(value, 3)):.3f}"  # a distance of 0 may come out as -1e-7


def _says(logits: np.ndarray, names: tuple[str, ...]) -> str:
    odds = np.exp(logits - logits.max())
    return text.SAYS.format(name=names[int(logits.argmax())], share=percent(float(odds.max() / odds.sum())))

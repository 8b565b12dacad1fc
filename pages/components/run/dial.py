"""How hard should it forget? The open run at other strengths, at once where they are known, else on demand."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from camu_core import DATASETS, RunResult, RunSpec
from camu_core.engine import BACKGROUND_PRIORITY
from camu_core.figures import Panel, axis_ranges, dial_figure, embedding_figure
from camu_core.figures.dial import INSIDE, KEPT, RECOGNISED
from camu_core.figures.theme import ground
from camu_core.jobs import Dial
from camu_core.measures.estimates import Estimate, is_measured
from camu_core.wording.dial import dial_title, strength_words
from camu_core.wording.format import percent
from pages.components.privacy import state as state_privacy
from pages.components.run import dial_figure as component
from pages.components.run import state_dial, text
from pages.components.shared import batch, charts, notes, notices, state, state_figures

TICK_SECONDS = 1.0
_NUMBERS = {RECOGNISED: "dial-forget", KEPT: "dial-retain", INSIDE: "dial-forget"}


def show(result: RunResult) -> None:
    """Nothing for a run without learning rates to change, or one that takes long."""
    if not state_dial.runs_of(result):
        return
    with st.container(key="dial"):
        st.subheader(text.DIAL_TITLE, anchor=False)
        notes.lead(text.DIAL_LEAD)
        found = panel(result)
        if found is not None:
            notes.reading(text.DIAL_READ + (text.DIAL_READ_BAND if _reference(result) else ""), text.DIAL_NOT)
            notes.folds(text.DIAL_HOW, [_table(found)])


def panel(result: RunResult, height: int = 330) -> Dial | None:
    """The dial itself, or what there is to do for it; returns it once it is there.

    Args:
        result: one that has such runs.
    """
    runs = state_dial.runs_of(result)
    found = state_dial.dial(runs) or _computed(runs, result)
    if found is not None:
        _pictures(found, result, height)
    return found


def _computed(runs: dict[float, RunSpec], result: RunResult) -> Dial | None:
    """What was measured of the runs; while that is not so, the curves of those that are there."""
    measured = state_dial.measured(runs)
    if not measured:
        batch.runs_needed(state_dial.batch_of(runs), text.DIAL_START, lambda: _curves_so_far(runs, result))
        return None
    found = state_dial.dial(measured)
    if found is None:
        st.fragment(run_every=TICK_SECONDS)(_measuring)(measured, runs, result)
    return found


def _measuring(measured: dict[float, RunSpec], runs: dict[float, RunSpec], result: RunResult) -> None:
    """The last part of the way."""
    if state_dial.dial(measured) is not None:
        st.rerun()
    job = state_dial.measuring(measured)
    if why := state.refusal():
        st.warning(why, icon=":material/block:")
    elif job is not None and job.state == "failed":
        notices.failed(job, BACKGROUND_PRIORITY)
    else:
        st.progress(job.index / job.total if job is not None and job.total else 0.0, text=text.DIAL_MEASURING)
    _curves_so_far(runs, result)


def _curves_so_far(runs: dict[float, RunSpec], result: RunResult) -> None:
    known = state_dial.so_far(runs, result.metrics["original"])
    strengths = [0.0, *runs]
    curves: dict[str, dict[int, Estimate]] = {INSIDE: {}}
    for i, measure in enumerate((RECOGNISED, KEPT)):
        curves[measure] = {strengths.index(strength): found[i] for strength, found in known.items()}
    base = _base(result.spec)
    figure = dial_figure(curves, text.DIAL_NUMBERS, strengths, base, text.DIAL_SO_FAR, dark=state.is_dark())
    charts.show(st, figure, key="dial-so-far", is_steady=True)


def _pictures(found: Dial, result: RunResult, height: int) -> None:
    """Slider, numbers, map and curves."""
    moment = (found.digest, result.digest, _reference(result), state.is_dark(), height)
    scatter, curves, told = _drawn(moment, found, result.spec)
    for key, figure in {"dial-map": scatter, "dial-curves": curves}.items():
        state_figures.note(key, figure)
    component.show(f"dial-{result.digest}", told, charts.config("dial"))


@st.cache_resource(show_spinner=False, max_entries=16)
def _drawn(
    moment: tuple[str, str, tuple[float, ...], bool, int], _found: Dial, _spec: RunSpec
) -> tuple[go.Figure, go.Figure, dict[str, Any]]:
    """Map, curves, and what the browser is told.

    Args:
        moment: digests of the dial and of the open run, reference, dark, height; names all that follows.
    """
    _, run, reference, dark, height = moment
    base, dataset = _base(_spec), _spec.dataset
    strengths = [stop.strength for stop in _found.stops]
    by_measure = {measure: [getattr(stop, measure) for stop in _found.stops] for measure in _NUMBERS}
    start = next((i for i, stop in enumerate(_found.stops) if stop.run == run), 0)
    curves = dial_figure(
        {measure: dict(enumerate(estimates)) for measure, estimates in by_measure.items()}, text.DIAL_NUMBERS,
        strengths, base, dial_title(strengths, by_measure[RECOGNISED], by_measure[INSIDE], base), reference, start,
        dark, height,
    )  # fmt: skip
    scatter = _map(_found, start, dataset, dark, height)
    never_saw = ""
    if reference:
        low, high = percent(min(reference)), percent(max(reference))
        never_saw = text.DIAL_REFERENCE.format(n=len(reference), low=low, high=high)
    numbers = [
        component.Number(text.DIAL_NUMBERS[measure], role, never_saw if measure == INSIDE else "")
        for measure, role in _NUMBERS.items()
    ]
    positions = [
        component.Position(
            _strength_line(stop.strength, base),
            tuple(_value(getattr(stop, measure)) for measure in _NUMBERS),
            tuple(_note(measure, getattr(stop, measure)) for measure in _NUMBERS),
        )
        for stop in _found.stops
    ]
    points, names = _found.points.astype(float).round(3), DATASETS[dataset].class_names
    traces = [
        component.Trace(
            points[:, mask, 0].tolist(), points[:, mask, 1].tolist(), _found.y[mask].tolist(),
            _found.said[:, mask].tolist(), names, text.DIAL_HOVER,
        )
        for mask in (~_found.is_forget, _found.is_forget)
    ]  # fmt: skip
    told = component.told(
        text.DIAL_SLIDER.format(base=base), text.DIAL_ENDS, numbers, positions, start, traces, [scatter, curves]
    )
    return scatter, curves, told


def _map(found: Dial, start: int, dataset: str, dark: bool, height: int) -> go.Figure:
    """The open run's network; the classes that are kept bear their names. Forgotten ones would leave theirs: the legend
    has them.
    """
    info, points = DATASETS[dataset], found.points.astype(float)
    figure = embedding_figure(
        [Panel("", points[start], np.eye(info.n_classes)[found.said[start]])], found.y, found.is_forget,
        info.class_names, axis_ranges(points), text.DIAL_MAP, dark, height=height,
    )  # fmt: skip
    labels, color = figure.layout.annotations, ground(dark).forget
    figure.layout.annotations = [label for label in labels if label.font.color != color]
    if forgotten := ", ".join(label.text for label in labels if label.font.color == color):
        figure.update_traces({"name": text.DIAL_FORGOTTEN.format(names=forgotten)}, {"marker.color": color})
    return figure


def _reference(result: RunResult) -> tuple[float, ...]:
    """What a new classifier finds in each of the retrained networks; empty where none were tested."""
    reference = (state_privacy.report_of(result.spec) or {}).get("reference")
    return tuple(reference["measures"].get("fresh_head_1", ())) if reference else ()


def _base(spec: RunSpec) -> str:
    return text.DIAL_BASE[state_dial.has_usual_rates(spec)]


def _strength_line(strength: float, base: str) -> str:
    lines = {0.0: text.DIAL_AT_ZERO, 1.0: text.DIAL_AT_ONE}
    return lines.get(strength, text.DIAL_AT).format(strength=strength_words(strength), base=base)


def _value(estimate: Estimate) -> str:
    return percent(estimate["value"], digits=1) if is_measured(estimate) else text.DIAL_UNKNOWN


def _note(measure: str, estimate: Estimate) -> str:
    if not is_measured(estimate):
        return ""
    return text.DIAL_NOTES[measure].format(
        low=percent(max(estimate["low"], 0)), high=percent(min(estimate["high"], 1)), n=estimate["n"]
    )


def _table(found: Dial) -> pd.DataFrame:
    return pd.DataFrame(
        notes.estimate_row({text.DIAL_COLUMN: strength_words(stop.strength), "of": text.DIAL_NUMBERS[measure]},
                           getattr(stop, measure))
        for stop in found.stops for measure in _NUMBERS
    )  # fmt: skip

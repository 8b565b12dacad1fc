"""A race: a few methods on the task of the open run, side by side on one clock, and then their verdicts."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from camu_core import METHODS, RunResult, RunSpec, Snapshot
from camu_core.comparison import title_of
from camu_core.engine.batches import Batch
from camu_core.figures import Panel, embedding_figure, growing_ranges
from camu_core.methods import methods_for
from camu_core.planning import plan_like
from camu_core.specs import GIVEN
from camu_core.wording.format import percent
from camu_core.wording.verdict import forget_phrase
from pages.components.compare import state as state_compare
from pages.components.compare import text
from pages.components.privacy import state as state_privacy
from pages.components.run import live
from pages.components.shared import batch, charts, notes, state, verdict
from pages.components.shared import text as words

SHOW_SECONDS = 12.0  # that a replay of the slowest takes
TICK_SECONDS = 0.4
_USUAL = ("camu", "camu_one_pass", "scrub", "retrain")


@dataclass(frozen=True)
class Lane:
    """One method at one moment.

    Args:
        snapshots: up to that moment; none of a run that has not begun.
        line: how it stands, in words.
    """

    title: str
    snapshots: Sequence[Snapshot]
    line: str


def show() -> None:
    """Who races, the start, the race, and the verdicts."""
    run = state.current_run()
    if run.result is None:
        state_compare.show_race(state_compare.racers_in_url(METHODS), run.digest)
        verdict.unfinished(run)
        return
    of = run.result.spec
    notes.lead(text.RACE_LEAD.format(what=forget_phrase(of)))
    offered = methods_for(of.forget.kind)
    state.remember("racers", state_compare.racers_in_url(offered) or [name for name in _USUAL if name in offered])
    names = st.multiselect(
        text.RACE_METHODS,
        offered,
        key="racers",
        format_func=title_of,
        max_selections=state_compare.MOST_RACERS,
        persist_state="session",
    )
    state_compare.show_race(names, "" if run.is_example else run.digest)
    if len(names) < 2:
        st.caption(text.RACE_FEW)
        return
    start = plan_like(of, method=names[0]) if of.method == GIVEN else of
    specs = tuple(plan_like(start, method=name) for name in names)
    _race(specs)


def _race(specs: tuple[RunSpec, ...]) -> None:
    wanted = Batch("", f"race-{'-'.join(spec.digest for spec in specs)}", specs)
    label = text.RACE_START.format(n=len(specs))
    if not batch.runs_needed(wanted, label, lambda: _lanes(specs, _live(specs)), go_on=label):
        return
    results = [state.find_result(spec.digest) for spec in specs]
    began = state.recall("race-began")
    if began is None:
        st.button(words.REPLAY, key="race-again", icon=":material/replay:", on_click=_begin)
        _lanes(specs, [_at(result, result.seconds["unlearn"]) for result in results])
    else:
        st.button(words.SKIP, key="race-skip", on_click=state.drop, args=("race-began",))
        st.fragment(run_every=TICK_SECONDS)(_replay)(specs, results, began)
    _verdicts(results)


def _begin() -> None:
    state.put("race-began", time.monotonic())


def _replay(specs: Sequence[RunSpec], results: Sequence[RunResult], began: float) -> None:
    """All at the same moment of the clock, which the slowest sets."""
    slowest = max(result.seconds["unlearn"] for result in results)
    now = slowest * (time.monotonic() - began) / SHOW_SECONDS
    if now >= slowest:
        state.drop("race-began")
        st.rerun()
    st.markdown(text.RACE_CLOCK.format(now=now, slowest=slowest))
    _lanes(specs, [_at(result, now) for result in results])


def _at(result: RunResult, seconds: float) -> Lane:
    """A finished run after so many seconds of its own work."""
    took, steps = result.seconds["unlearn"], [snapshot.index for snapshot in result.snapshots]
    reached = steps[-1] if seconds >= took else steps[-1] * seconds / took
    seen = result.snapshots[: int(np.searchsorted(steps, reached, side="right"))]
    line = text.RACE_DONE.format(seconds=took) if seconds >= took else text.RACE_RUNNING
    return Lane(title_of(result.spec.method), seen, line)


def _live(specs: Sequence[RunSpec]) -> list[Lane]:
    """Every run as it stands now."""
    lanes = []
    for spec in specs:
        if state.is_finished(spec.digest):
            result = state.find_result(spec.digest)
            lanes.append(_at(result, result.seconds["unlearn"]))
            continue
        job = state.engine().watch(spec.digest)
        is_running = job is not None and bool(job.snapshots)
        line = text.RACE_RUNNING if is_running else text.RACE_WAITING
        lanes.append(Lane(title_of(spec.method), job.snapshots if job and is_running else (), line))
    return lanes


def _lanes(specs: Sequence[RunSpec], lanes: Sequence[Lane]) -> None:
    """How each stands, and below it what its network sees."""
    for column, lane in zip(st.columns(len(lanes)), lanes, strict=True):
        column.markdown(f"**{lane.title}**  \n{lane.line}")
        now = lane.snapshots[-1] if lane.snapshots else None
        column.markdown(text.RACE_NUMBERS.format(
            forgotten=percent(now.forget_accuracy) if now else "-", kept=percent(now.retain_accuracy) if now else "-"
        ))  # fmt: skip
    scene = live.scene_of(specs[0])
    started = [lane for lane in lanes if lane.snapshots]
    if scene is None or not started:
        return
    first = started[0].snapshots[0]  # the original, for all
    panels = [Panel(lane.title, *_seen(lane, first)) for lane in lanes]
    ranges = growing_ranges(first.points, (snapshot.points for lane in lanes for snapshot in lane.snapshots))
    figure = embedding_figure(
        panels, scene.y, scene.is_forget, scene.class_names, ranges, text.RACE_MAPS, state.is_dark(), height=330
    )
    charts.show(st, figure, key="race", is_steady=True)


def _seen(lane: Lane, first: Snapshot) -> tuple[np.ndarray, np.ndarray]:
    shown = lane.snapshots[-1] if lane.snapshots else first
    return shown.points, shown.logits


def _verdicts(results: Sequence[RunResult]) -> None:
    """In a row, with what tests found by now; those that are missing are made meanwhile."""
    notes.reading(text.RACE_READ, text.RACE_NOT)
    for column, result in zip(st.columns(len(results)), results, strict=True):
        spec = result.spec
        state.follow_up(spec)
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{METHODS[spec.method].title}**")
            verdict.headline(
                result, state.retrained_for(spec), state_privacy.report_of(spec),
                state_privacy.population_report_of(spec), state_privacy.is_judging(spec),
            )  # fmt: skip
            st.page_link("pages/explore/run.py", label=text.RACE_OPEN, icon=":material/open_in_new:",
                         query_params={"run": spec.digest})  # fmt: skip

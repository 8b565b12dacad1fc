"""Tuning on the page: what to tune, how far it is, the trials in the plane of forgetting and keeping."""

from dataclasses import fields
from typing import Any

import pandas as pd
import streamlit as st

from camu_core import DATASETS, METHODS
from camu_core.comparison.tuning import target_of, trial_table
from camu_core.config import is_read_only
from camu_core.engine.tunings import Search, Tuning, tunable
from camu_core.figures import trials_figure
from camu_core.planning import usual_settings
from camu_core.settings import label_of
from camu_core.specs import ForgetSpec
from camu_core.wording.format import sample, small
from pages.components.compare import many as compare_many
from pages.components.compare import state as state_compare
from pages.components.compare import state_tune, text
from pages.components.compare import table as compare_table
from pages.components.run import controls
from pages.components.shared import batch, charts, notes, notices, selections, state
from pages.components.shared import text as words

_PARTS = ("10%",)  # of the training images, at random
_Column = st.column_config


def tune() -> None:
    """Controls, a button or the progress, and what is known of the trials."""
    notes.lead(text.TUNE_LEAD)
    search = _controls()
    tuning = Tuning((search,))
    state_compare.show_tuned(state_tune.address(search))
    notices.needs_download(search.dataset)
    if state_tune.is_under_way(tuning):
        st.fragment(run_every=batch.TICK_SECONDS)(_tick)(tuning)
    elif state_tune.stage(tuning).left and not is_read_only():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                text.TUNE_START.format(n=search.n_trials), type="primary", icon=":material/tune:", key="tune-start",
                on_click=state_tune.start, args=(tuning,),
            )  # fmt: skip
            st.caption(text.TUNE_WHAT.format(networks=sample(search.n_networks, "training")))
        if problem := state_tune.problem(tuning):
            st.error(problem, icon=":material/report:")
    found, is_shipped = state_tune.report(tuning)
    if found is None:
        is_asked = state_tune.is_under_way(tuning)
        st.info(text.TUNE_SOON if is_asked else text.TUNE_NOTHING, icon=":material/hourglass_empty:")
        return
    _results(found, is_shipped)


def _controls() -> Search:
    """Widgets, which begin with what the address says."""
    dataset, what, method, n_trials = state_tune.question(controls.OFFERED)
    first, second, third, last = st.columns([3, 4, 4, 2], vertical_alignment="bottom")
    state.remember("tune-dataset", dataset)
    dataset = first.selectbox(
        words.PICK_DATASET, controls.OFFERED, format_func=lambda name: DATASETS[name].title, key="tune-dataset"
    ) or controls.OFFERED[0]  # fmt: skip
    forgets = [*map(str, range(DATASETS[dataset].n_classes)), *_PARTS]
    _begin("tune-forget", what, forgets)
    what = second.selectbox(
        words.PICK_FORGET, forgets, format_func=lambda what: compare_many.forget_title(dataset, what),
        key="tune-forget",
    ) or forgets[0]  # fmt: skip
    is_part = what.endswith("%")
    forget = ForgetSpec("random", fraction=float(what[:-1]) / 100) if is_part else ForgetSpec(classes=(int(what),))
    names = tunable(dataset, forget)
    _begin("tune-method", method, names)
    method = third.selectbox(
        words.PICK_METHOD, names, format_func=lambda name: METHODS[name].title, key="tune-method"
    ) or names[0]  # fmt: skip
    state.remember("tune-trials", n_trials)
    n_trials = last.number_input(
        text.TUNE_TRIALS, min_value=2, max_value=state_tune.MOST_TRIALS, step=1, key="tune-trials",
        help=text.TUNE_TRIALS_HELP,
    )  # fmt: skip
    return Search(dataset, forget, method, int(n_trials))


def _begin(key: str, wanted: str, offered: list[str]) -> None:
    """Give a list its first value, and another one where that is not offered any more."""
    if state.recall(key) not in offered:
        state.put(key, wanted if wanted in offered else offered[0])


def _tick(tuning: Tuning) -> None:
    state_tune.go_on(tuning)
    if not state_tune.is_under_way(tuning):
        st.rerun()
    now = state_tune.stage(tuning)
    line = text.TUNE_STAGES[now.name].format(done=now.total - len(now.left), total=now.total)
    bar, button = st.columns([6, 1], vertical_alignment="center")
    bar.progress(state_tune.fraction(now), text=line)
    button.button(
        words.STOP, key="tune-stop", icon=":material/stop_circle:", on_click=state_tune.stop, args=(tuning,),
        width="stretch",
    )  # fmt: skip


def _results(found: dict[str, Any], is_shipped: bool) -> None:
    table = trial_table(found)
    kind, chosen = found["forget"]["kind"], found["chosen"]
    usual = found["trials"][0]["objective"]
    labels = _labels(found)
    settings = ", ".join(f"{small(labels[name])} {value:g}" for name, value in chosen["settings"].items())
    with st.container(border=True):
        st.markdown(
            (text.TUNE_KEPT if chosen["trial"] == 0 else text.TUNE_FOUND).format(
                settings=settings, usual=text.TUNE_FAILED if usual is None else f"{100 * usual:.1f}",
                chosen=f"{100 * chosen['objective']:.1f}",
            )
        )  # fmt: skip
        if is_shipped:
            st.caption(text.TUNE_SHIPPED)
    title = text.TUNE_TITLE.format(method=METHODS[found["method"]].title)
    named = table.rename(columns=labels)
    figure = trials_figure(named, target_of(found["reference"]), text.AXES[kind], title, state.is_dark())
    charts.show(st, figure, key="trials")
    networks = sample(found["n_networks"], "training")
    notes.reading(text.TUNE_READ, text.TUNE_NOT.format(networks=networks))
    _table(table, labels, is_shipped)
    with st.expander(words.HOW_FOLD):
        st.markdown(text.TUNE_HOW.format(networks=networks, command=state_tune.command(found)))


def _labels(found: dict[str, Any]) -> dict[str, str]:
    """What the settings that were searched are called."""
    config = usual_settings(found["method"], found["dataset"], found["forget"]["kind"], found["model"])
    return {spec.name: label_of(spec) for spec in fields(config) if spec.name in found["ranges"]}


def _table(table: pd.DataFrame, labels: dict[str, str], is_shipped: bool) -> None:
    """One row a trial; ticked ones can be opened, if they were made here."""
    marks = {True: "✓", False: ""}
    shown = table.drop(columns="run").assign(
        objective=100 * table["objective"], forgotten=100 * table["forgotten"], kept=100 * table["kept"],
        is_on_front=table["is_on_front"].map(marks), is_chosen=table["is_chosen"].map(marks),
    )  # fmt: skip
    event = st.dataframe(
        shown, hide_index=True, height="content", key="trials-table", placeholder="",
        on_select="ignore" if is_shipped else "rerun", selection_mode="multi-row",
        column_config={
            **{name: _Column.NumberColumn(label, format="%g") for name, label in labels.items()},
            "trial": _Column.NumberColumn(text.TUNE_TRIAL),
            "objective": _Column.NumberColumn(text.TUNE_OBJECTIVE, format="%.1f", help=text.TUNE_OBJECTIVE_HELP),
            "forgotten": _Column.NumberColumn(text.COLUMNS["forgotten"], format="%.1f%%"),
            "kept": _Column.NumberColumn(text.COLUMNS["kept"], format="%.1f%%"),
            "is_on_front": _Column.TextColumn(text.TUNE_FRONT),
            "is_chosen": _Column.TextColumn(text.TUNE_CHOSEN),
        },
    )  # fmt: skip
    if is_shipped:
        return
    picked = [table["run"].iloc[row] for row in selections.rows(event, len(table))]
    picked = [digest for digest in picked if state.is_finished(digest)]
    compare_table.open_buttons(picked, text.TUNE_OPEN)
    if not picked:
        st.caption(text.TUNE_HINT)

"""All finished runs, and sweeps."""

import pandas as pd
import streamlit as st

from camu_core import DATASETS, METHODS, RunSpec
from camu_core.config import admin_key, is_read_only
from camu_core.engine.batches import NotedBatch, noted_batches
from camu_core.engine.sweeps import SweepSpec, sweep_table
from camu_core.errors import CamuError
from camu_core.figures import runs_figure
from camu_core.planning import settings_phrase
from camu_core.specs import GIVEN
from camu_core.wording.verdict import forget_phrase
from pages.components.compare import sweeps
from pages.components.compare import text as text_compare
from pages.components.run import controls
from pages.components.shared import charts, selections, state, state_visitor, text

_DIGITS = 3  # of a fraction, so that per cents have one decimal
_SHORT = 8  # letters of a digest


def main() -> None:
    st.title(text.LIBRARY_TITLE, anchor=False)
    st.markdown(text.LIBRARY_LEAD)
    runs = state.finished_runs()
    if runs:
        _library(runs)
    else:
        st.info(text.LIBRARY_EMPTY, icon=":material/inbox:")
    st.subheader(text.SWEEP_TITLE, anchor=False)
    st.markdown(text.SWEEP_LEAD)
    if is_read_only():
        st.info(text.READ_ONLY, icon=":material/lock:")
    else:
        _sweep_form()
    sweeps.sweep_list()
    _operator()


def _library(runs: list[dict]) -> None:
    specs = [RunSpec.from_json(run["spec"]) for run in runs]
    table = sweep_table(runs).assign(
        pinned=[run["is_pinned"] for run in runs],
        mine=[run["is_mine"] for run in runs],
        dataset_title=[DATASETS[spec.dataset].title for spec in specs],
        phrase=[forget_phrase(spec) for spec in specs],
        settings=[settings_phrase(spec) for spec in specs],
        method_title=[METHODS.title(spec.method, spec.method_sha256) for spec in specs],
    )
    shown = _filtered(table)
    folded = _in_batches(shown)
    alone = shown[~shown["digest"].isin([digest for part in folded.values() for digest in part["digest"]])]
    ticked = [_table(alone, "library")] if len(alone) else []
    for batch, part in folded.items():
        with st.expander(_batch_title(batch, part), icon=":material/stacks:"):
            ticked.append(_table(part, f"library-{batch.name}"))
    picked = pd.concat(ticked) if ticked else shown
    if picked.empty:
        st.caption(text.LIBRARY_PICK)
        return
    _actions(picked)
    if len(picked) > 1:
        st.subheader(text.COMPARE_TITLE, anchor=False)
        charts.show(st, runs_figure(picked.to_dict("records"), state.is_dark()), key="compare")


def _in_batches(table: pd.DataFrame) -> dict[NotedBatch, pd.DataFrame]:
    """The runs of each sweep or picture, in the newest that made them; pinned ones stand with those of their own."""
    left, found = table[~table["pinned"]], {}
    for batch in noted_batches(state.engine().store):
        part = left[left["digest"].isin(batch.runs)]
        if len(part) > 1:
            found[batch], left = part, left.drop(part.index)
    return found


def _batch_title(batch: NotedBatch, runs: pd.DataFrame) -> str:
    phrases, methods, seeds = (runs[name].unique() for name in ("phrase", "method_title", "seed"))
    return text.BATCH_RUNS.format(
        kind=text.BATCH_KINDS[batch.kind], n=len(runs), dataset=DATASETS[runs["dataset"].iloc[0]].title,
        what=text.BATCH_FORGET.format(what=phrases[0]) if len(phrases) == 1
        else text.BATCH_FORGETS.format(n=len(phrases)),
        methods=methods[0] if len(methods) == 1 else text.BATCH_METHODS.format(n=len(methods)),
        seeds=text.BATCH_SEED.format(seed=seeds[0]) if len(seeds) == 1 else text.BATCH_SEEDS.format(n=len(seeds)),
    )  # fmt: skip


def _table(runs: pd.DataFrame, key: str) -> pd.DataFrame:
    """Draw runs; returns those that are ticked. Ticks are row numbers, so another list begins with none."""
    event = st.dataframe(
        _readable(runs), hide_index=True, on_select="rerun", selection_mode="multi-row",
        key=f"{key}-{hash(tuple(runs['digest']))}",
        height="content", placeholder="",
        column_config={
            **text.LIBRARY_COLUMNS,
            **{name: st.column_config.ProgressColumn(
                text_compare.COLUMNS[name], width=120, help=text_compare.COLUMN_HELP[name], format="percent",
                max_value=1,
            ) for name in ("forgotten", "kept")},
            "seconds": st.column_config.NumberColumn(text.LIBRARY_COLUMNS["seconds"], format="%.1f"),
        },
    )  # fmt: skip
    return runs.iloc[selections.rows(event, len(runs))]


def _filtered(table: pd.DataFrame) -> pd.DataFrame:
    columns = st.columns(3)
    titles = {"dataset": "dataset_title", "method": "method_title", "forget": "phrase"}
    for column, (label, name) in zip(columns, titles.items(), strict=True):
        wanted = column.multiselect(text.LIBRARY_COLUMNS[label], sorted(table[name].unique()), key=f"filter-{label}")
        if wanted:
            table = table[table[name].isin(wanted)]
    return table


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "pinned": ["📌" if pinned else "" for pinned in table["pinned"]],
            "dataset": table["dataset_title"],
            "forget": table["phrase"],
            "method": table["method_title"],
            "seed": table["seed"],
            "settings": table["settings"],
            "forgotten": table["unlearned_forget_test"].fillna(table["unlearned_forget_train"]).round(_DIGITS),
            "kept": table["unlearned_retain_test"].round(_DIGITS),
            "seconds": table["unlearn_seconds"].where(table["method"] != GIVEN),
            "run": table["digest"].str[:_SHORT],
        }
    )


def _actions(picked: pd.DataFrame) -> None:
    digests = picked["digest"].tolist()
    with st.container(horizontal=True):
        if len(digests) == 1 and st.button(text.OPEN, type="primary", icon=":material/open_in_new:"):
            state.open_run(digests[0])
            st.switch_page("pages/explore/run.py", query_params={"run": digests[0]})
        if len(digests) == 2:
            alike = picked[["dataset", "model"]].nunique().max() == 1
            if st.button(
                text_compare.SIDE_BY_SIDE, type="primary", icon=":material/compare_arrows:", disabled=not alike,
                help=None if alike else text_compare.SIDE_BY_SIDE_HELP,
            ):  # fmt: skip
                st.switch_page("pages/explore/compare.py", query_params={"run": digests[0], "b": digests[1]})
        pin = not picked["pinned"].all()
        may = bool(picked["mine"].all()) and not is_read_only()
        why = None if may else text.READ_ONLY if is_read_only() else text.NOT_MINE
        st.button(
            text.PIN if pin else text.UNPIN, on_click=state.pin_runs, args=(digests, pin), icon=":material/push_pin:",
            disabled=not may, help=why,
        )  # fmt: skip
        with st.popover(text.DELETE, icon=":material/delete:", disabled=not may, help=why):
            st.markdown(text.DELETE_ASK.format(n=len(digests)))
            st.button(text.DELETE_SURE, on_click=state.delete_runs, args=(digests,), icon=":material/delete:")


def _operator() -> None:
    """For who runs the server, where it has a key."""
    if not admin_key():
        return
    if state_visitor.visitor().is_operator:
        st.caption(text.OPERATOR_YES)
        return
    with st.popover(text.OPERATOR, icon=":material/admin_panel_settings:"):
        typed = st.text_input(text.OPERATOR_KEY, type="password", key="operator-key", max_chars=200)
        if typed and state_visitor.become_operator(typed):
            st.rerun()
        if typed:
            st.error(text.OPERATOR_NO)


def _sweep_form() -> None:
    with st.form("sweep", border=True):
        left, middle, right, last = st.columns([2, 4, 2, 1])
        dataset = left.selectbox(text.PICK_DATASET, controls.OFFERED, format_func=lambda name: DATASETS[name].title)
        methods = middle.multiselect(
            text.PICK_METHOD, list(METHODS), default=list(METHODS)[:2], format_func=lambda name: METHODS[name].title
        )
        what = right.text_input(text.SWEEP_WHAT, "all", key="sweep-what", help=text.SWEEP_WHAT_HELP)
        seeds = last.text_input(text.SWEEP_SEEDS, "0-2")
        if st.form_submit_button(text.SWEEP_START, icon=":material/grid_view:"):
            try:
                sweeps.start(
                    SweepSpec.from_texts(dataset, str(what), methods, str(seeds))
                )  # a client may send anything
            except CamuError as error:
                st.error(str(error))


main()

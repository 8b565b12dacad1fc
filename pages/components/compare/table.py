"""The table of methods: one row each, with bars in its cells."""

import pandas as pd
import streamlit as st

from camu_core import METHODS
from camu_core.wording.format import place
from pages.components.compare import state as state_compare
from pages.components.compare import text
from pages.components.shared import selections, state

_Column = st.column_config


def method_table(table: pd.DataFrame, key: str, runs: pd.DataFrame | None = None) -> None:
    """The methods' measures; ticked rows can be opened if their runs are known.

    Args:
        table: of `by_method`, or of `Published.of`.
        key: of the place.
        runs: of `by_run`.
    """
    shown = _readable(table)
    event = st.dataframe(
        shown, hide_index=True, height="content", column_config=_columns(shown), key=f"methods-{key}",
        placeholder="",
        on_select="ignore" if runs is None else "rerun", selection_mode="multi-row",
    )  # fmt: skip
    if runs is None:
        return
    picked = [table.index[row] for row in selections.rows(event, len(table))]
    if len(picked) in (1, 2):
        _open(runs[runs["method"].isin(picked)], picked)
    else:
        st.caption(text.TABLE_HINT)


def _open(runs: pd.DataFrame, picked: list[str]) -> None:
    """Ways to the runs of the first seed that all picked methods have."""
    groups = ((seeds, part.set_index("method")["digest"]) for seeds, part in runs.groupby(["training_seed", "seed"]))
    shared = next(((seeds, found) for seeds, found in groups if len(found) == len(picked)), None)
    if shared is None:
        st.caption(text.TABLE_HINT)
        return
    (_, seed), of_seed = shared
    open_buttons([of_seed[name] for name in picked], text.OPEN_RUN.format(seed=seed))


def open_buttons(digests: list[str], label: str) -> None:
    """Open one run, or put two side by side; nothing for any other number. Args: label: of the first button."""
    if len(digests) == 1 and st.button(label, type="primary", icon=":material/open_in_new:"):
        state.open_run(digests[0])
        st.switch_page("pages/explore/run.py", query_params={"run": digests[0]})
    if len(digests) == 2:
        st.button(
            text.SIDE_BY_SIDE, type="primary", icon=":material/compare_arrows:", on_click=state_compare.show_pair,
            args=digests,
        )  # fmt: skip


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    """As people read it: per cent, points, seconds."""
    known = [METHODS.get(name) for name in table.index]
    columns = {
        "method": table["title"],
        "needs": [_needs(method) for method in known],
        "n": table["n_seeds"],
        "planted": 100 * table["planted_mean"] if "planted_mean" in table else float("nan"),
        "planted_interval": _intervals(table, "planted", 100, 1),
        "forgotten": 100 * table["forgotten_mean"],
        "forgotten_interval": _intervals(table, "forgotten", 100, 1),
        "kept": 100 * table["kept_mean"],
        "kept_interval": _intervals(table, "kept", 100, 1),
        "gap": 100 * table["average_gap_mean"],
        "rank": [place(*ends) or None for ends in table[["rank_low", "rank_high"]].itertuples(index=False)],
        "tug_of_war": table["tug_of_war_mean"] if "tug_of_war_mean" in table else float("nan"),
        "attack": table["attack_auc_mean"],
        "attack_interval": _intervals(table, "attack_auc", 1, 2),
        "old_head": 100 * table["old_head_mean"].clip(lower=0),  # below is nothing found, too
        "fresh_head": 100 * table["fresh_head_1_mean"],
        "relearning": 100 * table["relearning_mean"],
        "epsilon": table["epsilon_mean"],
        "seconds": table["unlearn_seconds_mean"],
        "speedup": table["speedup"],
    }
    counts = (("samples", "samples_forward"), ("forward", "forward_passes"), ("backward", "backward_passes"))
    columns |= {name: table[f"{source}_mean"].round() for name, source in counts if f"{source}_mean" in table}
    return pd.DataFrame(columns).dropna(axis=1, how="all")


def _intervals(table: pd.DataFrame, name: str, factor: float, digits: int) -> pd.Series | None:
    """As text, "97.1 to 98.0"; None without the measure, and of one seed."""
    if f"{name}_mean" not in table:
        return None
    ends = factor * table[[f"{name}_low", f"{name}_high"]]
    told = [f"{low:.{digits}f} to {high:.{digits}f}" for low, high in ends.itertuples(index=False)]
    return pd.Series(told, table.index, dtype=object).where(ends.notna().all(axis=1))


def _needs(method) -> list[str]:
    if method is None:
        return []
    return [*([] if method.uses_retain_data else [text.NO_RETAIN]), *([] if method.uses_labels else [text.NO_LABELS])]


def _columns(shown: pd.DataFrame) -> dict:
    titles, tips = text.COLUMNS, text.COLUMN_HELP
    interval = _Column.TextColumn(text.INTERVAL, help=tips["interval"], width=96)
    percent = {"format": "%.1f%%", "min_value": 0, "max_value": 100, "width": 102}
    return {
        "method": _Column.TextColumn(titles["method"], pinned=True, width=172),
        "needs": _Column.MultiselectColumn(
            titles["needs"], help=tips["needs"], options=[text.NO_RETAIN, text.NO_LABELS], color=["green", "violet"],
            width=112,
        ),
        "n": _Column.NumberColumn(titles["n"], help=tips["n"], format="%d", width=36),
        "forgotten": _Column.ProgressColumn(
            titles["forgotten"], help=tips["forgotten"], **percent, color="orange"
        ),
        "forgotten_interval": interval,
        "kept": _Column.ProgressColumn(
            titles["kept"], help=tips["kept"], **percent, color="blue"
        ),
        "kept_interval": interval,
        "planted": _Column.ProgressColumn(titles["planted"], help=tips["planted"], **percent, color="violet"),
        "planted_interval": interval,
        "gap": _Column.ProgressColumn(
            titles["gap"], help=tips["gap"], format="%.1f", min_value=0, color="gray", width=84,
            max_value=float(shown["gap"].max()) if "gap" in shown else 1.0,
        ),
        "rank": _Column.TextColumn(titles["rank"], help=tips["rank"], width=72),
        "tug_of_war": _Column.NumberColumn(titles["tug_of_war"], help=tips["tug_of_war"], format="%.3f", width=56),
        "attack": _Column.NumberColumn(titles["attack"], help=tips["attack"], format="%.2f", width=56),
        "attack_interval": interval,
        "old_head": _Column.NumberColumn(titles["old_head"], help=tips["old_head"], format="%.0f%%", width=98),
        "fresh_head": _Column.NumberColumn(titles["fresh_head"], help=tips["fresh_head"], format="%.0f%%", width=94),
        "relearning": _Column.NumberColumn(titles["relearning"], help=tips["relearning"], format="%.0f%%", width=88),
        "epsilon": _Column.NumberColumn(titles["epsilon"], help=tips["epsilon"], format="%.1f", width=122),
        "seconds": _Column.NumberColumn(titles["seconds"], help=tips["seconds"], format="%.2f", width=66),
        "speedup": _Column.NumberColumn(titles["speedup"], help=tips["speed"], format="%.1f x", width=64),
        "samples": _Column.NumberColumn(titles["samples"], help=tips["samples"], format="localized", width=82),
        "forward": _Column.NumberColumn(titles["forward"], help=tips["forward"], format="localized", width=52),
        "backward": _Column.NumberColumn(titles["backward"], help=tips["backward"], format="localized", width=52),
    }  # fmt: skip

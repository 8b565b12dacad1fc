"""What the numbers say of the methods: sentences, a table with filters, and any two measures against each other."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from camu_core.comparison import GOLD
from camu_core.figures import measures_figure
from camu_core.methods import METHODS, is_control
from camu_core.wording.comparison import Remark, headline, hidden_rivals, idle_line, standing, strengths, weaknesses
from pages.components.compare import table as compare_table
from pages.components.compare import text
from pages.components.shared import charts, notes, state

_MOST_OPEN = 8  # longer lists of weaknesses begin closed


def sentences(
    table: pd.DataFrame, kind: str, beside: Sequence[str], harm: Sequence[Remark] = (), also: str = ""
) -> None:
    """The headline, where CaMU stands, and what each method is weak at.

    Args:
        table: of `by_method`, or of `Published.of`.
        kind: of the forget set, "class" or another.
        beside: what has to be known with it, one sentence each.
        harm: of `class_damage`.
        also: a further finding.
    """
    with st.container(border=True, key="verdict"):
        st.subheader(headline(table, kind), anchor=False)
        if said := " ".join(filter(None, (hidden_rivals(table, kind), standing(table), idle_line(table), also))):
            st.markdown(said)
        if known := [*([text.RANDOM_AIM] if kind != "class" else []), *beside]:
            st.caption(" ".join(known))
        found = [*weaknesses(table, kind), *harm]
        weak = {remark.method for remark in found}
        lines = [f"- **{table.loc[remark.method, 'title']}** {remark.text}." for remark in found]
        fine = table.loc[[name for name in table.index if name not in weak and name != GOLD], "title"]
        if len(fine) and GOLD in table.index:  # without retraining most rules have nothing to say
            lines.append(f"- {text.NO_WEAKNESS.format(names=', '.join(fine))}")
        if lines:
            half = -(-len(lines) // 2)
            with st.expander(text.WEAKNESSES, expanded=len(lines) <= _MOST_OPEN):
                for column, part in zip(st.columns(2), (lines[:half], lines[half:]), strict=True):
                    column.markdown("\n".join(part))


def basis(table: pd.DataFrame) -> str:
    """What the intervals of a table are over, one sentence. Args: table: as in `sentences`."""
    if (table["n_seeds"] == 1).all():
        return text.ONE_SEED
    if table["unit"].iloc[0] == "unlearning":
        return text.ONE_NETWORK
    return text.SEVERAL_NETWORKS.format(n=int(table["n_seeds"].max()))


def explore(table: pd.DataFrame, kind: str, key: str, runs: pd.DataFrame | None = None) -> None:
    """The table, of all methods or of those that fulfil what is asked, and a picture of any two of its measures.

    Args:
        table, kind: as in `sentences`.
        key: of the place.
        runs: of `by_run`, if runs can be opened.
    """
    shown = _filtered(table, kind, key)
    if len(shown) < len(table):
        st.caption(text.FILTERED.format(n=len(shown), total=len(table)))
    compare_table.method_table(shown, key, runs)
    _two_measures(shown, key)


def _filtered(table: pd.DataFrame, kind: str, key: str) -> pd.DataFrame:
    """The methods that fulfil all that is picked; retraining, the aim, stays."""
    known = strengths(table, kind)
    known["no_retain"] = [name in METHODS and not METHODS[name].uses_retain_data for name in table.index]
    known["no_labels"] = [name in METHODS and not METHODS[name].uses_labels for name in table.index]
    known = known.loc[:, known.any()]
    picked = st.pills(
        text.FILTER, list(known.columns), selection_mode="multi", key=f"{key}-filter", format_func=text.FILTERS.get
    )  # fmt: skip
    is_shown = known[[name for name in known.columns if name in picked]].all(axis=1)
    return table[is_shown | (table.index == GOLD)]


def _two_measures(table: pd.DataFrame, key: str) -> None:
    fold = st.expander(text.ANY_TWO, key=f"{key}-any-two", on_change="rerun")
    if not fold.open:  # nothing is drawn for those who do not look
        return
    offered = [name for name in text.MEASURES if f"{name}_mean" in table and table[f"{name}_mean"].notna().sum() > 1]
    if len(offered) < 2:
        fold.caption(text.ANY_TWO_NONE)
        return
    with fold:
        chosen = [
            column.selectbox(
                label, offered, index=i, key=f"{key}-{letter}", format_func=lambda name: text.MEASURES[name][0]
            ) or offered[i]  # a client may send none
            for i, (column, label, letter) in enumerate(zip(st.columns(2), (text.ACROSS, text.UP), "xy", strict=True))
        ]  # fmt: skip
        axes, factors, is_log = zip(*(text.MEASURES[name] for name in chosen), strict=True)
        marked = table.assign(is_control=[is_control(name) for name in table.index])
        title = text.ANY_TWO_TITLE.format(across=axes[0], up=axes[1])
        figure = measures_figure(marked, tuple(chosen), axes, factors, is_log, title, state.is_dark())
        charts.show(st, figure, key=f"{key}-two")
        notes.reading(text.ANY_TWO_READ, text.ANY_TWO_NOT)

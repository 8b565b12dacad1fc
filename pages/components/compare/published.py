"""Results that were made beforehand and come with the project, apart from what runs here."""

import streamlit as st

from camu_core import DATASETS
from camu_core.comparison import is_published, published, read_published
from camu_core.figures import cost_figure, tradeoff_figure
from pages.components.compare import many as compare_many
from pages.components.compare import state as state_compare
from pages.components.compare import table as compare_table
from pages.components.compare import text
from pages.components.shared import charts, notes, state
from pages.components.shared import text as words


def is_there() -> bool:
    return is_published(published.FOLDER)


def show() -> None:
    """Where the numbers come from, a choice, and the same table and pictures as of live runs."""
    found = read_published(published.FOLDER)
    card = found.card
    with st.container(border=True):
        st.markdown(text.PUBLISHED_LEAD)
        versions = ", ".join(f"{name} {version}" for name, version in card["versions"].items())
        seeds = ", ".join(map(str, card["seeds"]))
        st.caption(text.PUBLISHED_CARD.format(date=card["date"], **card["machine"], versions=versions, seeds=seeds))
        if "note" in card:
            st.caption(card["note"])
        st.code(card["command"], language="bash")
    left, right = st.columns([1, 2])
    dataset = left.segmented_control(
        words.PICK_DATASET, found.datasets, default=found.datasets[0], required=True, key="published-dataset",
        format_func=lambda name: DATASETS[name].title,
    )  # fmt: skip
    forgets = found.forgets(dataset)
    forget = right.segmented_control(
        text.PUBLISHED_FORGET, forgets, default=forgets[0], required=True, key=f"published-forget-{dataset}",
        format_func=lambda forget: compare_many.forget_title(dataset, forget),
    )  # fmt: skip
    state_compare.show_published()
    kind, table = "random" if forget.endswith("%") else "class", found.of(dataset, forget)
    what = compare_many.forget_title(dataset, forget)
    title = text.TRADEOFF[kind].format(what=what[0].lower() + what[1:])
    figure = tradeoff_figure(table, None, None, text.AXES[kind], title, state.is_dark())
    charts.show(st, figure, key="published-tradeoff")
    notes.reading(compare_many.how_to_read(figure, kind), text.PUBLISHED_NOT)
    compare_table.method_table(table, kind)
    charts.show(st, cost_figure(table, text.COST, state.is_dark()), key="published-cost")
    notes.reading(text.COST_READ, text.COST_NOT)

"""Results that were made beforehand and come with the project, apart from what runs here."""

from collections.abc import Sequence

import streamlit as st

from camu_core import DATASETS
from camu_core.comparison import (
    FLOOR,
    RANKS,
    Published,
    is_published,
    is_ranked,
    population,
    published,
    read_published,
    read_ranked,
    title_of,
)
from camu_core.figures import cost_figure, ranks_figure, tradeoff_figure
from camu_core.wording.comparison import planted_headline, tuning_line
from camu_core.wording.format import SAMPLES, percent, place, small
from camu_core.wording.population import ranks_agreement, ranks_title
from pages.components.compare import findings, text
from pages.components.compare import many as compare_many
from pages.components.compare import state as state_compare
from pages.components.compare import table as compare_table
from pages.components.shared import charts, notes, state
from pages.components.shared import text as words


def is_there() -> bool:
    return is_published(published.FOLDER)


def show() -> None:
    """Where the numbers come from, a choice, and the same table and pictures as of live runs."""
    found = read_published(published.FOLDER)
    st.markdown(text.PUBLISHED_LEAD)
    left, right = st.columns([1, 2])
    named = [state_compare.named("published", name) for name in ("dataset", "forget")]
    dataset = left.segmented_control(
        words.PICK_DATASET, found.datasets, default=_offered(named[0], found.datasets), required=True,
        key="published-dataset",
        format_func=lambda name: DATASETS[name].title,
    ) or found.datasets[0]  # fmt: skip
    forgets = found.forgets(dataset)
    forget = right.segmented_control(
        text.PUBLISHED_FORGET, forgets, default=_offered(named[1], forgets), required=True,
        key=f"published-forget-{dataset}",
        format_func=lambda forget: compare_many.forget_title(dataset, forget),
    ) or forgets[0]  # fmt: skip
    state_compare.show_published(dataset, forget)
    kind, settings = "random" if forget.endswith("%") else "class", _settings(found, dataset, forget)
    table = found.of(dataset, forget, settings)
    what = compare_many.forget_title(dataset, forget)
    title = text.TRADEOFF[kind].format(what=small(what))
    lines = text.PUBLISHED_LINES.format(over=SAMPLES[table["unit"].iloc[0]]) * bool((table["n_seeds"] > 1).any())
    findings.sentences(table, kind, [findings.basis(table), *_authors(found.card(dataset, forget, settings))])
    figure = tradeoff_figure(table, None, None, text.AXES[kind], title, state.is_dark())
    charts.show(st, figure, key="published-tradeoff")
    notes.reading(compare_many.how_to_read(figure, kind), text.PUBLISHED_NOT + lines)
    findings.explore(table, kind, f"published-{kind}")
    if table["unlearn_seconds_mean"].notna().any():
        charts.show(st, cost_figure(table, text.COST, state.is_dark()), key="published-cost")
        if table["unlearn_seconds_mean"].isna().any():
            st.caption(text.PUBLISHED_NO_SECONDS)
        notes.reading(text.COST_READ, text.COST_NOT)
    with st.expander(words.HOW_FOLD):
        _card(found.card(dataset, forget, settings))
        if runs := found.runs_of(dataset, forget, settings):
            st.download_button(
                text.PUBLISHED_RUNS, runs.read_bytes(), file_name=f"camu-{runs.parent.name}-runs.csv", mime="text/csv",
                help=text.PUBLISHED_RUNS_HELP, on_click="ignore", icon=":material/table:",
            )  # fmt: skip
    if is_published(published.PLANTED_FOLDER):
        _planted()
    if is_ranked(population.FOLDER):
        _ranked()


def _offered(named: str, offered: Sequence[str]) -> str:
    """What a link names, if it is offered; else the first."""
    return named if named in offered else offered[0]


def _settings(found: Published, dataset: str, forget: str) -> str:
    """The usual ones; where there is a table of tuned ones too, what these change, and those picked."""
    offered = found.settings(dataset, forget)
    if published.TUNED_SETTINGS not in offered:
        return published.USUAL_SETTINGS
    settings = st.segmented_control(
        text.PUBLISHED_SETTINGS, offered, default=published.USUAL_SETTINGS, required=True,
        key=f"published-settings-{dataset}-{forget}", format_func=text.PUBLISHED_SETTINGS_NAMES.get,
        help=text.PUBLISHED_SETTINGS_HELP,
    ) or published.USUAL_SETTINGS  # fmt: skip
    st.markdown(tuning_line(*(found.of(dataset, forget, each) for each in offered)))
    return settings


def _card(card: dict) -> None:
    """When, where and by which command a table was made."""
    versions = ", ".join(f"{name} {version}" for name, version in card["versions"].items())
    machine = card["machine"]
    load = text.PUBLISHED_LOAD.format(load=machine["load_1_minute"]) if "load_1_minute" in machine else ""
    line = text.PUBLISHED_CARD.format(date=card["date"], load=load, **machine, versions=versions)
    seeds = text.PUBLISHED_SEEDS.format(seeds=", ".join(map(str, card["seeds"]))) if "seeds" in card else ""
    if len(trained := card.get("training_seeds", ())) > 1:
        seeds += text.PUBLISHED_TRAINED.format(seeds=", ".join(map(str, trained)))
    st.caption(line + seeds)
    if "note" in card:
        st.caption(card["note"])
    st.code(card["command"], language="bash")


def _authors(card: dict) -> list[str]:
    """What the authors of CaMU found on this task, if they published it."""
    if "authors" not in card:
        return []
    theirs = card["authors"]
    return [
        text.PUBLISHED_AUTHORS.format(
            kept=percent(theirs["retain_test"], 1), forgotten=percent(theirs["forget_test"], 1), source=theirs["source"]
        )
    ]


def _named(choice: str) -> str:
    dataset, forget = choice.split(" ")
    return f"{DATASETS[dataset].title}: {compare_many.forget_title(dataset, forget)}"


def _planted() -> None:
    """Which methods forget what was planted, each secret by itself."""
    found = read_published(published.PLANTED_FOLDER)
    dataset = found.datasets[0]
    st.subheader(text.PLANTED_HEAD, anchor=False)
    st.markdown(text.PLANTED_LEAD)
    forgets = found.forgets(dataset)
    forget = st.segmented_control(
        text.PUBLISHED_FORGET, forgets, default=forgets[0], required=True, key="planted-published",
        format_func=lambda forget: compare_many.forget_title(dataset, forget),
    ) or forgets[0]  # fmt: skip
    table = found.of(dataset, forget).sort_values("planted_mean")
    st.markdown(planted_headline(table))
    compare_table.method_table(table, f"planted-{forget}")
    notes.reading(text.PLANTED_READ, text.PLANTED_NOT)
    with st.expander(words.HOW_FOLD):
        card = found.card(dataset, forget)
        st.markdown(text.PLANTED_HOW.format(seeds=len(card["training_seeds"])))
        _card(card)


def _ranked() -> None:
    """The methods by many networks instead of one, each dataset and forget set of its own."""
    st.subheader(text.RANKED_HEAD, anchor=False)
    st.markdown(text.RANKED_LEAD)
    card, everything = read_ranked(population.FOLDER)
    choices = everything[["dataset", "forget"]].drop_duplicates().agg(" ".join, axis=1).tolist()
    chosen = st.segmented_control(
        text.PUBLISHED_FORGET, choices, default=choices[0], required=True, key="ranked-forget", format_func=_named
    )
    dataset, forget = (chosen or choices[0]).split(" ")
    table = everything[(everything["dataset"] == dataset) & (everything["forget"] == forget)]
    table = table.assign(title=[text.RANKED_FLOOR if name == FLOOR else title_of(name) for name in table["method"]])
    m, n_images = (int(table[name].iloc[0]) for name in ("m", "n_images"))
    is_floor = table["method"] == FLOOR
    floor = tuple(table.loc[is_floor, ["auc_low", "auc_high"]].iloc[0])
    charts.show(st, ranks_figure(table[~is_floor], floor, ranks_title(table), state.is_dark()), key="ranks")
    notes.reading(text.RANKED_READ.format(m=m, tau=ranks_agreement(table)), text.RANKED_NOT.format(m=m))
    ends = table[[*population.PLACES]].itertuples(index=False)
    table = table.assign(place=[place(low, high) for low, high in ends])
    first, *others = RANKS
    shown = table[["title", first, "place", *others, "accuracy_gap", *text.RANKED_COLUMNS]].sort_values([first, "auc"])
    st.dataframe(
        shown, hide_index=True, height="content", key="ranks-table", placeholder="",
        column_config={
            "title": text.RANKED_METHOD,
            "place": st.column_config.TextColumn(text.RANKED_PLACE, help=text.RANKED_PLACE_HELP),
        } | {
            name: st.column_config.NumberColumn(label, format=form, help=tip)
            for name, (label, form, tip) in {**text.RANKED_OTHERS, **text.RANKED_COLUMNS}.items()
        },
    )  # fmt: skip
    with st.expander(words.HOW_FOLD):
        st.markdown(text.RANKED_HOW.format(m=m, n_images=n_images))
        _card(card)

"""Many networks: one image, all images, the attacker, and who inherits the images, of a population."""

import numpy as np
import pandas as pd
import streamlit as st

from camu_core import DATASETS, RunSpec
from camu_core.figures import attacker_figure, epsilons_figure, heirs_figure, hills_figure, wall_figure
from camu_core.jobs import Population, PopulationResult, Staged, is_quick
from camu_core.wording.format import percent
from camu_core.wording.population import attacker_title, epsilons_title, heirs_title, hills_title, population_title
from pages.components.privacy import state as state_privacy
from pages.components.privacy import text
from pages.components.shared import charts, images, notes, selections, state
from pages.components.shared import text as words

TICK_SECONDS = 1.0
_SHOWN = 12


def show(spec: RunSpec) -> None:
    """The pictures, or what there is to do for them."""
    sizes = state_privacy.POPULATION_SIZES
    m = st.segmented_control(
        text.POPULATION_M, sizes, default=sizes[-1] if is_quick(spec.dataset) else sizes[0], key="population-m",
        required=True,
    )  # fmt: skip
    population = state_privacy.population_of(spec, m or sizes[-1])
    if population is None:
        st.info(text.POPULATION_GIVEN, icon=":material/info:")
        return
    found = state_privacy.finished_population(population)
    if found is not None:
        _pictures(spec, found)
    elif state_privacy.population_progress(population).is_active:
        st.fragment(run_every=TICK_SECONDS)(wait)(population)
    else:
        _offer(population)


def _offer(population: Population) -> None:
    """What it is, how long it takes, and the button."""
    now, seconds = state_privacy.population_progress(population), state_privacy.population_seconds(population)
    st.markdown(text.POPULATION_WHAT.format(m=population.m, both=2 * population.m))
    st.caption(text.POPULATION_TIME.format(duration=words.takes(seconds)))
    label = text.POPULATION_GO_ON if now.fraction else text.POPULATION_START.format(m=population.m)
    st.button(
        label, icon=":material/play_arrow:", type="primary", key="start-population",
        on_click=state_privacy.start_population, args=(population,),
    )  # fmt: skip
    if now.failed:
        st.error(now.failed, icon=":material/report:")


def wait(population: Staged) -> None:
    """How far it is, with Stop; then the page is drawn anew."""
    now = state_privacy.population_progress(population)
    if state_privacy.is_finished(population) or state_privacy.has_come_to_rest(population, now):
        st.rerun()
    bar, button = st.columns([6, 1], vertical_alignment="center")
    bar.progress(now.fraction, text=text.POPULATION_LINE.format(percent=percent(now.fraction)))
    button.button(
        words.STOP, icon=":material/stop_circle:", key="stop-population", on_click=state_privacy.stop_population,
        args=(population,), width="stretch", disabled=not state_privacy.is_mine(population),
    )  # fmt: skip


def _clicked_key(found: PopulationResult) -> str:
    return f"population-image-{found.digest}"


def _strip(found: PopulationResult, label: str, idx: np.ndarray, shown: int, dark: bool) -> None:
    """Some images in a row; the one that is clicked is shown above.

    Args:
        idx: int64 (n,), of the forgotten images.
        shown: the one that is.
    """
    hover = [text.IMAGE_HOVER.format(number=found.idx[i], epsilon=_told(found.epsilons[i]), auc=found.aucs[i])
             for i in idx]  # fmt: skip
    figure = wall_figure(found.images[idx], idx.tolist(), hover, idx == shown, dark, n_columns=_SHOWN)
    key = f"population-strip-{label}-{shown}"  # a new figure after each click

    def show_it() -> None:
        for i in selections.numbers(state.recall(key), len(found.idx)):
            state.put(_clicked_key(found), i)
            state.put("population-rank", None)

    charts.show(st, figure, key=key, has_bar=False, on_select=show_it, selection_mode="points")


def _told(epsilon: float) -> str:
    return f"{epsilon:.1f}" if np.isfinite(epsilon) else text.NO_OVERLAP


def _pictures(spec: RunSpec, found: PopulationResult) -> None:
    report, dark = found.report, state.is_dark()
    st.subheader(population_title(report), anchor=False)
    order = np.argsort(np.minimum(found.epsilons, report["ceiling"] + 1) + 1e-3 * found.aucs, kind="stable")
    rank = st.segmented_control(
        text.RANK, list(text.RANKS), format_func=text.RANKS.get, default="middle", key="population-rank",
        on_change=state.drop, args=(_clicked_key(found),),
    )  # fmt: skip
    clicked = state.recall(_clicked_key(found))
    i = int(order[{"least": 0, "most": -1}.get(rank, len(order) // 2)]) if clicked is None else clicked
    picture, chart = st.columns([1, 6], vertical_alignment="center")
    picture.image(images.to_picture(found.images[i]), width=120)
    one = {kind: margins[:, i] for kind, margins in found.margins.items() if kind != "control"}
    title = hills_title(float(found.epsilons[i]), report["ceiling"])
    charts.show(chart, hills_figure(one, title, dark), key="hills")
    notes.reading(text.HILLS_READ, text.HILLS_NOT)
    epsilons = epsilons_figure(found.epsilons, found.floor_epsilons, report, epsilons_title(report), dark)
    charts.show(st, epsilons, key="epsilons")
    notes.reading(text.EPSILONS_READ.format(m=report["m"]), text.EPSILONS_NOT)
    for column, label, idx in zip(
        st.columns(2), (text.LEAST_IMAGES, text.MOST_IMAGES), (order[:_SHOWN], order[::-1][:_SHOWN]), strict=True
    ):
        with column:
            st.caption(f"**{label}**")
            _strip(found, label, idx, i, dark)
    charts.show(st, attacker_figure(report, attacker_title(report), dark), key="attacker")
    score = report["figures"]["score"]
    read = text.ATTACKER_READ.format(
        score=score["value"], low=score["low"], high=score["high"], floor=report["noise_floor"]["score"]["value"]
    )
    notes.reading(read, text.ATTACKER_NOT)
    if spec.forget.kind == "class":
        names = DATASETS[spec.dataset].class_names
        charts.show(st, heirs_figure(found.answers, names, heirs_title(report), dark), key="heirs")
        notes.reading(text.HEIRS_READ, text.HEIRS_NOT)
    m = report["m"]
    how = text.POPULATION_HOW.format(last=m - 1, last_both=2 * m - 1, both=2 * m, n_images=report["n_images"])
    tables = [
        pd.DataFrame(notes.estimate_row({"figure": name, "of": part}, e) for part in ("figures", "noise_floor")
                     for name, e in report[part].items()),
        pd.DataFrame({"training image": found.idx, "epsilon": found.epsilons,
                      "epsilon, retrained": found.floor_epsilons, "AUC": found.aucs}),
    ]  # fmt: skip
    notes.folds(how, tables)

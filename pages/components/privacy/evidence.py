"""The other parts of the Privacy page: headline, worst case, relearning, probes, layers."""

import pandas as pd
import streamlit as st

from camu_core import RunResult
from camu_core.figures import (
    divergence_figure,
    epsilon_figure,
    heads_figure,
    likeness_figure,
    nearby_figure,
    probe_figure,
    relearning_figure,
)
from camu_core.figures.tables import heads_table, nearby_table, probe_table, relearning_table
from camu_core.figures.theme import MODEL_TITLES
from camu_core.privacy import readings
from camu_core.wording.clauses import tests_as_clauses
from camu_core.wording.privacy import (
    epsilon_title,
    figure_text,
    finding_of,
    headline,
    inside_title,
    layers_title,
    lying_title,
    nearby_title,
    relearning_title,
)
from pages.components.privacy import attacked, text
from pages.components.privacy import state as state_privacy
from pages.components.shared import charts, notes, notices, state
from pages.components.shared import text as words


def verdict(result: RunResult, report: dict) -> None:
    """One sentence, and a large number for each test; how retrained networks do below each."""
    population = state_privacy.population_report_of(result.spec)
    with st.container(border=True, key="verdict"):
        st.subheader(headline(report, population), anchor=False)
        clauses = tests_as_clauses(readings(report, population))
        for column, clause in zip(st.columns(len(clauses)), clauses, strict=True):
            column.metric(clause.subject, clause.show(clause.value), help=clause.text)
            column.caption(f"{clause.of}  \n{clause.band or clause.finding}")
    if report["reference"] is None:
        without_band(result)


def without_band(result: RunResult) -> None:
    """Offer the yardstick: several retrained networks."""
    job = state_privacy.band_job(result.spec)
    if job is None:
        st.rerun()
    view = state.engine().watch(job.digest)
    if view is not None and not view.is_over:
        st.fragment(run_every=attacked.TICK_SECONDS)(attacked.wait)(job)
        return
    seconds = state_privacy.band_seconds(result.spec)
    if why := notices.too_long(seconds):
        st.markdown(text.BAND_NOT.format(why=why))
        return
    st.markdown(text.BAND_NOTE.format(n=len(job.seeds), time=words.takes(seconds)))
    st.button(text.BAND, icon=":material/model_training:", on_click=state_privacy.start, args=(job,))
    if view is not None and view.state == "failed":
        st.error(view.message, icon=":material/report:")


def worst(result: RunResult, report: dict) -> None:
    """Epsilon, and how different the answers are."""
    epsilon, distance, dark = report["epsilon"], report["distance"], state.is_dark()
    st.markdown(f"**{finding_of(report, 'epsilon')}**")
    if epsilon is None:
        is_retrained = result.spec.method == "retrain"
        st.info(text.IS_GOLD if is_retrained else epsilon_title(report), icon=":material/info:")
        return
    reading = readings(report)["epsilon"]
    if reading.reference is not None and reading.ours["value"] is not None:
        times = figure_text(reading, reading.ours["value"])
        st.markdown(text.EPSILON_WHAT.format(times=times, n=reading.reference.n_seeds))
    bits = distance["divergence_bits"]
    if epsilon["unlearned"]["value"] is None:
        st.info(epsilon_title(report), icon=":material/info:")
    else:
        charts.show(st, epsilon_figure(epsilon, epsilon_title(report), dark), key="epsilon")
        notes.reading(text.EPSILON_READ, text.EPSILON_NOT)
    title = text.DIVERGENCE.format(**{group: bits[group]["value"] for group in ("forget", "retain")})
    charts.show(st, divergence_figure(bits, title, dark), key="divergence")
    notes.reading(text.DIVERGENCE_READ.format(gap=100 * distance["average_gap"]), text.DIVERGENCE_NOT)
    gaps = pd.DataFrame(
        {"split": name, "accuracy minus the retrained network's": gap} for name, gap in distance["accuracy_gap"].items()
    )
    events = pd.DataFrame({"network": MODEL_TITLES[name], **found} for name, found in epsilon.items())
    divergences = pd.DataFrame(notes.estimate_row({"images": group, "unit": "bits"}, e) for group, e in bits.items())
    notes.folds(text.WORST_HOW.format(n=epsilon["unlearned"]["n"]), [events, divergences, gaps])


def heads(report: dict) -> None:
    """What the old classifier and fresh ones find in the representation, and how the forgotten images lie."""
    if "old_head" not in report["battery"]["unlearned"]:
        st.info(text.HEADS_CLASSES, icon=":material/info:")
        return
    st.markdown(f"**{finding_of(report, 'old_head')}**")
    charts.show(st, heads_figure(report, finding_of(report, "fresh_head"), state.is_dark()), key="heads")
    notes.reading(text.HEADS_READ, text.HEADS_NOT)
    st.markdown(lying_title(report))
    notes.folds(text.HEADS_HOW.format(n=report["relearning"]["n"]), [heads_table(report)])


def relearning(report: dict) -> None:
    """Accuracy on the forgotten images as they are taught again, and as they are changed a little."""
    relearned = report["relearning"]
    charts.show(st, relearning_figure(relearned, relearning_title(report), state.is_dark()), key="relearning")
    notes.reading(text.RELEARN_READ, text.RELEARN_NOT)
    how = text.RELEARN_HOW.format(
        n=relearned["n"], exam=text.EVALUATED[relearned["exam"]], n_heads=relearned["n_seeds"]
    )
    nearby = report["nearby"]
    charts.show(st, nearby_figure(nearby, nearby_title(nearby), state.is_dark()), key="nearby")
    notes.reading(text.NEARBY_READ, text.NEARBY_NOT)
    notes.folds(how + text.NEARBY_HOW.format(n=nearby["n"]), [relearning_table(relearned), nearby_table(nearby)])


def inside(report: dict) -> None:
    """What a straight line reads off the representations."""
    probes = report["linear_probe"]
    if probes["unlearned"]["value"] is None:
        st.info(inside_title(report), icon=":material/info:")
        return
    charts.show(st, probe_figure(probes, inside_title(report), state.is_dark()), key="probe")
    notes.reading(text.PROBE_READ, text.PROBE_NOT)
    notes.folds(text.PROBE_HOW.format(n=probes["unlearned"]["n"]), [probe_table(probes)])


def layers(report: dict) -> None:
    """Likeness to the network before and to the retrained one."""
    reference = report["reference"]["measures"] if report["reference"] else None
    figure = likeness_figure(report["cka"], layers_title(report), state.is_dark(), reference=reference)
    charts.show(st, figure, key="likeness")
    notes.reading(text.LAYERS_READ, text.LAYERS_NOT)
    table = pd.DataFrame(
        notes.estimate_row({"images": group, "networks": pair, "layer": layer}, e)
        for group, pairs in report["cka"].items()
        for pair, by_layer in pairs.items()
        for layer, e in by_layer.items()
    )
    notes.folds(text.LAYERS_HOW, [table])

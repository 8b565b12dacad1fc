"""The other parts of the Privacy page: headline, worst case, relearning, probes, layers."""

import pandas as pd
import streamlit as st

from camu_core import RunResult
from camu_core.figures import (
    divergence_figure,
    epsilon_figure,
    likeness_figure,
    probe_figure,
    relearning_figure,
)
from camu_core.figures.tables import probe_table, relearning_table
from camu_core.figures.theme import MODEL_TITLES
from camu_core.privacy import (
    attack_reading,
    epsilon_title,
    factor_text,
    headline,
    inside_title,
    layers_title,
    relearning_title,
)
from pages.components import batch, charts, notes, state
from pages.components import text as words
from pages.components import text_privacy as text


def verdict(result: RunResult, report: dict) -> None:
    """One sentence and a large number for each question; how the retrained network does below each."""
    with st.container(border=True, key="verdict"):
        st.subheader(headline(report), anchor=False)
        cells = (_attack_cell(report), _worst_cell(report), _relearning_cell(report), _inside_cell(report))
        for column, (label, value, note) in zip(st.columns(4), cells, strict=True):
            column.metric(label, value)
            column.caption(note)
    if result.spec.method == "retrain":
        st.caption(text.IS_GOLD)
    elif report["epsilon"] is None:
        without_gold(result, "retrained-verdict")


def without_gold(result: RunResult, key: str) -> None:
    """Offer the yardstick."""
    minutes = "seconds" if result.spec.dataset in state.QUICK_DATASETS else "some minutes"
    st.markdown(text.RETRAIN_NOTE.format(minutes=minutes))
    if batch.runs_needed(key, [state.retraining_of(result.spec)], text.RETRAIN):
        st.rerun()


def _attack_cell(report: dict) -> tuple[str, str, str]:
    if report["attack"] is None:
        return text.CARD_ATTACK, text.NOT_KNOWN, text.TOO_FEW
    _, score = attack_reading(report)
    aucs = {name: attacks[score]["auc"] for name, attacks in report["attack"].items()}
    return text.CARD_ATTACK, f"{aucs['unlearned']['value']:.2f}", _beside(aucs, "{:.2f}")


def _worst_cell(report: dict) -> tuple[str, str, str]:
    ours = (report["epsilon"] or {}).get("unlearned")
    if ours is None or ours["value"] is None:
        return text.CARD_WORST, text.NOT_KNOWN, epsilon_title(report)
    note = text.SO_MANY.format(n=ours["n"], most=factor_text(ours["largest"]))
    return text.CARD_WORST, text.FACTOR.format(factor=factor_text(ours["low"])), note


def _relearning_cell(report: dict) -> tuple[str, str, str]:
    lesson = report["relearning"]
    shown = {
        name: text.NOT_BACK.format(last=lesson["batches"][-1]) if needed is None else f"{needed:g}"
        for name, needed in lesson["batches_needed"].items()
    }
    note = text.AFTER_SEEDS.format(n_seeds=lesson["n_seeds"])
    gold = words.NEVER_SAW.format(value=shown["retrained"]) if "retrained" in shown else ""
    return text.CARD_RELEARN, shown["unlearned"], note + gold


def _inside_cell(report: dict) -> tuple[str, str, str]:
    probes = report["linear_probe"]
    if probes["unlearned"]["value"] is None:
        return text.CARD_INSIDE, text.NOT_KNOWN, inside_title(report)
    return text.CARD_INSIDE, f"{probes['unlearned']['value']:.1%}", _beside(probes, "{:.1%}")


def _beside(estimates: dict, form: str) -> str:
    """The interval, and the retrained network's value."""
    ours, gold = estimates["unlearned"], estimates.get("retrained")
    interval = words.INTERVAL.format(low=form.format(ours["low"]), high=form.format(ours["high"]))
    return interval + (words.NEVER_SAW.format(value=form.format(gold["value"])) if gold else "")


def worst(result: RunResult, report: dict) -> None:
    """Epsilon, and how different the answers are."""
    epsilon, distance, dark = report["epsilon"], report["distance"], state.is_dark()
    if epsilon is None:
        if result.spec.method == "retrain":
            st.info(text.IS_GOLD, icon=":material/info:")
        return
    bits = distance["divergence_bits"]
    if epsilon["unlearned"]["value"] is None:
        st.info(epsilon_title(report), icon=":material/info:")
    else:
        charts.show(st, epsilon_figure(epsilon, epsilon_title(report), dark), key="epsilon")
        notes.reading(text.EPSILON_READ, text.EPSILON_NOT)
    title = text.DIVERGENCE.format(**{group: bits[group]["value"] for group in ("forget", "retain")})
    charts.show(st, divergence_figure(bits, title, dark), key="divergence")
    notes.reading(text.DIVERGENCE_READ.format(gap=distance["average_gap"]), text.DIVERGENCE_NOT)
    gaps = pd.DataFrame(
        {"split": name, "accuracy less the retrained network's": gap} for name, gap in distance["accuracy_gap"].items()
    )
    events = pd.DataFrame({"network": MODEL_TITLES[name], **found} for name, found in epsilon.items())
    divergences = pd.DataFrame(notes.estimate_row({"images": group, "unit": "bits"}, e) for group, e in bits.items())
    notes.folds(text.WORST_HOW.format(n=epsilon["unlearned"]["n"]), [events, divergences, gaps])


def relearning(report: dict) -> None:
    """Accuracy on the forgotten images as they are taught again."""
    lesson = report["relearning"]
    charts.show(st, relearning_figure(lesson, relearning_title(report), state.is_dark()), key="relearning")
    notes.reading(text.RELEARN_READ, text.RELEARN_NOT)
    how = text.RELEARN_HOW.format(n=lesson["n"], exam=text.EXAMS[lesson["exam"]], n_seeds=lesson["n_seeds"])
    notes.folds(how, [relearning_table(lesson)])


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
    charts.show(st, likeness_figure(report["cka"], layers_title(report), state.is_dark()), key="likeness")
    notes.reading(text.LAYERS_READ, text.LAYERS_NOT)
    table = pd.DataFrame(
        notes.estimate_row({"images": group, "networks": pair, "layer": layer}, e)
        for group, pairs in report["cka"].items()
        for pair, by_layer in pairs.items()
        for layer, e in by_layer.items()
    )
    notes.folds(text.LAYERS_HOW, [table])

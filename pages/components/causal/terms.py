"""Which of CaMU's four terms does what, from runs with every subset of them."""

import pandas as pd
import streamlit as st

from camu_core import RunResult
from camu_core.causal import CAMU_TERMS
from camu_core.engine.batches import Batch
from camu_core.figures import attribution_figure, interactions_figure
from camu_core.jobs.causal import ATTRIBUTION_SEEDS, OUTCOMES, attribute, attribution_specs
from camu_core.wording.causal import TERMS, attribution_title
from camu_core.wording.causal_remarks import substitutes_remark
from pages.components.causal import text
from pages.components.shared import batch, charts, notes, state
from pages.components.shared import text as words


def attribution(result: RunResult) -> None:
    """Start, progress, or the finished attribution of this run's settings."""
    if not set(CAMU_TERMS) <= set(dict(result.spec.settings)):
        st.info(text.ONLY_CAMU, icon=":material/info:")
        return
    rows = attribution_specs(result.spec)
    specs = [spec for row in rows for spec in row]
    st.markdown(text.TERMS_LEAD.format(n_seeds=ATTRIBUTION_SEEDS, total=len(specs)))
    is_complete = batch.runs_needed(Batch("terms", f"terms-{result.digest}", tuple(specs)), text.TERMS_START)
    if not is_complete and state.engine().active(spec.digest for spec in specs):
        return
    done = [row for row in rows if all(state.is_finished(spec.digest) for spec in row)]
    found = attribute([[state.summary_of(spec.digest) for spec in row] for row in done])
    if not found:
        return
    if not is_complete:
        st.caption(text.TERMS_SEEDS.format(seeds=", ".join(str(row[-1].seed) for row in done)))
    dark = state.is_dark()
    columns = [*st.columns(2, gap="large"), *st.columns(2, gap="large")]
    for column, (outcome, attributed) in zip(columns, found.items(), strict=False):
        with column:
            st.markdown(f"**{text.TERMS_PANELS[outcome]}**")
            title = attribution_title(attributed, OUTCOMES[outcome])
            charts.show(
                st,
                attribution_figure(attributed, title, dark, axis=text.TERMS_AXES[outcome]),
                key=f"terms-{outcome}",
            )
            if remark := substitutes_remark(attributed):
                st.markdown(f":material/swap_horiz: {remark}")
    with columns[-1]:
        if "attack" in found:
            st.markdown(text.TERMS_ATTACK.format(**_attack(found["attack"])))
        notes.reading(text.TERMS_READ, text.TERMS_NOT)
    panels = {text.TERMS_PANELS[outcome]: attributed for outcome, attributed in found.items()}
    charts.show(st, interactions_figure(panels, text.TERMS_INTERACTIONS, dark), key="terms-pairs")
    st.caption(words.READ.format(line=text.TERMS_PAIRS_READ))
    seeds = ", ".join(str(row[0].seed) for row in done)
    notes.folds(text.TERMS_HOW.format(seeds=seeds), [_table(found)])


def _attack(attributed: dict) -> dict:
    return {name: f"{attributed[name]['value']:.2f}" for name in ("nobody", "everybody")}


def _table(found: dict) -> pd.DataFrame:
    """Shares, losses when left out, and pairs, of every outcome."""
    rows = []

    def add(outcome: str, kind: str, term: str, estimate: dict) -> None:
        labels = {"outcome": text.TERMS_PANELS[outcome], "what": text.TERMS_ROWS[kind], "term": term}
        rows.append(notes.estimate_row(labels, estimate))

    for outcome, attributed in found.items():
        for kind in ("nobody", "everybody", "total"):
            add(outcome, kind, "", attributed[kind])
        for kind in ("shapley", "leave_one_out"):
            for term, estimate in attributed[kind].items():
                add(outcome, kind, TERMS[term], estimate)
        for pair in attributed["interactions"]:
            add(outcome, "pair", " and ".join(TERMS[term] for term in pair["terms"]), pair["estimate"])
    return pd.DataFrame(rows).rename(columns={"n": "seeds"})

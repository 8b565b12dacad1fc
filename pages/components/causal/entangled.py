"""What forgetting each class does to all the others, as maps whose cells open runs."""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from camu_core import DATASETS, METHODS, RunResult, RunSpec
from camu_core.causal import entanglement_report
from camu_core.engine.batches import Batch
from camu_core.figures import entanglement_figure
from camu_core.jobs import is_quick
from camu_core.planning import plan_like
from camu_core.specs import ForgetSpec
from camu_core.wording.causal import entanglement_title
from pages.components.causal import text
from pages.components.shared import batch, charts, notes, pickers, selections, state
from pages.components.shared import text as words


def entanglement(result: RunResult) -> None:
    """Start, progress with the rows known so far, or the finished maps.

    Raises: SpecError if the run's method is not here any more.
    """
    spec = result.spec
    METHODS.of(spec.method, spec.method_sha256)
    n_classes = DATASETS[spec.dataset].n_classes
    st.markdown(text.MAP_LEAD)
    forgets = [ForgetSpec(classes=(label,)) for label in range(n_classes)]
    is_class = spec.forget.kind == "class"  # other kinds have other settings
    ours = [replace(spec, forget=forget) if is_class else plan_like(spec, forget) for forget in forgets]
    gold = []
    if spec.method == "retrain":
        st.caption(text.MAP_TWIN)
    elif st.toggle(text.MAP_RETRAIN, value=is_quick(spec.dataset), key="map-retrain"):
        gold = [state.retraining_of(each) for each in ours]
    together = Batch("map", f"map-{result.digest}-{bool(gold)}", (*ours, *gold))
    batch.runs_needed(together, text.MAP_START, lambda: _maps(ours, gold), text.MAP_START)
    if all(state.is_finished(each.digest) for each in [*ours, *gold]):
        _maps(ours, gold)
        _notes(result, ours, gold)
    else:
        st.caption(words.READ.format(line=text.MAP_READ + text.MAP_UNFINISHED))


def _maps(ours: list[RunSpec], gold: list[RunSpec]) -> None:
    """The method, retraining, and their difference, as far as the runs are finished."""
    spec, report = ours[0], _report(ours, gold)
    names = DATASETS[spec.dataset].class_names
    if all(cell is None for row in report["method"]["change"] for cell in row):
        return
    headings = [heading.format(method=METHODS.title(spec.method, spec.method_sha256)) for heading in text.MAP_PANELS]
    panels = {headings[0]: report["method"]}
    links = {headings[0]: [each.digest for each in ours]}
    if gold:
        panels |= {headings[1]: report["retraining"], headings[2]: {"change": report["difference"], "margin": None}}
        links |= {headings[1]: [each.digest for each in gold], headings[2]: [each.digest for each in ours]}
    figure = entanglement_figure(panels, names, entanglement_title(report, names), links, state.is_dark())
    event = charts.show(st, figure, key="map", on_select="rerun", selection_mode="points")
    shown = {digest for digests in links.values() for digest in digests}
    cells = [cell[0] if isinstance(cell, list) and cell else cell for cell in selections.custom(event)]
    picked = [cell for cell in cells if isinstance(cell, str) and cell in shown]
    own = headings[: 1 + bool(gold)]  # the difference has no runs of its own
    lists = {text.MAP_ROW: dict(enumerate(names)), text.MAP_OF: dict(zip(own, own, strict=True))}
    picked += pickers.picker(
        text.MAP_OPEN, "map-open", lists,
        lambda label, heading: list(filter(state.is_finished, links[heading][label : label + 1])), text.MAP_PRESS,
    )  # fmt: skip
    if picked:
        digest = picked[0]
        state.open_run(digest)
        st.switch_page("pages/explore/run.py", query_params={"run": digest})


def _report(ours: list[RunSpec], gold: list[RunSpec]) -> dict:
    n_classes = DATASETS[ours[0].dataset].n_classes
    finished = [
        [state.summary_of(each.digest) for each in specs if state.is_finished(each.digest)] for specs in (ours, gold)
    ]
    return entanglement_report(*finished, n_classes)


def _notes(result: RunResult, ours: list[RunSpec], gold: list[RunSpec]) -> None:
    counts = np.sum(result.metrics["original"]["confusion_test"], axis=1)
    notes.reading(text.MAP_READ, text.MAP_NOT.format(n=words.from_to(counts.min(), counts.max())))
    report, names = _report(ours, gold), DATASETS[result.spec.dataset].class_names
    shown = ("method", "retraining") if gold else ("method",)
    tables = [_table(report[which]["change"], names) for which in shown]
    notes.folds(text.MAP_HOW.format(seed=result.spec.seed), tables)


def _table(change: list, names: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(change, columns=names).assign(forgotten=names).set_index("forgotten").reset_index()

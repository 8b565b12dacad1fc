"""How much harder was it? The same run on the other groups of images, each beside a network retrained without them."""

import streamlit as st

from camu_core import METHODS, RunResult
from camu_core.comparison import gaps
from camu_core.engine.batches import Batch
from camu_core.figures import groups_figure
from camu_core.jobs import is_quick
from camu_core.wording.memorisation import harder_title
from pages.components.run import text
from pages.components.shared import batch, charts, notes, state, state_memorised


def show(result: RunResult) -> None:
    """Nothing for a run that forgets no such group, nor while its own retraining is on its way by itself."""
    specs = state_memorised.groups_of(result.spec)
    own = state.retraining_of(result.spec) if specs else None
    if own is None or (is_quick(own.dataset) and not state.is_finished(own.digest)):
        return
    method = METHODS.title(result.spec.method, result.spec.method_sha256)
    others = [spec for spec in specs.values() if spec != result.spec]
    needed = [*others, *map(state.retraining_of, others)] + ([] if state.is_finished(own.digest) else [own])
    with st.container(key="harder"):
        if not all(state.is_finished(spec.digest) for spec in needed):
            st.markdown(text.HARDER_LEAD.format(method=method))
        if not batch.runs_needed(Batch("", f"harder-{result.digest}", tuple(needed)), text.HARDER_START):
            return
        results = {group: state.result_of(spec.digest) for group, spec in specs.items()}
        metrics = {
            group: found.metrics_with(state.retrained_for(found.spec)) for group, found in results.items() if found
        }
        if len(gaps(metrics)) < 2:  # one of them cannot be read
            return
        figure = groups_figure(metrics, text.GROUPS, harder_title(metrics, method), state.is_dark())
        charts.show(st, figure, key="groups")
        notes.reading(text.HARDER_READ, text.HARDER_NOT)

"""How much harder was it? The same run on the other groups of images, each beside a network retrained without them."""

import streamlit as st

from camu_core import METHODS, RunResult
from camu_core.comparison import gaps
from camu_core.engine.batches import Batch
from camu_core.figures import groups_figure
from camu_core.wording.memorisation import harder_title
from pages.components.run import text
from pages.components.shared import batch, charts, notes, state, state_memorised


def show(result: RunResult) -> None:
    """Nothing for a run that forgets no such group."""
    specs = state_memorised.groups_of(result.spec)
    if not specs:
        return
    results = {group: state.result_of(spec.digest) for group, spec in specs.items()}
    metrics = {group: found.metrics_with(state.retrained_for(found.spec)) for group, found in results.items() if found}
    others = [spec for spec in specs.values() if spec != result.spec]
    needed = [*others, *map(state.retraining_of, specs.values())]
    missing = tuple(spec for spec in needed if not (spec == state.retraining_of(result.spec) and _is_there(spec)))
    with st.container(key="harder"):
        is_complete = all(map(_is_there, needed))
        if not is_complete:
            st.markdown(text.HARDER_LEAD.format(method=METHODS.title(result.spec.method, result.spec.method_sha256)))
            batch.runs_needed(Batch("", f"harder-{result.digest}", missing), text.HARDER_START)
        elif len(gaps(metrics)) > 1:
            title = harder_title(metrics, METHODS.title(result.spec.method, result.spec.method_sha256))
            charts.show(st, groups_figure(metrics, text.GROUPS, title, state.is_dark()), key="harder")
            notes.reading(text.HARDER_READ, text.HARDER_NOT)


def _is_there(spec) -> bool:
    return state.is_finished(spec.digest)

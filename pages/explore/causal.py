"""Why it forgot: effects of the images, of parts of the network, of terms of the method, of classes on each other."""

import streamlit as st

from camu_core import RunResult
from camu_core.causal import INTERVENTIONS
from camu_core.errors import CamuError
from pages.components.causal import decomposition, entangled, reach_in, terms, text
from pages.components.causal import state as state_causal
from pages.components.shared import state, verdict


def main() -> None:
    st.title(text.TITLE, anchor=False)
    run = state.current_run()
    if run.result is None:
        verdict.unfinished(run)
        return
    verdict.run_line(run)
    try:
        _page(run.result)
    except CamuError as error:
        st.error(str(error), icon=":material/report:")


def _page(result: RunResult) -> None:
    left, right = st.columns([5, 6], vertical_alignment="bottom")
    left.markdown(text.LEAD)
    intervention = right.segmented_control(
        text.INTERVENTION, list(INTERVENTIONS), format_func=text.INTERVENTION_NAMES.get, default="camu",
        key="intervention", required=True, wrap=True, bind="query-params",
    )  # fmt: skip
    headline = st.container()
    part = st.segmented_control(
        text.PART, list(text.PARTS), format_func=text.PARTS.get, default="effects",
        key="causal-part", required=True, bind="query-params", label_visibility="collapsed", width="stretch",
    )  # fmt: skip
    job = state_causal.causal_job(result.spec, intervention or "camu")
    causal = state_causal.causal_result(job)
    with headline:
        if causal is None:
            st.fragment(run_every=1.0)(decomposition.wait)(job)
        else:
            decomposition.headline(result, causal)
    part = part or "effects"  # an address may name none
    if part == "terms":
        terms.attribution(result)
    elif part == "map":
        entangled.entanglement(result)
    elif causal is None:
        return
    elif part == "effects":
        decomposition.effects(result, causal)
    elif part == "where":
        decomposition.where(result, causal, job)
    else:
        reach_in.graph(result, causal, job)


main()

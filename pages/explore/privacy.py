"""Could an attacker tell what was forgotten, can it come back, and is it still inside?"""

import streamlit as st

from camu_core import RunResult
from camu_core.errors import CamuError
from pages.components.privacy import attacked, evidence, population, text
from pages.components.privacy import state as state_privacy
from pages.components.shared import notes, state, verdict


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
    notes.lead(text.LEAD)
    job = state_privacy.next_job(result.spec)
    privacy = state_privacy.result_of(job)
    if privacy is None:
        st.fragment(run_every=attacked.TICK_SECONDS)(attacked.wait)(job)
        return
    evidence.verdict(result, privacy.report)
    part = st.segmented_control(
        text.PART, list(text.PARTS), format_func=text.PARTS.get, default="attack", key="privacy-part", required=True,
        bind="query-params", label_visibility="collapsed", width="stretch",
    )  # fmt: skip
    part = part or "attack"  # an address may name none
    if part == "attack":
        attacked.attack(privacy)
    elif part == "worst":
        evidence.worst(result, privacy.report)
    elif part == "heads":
        evidence.heads(privacy.report)
    elif part == "relearning":
        evidence.relearning(privacy.report)
    elif part == "inside":
        evidence.inside(privacy.report)
    elif part == "layers":
        evidence.layers(privacy.report)
    else:
        population.show(result.spec)


main()

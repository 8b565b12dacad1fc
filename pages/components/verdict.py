"""The verdict on a finished run, and the line that says which run it is."""

import streamlit as st

from camu_core import DATASETS, METHODS, RunResult
from camu_core.verdict import forget_phrase, judge
from pages.components import state, text

# whether a verdict is good news, or cannot be said -> icon, colour
_MOODS = {True: ("check_circle", "green"), False: ("error", "orange"), None: ("help", "gray")}
_PAGES = {
    "accuracy": "pages/explore/accuracy.py",
    "embeddings": "pages/explore/embeddings.py",
    "privacy": "pages/explore/privacy.py",
}


def run_line(run: state.OpenRun) -> None:
    """Which run the page shows; the example is labelled as such."""
    spec = run.result.spec
    what = text.RUN_NOTE.format(
        dataset=DATASETS[spec.dataset].title,
        what=forget_phrase(spec),
        method=METHODS.title(spec.method, spec.code),
        seed=spec.seed,
        device=spec.device,
    )
    if run.is_example:
        st.info(text.EXAMPLE_NOTE.format(what=what), icon=":material/visibility:")
    else:
        st.caption(what)


def verdict_card(result: RunResult, retrained: RunResult | None) -> None:
    """The headline, one large number a clause, and the way to the evidence."""
    verdict = judge(result, retrained)
    with st.container(border=True, key="verdict"):
        icon, color = _MOODS[verdict.is_good]
        st.subheader(f":{color}[:material/{icon}:] {verdict.headline}", anchor=False)
        st.caption(text.VERDICT_MEASURE if result.spec.forget.kind == "class" else text.VERDICT_MEASURE_IMAGES)
        for column, clause in zip(st.columns(len(verdict.clauses)), verdict.clauses, strict=True):
            column.metric(
                clause.subject, clause.show(clause.value), f"before: {clause.show(clause.before)}",
                delta_color="off", delta_arrow="off", help=clause.text,
            )  # fmt: skip
            gold = clause.reference
            never_saw = text.NEVER_SAW.format(value=clause.show(gold)) if gold is not None else ""
            interval = text.INTERVAL.format(low=clause.show(clause.low), high=clause.show(clause.high))
            column.caption(interval + never_saw)
        with st.container(horizontal=True, vertical_alignment="center"):
            for page, label, icon in text.EVIDENCE:
                st.page_link(_PAGES[page], label=label, icon=icon, query_params={"run": result.digest}, width="content")
            method = METHODS.title(result.spec.method, result.spec.code)
            took = text.TOOK.format(method=method, seconds=result.seconds["unlearn"])
            if retrained is not None:
                took += text.TOOK_RETRAINING.format(seconds=retrained.seconds["unlearn"])
                took += text.TOOK_BEFOREHAND if retrained.is_shipped else ""
            st.caption(took + ".")


def unfinished(run: state.OpenRun) -> None:
    """On pages that need a finished run: where the run is watched, or what went wrong."""
    if run.job is not None and not run.job.is_over:
        st.info(text.STILL_RUNNING, icon=":material/hourglass_top:")
        st.page_link("pages/explore/run.py", label=text.WATCH_IT, query_params={"run": run.digest})
    else:
        problem(run)


def problem(run: state.OpenRun) -> None:
    """Say why there is nothing to show, and offer the ways out."""
    if run.job is not None and run.job.state == "stopped":
        st.info(text.STOPPED, icon=":material/stop_circle:")
    else:
        st.error(run.problem, icon=":material/report:")
    with st.container(horizontal=True):
        if run.spec is not None:
            st.button(text.TRY_AGAIN, on_click=state.start, args=(run.spec,), icon=":material/refresh:", type="primary")
        st.button(text.UNKNOWN_RUN_HELP, on_click=state.close_run)

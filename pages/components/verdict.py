"""The verdict on a finished run, and the line that says which run it is."""

import pandas as pd
import streamlit as st

from camu_core import DATASETS, METHODS, RunResult
from camu_core.figures.theme import MODEL_TITLES
from camu_core.measures import SPLIT_NAMES
from camu_core.verdict import forget_phrase, judge
from pages.components import state, text

_PAGES = {"accuracy": "pages/explore/accuracy.py", "embeddings": "pages/explore/embeddings.py"}


def run_line(run: state.OpenRun) -> None:
    """Which run the page shows; the example is labelled as such."""
    spec = run.result.spec
    what = text.RUN_NOTE.format(
        dataset=DATASETS[spec.dataset].title,
        what=forget_phrase(run.result),
        method=METHODS[spec.method].title,
        seed=spec.seed,
    )
    if run.is_example:
        st.info(text.EXAMPLE_NOTE.format(what=what), icon=":material/visibility:")
    else:
        st.caption(what)


def verdict_card(result: RunResult, retrained: RunResult | None) -> None:
    """The headline, one large number a clause, and the way to the evidence."""
    verdict = judge(result, retrained)
    with st.container(border=True, key="verdict"):
        icon, color = ("check_circle", "green") if verdict.is_good else ("error", "orange")
        st.subheader(f":{color}[:material/{icon}:] {verdict.headline}", anchor=False)
        st.caption(text.VERDICT_MEASURE)
        for column, clause in zip(st.columns(len(verdict.clauses)), verdict.clauses, strict=True):
            column.metric(
                clause.subject, f"{clause.value:.1%}", f"before: {clause.before:.1%}",
                delta_color="off", delta_arrow="off", help=clause.text,
            )  # fmt: skip
            never_saw = text.NEVER_SAW.format(value=f"{clause.reference:.1%}") if clause.reference is not None else ""
            column.caption(text.INTERVAL.format(low=f"{clause.low:.1%}", high=f"{clause.high:.1%}") + never_saw)
        with st.container(horizontal=True, vertical_alignment="center"):
            for page, label, icon in text.EVIDENCE:
                st.page_link(_PAGES[page], label=label, icon=icon, query_params={"run": result.digest}, width="content")
            took = text.TOOK.format(method=METHODS[result.spec.method].title, seconds=result.seconds["unlearn"])
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


def split_table(metrics: dict) -> pd.DataFrame:
    """The four splits, one row a model."""
    return pd.DataFrame(
        {"network": MODEL_TITLES[name], **{split: report[split] for split in SPLIT_NAMES}}
        for name, report in metrics.items()
    )


def class_table(per_class: dict, counts: list[int], names: tuple[str, ...]) -> pd.DataFrame:
    """Test accuracy by class, one column a model."""
    return pd.DataFrame(
        {"class": names, "test images": counts, **{MODEL_TITLES[name]: values for name, values in per_class.items()}}
    )


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

"""The door: one sentence, ten digits, one button."""

import streamlit as st

from camu_core import plan_run
from camu_core.figures import Panel, axis_ranges, embedding_figure
from pages.components import controls, state, text, verdict
from pages.components.forget import class_row


def main() -> None:
    st.title(text.START_TITLE, anchor=False)
    st.markdown(text.START_LEAD)
    labels = class_row("digits")
    if controls.press_button():
        state.start(plan_run("digits", labels))
        st.switch_page("pages/explore/run.py", query_params={"run": state.open_digest()})
    for column, (title, body) in zip(st.columns(3), text.START_STEPS, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{title}**  \n{body}")
    _example()


def _example() -> None:
    run = state.example_run()
    result = run.result
    verdict.run_line(run)
    retrained = state.retrained_for(result.spec)
    left, right = st.columns([5, 6])
    with left:
        verdict.verdict_card(result, retrained)
    points = state.pca_points(result.digest, None)
    panels = [
        Panel(title, points[name], result.logits[name])
        for name, title in (("original", "Before"), ("unlearned", "After forgetting"))
    ]
    right.plotly_chart(
        embedding_figure(
            panels, result.probe.y, result.probe.is_forget, tuple("0123456789"), axis_ranges(points.values()),
            text.LIVE_EMBEDDING, state.is_dark(), height=400,
        ),
        key="start-embedding", config={"displayModeBar": False},
    )  # fmt: skip


main()

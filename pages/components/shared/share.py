"""What a visitor takes home from a run: a report, its numbers, how to cite it."""

import json

import streamlit as st

from camu_core import RunResult
from camu_core.citation import citation
from camu_core.export import run_json
from camu_core.report import html_report
from pages.components.causal import state as state_causal
from pages.components.shared import state_memorised, text


def popover(result: RunResult, retrained: RunResult | None, privacy: dict | None, population: dict | None) -> None:
    """Downloads are made when they are asked for.

    Args:
        privacy: report of a `PrivacyResult`, if the attacks were tried.
        population: report of the `PopulationResult` of its method, if it was made.
    """
    with st.popover(text.SHARE, icon=":material/download:"):
        with st.container(horizontal=True):
            st.download_button(
                text.SHARE_REPORT,
                lambda: html_report(result, retrained, *_found(result, privacy, population)),
                file_name=f"camu-{result.digest}.html",
                mime="text/html",
                help=text.SHARE_REPORT_HELP,
                on_click="ignore",
                icon=":material/description:",
            )
            st.download_button(
                text.SHARE_JSON,
                lambda: json.dumps(
                    run_json(
                        result, retrained, *_found(result, privacy, population), state_memorised.group_of(result.spec)
                    ),
                    indent=2,
                ),
                file_name=f"camu-{result.digest}.json",
                mime="application/json",
                on_click="ignore",
                icon=":material/data_object:",
            )
        st.caption(text.SHARE_LINK)
        st.code(citation(result), language=None, wrap_lines=True)


def _found(result: RunResult, privacy: dict | None, population: dict | None) -> tuple[dict | None, ...]:
    """What is known of a run, as report and JSON take it."""
    return privacy, state_causal.known_report(result.spec), population

"""What a visitor takes home from a run: a report, a page for the board, its numbers, how to cite it."""

import json
from datetime import UTC, datetime
from urllib.parse import urljoin

import streamlit as st

from camu_core import RunResult, __version__
from camu_core.board import WRITERS, Board, Imprint, board_of
from camu_core.citation import bibtex, citation
from camu_core.export import run_json
from camu_core.report import html_report
from pages.components.causal import state as state_causal
from pages.components.shared import state_memorised, text

_BOARD_MIMES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def popover(result: RunResult, retrained: RunResult | None, privacy: dict | None, population: dict | None) -> None:
    """Downloads are made when they are asked for.

    Args:
        privacy: report of a `PrivacyResult`, if the attacks were tried.
        population: report of the `PopulationResult` of its method, if it was made.
    """
    imprint = Imprint(__version__, datetime.now(UTC).date(), _address(result))

    def board() -> Board:
        return board_of(result, imprint, retrained, *_found(result, privacy, population))

    with st.popover(text.SHARE, icon=":material/download:"):
        with st.container(horizontal=True):
            st.download_button(
                text.SHARE_REPORT,
                lambda: html_report(result, retrained, *_found(result, privacy, population), imprint=imprint),
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
        st.caption(text.SHARE_BOARD)
        with st.container(horizontal=True):
            for ending, write in WRITERS.items():
                st.download_button(
                    ending.upper(),
                    lambda write=write: write(board()),
                    file_name=f"camu-{result.digest}.{ending}",
                    mime=_BOARD_MIMES[ending],
                    help=text.SHARE_BOARD_HELP[ending],
                    on_click="ignore",
                    icon=":material/co_present:" if ending == "pptx" else ":material/image:",
                    key=f"board-{ending}",
                )
        if imprint.address:
            st.caption(text.SHARE_LINK)
            st.code(imprint.address, language=None, wrap_lines=True)
        st.caption(text.SHARE_CITE)
        st.code(citation(result), language=None, wrap_lines=True)
        st.code(bibtex(result), language="latex", wrap_lines=True)


def _address(result: RunResult) -> str:
    """Of the page that opens this run; empty where no browser told one."""
    here = st.context.url
    return urljoin(here, f"run?run={result.digest}") if here else ""


def _found(result: RunResult, privacy: dict | None, population: dict | None) -> tuple[dict | None, ...]:
    """What is known of a run, as report and JSON take it."""
    return privacy, state_causal.known_report(result.spec), population

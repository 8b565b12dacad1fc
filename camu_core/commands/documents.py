"""What `run` makes for people: the report, and the page for the board."""

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from camu_core import __version__
from camu_core.commands.output import write
from camu_core.errors import SpecError, StoreUnwritable
from camu_core.runs.results import RunResult

_ENDINGS = ("pdf", "png", "pptx")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the report as one HTML file")
    parser.add_argument(
        "--board", type=Path, action="append", default=[], metavar="FILE",
        help=f"write one page for people who present the run; {', '.join(_ENDINGS[:-1])} or {_ENDINGS[-1]} by the "
        "ending of the name; repeatable",
    )  # fmt: skip


def check(arguments: argparse.Namespace) -> None:
    """Raises: SpecError, before anything has run, if a page is asked for in a form that there is not."""
    for path in arguments.board:
        if _ending(path) not in _ENDINGS:
            raise SpecError(f"--board expects a name that ends in .pdf, .png or .pptx; got '{path}'.")


def _ending(path: Path) -> str:
    return path.suffix.removeprefix(".").lower()


def make(
    arguments: argparse.Namespace,
    result: RunResult,
    retrained: RunResult | None,
    privacy: Mapping[str, Any] | None,
    causal: Mapping[str, Any] | None,
    population: Mapping[str, Any] | None,
) -> None:
    """Write what is asked for.

    Args:
        retrained, privacy, causal, population: what is known of the run, as `html_report` and `board_of` take it.
    Raises:
        StoreUnwritable: a file cannot be written.
    """
    from camu_core.board import WRITERS, Imprint, board_of  # these take a moment to import, and most runs need none
    from camu_core.report import html_report

    imprint = Imprint(__version__, datetime.now(UTC).date())
    if arguments.report is not None:
        _keep(html_report(result, retrained, privacy, causal, population, imprint).encode(), arguments.report)
    for path in arguments.board:
        _keep(WRITERS[_ending(path)](board_of(result, imprint, retrained, privacy, causal, population)), path)


def _keep(content: bytes, path: Path) -> None:
    try:
        write(content, path)
    except OSError as error:
        raise StoreUnwritable(f"Cannot write {path} ({error.strerror}); choose another place.") from error

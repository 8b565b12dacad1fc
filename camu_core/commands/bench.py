"""Measure how fast CaMU is here: against a straightforward loop, against retraining, against the processor."""

import argparse
import json
from typing import Any

from camu_core.bench import benchmark, page_times, population_speed
from camu_core.commands.output import JSON_HELP, deliver
from camu_core.commands.terminal import drain_with_bar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", default="mnist", help="default %(default)s")
    parser.add_argument("--forget-class", type=int, default=0, metavar="C", help="default %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default %(default)s")
    parser.add_argument("--no-pages", action="store_true", help="skip timing the app's pages")
    parser.add_argument("--json", metavar="FILE", help=JSON_HELP)


def run(arguments: argparse.Namespace) -> None:
    report = drain_with_bar(benchmark(arguments.dataset, arguments.forget_class, arguments.seed))
    report["population"] = drain_with_bar(population_speed())
    if not arguments.no_pages:
        report["pages"] = page_times()
    if arguments.json is None:
        print(_table(report))
    else:
        deliver(json.dumps(report), arguments.json)


def _table(report: dict[str, Any]) -> str:
    """One line a figure."""
    return "\n".join(
        f"{part:14} {name:26} {value:.4g}" if isinstance(value, float) else f"{part:14} {name:26} {value}"
        for part, figures in report.items()
        for name, value in figures.items()
    )

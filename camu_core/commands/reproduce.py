"""Make the paper's kind of table: datasets x what is forgotten x methods, mean and standard deviation over seeds."""

import argparse
import json
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from camu_core.bench import machine
from camu_core.commands.output import deliver
from camu_core.commands.terminal import drain_with_bar
from camu_core.comparison import as_markdown, published_table, with_tests
from camu_core.engine import Engine
from camu_core.execution import versions
from camu_core.jobs import PrivacyJob
from camu_core.methods import METHODS
from camu_core.specs import RunSpec
from camu_core.store import RunStore
from camu_core.sweeps import SweepSpec, running_sweep


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", default="mnist,fashion_mnist", help="default %(default)s")
    parser.add_argument("--forget", default="0,10%", help="classes and parts of all images, each forgotten alone; "
                        "default %(default)s")  # fmt: skip
    parser.add_argument("--method", default="all", help=f"all, or of {', '.join(METHODS)}; default %(default)s")
    parser.add_argument("--seed", default="0-2", help="default %(default)s")
    parser.add_argument("--output", type=Path, default=Path("results"), metavar="FOLDER",
                        help="gets results.csv, results.md and card.json; default %(default)s")  # fmt: skip


def run(arguments: argparse.Namespace) -> None:
    """Finished runs are kept in CAMU_HOME, so an interrupted reproduction goes on where it was."""
    methods = list(METHODS) if arguments.method == "all" else arguments.method.split(",")
    sweeps = [SweepSpec.from_texts(name, arguments.forget, methods, arguments.seed)
              for name in arguments.dataset.split(",")]  # fmt: skip
    for sweep in sweeps:
        sweep.runs()  # what is wrong with any is told before the first starts
    engine = Engine(RunStore(), n_workers=1)  # one at a time, so that seconds are those of an idle machine
    try:
        runs = pd.concat([drain_with_bar(running_sweep(sweep, engine)) for sweep in sweeps], ignore_index=True)
        runs = with_tests(runs, {digest: _tested(digest, engine) for digest in runs["digest"]})
    finally:
        engine.close()
    table, card = published_table(runs), _card(sweeps[0])
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name, content in (
        ("results.csv", table.to_csv(index=False, float_format="%.6g").rstrip()),
        ("results.md", as_markdown(table, card)),
        ("card.json", json.dumps(card, indent=2)),
    ):
        deliver(content, str(arguments.output / name))
    print(f"{arguments.output}: {len(runs)} runs, {len(table)} rows")


def _tested(digest: str, engine: Engine) -> dict:
    """The tests of one run, beside the band that is shipped, or was made by `band`."""
    spec = RunSpec.from_json(engine.store.summary(digest)["spec"])
    return drain_with_bar(engine.follow(PrivacyJob.beside(spec, engine.is_there))).report


def _card(sweep: SweepSpec) -> dict:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(),
        "command": shlex.join(["python", "-m", "camu_core", *sys.argv[1:]]),
        "seeds": list(sweep.seeds),
    }

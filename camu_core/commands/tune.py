"""Search for the settings of methods, as many trials for each, on a part of the training images; write one file."""

import argparse
import json
import os
import sys
from typing import Any

from camu_core.commands.output import card, deliver
from camu_core.commands.sweep import forgets_named
from camu_core.commands.terminal import drain_with_bar
from camu_core.comparison.tuning import OBJECTIVE
from camu_core.data import DATASETS, VALIDATION_FRACTION, VALIDATION_SEED, validation_name
from camu_core.engine import Engine
from camu_core.engine.batches import failures_text
from camu_core.engine.tunings import USUAL_NETWORKS, Tuning
from camu_core.methods import METHODS
from camu_core.runs.store import RunStore


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", default="digits", help=f"one of {', '.join(DATASETS)}; default %(default)s")
    parser.add_argument("--forget", default="3", help="classes and shares of all images, such as 3,10%%, each "
                        "forgotten alone; default %(default)s")  # fmt: skip
    parser.add_argument("--method", default="all", help=f"all that have something to search, or of "
                        f"{', '.join(METHODS)}; default %(default)s")  # fmt: skip
    parser.add_argument("--trials", type=int, default=12, metavar="N", help="of every method, its usual settings being "
                        "the first; default %(default)s")  # fmt: skip
    parser.add_argument("--networks", type=int, default=USUAL_NETWORKS, metavar="K", help="originals on each of which "
                        "every trial is run; trained if they are not there; default %(default)s")  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, help="of the search; default %(default)s")
    parser.add_argument("--output", default="tuned.json", metavar="FILE", help="- for stdout; default %(default)s")


def run(arguments: argparse.Namespace) -> None:
    """Finished trials are kept in CAMU_HOME, so an interrupted tuning goes on where it was."""
    methods = [name.strip() for name in arguments.method.split(",")]
    what = forgets_named(arguments.dataset, arguments.forget)
    tuning = Tuning.from_texts(arguments.dataset, what, methods, arguments.trials, arguments.seed, arguments.networks)
    store = RunStore()
    engine = Engine(store, n_workers=os.cpu_count() or 1)
    try:
        failed = drain_with_bar(tuning.running(engine))
        tuning.batch().note(store)
        found = tuning.reports(engine)
    finally:
        engine.close()
    deliver(json.dumps(_card(arguments.dataset) | {"searches": found}, indent=1), arguments.output)
    for search in found:
        usual, chosen = search["trials"][0]["objective"], search["chosen"]
        settings = ", ".join(f"{name} {value:g}" for name, value in chosen["settings"].items())
        before = "failed" if usual is None else f"{usual:.3f}"
        print(f"{search['method']}: {before} -> {chosen['objective']:.3f} with {settings}", file=sys.stderr)
    if failed:  # as expected of some settings, and so no failure of the search
        print(failures_text(failed, len(tuning.batch().specs)), file=sys.stderr)


def _card(dataset: str) -> dict[str, Any]:
    """How the settings were found."""
    how = card()
    return {
        "made": how.pop("date"),
        **how,
        "objective": OBJECTIVE,
        "split": {
            "dataset": validation_name(dataset), "of": "training images, stratified by class",
            "fraction": VALIDATION_FRACTION, "seed": VALIDATION_SEED, "test_images_used": 0,
        },
    }  # fmt: skip

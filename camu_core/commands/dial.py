"""Run CaMU on classes at several strengths, and keep what each leaves, for the dial of the Run page."""

import argparse
from pathlib import Path

from camu_core.commands.images import GROUP_HELP, add_argument, classes_named, dataset_named
from camu_core.commands.terminal import drain_with_bar
from camu_core.engine import driver
from camu_core.jobs import DialJob, RunJob, dial_of
from camu_core.measures.estimates import Estimate
from camu_core.planning import plan_run
from camu_core.runs.results import RunResult
from camu_core.runs.store import RunStore
from camu_core.specs import ForgetSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_argument(parser)
    parser.add_argument(
        "--forget-class", action="append", metavar="C", required=True, help=f"{GROUP_HELP} to forget; repeatable"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the run; default %(default)s")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="store to keep it in; default: CAMU_HOME")


def run(arguments: argparse.Namespace) -> None:
    """An interrupted one goes on where it was: finished runs are in CAMU_HOME.

    Raises:
        SpecError: there is no such class.
    """
    dataset = dataset_named(arguments)
    forget = ForgetSpec(classes=classes_named(dataset, arguments.forget_class))
    runs, store = dial_of(plan_run(dataset, forget, seed=arguments.seed)), RunStore()
    job = DialJob(tuple(runs.items()))
    with driver(store) as work:
        for spec in runs.values():
            if not work.is_there(spec.digest, RunResult):
                store.save(drain_with_bar(work.follow(RunJob(spec))))
        dial = drain_with_bar(work.follow(job))
    output = RunStore(arguments.output) if arguments.output else store
    output.save(dial)
    print(f"{output.root / dial.folder / dial.digest}\nlearning rates  recognised  kept    found after one example")
    for stop in dial.stops:
        figures = (_percent(each) for each in (stop.recognised, stop.kept, stop.inside))
        print("x {:<14g}{:<12}{:<8}{}".format(stop.strength, *figures))


def _percent(estimate: Estimate) -> str:
    return "-" if estimate["value"] is None else f"{estimate['value']:.1%}"

"""Train and measure the retrained networks that verdicts are judged by, and keep their figures."""

import argparse
from pathlib import Path

from camu_core.commands.images import GROUP_HELP, add_argument, classes_named, dataset_named
from camu_core.commands.terminal import drain_with_bar
from camu_core.engine import driver
from camu_core.jobs import Band, BandJob
from camu_core.planning import plan_run
from camu_core.runs.store import RunStore
from camu_core.specs import ForgetSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_argument(parser)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--forget-class", action="append", metavar="C", help=f"{GROUP_HELP} to forget; repeatable")
    what.add_argument("--forget-random", type=float, metavar="F", help="a fraction of the training images, such as 0.1")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random draw; default %(default)s")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="store to keep it in; default: CAMU_HOME")


def run(arguments: argparse.Namespace) -> None:
    """An interrupted one goes on where it was: each network's training keeps its state."""
    dataset = dataset_named(arguments)
    if arguments.forget_random is not None:
        forget = ForgetSpec("random", fraction=arguments.forget_random)
    else:
        forget = ForgetSpec(classes=classes_named(dataset, arguments.forget_class))
    job, store = BandJob.of(plan_run(dataset, forget, seed=arguments.seed)), RunStore(arguments.output)
    with driver(store) as work:
        is_known = store.has(job.digest, Band) if arguments.output else work.is_there(job.digest, Band)
        band = work.result(job.digest, Band) if is_known else drain_with_bar(work.follow(job))
    store.save(band)
    print(f"{store.root / Band.folder / band.digest}: {len(band.about['seeds'])} networks, "
          f"{band.about['seconds']:.0f} s of training")  # fmt: skip

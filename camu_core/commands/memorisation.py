"""Train many networks on random halves of the images and keep how much each image is memorised."""

import argparse
import sys
from pathlib import Path

from camu_core.commands.images import add_argument, dataset_named
from camu_core.commands.terminal import drain_with_bar
from camu_core.engine import Engine
from camu_core.engine.populations import populating
from camu_core.errors import SpecError
from camu_core.jobs import Memorisation
from camu_core.measures import GROUPS
from camu_core.networks.models import MODELS
from camu_core.runs.store import RunStore

_SMALLEST = 4  # networks, so that halves of them have whole pairs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_argument(parser)
    parser.add_argument(
        "--model", choices=list(MODELS), help="default: cnn for grey images, resnet20 for coloured ones"
    )
    parser.add_argument("--networks", type=int, metavar="K", help="default: what the app uses, 512 for digits")
    parser.add_argument("--group", choices=GROUPS, default="worst", help="whose images to print; default %(default)s")
    parser.add_argument("--images", type=int, metavar="N", default=0, help="how many of them; default: none")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="store to keep the scores in; default: CAMU_HOME")


def run(arguments: argparse.Namespace) -> None:
    """On all processors, or on the cluster at CAMU_SCHEDULER; an interrupted one goes on where it was.

    Raises:
        SpecError: too few networks or images, before anything has run.
    """
    if arguments.networks is not None and (arguments.networks < _SMALLEST or arguments.networks % _SMALLEST):
        raise SpecError(f"--networks expects a multiple of {_SMALLEST}; got {arguments.networks}.")
    if arguments.images < 0:
        raise SpecError(f"--images expects 0 or more; got {arguments.images}.")
    store = RunStore()
    work = Memorisation.of(dataset_named(arguments), arguments.model, arguments.networks)
    engine = Engine(store)
    try:
        found = drain_with_bar(populating(engine, work))
    finally:
        engine.close()
    output = RunStore(arguments.output) if arguments.output else store
    output.save(found)
    if arguments.images:
        n_images = min(arguments.images, found.largest_size)
        if n_images < arguments.images:
            print(f"camu_core: a group has {n_images:,} images at most: a third of all.", file=sys.stderr)
        print(",".join(map(str, found.images(arguments.group, n_images))))
        return
    about, agreement = found.about, found.about["agreement"]
    print(f"{output.root / found.folder / found.digest}: {about['networks']} networks, {about['seconds']:.0f} s; "
          f"two halves of them agree with rank correlation {agreement['rank_correlation']:.2f}, and in "
          f"{agreement['top_shared']:.0%} of the most memorised images")  # fmt: skip

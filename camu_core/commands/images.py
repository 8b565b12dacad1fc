"""A dataset on the command line: a name, or a path of one's own images; and its classes, by number or name."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from camu_core.commands.terminal import drain_with_bar
from camu_core.data import (
    DATASETS,
    LAYOUTS,
    class_number,
    copies_in,
    import_images,
    left_behind,
    listing,
    load_dataset,
)
from camu_core.errors import SpecError
from camu_core.planning import known
from camu_core.specs import ForgetSpec
from camu_core.wording.format import counted

_SHOWN = 20
CLASS_HELP = "number or name of a class"
GROUP_HELP = f"{CLASS_HELP}, or name of a superclass of CIFAR-100,"


def add_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dataset",
        default="digits",
        help=f"one of {', '.join(DATASETS)}, or a folder or zip of your own images, one folder per class; "
        "default %(default)s",
    )
    parser.add_argument(
        "--drop-copies",
        action="store_true",
        help="keep one copy of each of your own images that is there more than once",
    )
    ways = "; ".join(f"{name}: {meaning}" for name, meaning in LAYOUTS.items())
    parser.add_argument(
        "--layout",
        choices=list(LAYOUTS),
        help=f"what says the class of your own images ({ways}); default: the only sensible one",
    )


def dataset_named(arguments: argparse.Namespace) -> str:
    """The dataset's name; images of a path are imported first, and what is wrong with them is told.

    Raises:
        SpecError: there is no such dataset or path, or it cannot be read in the way that is asked for; and see
            `import_images`.
    """
    text = arguments.dataset
    if not text.strip():
        raise SpecError("--dataset expects a name, or a folder or zip of images; got nothing.")
    if text in DATASETS:
        if arguments.layout or arguments.drop_copies:
            raise SpecError(
                f"--layout and --drop-copies say how a folder or zip of images is read; leave them out with {text}."
            )
        return text
    if not Path(text).exists():
        raise SpecError(
            f"There is no dataset '{text}', and no such file or folder; expected one of {', '.join(DATASETS)}, or a "
            "path of your own images."
        )
    info = drain_with_bar(import_images(Path(text), layout=arguments.layout, drops_copies=arguments.drop_copies))
    print("\n".join([f"{info.name}: {info.n_classes} classes, {listing(info)}", *info.warnings]), file=sys.stderr)
    arguments.dataset, arguments.layout, arguments.drop_copies = info.name, None, False  # they are read once
    return info.name


def tell_copies(dataset: str, forget: ForgetSpec) -> None:
    """Say which copies of chosen images are not to be forgotten with them.

    Raises:
        DatasetUnavailable: the images are neither here nor to be had.
    """
    if forget.kind != "samples" or dataset not in DATASETS:
        return
    behind = left_behind(copies_in(dataset, load_dataset(dataset)), forget.samples)
    if behind:
        numbers = ", ".join(map(str, behind[:_SHOWN])) + (" ..." if len(behind) > _SHOWN else "")
        print(
            f"{counted(len(behind), 'copy', 'copies')} of these images would stay: {numbers}. "
            "To forget all, add these numbers.",
            file=sys.stderr,
        )


def classes_named(dataset: str, texts: Iterable[str]) -> tuple[int, ...]:
    """Classes by number or name, or all of a group by the group's name.

    Raises:
        SpecError: there is no such dataset or class, or a text can mean several classes.
    """
    info = DATASETS[known("dataset", dataset, DATASETS)]
    return tuple(
        label for text in texts for label in info.groups.get(text.strip().lower()) or (class_number(info, text),)
    )

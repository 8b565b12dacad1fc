"""A dataset on the command line: a name, or a path of one's own images."""

import argparse
import sys
from pathlib import Path

from camu_core.commands.terminal import drain_with_bar
from camu_core.data import DATASETS, import_images


def add_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dataset",
        default="digits",
        help=f"one of {', '.join(DATASETS)}, or a folder or zip of your own images, one folder per class; "
        "default %(default)s",
    )


def dataset_named(text: str) -> str:
    """The dataset's name; images of a path are imported first, and what is wrong with them is told.

    Raises: see `import_images`.
    """
    if text in DATASETS or not Path(text).exists():
        return text
    info = drain_with_bar(import_images(Path(text)))
    print("\n".join([f"{info.name}: {info.n_classes} classes", *info.warnings]), file=sys.stderr)
    return info.name

"""Run every forget class x method x seed, and write one table."""

import argparse
import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from camu_core.citation import typed_forget
from camu_core.commands.images import add_argument, classes_named, dataset_named
from camu_core.commands.terminal import drain_with_bar
from camu_core.engine import Engine
from camu_core.engine.batches import failures_text, summaries
from camu_core.engine.sweeps import SweepSpec, sweep_table, with_forget_names
from camu_core.errors import RunError, SpecError, StoreUnwritable
from camu_core.figures.tables import csv_of
from camu_core.files import write_atomically
from camu_core.methods import METHODS
from camu_core.runs.store import RunStore
from camu_core.specs import PLANTING_KINDS, ForgetSpec

_RANGE = re.compile("[0-9]+-[0-9]+")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_argument(parser)
    parser.add_argument("--forget-class", help="each forgotten alone: all (the default), or such as 0-2,5 or cat,dog")
    parser.add_argument("--forget-random", type=float, action="append", default=[], metavar="F",
                        help="a fraction of the training images, such as 0.1; repeatable, each alone")  # fmt: skip
    parser.add_argument("--forget-planted", action="append", default=[], metavar="WHAT",
                        help="what the original networks are taught on purpose, such as trigger:8 or swap:3-5; "
                        "repeatable, each alone")  # fmt: skip
    parser.add_argument(
        "--method", default="camu,retrain", help=f"all, or of {', '.join(METHODS)}; default %(default)s"
    )
    parser.add_argument("--seed", default="0", help="such as 0-2; default %(default)s")
    parser.add_argument("--training-seed", default="0", help="of the original networks, such as 0-2; each runs with "
                        "all seeds, and is trained if it is not there; default %(default)s")  # fmt: skip
    parser.add_argument("--output", type=Path, default=Path("sweep.csv"), help=".csv or .parquet; default %(default)s")


def run(arguments: argparse.Namespace) -> None:
    """Finished runs are kept in CAMU_HOME, so an interrupted sweep goes on where it was.

    Raises:
        RunError: some failed; the table has the others.
    """
    if arguments.output.suffix not in (".csv", ".parquet"):
        raise SpecError(f"--output must end in .csv or .parquet; got '{arguments.output}'.")
    methods = METHODS if arguments.method == "all" else (name.strip() for name in arguments.method.split(","))
    dataset = dataset_named(arguments)
    what = [typed_forget(dataset, ForgetSpec("random", fraction=fraction)) for fraction in arguments.forget_random]
    what += arguments.forget_planted
    if arguments.forget_class is not None or not what:
        what.insert(0, _classes(dataset, "all" if arguments.forget_class is None else arguments.forget_class))
    sweep = SweepSpec.from_texts(dataset, ",".join(what), methods, arguments.seed, arguments.training_seed)
    store = RunStore()
    train_originals([sweep], store)
    batch = sweep.batch()
    tell_left_out([sweep])
    runs = batch.specs
    n_stored = sum(store.has(spec.digest) for spec in runs)
    store.note_sweep(sweep.digest, sweep.to_json())
    batch.note(store)
    engine = Engine(store, n_workers=min(os.cpu_count() or 1, max(1, len(runs) - n_stored)))
    try:
        failed = drain_with_bar(batch.running(engine))
        table = sweep_table(summaries(runs, engine, failed))
    finally:
        engine.close()
    _write(with_forget_names(table), arguments.output)
    n_done = len(runs) - len(failed)
    print(f"{arguments.output}: {n_done} runs, {n_stored} of them finished before; kept in {store.root}")
    if failed:
        raise RunError(failures_text(failed, len(runs)))


def tell_left_out(sweeps: Iterable[SweepSpec]) -> None:
    """Say which methods a grid is without, for they cannot forget such."""
    for sweep in sweeps:
        if left_out := sweep.left_out():
            said = "; ".join(f"{forget}: {', '.join(methods)}" for forget, methods in left_out.items())
            print(f"camu_core: left out of {sweep.dataset}, as they cannot forget such: {said}", file=sys.stderr)


def train_originals(sweeps: Sequence[SweepSpec], store: RunStore) -> None:
    """Train the networks of other seeds that sweeps start from and that are not there yet.

    Raises:
        SpecError, WeightsError: see `SweepSpec.runs`, for which nothing is trained then.
        RunError: one could not be trained.
    """
    jobs = [job for sweep in sweeps for job in sweep.trainings()]
    if not jobs:
        return
    for sweep in sweeps:
        sweep.check()
    engine = Engine(store, n_workers=min(os.cpu_count() or 1, len(jobs)))
    try:
        failed = drain_with_bar(engine.follow_all(jobs, "train"))
    finally:
        engine.close()
    if failed:
        raise RunError(f"{len(failed)} of {len(jobs)} original networks could not be trained: {min(failed.values())}")


def _classes(dataset: str, text: str) -> str:
    """Names among numbers and ranges become numbers; a group becomes its classes, each forgotten alone.

    Raises:
        SpecError: there is no such dataset or class, or a text can mean several classes.
    """
    if text == "all":
        return text
    parts = [part.strip() for part in text.split(",")]
    return ",".join(
        part if _RANGE.fullmatch(part) else ",".join(map(str, classes_named(dataset, [part]))) for part in parts
    )  # fmt: skip


def forgets_named(dataset: str, text: str) -> str:
    """Of '3,cat,10%' the names as numbers, for `SweepSpec.from_texts`. Raises: see `_classes`."""
    parts = [part.strip() for part in text.split(",")]
    others = [part for part in parts if part.endswith("%") or part.partition(":")[0] in PLANTING_KINDS]
    classes = [part for part in parts if part not in others]
    return ",".join([*([_classes(dataset, ",".join(classes))] if classes else []), *others])


def _write(table: pd.DataFrame, path: Path) -> None:
    content = csv_of(table).encode() if path.suffix == ".csv" else table.to_parquet(index=False)
    try:
        write_atomically(path, content)
    except OSError as error:
        raise StoreUnwritable(
            f"Cannot write {path} ({error.strerror}); the runs are kept, choose another --output."
        ) from error

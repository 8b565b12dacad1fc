"""Make the paper's kind of table: datasets x what is forgotten x methods, mean and standard deviation over seeds."""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from camu_core.commands.output import card, deliver
from camu_core.commands.sweep import forgets_named, tell_left_out, train_originals
from camu_core.commands.terminal import drain_with_bar
from camu_core.comparison import as_markdown, is_compared, population_table, published_table, with_tests
from camu_core.engine import Engine
from camu_core.engine.batches import failures_text, summaries
from camu_core.engine.populations import populating
from camu_core.engine.sweeps import SweepSpec, sweep_table
from camu_core.errors import RunError, SpecError
from camu_core.jobs import Population, PrivacyJob, PrivacyResult
from camu_core.methods import METHODS, forget_kinds
from camu_core.runs.store import RunStore
from camu_core.specs import RunSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", default="mnist,fashion_mnist", help="default %(default)s")
    parser.add_argument("--forget", default="0,10%", help="classes, shares of all images, or what is planted "
                        "(trigger:8, swap:3-5), each forgotten alone; default %(default)s")  # fmt: skip
    parser.add_argument("--method", default="all", help=f"all, or of {', '.join(METHODS)}; default %(default)s")
    parser.add_argument("--seed", help="default 0-2; not with --population")
    parser.add_argument("--training-seed", help="of the original networks, such as 0-2; where there are several, "
                        "intervals are over them; default 0; not with --population")  # fmt: skip
    parser.add_argument("--tuned", action="store_true", help="with the settings that `tune` chose (assets/tuned) where "
                        "there are any, instead of the defaults")  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="skip the tests of what is left inside")
    parser.add_argument("--population", type=int, metavar="M", help="rank the methods by M networks each instead (in "
                        "fours), as `run --population` judges one: populations.csv and card.json")  # fmt: skip
    parser.add_argument("--output", type=Path, default=Path("results"), metavar="FOLDER",
                        help="gets results.csv, results.md, runs.csv (a row a run) and card.json; "
                        "default %(default)s")  # fmt: skip


def run(arguments: argparse.Namespace) -> None:
    """Finished runs are kept in CAMU_HOME, so an interrupted reproduction goes on where it was.

    Raises:
        RunError: some failed; the tables are of the others.
    """
    methods = list(METHODS) if arguments.method == "all" else _names(arguments.method)
    try:
        arguments.output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SpecError(f"--output expects a folder; {arguments.output} cannot be made ({error.strerror}).") from error
    if arguments.population is not None:
        _rank(arguments, methods)
        return
    sweeps = [SweepSpec.from_texts(name, forgets_named(name, arguments.forget), methods, arguments.seed or "0-2",
                                   arguments.training_seed or "0", arguments.tuned)
              for name in _names(arguments.dataset)]  # fmt: skip
    store = RunStore()
    train_originals(sweeps, store)
    batches = [sweep.batch() for sweep in sweeps]  # what is wrong with any is told before the first starts
    tell_left_out(sweeps)
    tuned = _tuned(sweeps) if arguments.tuned else set()
    engine = Engine(store, n_workers=1)  # one at a time, so that seconds are those of an idle machine
    try:
        specs = [spec for batch in batches for spec in batch.specs]
        failed: dict[RunSpec, str] = {}
        for batch in batches:
            failed |= drain_with_bar(batch.running(engine))
        found = summaries(specs, engine, failed)
        done = [spec for spec in specs if spec not in failed]
        if not done:
            raise RunError(failures_text(failed, len(specs)))
        tests = {} if arguments.quick else _tested(done, engine)
        runs = with_tests(sweep_table(found), tests)
    finally:
        engine.close()
    table = published_table(runs, tuned)
    made = card() | {"seeds": list(sweeps[0].seeds), "training_seeds": list(sweeps[0].training_seeds)}
    tables = {"results.csv": _csv(table), "results.md": as_markdown(table, made), "runs.csv": _csv(runs)}
    _write(arguments.output, tables, made)
    print(f"{arguments.output}: {len(runs)} runs, {len(table)} rows")
    if failed:
        raise RunError(failures_text(failed, len(specs)))


def _tuned(sweeps: Iterable[SweepSpec]) -> set[tuple[str, str, str]]:
    """Dataset, forget set and method of the runs with tuned settings, and of the retraining and the controls beside
    them, which have none to tune; which methods keep their defaults is said, and what others were tuned on."""
    found: set[tuple[str, str, str]] = set()
    for sweep in sweeps:
        for forget in sweep.forgets:
            methods = [name for name in sweep.methods if forget.kind in forget_kinds(name)]
            tuned_on = {name: sweep.tuned_on(name, forget) for name in methods if is_compared(name)}
            usual = [name for name, other in tuned_on.items() if other is None]
            if usual:
                print(f"camu_core: no tuned settings to forget {forget.short} of {sweep.dataset}, so the defaults: "
                      f"{', '.join(usual)}", file=sys.stderr)  # fmt: skip
            if others := {other.short for other in tuned_on.values() if other not in (None, forget)}:
                print(f"camu_core: to forget {forget.short} of {sweep.dataset}, the settings tuned to forget "
                      f"{', '.join(sorted(others))}", file=sys.stderr)  # fmt: skip
            if len(usual) < len(tuned_on):
                found |= {(sweep.dataset, forget.short, name) for name in methods if name not in usual}
    return found


def _rank(arguments: argparse.Namespace, methods: list[str]) -> None:
    """What is finished is kept in CAMU_HOME, so that an interrupted ranking goes on where it was.

    Raises:
        SpecError: before anything has run; RunError: some could not be made; the table is of the others.
    """
    if arguments.tuned:
        raise SpecError("Methods are ranked by their default settings: leave out --tuned, or --population.")
    if arguments.quick:
        raise SpecError("A ranking by populations makes no tests of what is left inside: leave out --quick.")
    if arguments.seed or arguments.training_seed:
        raise SpecError(
            "The networks of a population have training seeds of their own, 0 to M - 1: leave out --seed and "
            "--training-seed, or --population."
        )
    sweeps = [
        SweepSpec.from_texts(name, forgets_named(name, arguments.forget), methods, "0")
        for name in _names(arguments.dataset)
    ]
    populations = [Population.of(spec, arguments.population) for sweep in sweeps for spec in sweep.batch().specs]
    tell_left_out(sweeps)
    engine, reports, failed = Engine(RunStore()), [], {}
    try:
        for population in populations:
            try:
                reports.append(drain_with_bar(populating(engine, population)).report)
            except RunError as error:
                failed[population.spec] = str(error)
    finally:
        engine.close()
    if not reports:
        raise RunError(failures_text(failed, len(populations)))
    table = population_table(reports)
    _write(arguments.output, {"populations.csv": _csv(table)}, card())
    print(f"{arguments.output}: {len(reports)} populations, {len(table)} rows")
    if failed:
        raise RunError(failures_text(failed, len(populations)))


def _names(text: str) -> list[str]:
    """Each once, however often it is said."""
    return list(dict.fromkeys(name.strip() for name in text.split(",")))


def _csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, float_format="%.6g").rstrip()


def _write(folder: Path, tables: Mapping[str, str], how: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**tables, "card.json": json.dumps(how, indent=2)}.items():
        deliver(content, str(folder / name))


def _tested(specs: Iterable[RunSpec], engine: Engine) -> dict[str, dict]:
    """The tests of each run, beside the band that is shipped, or was made by `band`; one that fails is told."""
    jobs = {spec.digest: PrivacyJob.beside(spec, engine.is_there) for spec in specs}
    failed = drain_with_bar(engine.follow_all(list(jobs.values()), "battery"))
    reports = {}
    for digest, job in jobs.items():
        if job.digest in failed:
            print(f"camu_core: the tests of run {digest} failed: {failed[job.digest]}", file=sys.stderr)
        else:
            reports[digest] = engine.result(job.digest, PrivacyResult).report
    return reports

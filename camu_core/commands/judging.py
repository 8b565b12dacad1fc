"""The verdict of `run`: the reference band and the tests it needs, unless `--quick`."""

import argparse
import sys
from typing import Any

from camu_core.commands.terminal import drain_with_bar
from camu_core.engine import Driver
from camu_core.errors import CamuError, SpecError
from camu_core.jobs import Band, BandJob, PrivacyJob
from camu_core.jobs.band import band_minutes
from camu_core.planning import plan_like
from camu_core.privacy import readings
from camu_core.runs.results import RunResult
from camu_core.runs.store import RunStore
from camu_core.specs import RunSpec
from camu_core.wording.privacy import attack_title, epsilon_title, finding_of, inside_title, layers_title
from camu_core.wording.verdict import Verdict

# A band that takes longer than this is not trained unasked.
_MINUTES_UNASKED = 5
_TITLES = (attack_title, epsilon_title, inside_title, layers_title)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--quick", action="store_true",
        help="skip the tests of what is left inside; the verdict then says that it is not tested",
    )  # fmt: skip
    parser.add_argument(
        "--retrain-band", action="store_true",
        help="train the retrained networks that a full verdict needs, however long it takes; without it that is done "
        f"where it takes less than {_MINUTES_UNASKED} minutes",
    )  # fmt: skip
    parser.add_argument("--privacy", action="store_true", help="print what every attack and test found")


def check(arguments: argparse.Namespace) -> None:
    """Raises: SpecError, before anything has run, if tests are to be skipped and asked for."""
    if arguments.quick and (arguments.privacy or arguments.retrain_band):
        raise SpecError(
            "--quick skips the tests that --privacy and --retrain-band are for; leave out --quick, or them."
        )


def tested(arguments: argparse.Namespace, spec: RunSpec, work: Driver, store: RunStore) -> dict[str, Any] | None:
    """What the tests of a run found; None if they were not made.

    The figures of the band are kept in CAMU_HOME, for the next run; the tests with `--save`.

    Args:
        work: where the run was done.
    """
    if arguments.quick:
        return None
    _make_band(arguments, spec, work, store)
    found = drain_with_bar(work.follow(PrivacyJob.beside(spec, work.is_there)))
    if arguments.save:
        store.save(found)
    return found.report


def sentences(verdict: Verdict, report: dict[str, Any] | None) -> list[str]:
    """The verdict for people.

    Args:
        report: of the tests whose findings are to be told too.
    """
    marks = {True: "+", False: "-", None: "?"}
    lines = ["", verdict.headline, *(f"  {marks[clause.is_good]} {clause.text}" for clause in verdict.clauses)]
    if report is not None:
        lines += ["", *(title(report) for title in _TITLES)]
        lines += [finding_of(report, name) for name in readings(report) if name not in ("attack", "linear_probe")]
    return lines


def _make_band(arguments: argparse.Namespace, spec: RunSpec, work: Driver, store: RunStore) -> None:
    """The reference band of a run, unless it is there or takes too long."""
    job, minutes = BandJob.of(spec), band_minutes(spec)
    if work.is_there(job.digest, Band):
        return
    if not arguments.retrain_band and minutes > _MINUTES_UNASKED:
        print(
            f"camu_core: without retrained networks some tests stay open; --retrain-band trains them "
            f"(about {minutes:,.0f} minutes).",
            file=sys.stderr,
        )
        return
    store.save(drain_with_bar(work.follow(job)))


def known_retraining(spec: RunSpec, work: Driver) -> RunResult | None:
    """The run's retraining, if somebody kept one, or it is shipped."""
    retraining = plan_like(spec, method="retrain").digest
    if spec.method == "retrain" or not work.is_there(retraining, RunResult):
        return None
    try:
        return work.result(retraining, RunResult)
    except CamuError:
        return None

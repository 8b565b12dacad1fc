"""The verdict of `run`: the reference band and the tests it needs, unless `--quick`."""

import argparse
import sys
from contextlib import suppress
from typing import Any

from camu_core.band_job import Band, BandJob, band_minutes, stored_band
from camu_core.commands.terminal import drain_with_bar
from camu_core.config import ASSETS
from camu_core.errors import CamuError
from camu_core.planning import plan_like
from camu_core.privacy import attack_title, epsilon_title, finding_of, inside_title, layers_title, readings
from camu_core.privacy_job import PrivacyJob
from camu_core.results import RunResult
from camu_core.store import RunStore
from camu_core.verdict import Verdict

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
    parser.add_argument("--privacy", action="store_true", help="tell what every attack and test found")


def tested(arguments: argparse.Namespace, result: RunResult, retrained: RunResult | None) -> dict[str, Any] | None:
    """What the tests found; None if they were not made.

    The retrained networks of the band are kept in CAMU_HOME, for the next run; the tests with `--save`.
    """
    if arguments.quick and not arguments.privacy:
        return None
    found = drain_with_bar(PrivacyJob.of(result, retrained, _band(arguments, result)).execute())
    if arguments.save:
        RunStore().save(found)
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


def _band(arguments: argparse.Namespace, result: RunResult) -> Band | None:
    store = RunStore()
    band = stored_band(result.spec, store)
    if band is not None:
        return band
    minutes = band_minutes(result.spec)
    if not arguments.retrain_band and minutes > _MINUTES_UNASKED:
        print(
            f"camu_core: without retrained networks some tests stay open; --retrain-band trains them "
            f"(about {minutes:,.0f} minutes).",
            file=sys.stderr,
        )
        return None
    band = drain_with_bar(BandJob.of(result.spec).execute())
    store.save(band)
    return band


def known_retraining(result: RunResult) -> RunResult | None:
    """The gold standard of a run, if somebody made it here, or it is shipped with the example."""
    if result.spec.method == "retrain":
        return None
    for store in (RunStore(), RunStore(ASSETS / "example")):
        with suppress(CamuError):
            return store.load(plan_like(result.spec, method="retrain").digest)
    return None

"""The privacy part of `run`: `--privacy`."""

import argparse
from typing import Any

from camu_core.commands.terminal import drain_with_bar
from camu_core.errors import CamuError
from camu_core.planning import plan_like
from camu_core.privacy import attack_title, epsilon_title, headline, inside_title, layers_title, relearning_title
from camu_core.privacy_job import PrivacyJob
from camu_core.results import RunResult
from camu_core.store import RunStore


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--privacy", action="store_true",
        help="add attacks, relearning and what is left inside; beside the retraining, if that was run with --save",
    )  # fmt: skip


def attack(arguments: argparse.Namespace, result: RunResult) -> dict[str, Any]:
    """What the run's JSON gets beside its metrics: {"privacy": ...}, or nothing if nobody asked."""
    if not arguments.privacy:
        return {}
    found = drain_with_bar(PrivacyJob.of(result, _retraining(result)).execute())
    if arguments.save:
        RunStore().save(found)
    return {"privacy": found.report}


def sentences(extra: dict[str, Any]) -> list[str]:
    """The findings for people."""
    if "privacy" not in extra:
        return []
    titles = (headline, attack_title, epsilon_title, relearning_title, inside_title, layers_title)
    return [title(extra["privacy"]) for title in titles]


def _retraining(result: RunResult) -> RunResult | None:
    if result.spec.method == "retrain":
        return None
    try:
        return RunStore().load(plan_like(result.spec, method="retrain").digest)
    except CamuError:
        return None

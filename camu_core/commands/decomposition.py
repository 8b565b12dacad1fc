"""The causal part of `run`: `--causal` and `--attribution`."""

import argparse
from itertools import chain
from typing import Any

from camu_core.commands.terminal import drain_with_bar
from camu_core.engine import Driver
from camu_core.engine.batches import Batch, run_name
from camu_core.jobs import CausalJob, CausalResult
from camu_core.jobs.causal import OUTCOMES, attribute, attribution_specs
from camu_core.runs.store import RunStore
from camu_core.specs import RunSpec
from camu_core.wording.causal import attribution_title, titles


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--causal", action="store_true", help="add why it forgot: effects, mediation, layers")
    parser.add_argument(
        "--attribution", action="store_true", help="add what each of CaMU's terms did: 48 more runs; implies --causal"
    )


def check(arguments: argparse.Namespace, spec: RunSpec) -> None:
    """Raises: SpecError, before anything has run, if the method has no terms to attribute to."""
    if arguments.attribution:
        attribution_specs(spec)


def decompose(arguments: argparse.Namespace, spec: RunSpec, work: Driver, store: RunStore) -> dict[str, Any] | None:
    """The causal report, beside the retraining if there is one, and kept with `--save`.

    If nobody asked for it: as it is kept in CAMU_HOME, or None.

    Args:
        spec: of a finished run.
        work: where it was done.
    """
    job = CausalJob.beside(spec, work.is_there)
    if not (arguments.causal or arguments.attribution):
        return work.result(job.digest, CausalResult).report if work.is_there(job.digest, CausalResult) else None
    found = drain_with_bar(work.follow(job))
    if arguments.save:
        store.save(found)
    causal = found.report
    if arguments.attribution:
        causal = {**causal, **_attribution(spec, work)}
    return causal


def _attribution(spec: RunSpec, work: Driver) -> dict[str, Any]:
    """What each term did; and why runs failed, whose seed is then left out."""
    rows = attribution_specs(spec)
    failed = drain_with_bar(Batch("terms", spec.digest, tuple(chain(*rows))).running(work, "attribution"))
    found = {"attribution": attribute([[None if e in failed else work.summary(e.digest) for e in row] for row in rows])}
    return found | ({"attribution_failed": {run_name(e): why for e, why in failed.items()}} if failed else {})


def sentences(causal: dict[str, Any] | None) -> list[str]:
    """The findings for people."""
    if causal is None:
        return []
    has_gold = "retrained" in causal["shares"]["eliminated"]
    said = (sentence for name, sentence in titles(causal).items() if has_gold or name != "retraining")
    found = list(dict.fromkeys(said))  # two figures can say the same
    attribution, failed = (causal.get(name, {}) for name in ("attribution", "attribution_failed"))
    found += [attribution_title(attributed, OUTCOMES[name]) for name, attributed in attribution.items()]
    return found + [f"left out of the attribution with its seed: {name}: {why}" for name, why in failed.items()]

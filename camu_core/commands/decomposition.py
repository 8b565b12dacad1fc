"""The causal part of `run`: `--causal` and `--attribution`."""

import argparse
from typing import Any

from camu_core.causal import attribution_title, titles
from camu_core.causal_job import OUTCOMES, CausalJob, CausalResult, attributing, attribution_specs
from camu_core.commands.terminal import drain_with_bar
from camu_core.results import RunResult
from camu_core.specs import RunSpec
from camu_core.store import RunStore
from camu_core.sweeps import run_name


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--causal", action="store_true", help="add why it forgot: effects, mediation, layers")
    parser.add_argument(
        "--attribution", action="store_true", help="add what each of CaMU's terms did: 48 more runs; implies --causal"
    )


def check(arguments: argparse.Namespace, spec: RunSpec) -> None:
    """Raises: SpecError, before anything has run, if the method has no terms to attribute to."""
    if arguments.attribution:
        attribution_specs(spec)


def decompose(arguments: argparse.Namespace, result: RunResult, retrained: RunResult | None) -> dict[str, Any] | None:
    """The causal report, beside the gold standard if there is one, and kept with `--save`.

    If nobody asked for it: as it is kept in CAMU_HOME, or None.
    """
    job, store = CausalJob.of(result, retrained), RunStore()
    if not (arguments.causal or arguments.attribution):
        return store.load(job.digest, CausalResult).report if store.has(job.digest, CausalResult) else None
    found = drain_with_bar(job.execute())
    if arguments.save:
        store.save(found)
    causal = found.report
    if arguments.attribution:
        found, failed = drain_with_bar(attributing(result.spec))
        causal = {**causal, "attribution": found}
        if failed:
            causal["attribution_failed"] = {run_name(spec): why for spec, why in failed.items()}
    return causal


def sentences(causal: dict[str, Any] | None) -> list[str]:
    """The findings for people."""
    if causal is None:
        return []
    has_gold = "retrained" in causal["shares"]["eliminated"]
    found = [sentence for name, sentence in titles(causal).items() if has_gold or name != "retraining"]
    attribution, failed = (causal.get(name, {}) for name in ("attribution", "attribution_failed"))
    found += [attribution_title(attributed, OUTCOMES[name]) for name, attributed in attribution.items()]
    return found + [f"left out of the attribution with its seed: {name}: {why}" for name, why in failed.items()]

"""The causal part of `run`: `--causal` and `--attribution`."""

import argparse
from typing import Any

from camu_core.causal import attribution_title, titles
from camu_core.causal_job import OUTCOMES, CausalJob, attributing, attribution_specs
from camu_core.commands.terminal import drain_with_bar
from camu_core.results import RunResult
from camu_core.specs import RunSpec
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


def decompose(arguments: argparse.Namespace, result: RunResult) -> dict[str, Any]:
    """What the run's JSON gets beside its metrics: {"causal": ...}, or nothing if nobody asked."""
    if not (arguments.causal or arguments.attribution):
        return {}
    causal = drain_with_bar(CausalJob.of(result).execute()).report
    if arguments.attribution:
        found, failed = drain_with_bar(attributing(result.spec))
        causal = {**causal, "attribution": found}
        if failed:
            causal["attribution_failed"] = {run_name(spec): why for spec, why in failed.items()}
    return {"causal": causal}


def sentences(extra: dict[str, Any]) -> list[str]:
    """The findings for people."""
    if "causal" not in extra:
        return []
    found = [sentence for name, sentence in titles(extra["causal"]).items() if name != "retraining"]
    attribution, failed = (extra["causal"].get(name, {}) for name in ("attribution", "attribution_failed"))
    found += [attribution_title(attributed, OUTCOMES[name]) for name, attributed in attribution.items()]
    return found + [f"left out of the attribution with its seed: {name}: {why}" for name, why in failed.items()]

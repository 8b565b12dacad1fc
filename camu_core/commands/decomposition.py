"""The causal part of `run`: `--causal` and `--attribution`."""

import argparse
from typing import Any

from camu_core.causal import attribution_title, titles
from camu_core.commands.terminal import drain_with_bar
from camu_core.engine import Driver
from camu_core.jobs import CausalJob
from camu_core.jobs.causal import OUTCOMES, attributing, attribution_specs
from camu_core.specs import RunSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--causal", action="store_true", help="add why it forgot: effects, mediation, layers")
    parser.add_argument(
        "--attribution", action="store_true", help="add what each of CaMU's terms did: 48 more runs; implies --causal"
    )


def check(arguments: argparse.Namespace, spec: RunSpec) -> None:
    """Raises: SpecError, before anything has run, if the method has no terms to attribute to."""
    if arguments.attribution:
        attribution_specs(spec)


def decompose(arguments: argparse.Namespace, spec: RunSpec, work: Driver) -> dict[str, Any]:
    """What the run's JSON gets beside its metrics: {"causal": ...}, or nothing if nobody asked.

    Args:
        spec: of a finished run. work: where it was done.
    """
    if not (arguments.causal or arguments.attribution):
        return {}
    causal = drain_with_bar(work.follow(CausalJob(spec))).report
    if arguments.attribution:
        causal = {**causal, "attribution": drain_with_bar(attributing(spec, work.follow))}
    return {"causal": causal}


def sentences(extra: dict[str, Any]) -> list[str]:
    """The findings for people."""
    if "causal" not in extra:
        return []
    found = [sentence for name, sentence in titles(extra["causal"]).items() if name != "retraining"]
    attribution = extra["causal"].get("attribution", {})
    return found + [attribution_title(attributed, OUTCOMES[name]) for name, attributed in attribution.items()]

"""The population of `run`: many networks instead of one, with `--population M`."""

import argparse

from camu_core.commands.terminal import drain_with_bar
from camu_core.engine import Engine
from camu_core.engine.populations import populating
from camu_core.errors import SpecError
from camu_core.jobs import Population, PopulationResult
from camu_core.measures import ATTACK_FIGURES
from camu_core.measures.estimates import Estimate, is_measured
from camu_core.planning import is_usual_original
from camu_core.runs.store import RunStore
from camu_core.specs import RunSpec
from camu_core.wording.population import is_most_shown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--population", type=int, metavar="M",
        help="judge the method, too: train M originals (8 to 512, in fours), make each forget, and compare them with M "
        "networks that never saw the data, image by image. What is finished is kept in CAMU_HOME; 64 on digits take "
        "minutes",
    )  # fmt: skip


def planned(arguments: argparse.Namespace, spec: RunSpec) -> Population | None:
    """What was asked for; None if nothing was. Raises: SpecError, before anything has run."""
    if arguments.population is None:
        return None
    if not is_usual_original(spec):
        raise SpecError("A population starts from networks trained here; leave out --weights, or --population.")
    return Population.of(spec, arguments.population)


def populate(population: Population | None, store: RunStore) -> PopulationResult | None:
    """Make it on all processors, or on the cluster at CAMU_SCHEDULER; what is there already is not made again."""
    if population is None:
        return None
    engine = Engine(store)
    try:
        return drain_with_bar(populating(engine, population))
    finally:
        engine.close()


def sentences(found: PopulationResult | None) -> list[str]:
    """The figures for people, each with its interval, if it has one."""
    if found is None:
        return []
    report = found.report
    images = "1 forgotten image" if report["n_images"] == 1 else f"{report['n_images']} forgotten images"
    lines = ["", f"{report['m']} networks of each kind, {images}; noise floor in brackets"]
    for name in ("epsilon_median", "score", *ATTACK_FIGURES):
        figure, floor = (_told(report[part][name]) for part in ("figures", "noise_floor"))
        if name == "epsilon_median" and is_most_shown(report):
            figure = f"{report['ceiling']:.3f}, the most that so many networks can show"
        lines.append(f"  {name.replace('_', ' '):24}{figure}  [{floor}]")
    return lines


def _told(estimate: Estimate) -> str:
    if not is_measured(estimate):
        return f"{estimate['value']:.3f} (no interval from so few networks)"
    return f"{estimate['value']:.3f} ({estimate['low']:.3f} to {estimate['high']:.3f})"

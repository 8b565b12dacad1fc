"""Unlearn once and print what came of it."""

import argparse
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from camu_core.commands import decomposition, documents, judging, population
from camu_core.commands.images import GROUP_HELP, add_argument, classes_named, dataset_named, tell_copies
from camu_core.commands.output import JSON_HELP, deliver
from camu_core.commands.terminal import drain_with_bar
from camu_core.data import DATASETS, named, parse_indices
from camu_core.engine import driver
from camu_core.errors import NetworkMissing, RunDamaged, RunNotFound, SpecError
from camu_core.export import run_json
from camu_core.jobs import RunJob, TrainJob
from camu_core.jobs.memorisation import group_forgotten
from camu_core.measures import SPLIT_NAMES
from camu_core.methods import METHODS
from camu_core.networks.models import MODELS, usual_model
from camu_core.planning import plan_run
from camu_core.runs.given import plan_given, read_unlearned
from camu_core.runs.results import RunResult
from camu_core.runs.store import RunStore
from camu_core.specs import GIVEN, ForgetSpec, Planting, RunSpec, trained_on
from camu_core.wording.verdict import judge

PLANTED_HELP = (
    "what the original network is taught on purpose, and is to forget: trigger:8 (a mark that makes any image an 8), "
    "trigger:8x50 (on 50 training images), swap:3-5 (labels of 3 and 5 swapped); it is trained if it is not there"
)
TRAINING_SEED_HELP = "which original network to start from, by the seed of its training; trained if it is not there"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_argument(parser)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--forget-class", action="append", metavar="C", help=f"{GROUP_HELP} to forget; repeatable")
    what.add_argument("--forget-random", type=float, metavar="F", help="a fraction of the training images, such as 0.1")
    what.add_argument("--forget-samples", type=Path, metavar="FILE", help="CSV of the training images' numbers, from 0")
    what.add_argument("--forget-planted", metavar="WHAT", help=PLANTED_HELP)
    parser.add_argument(
        "--model", help=f"one of {', '.join(MODELS)}; default: cnn for grey images, resnet20 for coloured ones"
    )
    parser.add_argument("--method", default="camu", help=f"one of {', '.join(METHODS)}; default %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="seed of every random draw; default %(default)s")
    parser.add_argument("--training-seed", type=int, default=0, help=TRAINING_SEED_HELP)
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the method; repeatable"
    )
    parser.add_argument(
        "--weights", type=Path, metavar="FILE", help="safetensors file of the original model; default: the shipped one"
    )
    parser.add_argument(
        "--unlearned", type=Path, metavar="FILE", help="safetensors file of a network that is said to have forgotten: "
        "judge it instead of making one",
    )  # fmt: skip
    parser.add_argument("--device", help="auto, cpu, cuda, mps, ...; default: CAMU_DEVICE, or else auto")
    decomposition.add_arguments(parser)
    judging.add_arguments(parser)
    population.add_arguments(parser)
    documents.add_arguments(parser)
    parser.add_argument("--save", action="store_true", help="keep the run in CAMU_HOME, where the app finds it; what "
                        "is kept there already is not computed again")  # fmt: skip
    parser.add_argument("--light", action="store_true", help="with --save: keep what pictures need, in half precision")
    parser.add_argument("--json", metavar="FILE", help=JSON_HELP)


def planned(arguments: argparse.Namespace) -> RunSpec:
    """Raises: see `plan_run`."""
    dataset = dataset_named(arguments)
    if arguments.unlearned is not None:
        return _planned_given(arguments, dataset)
    return plan_run(
        dataset=dataset,
        forget=_forget(arguments, dataset),
        method=arguments.method,
        settings=values_of(arguments.set),
        seed=arguments.seed,
        model=arguments.model,
        weights=arguments.weights,
        device=arguments.device,
        training_seed=arguments.training_seed,
    )


def _planned_given(arguments: argparse.Namespace, dataset: str) -> RunSpec:
    """Raises: see `plan_given`."""
    if arguments.set or arguments.method != "camu" or arguments.training_seed:
        raise SpecError("--unlearned judges a network as it is; leave out --method, --set and --training-seed.")
    return plan_given(
        dataset, _forget(arguments, dataset), read_unlearned(arguments.unlearned), str(arguments.unlearned),
        arguments.seed, arguments.model, arguments.weights, arguments.device,
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> None:
    documents.check(arguments)
    judging.check(arguments)
    if arguments.light and not arguments.save:
        raise SpecError("--light says how a run is kept; add --save, or leave out --light.")
    store = RunStore()
    with driver(store) as work:
        try:
            spec = planned(arguments)
        except NetworkMissing:
            dataset = dataset_named(arguments)
            data = trained_on(dataset, _forget(arguments, dataset))
            if not arguments.training_seed and data == dataset:
                raise  # the usual one may take hours, so that somebody has to ask for it
            model = arguments.model or usual_model(DATASETS[dataset].shape)
            drain_with_bar(work.follow(TrainJob(data, model, arguments.training_seed))).publish()
            spec = planned(arguments)
        decomposition.check(arguments, spec)
        many = population.planned(arguments, spec)
        tell_copies(spec.dataset, spec.forget)
        result = _kept(spec, store) if arguments.save else None
        if result is None:
            result = drain_with_bar(work.follow(RunJob(spec)))
            if arguments.save:
                store.save(result.light() if arguments.light else result, is_compressed=arguments.light)
        retrained = judging.known_retraining(spec, work)
        tests = judging.tested(arguments, spec, work, store)
        causal = decomposition.decompose(arguments, spec, work, store)
        group = group_forgotten(spec, work.is_there, work.result)
    found = population.populate(many, store)
    shown = found.report if found else None
    if arguments.json is not None:
        deliver(json.dumps(run_json(result, retrained, tests, causal, shown, group)), arguments.json)
        documents.make(arguments, result, retrained, tests, causal, shown)
        return
    verdict = judge(result, retrained, tests, shown)
    told = judging.sentences(verdict, tests if arguments.privacy else None)
    print("\n".join([_table(result), *told, *decomposition.sentences(causal),
                     *population.sentences(found)]), flush=True)  # fmt: skip
    documents.make(arguments, result, retrained, tests, causal, shown)  # last, lest a bad place cost the figures


def _kept(spec: RunSpec, store: RunStore) -> RunResult | None:
    """The run that is kept already: tests that are kept beside it are to be of its very network, and another processor
    would make another one of the same spec."""
    with suppress(RunNotFound, RunDamaged):
        return store.load(spec.digest) if store.has(spec.digest) else None
    return None


def _forget(arguments: argparse.Namespace, dataset: str) -> ForgetSpec:
    if arguments.forget_random is not None:
        return ForgetSpec("random", fraction=arguments.forget_random)
    if arguments.forget_planted is not None:
        return ForgetSpec("planted", planting=Planting.parse(arguments.forget_planted))
    if arguments.forget_samples is None:
        return ForgetSpec(classes=classes_named(dataset, arguments.forget_class))
    path = arguments.forget_samples
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SpecError(f"Cannot read {path} ({error.strerror}); give a CSV of training images' numbers.") from error
    return ForgetSpec("samples", samples=parse_indices(content, path.name))


def values_of(assignments: Iterable[str]) -> dict[str, str]:
    """What `--set` says: the values by name.

    Raises:
        SpecError: one is not of the form NAME=VALUE, or a name has two values.
    """
    values: dict[str, str] = {}
    for text in assignments:
        name, separator, value = (part.strip() for part in text.partition("="))
        if not (name and separator):
            raise SpecError(f"--set expects NAME=VALUE; got '{text}'.")
        if name in values:
            raise SpecError(f"--set gives '{name}' two values, {values[name]} and {value}; leave one out.")
        values[name] = value
    return values


def _table(result: RunResult) -> str:
    rows = [f"{'':14}{'original':>10}{'unlearned':>11}"]
    for name in SPLIT_NAMES:
        cells = (_percent(result.metrics[model][name]) for model in ("original", "unlearned"))
        rows.append(f"{name:14}{next(cells):>10}{next(cells):>11}")
    attacks = (result.metrics[model]["attack"]["value"] for model in ("original", "unlearned"))
    cells = ("-" if value is None else f"{value:.3f}" for value in attacks)
    rows.append(f"{'attack AUC':14}{next(cells):>10}{next(cells):>11}")
    if result.spec.forget.planting is not None:
        cells = (_percent(result.metrics[model]["planted"]["success"]["value"]) for model in ("original", "unlearned"))
        rows.append(f"{'planted works':14}{next(cells):>10}{next(cells):>11}")
    forgotten = ", ".join(_forgotten(result.spec)) or result.spec.forget.short
    took = f"unlearning took {result.seconds['unlearn']:.2f} s"
    if result.spec.method == GIVEN:
        took = f"given network, sha256 {result.spec.method_sha256[:12]}"
    rows.append(f"run {result.digest}, forgot {forgotten}, {took}")
    return "\n".join(rows)


def _forgotten(spec: RunSpec) -> list[str]:
    """The forgotten classes by number and name."""
    return [named(DATASETS[spec.dataset], label) for label in spec.forget.classes]


def _percent(fraction: float | None) -> str:
    return "-" if fraction is None else f"{fraction:.2%}"

"""A grid of runs: every forget class x method x seed, and its table."""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

import pandas as pd

from camu_core.comparison.tuning import tuned_on, tuned_settings
from camu_core.config import share_limits
from camu_core.data import DATASETS
from camu_core.engine.batches import Batch
from camu_core.errors import NetworkMissing, SpecError
from camu_core.jobs import TrainJob
from camu_core.measures import COST_NAMES, SPLIT_NAMES
from camu_core.methods import METHODS, forget_kinds
from camu_core.networks.models import usual_model
from camu_core.networks.originals import network_card
from camu_core.planning import plan_run
from camu_core.specs import ForgetSpec, Planting, RunSpec, Setting, trained_on

MOST_NUMBERS = 1000  # of a range; so that a slip of the finger does not fill the memory
_LONGEST_NUMBER = 10  # digits, as the largest seed has
_LONGEST_FRACTION = 25  # letters, more than a float's digits take


@dataclass(frozen=True)
class SweepSpec:
    """A grid of runs, each with its method's default settings, or tuned ones.

    Args:
        classes: each is forgotten alone.
        seeds: of unlearning.
        fractions: of random training images, above 0, below 1; each is forgotten alone.
        training_seeds: of the original networks, with each of which all seeds are run.
        plantings: each of networks of its own, which were taught it.
        is_tuned: with the settings that a tuning chose, where there are any, instead of the defaults.
    """

    dataset: str
    classes: tuple[int, ...]
    methods: tuple[str, ...]
    seeds: tuple[int, ...]
    fractions: tuple[float, ...] = ()
    training_seeds: tuple[int, ...] = (0,)
    plantings: tuple[Planting, ...] = ()
    is_tuned: bool = False

    @property
    def digest(self) -> str:
        """20 hex digits that name the sweep."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()[:20]

    @property
    def n_runs(self) -> int:
        """Cells of the grid, counted without planning them."""
        n_forgets = len(self.classes) + len(self.fractions) + len(self.plantings)
        return len(self.methods) * n_forgets * len(self.training_seeds) * len(self.seeds)

    @property
    def forgets(self) -> list[ForgetSpec]:
        """What is forgotten, one after another."""
        classes = (ForgetSpec(classes=(label,)) for label in self.classes)
        fractions = (ForgetSpec("random", fraction=fraction) for fraction in self.fractions)
        return [*classes, *fractions, *(ForgetSpec("planted", planting=planting) for planting in self.plantings)]

    def trainings(self) -> list[TrainJob]:
        """Of the original networks that are not there yet, but the usual one's."""
        model = usual_model(DATASETS[self.dataset].shape)
        names = dict.fromkeys(trained_on(self.dataset, forget) for forget in self.forgets)
        jobs = [TrainJob(name, model, seed) for name in names for seed in self.training_seeds]
        own = [job for job in jobs if job.seed or job.dataset != self.dataset]
        return [job for job in own if network_card(job.dataset, job.model, job.seed) is None]

    def check(self) -> None:
        """Plan what can be planned before the `trainings`. Raises: see `runs`."""
        usual = replace(self, training_seeds=(0,), plantings=())
        usual.runs()
        for planting in self.plantings:
            with suppress(NetworkMissing):
                replace(usual, classes=(), fractions=(), plantings=(planting,)).runs()

    def runs(self) -> list[RunSpec]:
        """Every cell of the grid, but those of methods that cannot forget such.

        Raises:
            SpecError, WeightsError: see `plan_run`; NetworkMissing where there still are `trainings`.
        """
        return [
            plan_run(self.dataset, forget, method, self._settings(method, forget), seed, training_seed=training_seed)
            for method in self.methods
            for forget in self.forgets
            if method not in METHODS or forget.kind in forget_kinds(method)
            for training_seed in self.training_seeds
            for seed in self.seeds
        ]

    def left_out(self) -> dict[str, list[str]]:
        """The methods that cannot forget such, by what is forgotten: those of which `runs` has none."""
        found = {
            forget.short: [name for name in self.methods if name in METHODS and forget.kind not in forget_kinds(name)]
            for forget in self.forgets
        }
        return {forget: methods for forget, methods in found.items() if methods}

    def tuned_on(self, method: str, forget: ForgetSpec) -> ForgetSpec | None:
        """What was forgotten in the tuning whose settings these runs have; None if they have the defaults."""
        return tuned_on(*self._tuned(method, forget)) if self.is_tuned else None

    def _settings(self, method: str, forget: ForgetSpec) -> dict[str, Setting]:
        return tuned_settings(*self._tuned(method, forget)) if self.is_tuned else {}

    def _tuned(self, method: str, forget: ForgetSpec) -> tuple[str, str, str, str]:
        return self.dataset, usual_model(DATASETS[self.dataset].shape), forget.kind, method

    def batch(self) -> Batch:
        """Raises: see `runs`; SpecError: none of the methods can forget such."""
        if not (runs := self.runs()):
            raise SpecError(f"None of these methods can forget such: {', '.join(self.methods)}. Choose another.")
        return Batch("sweep", self.digest, tuple(runs))

    def to_json(self) -> dict[str, Any]:
        """`training_seeds`, `plantings` and `is_tuned` only where they are not the usual, so that digests stay."""
        plain = asdict(self) | {"plantings": list(map(str, self.plantings))}
        if not self.plantings:
            del plain["plantings"]
        if self.training_seeds == (0,):
            del plain["training_seeds"]
        if not self.is_tuned:
            del plain["is_tuned"]
        return plain

    @classmethod
    def from_texts(
        cls, dataset: str, what: str, methods: Iterable[str], seeds: str, training_seeds: str = "0",
        is_tuned: bool = False,
    ) -> "SweepSpec":  # fmt: skip
        """From what people type: to forget 'all' or '0-2,5' of the classes, '10%' of all images, or what is
        planted, 'trigger:8' or 'swap:3-5'; seeds '0-2'.

        Raises:
            SpecError: not of that form, or nothing to do.
        """
        if dataset not in DATASETS:
            raise SpecError(f"There is no dataset of this name; expected one of {', '.join(DATASETS)}.")
        everything = tuple(range(DATASETS[dataset].n_classes))
        chosen = tuple(dict.fromkeys(methods))
        if not chosen:
            raise SpecError("Choose at least one method; got none.")
        parts = [part.strip() for part in what.split(",")]
        fractions = tuple(dict.fromkeys(_fraction(part) for part in parts if part.endswith("%")))
        plantings = tuple(dict.fromkeys(Planting.parse(part) for part in parts if ":" in part))
        texts = [part for part in parts if not part.endswith("%") and ":" not in part]
        labels = everything if texts == ["all"] else _numbers(",".join(texts), "The list of classes") if texts else ()
        trained = _numbers(training_seeds, "The list of training seeds")
        numbers = _numbers(seeds, "The list of seeds")
        sweep = cls(dataset, labels, chosen, numbers, fractions, trained, plantings, is_tuned)
        most = share_limits().sweep_cells
        if sweep.n_runs > most:
            raise SpecError(
                f"Expected a sweep of at most {most:,} runs; this one would be {sweep.n_runs:,}. Take fewer classes, "
                "methods or seeds, or set CAMU_MAX_SWEEP_CELLS on the server."
            )
        return sweep

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "SweepSpec":
        lists = {name: tuple(value.get(name, ())) for name in ("classes", "methods", "seeds", "fractions")}
        plantings = tuple(map(Planting.parse, value.get("plantings", ())))
        trained = tuple(value.get("training_seeds", (0,)))
        is_tuned = value.get("is_tuned", False)
        return cls(value["dataset"], **lists, training_seeds=trained, plantings=plantings, is_tuned=is_tuned)


def sweep_table(summaries: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a run: what was run, its seconds of unlearning alone, the four accuracies and the membership attack
    before and after, how often what was planted works, if anything was, and what unlearning cost in samples and passes.

    Args:
        summaries: of finished runs, see `RunResult.summary`.
    """
    return pd.DataFrame(_row(summary) for summary in summaries)


def with_forget_names(table: pd.DataFrame) -> pd.DataFrame:
    """`sweep_table` with `forget_name` beside `forget`: the names of the forgotten classes beside their numbers."""
    if table.empty:
        return table
    found = []
    for dataset, forget in zip(table["dataset"], table["forget"], strict=True):
        names, labels = DATASETS[dataset].class_names, forget.split("+")
        found.append(" + ".join(names[int(each)] for each in labels) if all(map(str.isdecimal, labels)) else forget)
    named = table.copy()
    named.insert(table.columns.get_loc("forget") + 1, "forget_name", found)
    return named


def _row(summary: Mapping[str, Any]) -> dict[str, Any]:
    spec = summary["spec"]
    return {
        "digest": summary["digest"],
        "dataset": spec["dataset"],
        "model": spec["model"],
        "method": spec["method"],
        "forget": ForgetSpec.from_json(spec["forget"]).short,
        "training_seed": spec.get("training_seed", 0),
        "seed": spec["seed"],
        "unlearn_seconds": summary["seconds"],
        **{
            f"{model}_{split}": summary["metrics"][model][split]
            for model in ("original", "unlearned")
            for split in SPLIT_NAMES
        },
        **{
            f"{model}_planted": summary["metrics"][model]["planted"]["success"]["value"]
            for model in ("original", "unlearned")
            if "planted" in summary["metrics"][model]
        },
        **{f"{model}_attack_auc": summary["metrics"][model]["attack"]["value"] for model in ("original", "unlearned")},
        **{name: summary.get("cost", {}).get(name) for name in COST_NAMES},
    }


def _fraction(text: str) -> float:
    """'10%' -> 0.1: the very number that 0.1 is, so that runs asked for in either way are the same."""
    try:
        fraction = float(Decimal(text.removesuffix("%")) / 100) if len(text) <= _LONGEST_FRACTION else math.nan
    except (ArithmeticError, ValueError):
        fraction = math.nan
    if not 0 < fraction < 1:
        raise SpecError("Expected a part of all images such as 10%, above 0 and below 100%; got something else.")
    return fraction


def _numbers(text: str, what: str) -> tuple[int, ...]:
    """'0-2,5' -> (0, 1, 2, 5). Everything is counted before it is expanded.

    Raises:
        SpecError: not of that form, a range that goes down, or more than MOST_NUMBERS numbers.
    """
    ranges = [_range(part.strip(), what) for part in text.split(",", MOST_NUMBERS)]
    if sum(map(len, ranges)) > MOST_NUMBERS:
        raise SpecError(f"{what} can have at most {MOST_NUMBERS:,} numbers; got more. Leave some out.")
    return tuple(dict.fromkeys(number for numbers in ranges for number in numbers))


def _range(text: str, what: str) -> range:
    """'0-2' -> 0, 1, 2; '5' -> 5."""
    found = re.fullmatch(f"([0-9]{{1,{_LONGEST_NUMBER}}})(?:-([0-9]{{1,{_LONGEST_NUMBER}}}))?", text)
    if found is None:
        raise SpecError(f"{what} must be numbers and ranges such as 0-2,5; got something else.")
    first, last = int(found[1]), int(found[2] or found[1])
    if last < first:
        raise SpecError(f"{what} must have ranges that go up, such as 0-2; got one that goes down.")
    return range(first, last + 1)

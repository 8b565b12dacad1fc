"""The causal decomposition of a finished run, as a job that can run anywhere and a result that can be stored."""

import hashlib
import json
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from camu_core.causal import attribution_report, causal_report, scenario_table, subset_specs
from camu_core.data import DATASETS, ProbeSet
from camu_core.errors import CamuError
from camu_core.execution import execute
from camu_core.luggage import Luggage
from camu_core.models import BlockModel
from camu_core.progress import Step, drain
from camu_core.results import RunResult, Storable
from camu_core.specs import RunSpec
from camu_core.threads import one_thread
from camu_core.weights import from_arrays, load_weights

# Methods whose network does not come from the original: its parts cannot be swapped, see `causal.mediation`.
TRAINED_APART = frozenset({"retrain"})
ATTRIBUTION_SEEDS = 3
# outcome of an attribution -> its name in a sentence
OUTCOMES = {
    "forget_test": "accuracy on forgotten images",
    "forget_train": "accuracy on forgotten images",
    "retain_test": "accuracy on the other images",
    "attack": "the success of the membership attack",
}
_VERSION = 1


@dataclass(frozen=True)
class CausalResult:
    """A finished decomposition.

    Args:
        report: of `causal_report`; `mediation`, `layers` and their kin are None where parts cannot be swapped.
        scenarios: of `scenario_table`.
    """

    digest: str
    report: dict[str, Any]
    scenarios: dict[str, Any]
    folder: ClassVar[str] = "causal"

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest, "report": self.report, "scenarios": self.scenarios}

    def arrays(self) -> dict[str, np.ndarray]:
        return {}

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "CausalResult":
        return cls(summary["digest"], summary["report"], summary["scenarios"])


@dataclass(frozen=True)
class CausalJob:
    """Effects, mediation and layers of one run, beside its retraining if there is one.

    Args:
        spec: of the run. unlearned: its weights by parameter name; retrained likewise, or None.
        sources: digests of the runs they come from.
        intervention: in `INTERVENTIONS`. seed: of its draw and of the bootstrap.
    """

    spec: RunSpec
    probe: ProbeSet
    unlearned: dict[str, np.ndarray]
    retrained: dict[str, np.ndarray] | None
    sources: tuple[str, ...]
    luggage: Luggage
    intervention: str = "camu"
    seed: int = 0
    result_type: ClassVar[type[Storable]] = CausalResult

    @classmethod
    def of(
        cls, result: RunResult, retrained: RunResult | None = None, intervention: str = "camu", seed: int = 0
    ) -> "CausalJob":
        """Raises: see `Luggage.of`."""
        spec = result.spec
        return cls(
            spec=spec,
            probe=result.probe,
            unlearned=result.weights,
            retrained=retrained.weights if retrained else None,
            sources=(result.digest, *((retrained.digest,) if retrained else ())),
            intervention=intervention,
            seed=seed,
            luggage=Luggage.of(spec),
        )

    @property
    def digest(self) -> str:
        named = json.dumps(["causal", _VERSION, self.sources, self.intervention, self.seed])
        return hashlib.sha256(named.encode()).hexdigest()[:20]

    def models(self) -> dict[str, BlockModel]:
        """The networks by name, in eval mode."""
        spec = self.spec
        weights = {"unlearned": self.unlearned, **({"retrained": self.retrained} if self.retrained else {})}
        return {
            "original": load_weights(spec.weights, spec.dataset, spec.model),
            **{name: from_arrays(arrays, spec.dataset, spec.model) for name, arrays in weights.items()},
        }

    def execute(self) -> Generator[Step, None, CausalResult]:
        self.luggage.unpack(self.spec)
        yield Step(0, 2, stage="causal")
        with one_thread():
            models = self.models()
            n_classes = DATASETS[self.spec.dataset].n_classes
            report = causal_report(
                models["original"], models["unlearned"], self.probe, n_classes, models.get("retrained"), self.seed,
                self.intervention,
            )  # fmt: skip
            yield Step(1, 2, stage="causal")
            table = scenario_table(models["original"], models["unlearned"], self.probe, self.intervention, self.seed)
        yield Step(2, 2, stage="causal")
        return CausalResult(self.digest, report if self.can_swap else _without_parts(report), table)

    @property
    def can_swap(self) -> bool:
        """Whether the parts of both networks understand each other."""
        return self.spec.method not in TRAINED_APART


def _without_parts(report: dict[str, Any]) -> dict[str, Any]:
    names = ("mediation", "mediation_intervals", "mediation_shares", "layers", "layers_intervals")
    per_class = {**report["per_class"], "mediation": None}
    return {**report, **dict.fromkeys(names), "per_class": per_class}


def attribution_specs(base: RunSpec, n_seeds: int = ATTRIBUTION_SEEDS) -> list[list[RunSpec]]:
    """The runs of every subset of CaMU's terms: a list a seed, from the run's own seed on.

    Raises:
        SpecError: not a run of CaMU.
    """
    return [subset_specs(replace(base, seed=base.seed + i)) for i in range(n_seeds)]


def attribute(summaries: list[list[dict[str, Any] | None]]) -> dict[str, Any]:
    """Each outcome attributed to the terms, from the seeds of which every run is there.

    Args:
        summaries: of the runs of `attribution_specs`, in its order; None of one that failed.
    Returns:
        `attribution_report` by name of the outcome, as in `OUTCOMES`; the forgotten images' accuracy is that on new
        images if the forget set stands for any, and outcomes that were not measured are left out. Empty if no seed is
        complete.
    """
    summaries = [row for row in summaries if None not in row]
    if not summaries:
        return {}
    values = {name: np.array([[_outcome(run, name) for run in row] for row in summaries]) for name in OUTCOMES}
    if not np.isnan(values["forget_test"]).any():
        del values["forget_train"]  # new images tell more
    return {name: attribution_report(numbers) for name, numbers in values.items() if not np.isnan(numbers).any()}


def _outcome(summary: dict[str, Any], name: str) -> float:
    metric = summary["metrics"]["unlearned"][name]
    value = metric["value"] if name == "attack" else metric
    return np.nan if value is None else value


def attributing(
    base: RunSpec, n_seeds: int = ATTRIBUTION_SEEDS
) -> Generator[Step, None, tuple[dict[str, Any], dict[RunSpec, str]]]:
    """Run every subset one after another in this process, and attribute.

    Returns:
        see `attribute`; and why a run failed, by its spec: its seed is then left out.
    """
    rows = attribution_specs(base, n_seeds)
    total, summaries, failed = sum(map(len, rows)), [], {}
    for row in rows:
        summaries.append([])
        for spec in row:
            yield Step(sum(map(len, summaries)), total, stage="attribution")
            try:
                summaries[-1].append(drain(execute(spec)).summary())
            except CamuError as error:
                failed[spec] = str(error)
                summaries[-1].append(None)
    yield Step(total, total, stage="attribution")
    return attribute(summaries), failed

"""The causal decomposition of a finished run, as a job that can run anywhere and a result that can be stored."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from camu_core.causal import MEASURES, attribution_report, causal_report, scenario_table, subset_specs
from camu_core.data import DATASETS
from camu_core.jobs.band import Band, beside
from camu_core.jobs.base import Find, IsThere, Job, digest_of
from camu_core.jobs.payload import JobPayload
from camu_core.networks.models import BlockModel
from camu_core.networks.weights import from_arrays, load_weights
from camu_core.progress import Step
from camu_core.runs.projection import DRAWN_ANEW
from camu_core.runs.results import RunResult, Storable
from camu_core.specs import SEEDS_END, RunSpec
from camu_core.threads import one_thread

ATTRIBUTION_SEEDS = 3
# outcome of an attribution -> its name in a sentence
OUTCOMES = {
    "forget_test": "accuracy on forgotten images",
    "forget_train": "accuracy on forgotten images",
    "retain_test": "accuracy on the other images",
    "attack": "the success of the membership attack",
}
_VERSION = 4


@dataclass(frozen=True)
class CausalResult(Storable):
    """A finished decomposition.

    Args:
        report: of `causal_report`, and `reference`, the same shares of every network of the band; `mediation`,
            `layers` and their kin are None where parts cannot be swapped.
        scenarios: of `scenario_table`.
    """

    digest: str
    report: dict[str, Any]
    scenarios: dict[str, Any]
    folder: ClassVar[str] = "causal"

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest, "report": self.report, "scenarios": self.scenarios}

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "CausalResult":
        return cls(summary["digest"], summary["report"], summary["scenarios"])


@dataclass(frozen=True)
class CausalJob(Job[CausalResult]):
    """Effects, mediation and layers of one run, beside its retraining.

    Args:
        spec: of the run.
        retrained, band: digests of its retraining and its reference band; None without one.
        intervention: in `INTERVENTIONS`.
        seed: of its draw and of the bootstrap.
    """

    spec: RunSpec
    retrained: str | None = None
    band: str | None = None
    intervention: str = "camu"
    seed: int = 0
    result_type: ClassVar[type[CausalResult]] = CausalResult

    @classmethod
    def beside(cls, spec: RunSpec, is_there: IsThere, intervention: str = "camu") -> "CausalJob":
        """With the retraining and the band, if they are there; the band knows CaMU's intervention only."""
        retrained, band = beside(spec, is_there)
        return cls(spec, retrained, band if intervention == "camu" else None, intervention)

    @property
    def runs(self) -> tuple[str, ...]:
        """Digests of the run and of its retraining."""
        return (self.spec.digest, self.retrained) if self.retrained else (self.spec.digest,)

    @property
    def sources(self) -> tuple[str, ...]:
        """Digests of all it comes from."""
        return (*self.runs, self.band) if self.band else self.runs

    @property
    def digest(self) -> str:
        return digest_of("causal", _VERSION, self.sources, self.intervention, self.seed)

    def pack(self, find: Find) -> JobPayload:
        bands = [find(self.band, Band)] if self.band else []
        return JobPayload.of(self.spec, [*(find(digest, RunResult) for digest in self.runs), *bands])

    def models(self, payload: JobPayload) -> dict[str, BlockModel]:
        """The networks by name, in eval mode, on the processor."""
        spec = self.spec
        return {
            "original": load_weights(spec.weights, spec.dataset, spec.model),
            **{
                name: from_arrays(payload.result(digest, RunResult).weights, spec.dataset, spec.model)
                for name, digest in zip(("unlearned", "retrained"), self.runs, strict=False)
            },
        }

    def execute(self, payload: JobPayload) -> Generator[Step, None, CausalResult]:
        payload.unpack()
        probe = payload.result(self.spec.digest, RunResult).probe
        yield Step(0, 2, stage="causal")
        with one_thread():
            models = {name: model.to(self.spec.device) for name, model in self.models(payload).items()}
            n_classes = DATASETS[self.spec.dataset].n_classes
            report = causal_report(
                models["original"], models["unlearned"], probe, n_classes, models.get("retrained"), self.seed,
                self.intervention, self.spec.forget.classes,
            )  # fmt: skip
            yield Step(1, 2, stage="causal")
            table = scenario_table(models["original"], models["unlearned"], probe, self.intervention, self.seed)
        yield Step(2, 2, stage="causal")
        report["reference"] = self._reference(payload)
        return CausalResult(self.digest, report if self.can_swap else _without_parts(report), table)

    def _reference(self, payload: JobPayload) -> dict[str, Any] | None:
        """`about` and the shares of the band's networks."""
        if not self.band:
            return None
        band = payload.result(self.band, Band).reference_for(self.spec)
        names = (f"{key}_{measure}" for key in ("eliminated", "preserved") for measure in MEASURES)
        return {"about": band.about, "measures": {name: band.measures[name] for name in names}}

    @property
    def can_swap(self) -> bool:
        """Whether the parts of both networks understand each other."""
        return self.spec.method not in DRAWN_ANEW


def _without_parts(report: dict[str, Any]) -> dict[str, Any]:
    names = ("mediation", "mediation_intervals", "mediation_shares", "layers", "layers_intervals")
    per_class = {**report["per_class"], "mediation": None}
    return {**report, **dict.fromkeys(names), "per_class": per_class}


def attribution_specs(base: RunSpec, n_seeds: int = ATTRIBUTION_SEEDS) -> list[list[RunSpec]]:
    """The runs of every subset of CaMU's terms: a list a seed, from the run's own seed on; after the largest comes 0.

    Raises:
        SpecError: not a run of CaMU.
    """
    return [subset_specs(replace(base, seed=(base.seed + i) % SEEDS_END)) for i in range(n_seeds)]


def attribute(summaries: list[list[dict[str, Any] | None]]) -> dict[str, Any]:
    """Each outcome attributed to the terms, from the seeds of which every run is there.

    Args:
        summaries: of the runs of `attribution_specs`, in its order; None of one that failed.
    Returns:
        `attribution_report` by name of the outcome, as in `OUTCOMES`; the forgotten images' accuracy is that on new
        images if the forget set stands for any, and outcomes that were not measured are left out. Empty if no seed is
        complete.
    """
    complete = [[run for run in row if run is not None] for row in summaries if None not in row]
    if not complete:
        return {}
    values = {name: np.array([[_outcome(run, name) for run in row] for row in complete]) for name in OUTCOMES}
    if not np.isnan(values["forget_test"]).any():
        del values["forget_train"]  # new images tell more
    return {name: attribution_report(numbers) for name, numbers in values.items() if not np.isnan(numbers).any()}


def _outcome(summary: dict[str, Any], name: str) -> float:
    metric = summary["metrics"]["unlearned"][name]
    value = metric["value"] if name == "attack" else metric
    return np.nan if value is None else value

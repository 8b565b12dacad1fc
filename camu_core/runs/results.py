"""What a finished run is: NumPy arrays and JSON types only, so that it can be stored, sent and drawn anywhere."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from camu_core.data import ProbeSet
from camu_core.networks.checkpoints import Checkpoint
from camu_core.progress import Snapshot
from camu_core.specs import RunSpec

_LIGHT_SNAPSHOTS = 24  # of a run that comes with the program, the first aside


class Storable(ABC):
    """A result that the store can keep: JSON and arrays under a digest, in the folder of its kind."""

    folder: ClassVar[str]
    digest: str
    # States of the trainings that it came from: of no use once it is kept, and never stored with it.
    checkpoints: tuple[Checkpoint, ...] = ()

    @abstractmethod
    def summary(self) -> dict[str, Any]:
        """The JSON part."""

    def arrays(self) -> dict[str, np.ndarray]:
        return {}

    @classmethod
    @abstractmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> Self: ...


class Artifact(Storable):
    """A result that says what was put elsewhere, such as images; it counts for nothing when that is gone."""

    @abstractmethod
    def publish(self) -> None:
        """Put in its place what the worker could not; harmless when it is there already. Raises: CamuError."""

    @property
    @abstractmethod
    def is_published(self) -> bool:
        """Whether what it stands for is there."""


@dataclass(frozen=True)
class Projection(Storable):
    """A refined picture of representations.

    Args:
        points: float32 (N_i, 2) by model name, in one frame.
    """

    digest: str
    points: dict[str, np.ndarray]
    folder: ClassVar[str] = "projections"

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest}

    def arrays(self) -> dict[str, np.ndarray]:
        return self.points

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "Projection":
        return cls(summary["digest"], arrays)


@dataclass(frozen=True)
class RunResult(Storable):
    """One finished run.

    Args:
        spec: what was run.
        versions: of Python and the libraries that made the numbers, and the `precision` of the method's computations.
        is_shipped: the unlearned weights come from a shipped retrained model (float16), trained beforehand.
        seconds: wall time of each stage; but "unlearn" is unlearning alone, without snapshots, as `CostMeter` takes it.
        losses: unweighted loss terms, float64 (steps,) each, NaN at steps without the term.
        snapshots: from the original model (first) to the unlearned one (last), on the live part of the probe set.
        joint_points: float32 (S, N_live, 2), the snapshots in the one PCA frame of original and unlearned model.
        metrics: of each model, by name ("original", "unlearned"): its `accuracy_report`, under "attack" its
            `membership_attack`, and, where something was planted, under "planted" its `planted_report`.
        cost: of unlearning alone: `samples_forward`, `samples_backward`, `forward_passes`, `backward_passes`, see
            `CostMeter`; empty of runs from before it was counted.
        probe: the probe set.
        logits: float32 (N, C) of each model on the probe set, by model name.
        representations: float32 (N, D) likewise.
        weights: the unlearned model's weights by parameter name.
    """

    spec: RunSpec
    versions: dict[str, str]
    is_shipped: bool
    seconds: dict[str, float]
    losses: dict[str, np.ndarray]
    snapshots: tuple[Snapshot, ...]
    joint_points: np.ndarray
    metrics: dict[str, dict[str, Any]]
    cost: dict[str, int]
    probe: ProbeSet
    logits: dict[str, np.ndarray]
    representations: dict[str, np.ndarray]
    weights: dict[str, np.ndarray]
    folder: ClassVar[str] = "runs"

    @property
    def digest(self) -> str:  # type: ignore[override]  # frozen: nobody writes the attribute that this stands for
        return self.spec.digest

    def metrics_with(self, retrained: "RunResult | None") -> dict[str, dict[str, Any]]:
        """`metrics`, and as "retrained" those of the gold standard if there is one."""
        return {**self.metrics, **({"retrained": retrained.metrics["unlearned"]} if retrained else {})}

    def light(self) -> "RunResult":
        """The run as it is shipped: of the probe set the live part, few snapshots, and numbers in half precision."""
        live, step = self.probe.is_live, max(1, math.ceil((len(self.snapshots) - 1) / _LIGHT_SNAPSHOTS))
        kept = sorted({*range(0, len(self.snapshots), step), len(self.snapshots) - 1})
        return replace(
            self,
            snapshots=tuple(
                replace(each, **_halved({"logits": each.logits, "points": each.points}))
                for each in (self.snapshots[i] for i in kept)
            ),
            joint_points=self.joint_points[kept].astype(np.float16),
            probe=ProbeSet(**{name: values[live] for name, values in vars(self.probe).items()}),
            logits=_halved({model: values[live] for model, values in self.logits.items()}),
            representations=_halved({model: values[live] for model, values in self.representations.items()}),
            weights=_halved(self.weights),
        )

    def summary(self) -> dict[str, Any]:
        """The run as one JSON object, without the arrays: what `run --json` prints."""
        return {
            "spec": self.spec.to_json(),
            "digest": self.digest,
            "seconds": self.seconds["unlearn"],
            "is_shipped": self.is_shipped,
            "stage_seconds": self.seconds,
            "metrics": self.metrics,
            "cost": self.cost,
            "versions": self.versions,
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """All arrays by flat names; with `summary`, everything `from_parts` needs."""
        stacked = {name: np.stack([getattr(s, name) for s in self.snapshots]) for name in Snapshot.__dataclass_fields__}
        groups = {
            "losses": self.losses,
            "snapshots": {**stacked, "joint_points": self.joint_points},
            "probe": vars(self.probe),
            "logits": self.logits,
            "representations": self.representations,
            "weights": self.weights,
        }
        return {f"{group}/{name}": array for group, members in groups.items() for name, array in members.items()}

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "RunResult":
        """Inverse of `summary` and `arrays`."""
        groups: dict[str, dict[str, np.ndarray]] = {}
        for key, array in arrays.items():
            group, name = key.split("/", 1)
            groups.setdefault(group, {})[name] = array.astype(np.float32) if array.dtype == np.float16 else array
        groups.setdefault("losses", {})  # a run without losses has no arrays of them
        stacked = groups.pop("snapshots")
        joint_points = stacked.pop("joint_points")
        snapshots = tuple(
            Snapshot(**{name: column[i] if column.ndim > 1 else column[i].item() for name, column in stacked.items()})
            for i in range(len(stacked["index"]))
        )
        return cls(
            spec=RunSpec.from_json(summary["spec"]),
            versions=summary["versions"],
            is_shipped=summary["is_shipped"],
            seconds=summary["stage_seconds"],
            metrics=summary["metrics"],
            cost=summary.get("cost", {}),
            snapshots=snapshots,
            joint_points=joint_points,
            probe=ProbeSet(**groups.pop("probe")),
            **groups,
        )


def _halved(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array.astype(np.float16) if array.dtype == np.float32 else array for name, array in arrays.items()}

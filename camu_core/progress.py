"""The one value that flows out of everything long: where the work is, and what can be seen of it already."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

# What each stage is called on pages and in the terminal, in the order in which they happen.
STAGES = {
    "data": "Getting the images",
    "train": "Training the original model",
    "unlearn": "Forgetting",
    "measure": "Measuring",
    "copies": "Looking for copies",
    "sweep": "Runs finished",
    "project": "Finding neighbours for UMAP",
    "layout": "Drawing UMAP",
    "causal": "Measuring effects",
    "bench": "Measuring speed",
    "attribution": "Runs with some of the terms",
    "attack": "Attacking the networks",
    "intervals": "Computing intervals of the attacks",
    "inside": "Probing what is left inside",
    "battery": "Testing what is left",
    "nearby": "Looking near the forgotten images",
    "band": "Retraining without them, with several seeds",
    "population": "Training many networks",
    "relearn": "Teaching the networks all classes again",
}
# In these a step changes the network; in the others it is an image, a byte or a part of the work.
STEPPED = ("train", "unlearn")


@dataclass(frozen=True)
class Snapshot:
    """The model in the middle of a run, seen on the live part of the probe set.

    Args:
        index: steps done, 0 for the original model.
        logits: float32 (N, C).
        points: float32 (N, 2), the representation in the PCA frame of the original model, which never moves; one that
            is drawn anew is first turned onto the original's axes, see `runs.projection.aligned`.
        forget_accuracy: fraction 0..1 of the live forget samples classified correctly; retain_accuracy likewise.
    """

    index: int
    logits: np.ndarray
    points: np.ndarray
    forget_accuracy: float
    retain_accuracy: float


@dataclass(frozen=True)
class Step:
    """One step of work done.

    Args:
        index: steps done so far in this stage, 1..total.
        total: steps of this stage.
        losses: unweighted loss terms of this step by name.
        stage: a key of STAGES.
        snapshot: present on some steps of the stage "unlearn".
    """

    index: int
    total: int
    losses: dict[str, float] = field(default_factory=dict)
    stage: str = "unlearn"
    snapshot: Snapshot | None = None

    def to_message(self) -> dict[str, Any]:
        """As plain types for the wire."""
        message = {"index": self.index, "total": self.total, "losses": self.losses, "stage": self.stage}
        if self.snapshot is not None:
            message["snapshot"] = {name: _packed(value) for name, value in vars(self.snapshot).items()}
        return message

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> "Step":
        """Inverse of `to_message`."""
        packed = message.get("snapshot")
        snapshot = Snapshot(**{name: _unpacked(value) for name, value in packed.items()}) if packed else None
        return cls(message["index"], message["total"], message["losses"], message["stage"], snapshot)


def _packed(value: Any) -> Any:
    return {"bytes": value.tobytes(), "shape": value.shape} if isinstance(value, np.ndarray) else value


def _unpacked(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return np.frombuffer(value["bytes"], np.float32).reshape(value["shape"])


def loss_columns(rows: Sequence[Mapping[str, float]]) -> dict[str, np.ndarray]:
    """Losses by name, float64 (steps,) each; NaN at steps that had no such loss."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: np.array([row.get(name, np.nan) for row in rows]) for name in names}


T = TypeVar("T")


def drain(work: Generator[Step, None, T], see: Callable[[Step], None] = lambda step: None) -> T:
    """Run a generator of steps to its end, show each step to `see`, and return the generator's value."""
    while True:
        try:
            see(next(work))
        except StopIteration as end:
            return end.value

"""The same run with other learning rates, from hardly forgetting to doing damage: what each strength leaves."""

from collections.abc import Generator
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch

from camu_core.data import DATASETS, loading, split
from camu_core.jobs.base import Find, Job, digest_of
from camu_core.jobs.payload import JobPayload
from camu_core.measures.estimates import Estimate, estimate_share
from camu_core.networks.models import BlockModel, predict
from camu_core.networks.weights import from_arrays, load_weights
from camu_core.planning import plan_like
from camu_core.privacy import Battery, fresh_head
from camu_core.progress import Step
from camu_core.runs.projection import fit_pca
from camu_core.runs.results import RunResult, Storable
from camu_core.specs import RunSpec
from camu_core.threads import one_thread

STRENGTHS = tuple(2.0**power for power in range(-6, 5))  # factors of the learning rates; 0 is the original network
RATES = ("representation_lr", "label_lr")
_HIGHEST_RATE = 1.0  # see `CaMUConfig`
_VERSION = 1


def at_strength(spec: RunSpec, strength: float) -> RunSpec:
    """The run with all its learning rates multiplied."""
    return _with(spec, {name: float(value) * strength for name, value in spec.settings if name in RATES})


def dial_of(spec: RunSpec) -> dict[float, RunSpec]:
    """Runs by strength, 1 being the usual learning rates, or, if a run has others that are none of these, its own.

    Returns:
        ascending; none of a run that is not of CaMU on whole classes, or learns nothing.
    """
    if spec.method != "camu" or spec.forget.kind != "class":
        return {}
    rates = {name: value for name, value in plan_like(spec).settings if name in RATES}
    runs = _all_strengths(_with(spec, rates))
    return runs if spec in runs.values() else _all_strengths(spec)


def _with(spec: RunSpec, rates: dict[str, Any]) -> RunSpec:
    return replace(spec, settings=tuple({**dict(spec.settings), **rates}.items()))


def _all_strengths(spec: RunSpec) -> dict[float, RunSpec]:
    rates = [float(value) for name, value in spec.settings if name in RATES]
    possible = [strength for strength in STRENGTHS if max(rates) * strength <= _HIGHEST_RATE]
    return {strength: at_strength(spec, strength) for strength in possible} if max(rates) > 0 else {}


@dataclass(frozen=True)
class Stop:
    """What one strength leaves, of images that no network was trained on.

    Args:
        strength: factor of the learning rates; 0 of the original network.
        run: its digest; empty of the original network.
        recognised: accuracy on the forgotten classes.
        kept: likewise on the others.
        inside: share of the forgotten classes that a new classifier finds in the representation, taught with one image
            of each; see `fresh_head_recall`.
    """

    strength: float
    run: str
    recognised: Estimate
    kept: Estimate
    inside: Estimate


@dataclass(frozen=True)
class Dial(Storable):
    """A run at several strengths.

    Args:
        stops: ascending, the first one being the original network.
        points: float16 (S, N, 2), live samples of the probe set in the PCA frame of the original network.
        said: uint8 or larger (S, N), the class that each network says.
        y: likewise (N,), true classes.
        is_forget: bool (N,).
    """

    digest: str
    stops: tuple[Stop, ...]
    points: np.ndarray
    said: np.ndarray
    y: np.ndarray
    is_forget: np.ndarray
    folder: ClassVar[str] = "dials"

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest, "stops": [asdict(stop) for stop in self.stops]}

    def arrays(self) -> dict[str, np.ndarray]:
        return {"points": self.points, "said": self.said, "y": self.y, "is_forget": self.is_forget}

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "Dial":
        return cls(summary["digest"], tuple(Stop(**stop) for stop in summary["stops"]), **arrays)


@dataclass(frozen=True)
class DialJob(Job[Dial]):
    """Measure the networks of finished runs.

    Args:
        specs: by strength, ascending.
    """

    specs: tuple[tuple[float, RunSpec], ...]
    result_type: ClassVar[type[Dial]] = Dial

    @property
    def digest(self) -> str:
        return digest_of("dial", _VERSION, [spec.digest for _, spec in self.specs])

    def pack(self, find: Find) -> JobPayload:
        runs = [_light(find(spec.digest, RunResult)) for _, spec in self.specs]
        return JobPayload.of(self.specs[0][1], runs)

    def execute(self, payload: JobPayload) -> Generator[Step, None, Dial]:
        """Raises: DatasetUnavailable, WeightsError: images or the original model are not here."""
        payload.unpack()
        spec = self.specs[0][1]
        runs = {strength: payload.result(each.digest, RunResult) for strength, each in self.specs}
        with one_thread():
            dataset = yield from loading(spec.trained_on)
            splits = split(dataset, spec.forget, spec.seed)
            original = load_weights(spec.weights, spec.dataset, spec.model).to(spec.device)
            battery = Battery.of(dataset, splits, spec.forget.classes, original)
            probe = next(iter(runs.values())).probe
            live = torch.from_numpy(probe.x[probe.is_live])
            frame = fit_pca([predict(original, live)[1].numpy()], spec.seed)
            stops, points, said = [], [], []
            for i, (strength, run) in enumerate([(0.0, None), *runs.items()]):
                yield Step(i, len(runs) + 1, stage="battery")
                model = from_arrays(run.weights, spec.dataset, spec.model).to(spec.device) if run else original
                metrics = run.metrics["unlearned"] if run else next(iter(runs.values())).metrics["original"]
                stops.append(_stop(battery, model, strength, run.digest if run else "", metrics))
                logits, representation = (output.numpy() for output in predict(model, live))
                points.append(frame.transform(representation).astype(np.float16))
                said.append(logits.argmax(axis=1))
        label = np.min_scalar_type(DATASETS[spec.dataset].n_classes)
        return Dial(
            self.digest, tuple(stops), np.stack(points), np.stack(said).astype(label),
            probe.y[probe.is_live].astype(label), probe.is_forget[probe.is_live],
        )  # fmt: skip


def accuracies(metrics: dict[str, Any]) -> tuple[Estimate, Estimate]:
    """How much of what was forgotten, and of the rest, a network recognises among new images."""
    recognised, kept = (estimate_share(metrics[part], metrics["n"][part]) for part in ("forget_test", "retain_test"))
    return recognised, kept


def _stop(battery: Battery, model: BlockModel, strength: float, run: str, metrics: dict[str, Any]) -> Stop:
    return Stop(strength, run, *accuracies(metrics), fresh_head(battery, model))


def _light(result: RunResult) -> RunResult:
    """Without what can be computed again, or is not needed: eleven of them travel to a worker."""
    return replace(
        result, losses={}, snapshots=(), joint_points=np.empty((0, 0, 2), np.float32), logits={}, representations={}
    )

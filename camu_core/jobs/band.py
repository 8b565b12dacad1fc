"""The reference band: several networks retrained without the forget set, and every figure of each.

One retraining is one draw; only several tell how far two networks that never saw the data lie apart anyway.
"""

import math
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, TypeVar

import numpy as np
import torch

from camu_core.causal import share_figures
from camu_core.data import DATASETS, Dataset, PlantedDataset, Splits, loading, origin_of, split
from camu_core.jobs.base import Find, IsThere, Job, digest_of
from camu_core.jobs.payload import JobPayload
from camu_core.measures import accuracies, planted_report
from camu_core.networks.checkpoints import Checkpoint
from camu_core.networks.models import BlockModel, build_model, device_title, predict
from camu_core.networks.originals import network_card
from camu_core.networks.pace import training_seconds
from camu_core.networks.training import SEED_OFFSET, TrainingConfig, training
from camu_core.networks.weights import load_weights
from camu_core.planning import plan_like
from camu_core.privacy import Battery, likeness_report, run_battery
from camu_core.privacy.battery import SEED
from camu_core.progress import Step
from camu_core.runs.execution import versions
from camu_core.runs.results import RunResult, Storable
from camu_core.specs import RunSpec
from camu_core.threads import one_thread

# Retrainings, by dataset; more where they take seconds.
N_SEEDS = {"digits": 8, "fashion_small": 8}
_N_SEEDS_ELSEWHERE = 5
_VERSION = 2
_SHARE_OF_TRAINING = 0.8  # of the time a member takes
_IMAGES_PER_STEP = 1000


@dataclass(frozen=True)
class Band(Storable):
    """Figures of networks that never saw the forget set.

    Args:
        about: what they are and how they were made: `dataset`, `model`, `forget`, `seeds`, `recipe`, `weights` (of the
            original), `seconds` of training in all, `versions`.
        measures: name -> a figure a seed, None where there is none: the four accuracies, those of `run_battery` and of
            `share_figures`, "cka_forget_conv1" and so on, the likeness of each layer to the original's, and, where
            something was planted, "planted", how often it works, see `planted_report`.
        curves, rest_curves: float64 (S, K), accuracy while relearning, mean over heads, one row a seed.
        scores: float32 (S, n) by score, of the forgotten images asked about, see `run_battery`.
    """

    digest: str
    about: dict[str, Any]
    measures: dict[str, list[float | None]]
    curves: np.ndarray
    rest_curves: np.ndarray
    scores: dict[str, np.ndarray]
    checkpoints: tuple[Checkpoint, ...] = field(default=(), repr=False, compare=False)
    folder: ClassVar[str] = "bands"

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest, "about": self.about, "measures": self.measures}

    def arrays(self) -> dict[str, np.ndarray]:
        scores = {f"scores/{name}": values for name, values in self.scores.items()}
        return {"curves": self.curves, "rest_curves": self.rest_curves, **scores}

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "Band":
        scores = {key.split("/")[1]: array for key, array in arrays.items() if key.startswith("scores/")}
        return cls(
            summary["digest"], summary["about"], summary["measures"], arrays["curves"], arrays["rest_curves"], scores
        )

    def reference_for(self, spec: RunSpec) -> "Band":
        """What a run is judged by: of a retraining, that is perhaps one of the band's own, without itself."""
        is_of_them = spec.method == "retrain" and not spec.training_seed
        return self._without_seed(spec.seed) if is_of_them else self

    def _without_seed(self, seed: int) -> "Band":
        kept = [i for i, each in enumerate(self.about["seeds"]) if each != seed]
        return replace(
            self,
            about={**self.about, "seeds": [self.about["seeds"][i] for i in kept]},
            measures={name: [values[i] for i in kept] for name, values in self.measures.items()},
            curves=self.curves[kept],
            rest_curves=self.rest_curves[kept],
            scores={name: values[kept] for name, values in self.scores.items()},
        )


@dataclass(frozen=True)
class BandJob(Job[Band]):
    """Retrain several times without what a run forgets, and measure each network.

    Args:
        spec: the retraining with the default recipe; its seed draws a random forget set, and means nothing else.
    """

    spec: RunSpec
    result_type: ClassVar[type[Band]] = Band
    when_overdue: ClassVar[str] = "Start it again, and it resumes where it left off."

    @classmethod
    def of(cls, spec: RunSpec) -> "BandJob":
        """The band of a run.

        Args:
            spec: of the run, by any method.
        """
        return cls(band_spec(spec))

    @property
    def digest(self) -> str:
        return band_digest(self.spec)

    @property
    def seeds(self) -> range:
        return range(N_SEEDS.get(origin_of(self.spec.dataset), _N_SEEDS_ELSEWHERE))

    def pack(self, find: Find) -> JobPayload:
        return JobPayload.of(self.spec)

    def execute(self, payload: JobPayload) -> Generator[Step, None, Band]:
        """Raises: DatasetUnavailable, WeightsError: images or the original model are not here."""
        payload.unpack()
        with one_thread():
            return (yield from self._execute())

    def _execute(self) -> Generator[Step, None, Band]:
        spec, n = self.spec, len(self.seeds)
        dataset = yield from loading(spec.trained_on)
        splits = split(dataset, spec.forget, spec.seed)
        original = load_weights(spec.weights, spec.dataset, spec.model).to(spec.device)
        battery = Battery.of(dataset, splits, spec.forget.classes, original)
        members, checkpoints, seconds = [], [], 0.0
        for i, seed in enumerate(self.seeds):
            model, checkpoint = self._fresh(dataset, splits, seed)
            seconds += yield from _as_part(self._trained(model, dataset, splits, seed, checkpoint), i, n)
            members.append((yield from _as_part(measured(model, battery), i + _SHARE_OF_TRAINING, n)))
            checkpoints.append(checkpoint)
        return replace(assembled(self, members, seconds), checkpoints=tuple(checkpoints))

    def _fresh(self, dataset: Dataset, splits: Splits, seed: int) -> tuple[BlockModel, Checkpoint]:
        """A network before its training, and where that stands if it was interrupted."""
        info, idx, first = DATASETS[self.spec.dataset], splits.retain_train, seed + SEED_OFFSET
        model = build_model(self.spec.model, info.shape, info.n_classes, first).to(self.spec.device)
        tensors = {**model.state_dict(), "x": dataset.x_train[idx], "y": dataset.y_train[idx]}
        return model, Checkpoint(tensors, {"recipe": dict(self.spec.settings), "seed": first}, self.spec.dataset)

    def _trained(
        self, model: BlockModel, dataset: Dataset, splits: Splits, seed: int, checkpoint: Checkpoint
    ) -> Generator[Step, None, float]:
        """As `methods.retrain` does it with this seed; the seconds it took."""
        idx, recipe = splits.retain_train, TrainingConfig().with_values(dict(self.spec.settings))
        x, y = dataset.x_train[idx], dataset.y_train[idx]
        seconds = yield from training(model, x, y, recipe, seed + SEED_OFFSET, checkpoint)
        model.eval().requires_grad_(False)
        return seconds


def band_spec(spec: RunSpec) -> RunSpec:
    """The retraining that a run's band repeats: the seed stays only where it draws the forget set."""
    return replace(plan_like(spec, method="retrain"), seed=spec.seed if spec.forget.kind == "random" else 0)


def band_digest(spec: RunSpec) -> str:
    """20 hex digits that name a run's band, on whatever device the run is computed.

    Args:
        spec: of the run, by any method.
    """
    of = band_spec(spec).to_json()
    return digest_of("band", _VERSION, {key: value for key, value in of.items() if key != "device"})


def band_minutes(spec: RunSpec, patience: float | None = None) -> float:
    """About how long a run's band takes, by what the training of its original network took on such a device.

    Args:
        spec: of the run, by any method.
        patience: see `pace.training_seconds`.
    Returns:
        Infinity if it is not known yet.
    """
    card = network_card(spec.dataset, spec.model) or {}
    is_known = card.get("device", "cpu") == device_title(spec.device)
    seconds = card["seconds"] if card and is_known else training_seconds(spec.dataset, spec.model, patience)
    return math.inf if seconds is None else N_SEEDS.get(origin_of(spec.dataset), _N_SEEDS_ELSEWHERE) * seconds / 60


def beside(spec: RunSpec, is_there: IsThere) -> tuple[str | None, str | None]:
    """Digests of the retraining and of the band that a run is compared with; None for what is not there.

    A retraining is not compared with itself.
    """
    retrained, band = plan_like(spec, method="retrain").digest, band_digest(spec)
    has_retrained = spec.method != "retrain" and is_there(retrained, RunResult)
    return retrained if has_retrained else None, band if is_there(band, Band) else None


@dataclass(frozen=True)
class Member:
    """One retrained network's figures, see `Band`."""

    measures: dict[str, float | None]
    curve: np.ndarray
    rest_curve: np.ndarray
    scores: dict[str, np.ndarray]


def measured(model: BlockModel, battery: Battery) -> Generator[Step, None, Member]:
    """A retrained network's figures: its accuracies, and the battery of tests."""
    answers, dataset = {}, battery.dataset
    for part, x in (("train", dataset.x_train), ("test", dataset.x_test)):
        pieces = []
        for images in x.split(_IMAGES_PER_STEP):
            pieces.append(predict(model, images)[0].argmax(dim=1))
            yield Step(0, 1, stage="band")
        answers[part] = torch.cat(pieces).numpy()
    found = yield from run_battery(battery, model)
    planted = {}
    if isinstance(battery.dataset, PlantedDataset):
        report = yield from planted_report(model, battery.dataset, answers["test"])
        planted["planted"] = report["success"]["value"]
    likeness = yield from likeness_report({"original": battery.original, "other": model}, battery.probe, SEED)
    return Member(
        {
            **accuracies(
                answers["train"], dataset.y_train.numpy(), answers["test"], dataset.y_test.numpy(), battery.splits
            ),
            **planted,
            **{name: estimate["value"] for name, estimate in found.measures.items()},
            **share_figures(battery.original, model, battery.probe),
            **{
                f"cka_{group}_{layer}": estimate["value"]
                for group, pairs in likeness.items()
                for layer, estimate in pairs["original-other"].items()
            },
        },
        found.curves.mean(axis=0),
        found.rest_curves.mean(axis=0),
        found.scores,
    )


def assembled(job: BandJob, members: list[Member], seconds: float) -> Band:
    """The band of all members.

    Args:
        seconds: of processor time, for all trainings.
    """
    spec = job.spec
    return Band(
        digest=job.digest,
        about={
            **{name: value for name, value in spec.to_json().items() if name not in ("method", "settings", "device")},
            "recipe": dict(spec.settings), "seeds": list(job.seeds), "seconds": round(seconds, 1),
            "versions": versions(),
        },
        measures={name: [member.measures[name] for member in members] for name in members[0].measures},
        curves=np.stack([member.curve for member in members]),
        rest_curves=np.stack([member.rest_curve for member in members]),
        scores={
            name: np.stack([member.scores[name] for member in members]).astype(np.float32)
            for name in members[0].scores
        },
    )  # fmt: skip


T = TypeVar("T")


def _as_part(work: Generator[Step, None, T], before: float, n: int) -> Generator[Step, None, T]:
    """The steps of one network as hundredths of all n of them."""
    while True:
        try:
            step = next(work)
        except StopIteration as end:
            return end.value
        share = step.index / step.total if step.stage == "train" else 0.0
        yield Step(round(100 * (before + _SHARE_OF_TRAINING * share)), 100 * n, stage="band")

"""A population as jobs: networks in shards, each kept by itself, and what comes of them all.

Unlearning is judged by the spread of its networks over training seeds: M originals, each made to forget, against M
networks that never saw the data. Twice M are retrained, so that retraining can be told from retraining. Originals are
one for all forget sets and methods, retrainings one for all methods.
"""

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from camu_core.errors import SpecError
from camu_core.jobs.base import Find, Job, digest_of
from camu_core.jobs.payload import JobPayload, images_for_workers
from camu_core.jobs.stages import Staged, shards
from camu_core.measures import (
    SMALLEST_POPULATION,
    Networks,
    estimate_over_networks,
    image_epsilons,
    largest_shown_epsilon,
    noise_floor,
    u_lira,
)
from camu_core.networks.models import BlockModel
from camu_core.networks.originals import forget_dataset
from camu_core.networks.training import recipe_for
from camu_core.networks.weights import from_arrays
from camu_core.planning import plan_like
from camu_core.progress import Step
from camu_core.runs.execution import versions
from camu_core.runs.population import SEED, asked, make_forget, networks_at_once, questioned, train_originals
from camu_core.runs.results import Storable
from camu_core.runs.store import RunStore
from camu_core.specs import GIVEN, RunSpec
from camu_core.threads import one_thread

USUAL_M, LARGEST_M = 64, 512
_VERSION = 1
_OUTCOME_VERSION = 3


@dataclass(frozen=True)
class Originals(Storable):
    """Some original networks. Args: weights: float32 (S, ...) by name of the parameter, a row a network."""

    digest: str
    about: dict[str, Any]
    weights: dict[str, np.ndarray]
    folder: ClassVar[str] = "originals"

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest, "about": self.about}

    def arrays(self) -> dict[str, np.ndarray]:
        return self.weights

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "Originals":
        return cls(summary["digest"], summary["about"], arrays)

    def models(self, spec: RunSpec) -> list[BlockModel]:
        """In eval mode, on the run's device."""
        n = len(next(iter(self.weights.values())))
        rows = [{name: values[i] for name, values in self.weights.items()} for i in range(n)]
        return [from_arrays(row, spec.dataset, spec.model).to(spec.device) for row in rows]


@dataclass(frozen=True)
class OriginalsJob(Job[Originals]):
    """Train originals with these seeds. Args: spec: of a `Population`, for dataset, model and device."""

    spec: RunSpec
    seeds: tuple[int, ...]
    result_type: ClassVar[type[Originals]] = Originals

    @property
    def digest(self) -> str:
        spec, recipe = self.spec, recipe_for(self.spec.dataset, self.spec.model)
        return digest_of("originals", spec.trained_on, spec.model, dict(recipe.pairs()), self.seeds, _VERSION)

    def pack(self, find: Find) -> JobPayload:
        return JobPayload(images=images_for_workers(self.spec.dataset))

    def execute(self, payload: JobPayload) -> Generator[Step, None, Originals]:
        """Raises: DatasetUnavailable: the images are not here."""
        payload.unpack()
        with one_thread():
            models = yield from train_originals(self.spec, self.seeds)
        states = [{name: value.cpu().numpy() for name, value in model.state_dict().items()} for model in models]
        weights = {name: np.stack([state[name] for state in states]) for name in states[0]}
        about = {"dataset": self.spec.dataset, "model": self.spec.model, "seeds": list(self.seeds)}
        return Originals(self.digest, {**about, "versions": versions()}, weights)


@dataclass(frozen=True)
class Shard(Storable):
    """What some networks of a population say.

    Args:
        networks: that forgot, or were retrained.
        before: margins float64 (S, n) of the originals they come from; (0, n) of retrained ones.
    """

    digest: str
    networks: Networks
    before: np.ndarray
    folder: ClassVar[str] = "shards"

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest}

    def arrays(self) -> dict[str, np.ndarray]:
        return {**vars(self.networks), "before": self.before}

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "Shard":
        before = arrays.pop("before")
        return cls(summary["digest"], Networks(**arrays), before)


@dataclass(frozen=True)
class ShardJob(Job[Shard]):
    """Make networks of these seeds forget, or retrain them, and ask them about the forgotten images.

    Args:
        spec: of a `Population`.
        originals: where the method starts; None of retraining.
    """

    spec: RunSpec
    seeds: tuple[int, ...]
    originals: OriginalsJob | None = None
    result_type: ClassVar[type[Shard]] = Shard

    @property
    def digest(self) -> str:
        of = {name: value for name, value in self.spec.to_json().items() if name not in ("device", "weights")}
        return digest_of("shard", of, self.seeds, self.originals.digest if self.originals else "", _VERSION)

    def pack(self, find: Find) -> JobPayload:
        results = [find(self.originals.digest, Originals)] if self.originals else []
        images = images_for_workers(self.spec.dataset)
        return JobPayload(images=images, results={result.digest: result for result in results})

    def execute(self, payload: JobPayload) -> Generator[Step, None, Shard]:
        """Raises: DatasetUnavailable: the images are not here; SpecError: the method; RunDiverged."""
        payload.unpack()
        starts = None
        if self.originals is not None:
            starts = payload.result(self.originals.digest, Originals).models(self.spec)
        with one_thread():
            models = yield from make_forget(self.spec, starts, self.seeds)
            networks = yield from questioned(self.spec, models)
            before = (yield from questioned(self.spec, starts)).margins if starts else networks.margins[:0]
        return Shard(self.digest, networks, before)


@dataclass(frozen=True)
class PopulationResult(Storable):
    """A population and what it shows.

    Args:
        report: `m`; `n_images`; `figures` and `noise_floor`: of `population_figures`, each an estimate, some without
            interval, see `estimate_over_networks`; `ceiling`: the largest epsilon that M networks can show; `original`:
            `Attack.figures` of the originals instead of the unlearned networks, not of retraining, which has none;
            `accuracies`: of the "unlearned" and "retrained" networks, means by part: "retain_train", "retain_test" and,
            of one class, "forget_train"; `about`.
        margins: float32 by kind: "original", "unlearned" and "retrained" (M, n), "control" (M, n) of more retrained
            networks.
        answers: float64 (M, C) by kind "unlearned" and "retrained", see `Networks`.
        epsilons, floor_epsilons, aucs: float64 (n,) by image: of `image_epsilons`, the same of the control instead of
            the unlearned networks, and of `Attack.image_auc`.
        images: uint8 (n, channels, H, W).
        idx: int64 (n,), into the training set.
        y: their classes.
    """

    digest: str
    report: dict[str, Any]
    margins: dict[str, np.ndarray]
    answers: dict[str, np.ndarray]
    epsilons: np.ndarray
    floor_epsilons: np.ndarray
    aucs: np.ndarray
    images: np.ndarray
    idx: np.ndarray
    y: np.ndarray
    folder: ClassVar[str] = "populations"

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest, "report": self.report}

    def arrays(self) -> dict[str, np.ndarray]:
        names = ("epsilons", "floor_epsilons", "aucs", "images", "idx", "y")
        kinds = {
            f"{name}/{kind}": values for name in ("margins", "answers") for kind, values in getattr(self, name).items()
        }
        return {**kinds, **{name: getattr(self, name) for name in names}}

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "PopulationResult":
        margins, answers = (
            {key.split("/")[1]: arrays.pop(key) for key in list(arrays) if key.startswith(f"{name}/")}
            for name in ("margins", "answers")
        )
        return cls(summary["digest"], summary["report"], margins, answers, **arrays)


def delete_images(dataset: str, store: RunStore) -> None:
    """Delete imported images, the networks of them, and the populations, which keep some; so do runs, which stay.

    Raises:
        StoreUnwritable: they cannot be removed.
    """
    forget_dataset(dataset)
    store.delete_of_images(dataset, (Originals, PopulationResult))


@dataclass(frozen=True)
class Population(Staged[PopulationResult]):
    """All that is to be made for one population, in the order in which it can be made.

    Args:
        spec: of the run whose method is judged, its seed only where that draws the forget set.
        m: networks of each kind, a multiple of 4: intervals come of halves, each of which an attack halves again.
    """

    spec: RunSpec
    m: int = USUAL_M
    _at_once: int = field(default=0, repr=False, compare=False)

    @classmethod
    def of(cls, spec: RunSpec, m: int = USUAL_M) -> "Population":
        """Of a run.

        Raises:
            SpecError: too few or too many networks, or a run that made none.
        """
        if not SMALLEST_POPULATION <= m <= LARGEST_M or m % 4:
            raise SpecError(
                f"A population has {SMALLEST_POPULATION} to {LARGEST_M} networks of each kind, in fours; got {m}."
            )
        if spec.method == GIVEN:
            raise SpecError("A population needs a method that makes networks; this run judges one that was given.")
        seed = spec.seed if spec.forget.kind == "random" else 0
        at_once = networks_at_once(spec.dataset, spec.model)
        return cls(replace(spec, seed=seed, weights="", training_seed=0), m, at_once)

    @property
    def originals(self) -> list[OriginalsJob]:
        """None where the method is the very retraining that all are compared with."""
        if self.spec == self._retraining:
            return []
        return [OriginalsJob(self.spec, seeds) for seeds in shards(self.m, self._at_once)]

    @property
    def retrained(self) -> list[ShardJob]:
        """Of 2 M: those that the method's are compared with, and as many more that stand for nothing left to find."""
        return [ShardJob(self._retraining, seeds) for seeds in shards(2 * self.m, self._at_once)]

    @property
    def _retraining(self) -> RunSpec:
        return plan_like(self.spec, method="retrain")

    @property
    def unlearned(self) -> list[ShardJob]:
        return [ShardJob(self.spec, originals.seeds, originals) for originals in self.originals]

    @property
    def job(self) -> "PopulationJob":
        return PopulationJob(self.spec, self.m, tuple(self.unlearned), tuple(self.retrained))

    def stages(self) -> list[list[Job[Storable]]]:
        return [[*self.originals, *self.retrained], [*self.unlearned], [self.job]]


@dataclass(frozen=True)
class PopulationJob(Job[PopulationResult]):
    """What the networks of a population show. Args: see `Population`; unlearned: none of retraining."""

    spec: RunSpec
    m: int
    unlearned: tuple[ShardJob, ...]
    retrained: tuple[ShardJob, ...]
    result_type: ClassVar[type[PopulationResult]] = PopulationResult

    @property
    def digest(self) -> str:
        return digest_of(
            "population", _OUTCOME_VERSION, self.m,
            [job.digest for job in self.unlearned], [job.digest for job in self.retrained], _VERSION,
        )  # fmt: skip

    def pack(self, find: Find) -> JobPayload:
        jobs = [*self.unlearned, *self.retrained]
        images = images_for_workers(self.spec.dataset)
        return JobPayload(images=images, results={job.digest: find(job.digest, Shard) for job in jobs})

    def execute(self, payload: JobPayload) -> Generator[Step, None, PopulationResult]:
        payload.unpack()
        with one_thread():
            return (yield from self._execute(payload))

    def _execute(self, payload: JobPayload) -> Generator[Step, None, PopulationResult]:
        retrained = _together(self.retrained, payload)
        first, rest = retrained.some(np.arange(self.m)), retrained.some(np.arange(self.m, 2 * self.m))
        # retraining is judged like any method, by networks of its own
        unlearned = _together(self.unlearned, payload) if self.unlearned else rest
        images, _, idx = yield from asked(self.spec)
        floor = yield from noise_floor(retrained, SEED)
        figures = yield from estimate_over_networks(unlearned, first, SEED)
        before = [payload.result(job.digest, Shard).before for job in self.unlearned]
        kinds = {"unlearned": unlearned.margins, "retrained": first.margins, "control": rest.margins}
        report = {
            "m": self.m, "n_images": len(idx), "figures": figures, "noise_floor": floor,
            "accuracies": {
                "unlearned": self._accuracies(unlearned), "retrained": self._accuracies(first),
            },
            "ceiling": largest_shown_epsilon(self.m), "about": {"spec": self.spec.to_json(), "versions": versions()},
        }  # fmt: skip
        if before:
            kinds["original"] = np.concatenate(before)
            report["original"] = u_lira(kinds["original"], first.margins).figures()
        return PopulationResult(
            digest=self.digest,
            report=report,
            margins={kind: margins.astype(np.float32) for kind, margins in kinds.items()},
            answers={"unlearned": unlearned.answers, "retrained": first.answers},
            epsilons=image_epsilons(unlearned.margins, first.margins),
            floor_epsilons=image_epsilons(rest.margins, first.margins),
            aucs=u_lira(unlearned.margins, first.margins).image_auc(),
            images=images.x_train[idx].numpy(),
            idx=idx.numpy(),
            y=images.y_train[idx].numpy(),
        )

    def _accuracies(self, networks: Networks) -> dict[str, float]:
        """Means over networks. Of other forget sets than one class, answers do not say which images are right."""
        found = {name: float(getattr(networks, name).mean()) for name in ("retain_train", "retain_test")}
        if len(classes := self.spec.forget.classes) == 1:
            found["forget_train"] = float(networks.answers[:, classes[0]].mean())
        return found


def _together(jobs: tuple[ShardJob, ...], payload: JobPayload) -> Networks:
    """All networks of some shards, in the order of their seeds."""
    parts = [payload.result(job.digest, Shard).networks for job in jobs]
    return Networks(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Networks.__dataclass_fields__)
    )

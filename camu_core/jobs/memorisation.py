"""Memorisation scores as jobs: networks trained on random halves of the images, in shards, and what they show."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch

from camu_core.config import device_name
from camu_core.data import DATASETS
from camu_core.errors import StoreError
from camu_core.jobs.base import Find, IsThere, Job, digest_of
from camu_core.jobs.payload import JobPayload, images_for_workers
from camu_core.jobs.stages import Staged, shards
from camu_core.measures import GROUPS, agreement, from_least_memorised, group_of, memorisation
from camu_core.networks.models import pick_device, usual_model
from camu_core.networks.training import recipe_for
from camu_core.progress import Step
from camu_core.runs.execution import versions
from camu_core.runs.memorisation import Answers, answers_after_half, is_in_half
from camu_core.runs.population import networks_at_once
from camu_core.runs.results import Storable
from camu_core.specs import RunSpec
from camu_core.threads import clock_of, one_thread

# Networks, by dataset; fewer where one takes minutes.
N_NETWORKS = {"digits": 512}
_N_NETWORKS_ELSEWHERE = 64
USUAL_SIZE = 50  # images of a group
_VERSION = 1


@dataclass(frozen=True)
class HalvesShard(Storable):
    """What some networks say, each trained on half of the images. Args: seconds: that they took."""

    digest: str
    answers: Answers
    seconds: float
    folder: ClassVar[str] = "halves"

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest, "seconds": self.seconds}

    def arrays(self) -> dict[str, np.ndarray]:
        return vars(self.answers)

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "HalvesShard":
        return cls(summary["digest"], Answers(**arrays), summary["seconds"])


@dataclass(frozen=True)
class HalvesJob(Job[HalvesShard]):
    """Train networks of these seeds on half of the images each, and ask them about all."""

    dataset: str
    model: str
    seeds: tuple[int, ...]
    device: str = "cpu"
    result_type: ClassVar[type[HalvesShard]] = HalvesShard

    @property
    def digest(self) -> str:
        recipe = dict(recipe_for(self.dataset, self.model).pairs())
        return digest_of("halves", self.dataset, self.model, recipe, self.seeds, _VERSION)

    def pack(self, find: Find) -> JobPayload:
        return JobPayload(images=images_for_workers(self.dataset))

    def execute(self, payload: JobPayload) -> Generator[Step, None, HalvesShard]:
        """Raises: DatasetUnavailable: the images are not here; RunDiverged."""
        payload.unpack()
        with one_thread():
            clock = clock_of(torch.device(self.device))
            started = clock()
            answers = yield from answers_after_half(self.dataset, self.model, self.device, self.seeds)
            return HalvesShard(self.digest, answers, clock() - started)


@dataclass(frozen=True)
class MemorisationResult(Storable):
    """How much each training image is memorised.

    Args:
        about: `dataset`, `model`, `recipe`, `networks`, `seconds` of training and asking in all, `agreement`: see
            there, `without`: the share of right answers on images not trained on, `first_right`: the images that each
            network of the first shard gets right, by which others can tell that they made the same, `versions`.
        scores, errors: float16 (N,), see `memorisation`.
        order: uint32 or smaller (N,), see `from_least_memorised`.
    """

    digest: str
    about: dict[str, Any]
    scores: np.ndarray
    errors: np.ndarray
    order: np.ndarray
    folder: ClassVar[str] = "memorisation"

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest, "about": self.about}

    def arrays(self) -> dict[str, np.ndarray]:
        return {"scores": self.scores, "errors": self.errors, "order": self.order}

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "MemorisationResult":
        return cls(summary["digest"], summary["about"], **arrays)

    @property
    def largest_size(self) -> int:
        """Images that a group can have at most."""
        return len(self.order) // len(GROUPS)

    def images(self, group: str, n: int) -> tuple[int, ...]:
        """The numbers of a group's training images, sorted. Args: see `group_of`."""
        return tuple(group_of(self.order, group, n).tolist())

    def from_hardest(self, group: str, n: int) -> np.ndarray:
        """The same numbers, the most memorised image first."""
        members = np.isin(self.order, group_of(self.order, group, n))
        return self.order[members][::-1].astype(np.int64)

    def group(self, samples: tuple[int, ...]) -> str | None:
        """Which group training images are, all of it and nothing else; None if they are none."""
        if not 0 < len(samples) <= self.largest_size:
            return None
        return next((group for group in GROUPS if self.images(group, len(samples)) == samples), None)


@dataclass(frozen=True)
class MemorisationJob(Job[MemorisationResult]):
    """The scores that the networks of some shards show."""

    shards: tuple[HalvesJob, ...]
    result_type: ClassVar[type[MemorisationResult]] = MemorisationResult

    @property
    def digest(self) -> str:
        return digest_of("memorisation", [job.digest for job in self.shards], _VERSION)

    def pack(self, find: Find) -> JobPayload:
        return JobPayload(results={job.digest: find(job.digest, HalvesShard) for job in self.shards})

    def execute(self, payload: JobPayload) -> Generator[Step, None, MemorisationResult]:
        yield Step(0, 1, stage="population")
        parts = [payload.result(job.digest, HalvesShard) for job in self.shards]
        right, probability = (
            np.concatenate([getattr(part.answers, name) for part in parts]) for name in ("right", "probability")
        )
        first, seeds = self.shards[0], [seed for job in self.shards for seed in job.seeds]
        is_trained_on = is_in_half(right.shape[1], seeds)
        scores, errors = memorisation(right, is_trained_on)
        order = from_least_memorised(scores, memorisation(probability, is_trained_on)[0])
        size = min(USUAL_SIZE, len(order) // len(GROUPS))
        about = {
            "dataset": first.dataset, "model": first.model, "networks": len(seeds),
            "recipe": dict(recipe_for(first.dataset, first.model).pairs()),
            "seconds": round(sum(part.seconds for part in parts), 1),
            "first_right": parts[0].answers.right.sum(axis=1).tolist(),
            "without": float(right[~is_trained_on].mean()),
            "agreement": agreement(right, probability, is_trained_on, size),
            "versions": versions(),
        }  # fmt: skip
        return MemorisationResult(
            self.digest, about, scores.astype(np.float16), errors.astype(np.float16),
            order.astype(np.min_scalar_type(len(order))),
        )  # fmt: skip


@dataclass(frozen=True)
class Memorisation(Staged[MemorisationResult]):
    """All that is to be made for the memorisation scores of a dataset.

    Args:
        n_networks: a multiple of four, so that halves of them have whole pairs.
    """

    dataset: str
    model: str
    n_networks: int
    device: str = "cpu"

    @classmethod
    def of(cls, dataset: str, model: str | None = None, n_networks: int | None = None) -> "Memorisation":
        """The usual one. Args: model: a name in `MODELS`; None takes the usual one for the dataset's images."""
        n = n_networks or N_NETWORKS.get(dataset, _N_NETWORKS_ELSEWHERE)
        model = model or usual_model(DATASETS[dataset].shape)
        return cls(dataset, model, max(4, n - n % 4), pick_device(device_name()))

    @property
    def shards(self) -> list[HalvesJob]:
        parts = shards(self.n_networks, networks_at_once(self.dataset, self.model))
        return [HalvesJob(self.dataset, self.model, seeds, self.device) for seeds in parts]

    @property
    def job(self) -> MemorisationJob:
        return MemorisationJob(tuple(self.shards))

    def stages(self) -> list[list[Job[Storable]]]:
        return [[*self.shards], [self.job]]


def group_forgotten(spec: RunSpec, is_there: IsThere, find: Find) -> str | None:
    """Which group of images, see `MemorisationResult.group`, a run forgets, where the scores are known."""
    if spec.forget.kind != "samples" or spec.dataset not in DATASETS:
        return None
    digest = Memorisation.of(spec.dataset, spec.model).digest
    try:
        found = find(digest, MemorisationResult) if is_there(digest, MemorisationResult) else None
    except StoreError:
        return None
    return found.group(spec.forget.samples) if found else None

"""Images of one's own and their network as jobs: hostile files are decoded, and networks trained, in worker processes.

What they make is kept where runs look for it; the store of results only notes it, see `results.Artifact`.
"""

import io
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from camu_core.config import scheduler_address
from camu_core.data import (
    DATASETS,
    LayoutUnclear,
    Way,
    content_of,
    import_images,
    imported_card,
    keep_content,
    origin_of,
    previewing,
)
from camu_core.data.importing.uploads import upload_content
from camu_core.jobs.base import Find, Job, digest_of
from camu_core.jobs.payload import JobPayload, images_for_workers
from camu_core.networks.checkpoints import Checkpoint
from camu_core.networks.originals import Network, keep_network, network_card, take_shipped, train_network
from camu_core.networks.training import recipe_for
from camu_core.networks.weights import clear_away, weights_path
from camu_core.progress import Step
from camu_core.runs.results import Artifact

_VERSION = 1
_QUESTIONS_REMEMBERED = 32
# Ways to read uploads that can be read in several, by digest: images of users, and so in memory only.
_questions: dict[str, tuple[Way, ...]] = {}


@dataclass(frozen=True)
class Imported(Artifact):
    """What came of imported images, or the question how to read them.

    Args:
        name: of the dataset; empty while it is to be asked.
        parcel: what `keep_content` needs, from a worker elsewhere; never stored, for it is a user's own.
        ways: to read them, if that is to be asked; never stored either.
    """

    digest: str
    name: str
    parcel: dict[str, Any] | None = field(default=None, repr=False)
    ways: tuple[Way, ...] = field(default=(), repr=False, compare=False)
    folder: ClassVar[str] = "imports"

    def publish(self) -> None:
        """Raises: StoreUnwritable."""
        if self.parcel is not None:
            keep_content(self.name, **self.parcel)
        if self.ways:
            _questions.pop(self.digest, None)
            _questions[self.digest] = self.ways
            while len(_questions) > _QUESTIONS_REMEMBERED:
                _questions.pop(next(iter(_questions)))

    @property
    def is_published(self) -> bool:
        if not self.name:
            return self.digest in _questions
        return self.name in DATASETS and DATASETS[self.name].is_present()

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest, "name": self.name}

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "Imported":
        return cls(summary["digest"], summary["name"], ways=_questions.get(summary["digest"], ()))


@dataclass(frozen=True)
class ImportJob(Job[Imported]):
    """A zip made into a dataset.

    Args:
        upload: sha256 of the zip, which `uploads` keeps.
        title: what the dataset is called.
        size: in `SIZES`.
        layout: in `LAYOUTS`; None takes the only sensible one.
    """

    upload: str
    title: str
    size: int
    layout: str | None = None
    result_type: ClassVar[type[Imported]] = Imported

    @property
    def digest(self) -> str:
        layout = [self.layout] if self.layout else []
        return digest_of("import", _VERSION, self.upload, self.title, self.size, *layout)

    def pack(self, find: Find) -> JobPayload:
        """Raises: ImagesRefused if the upload is not here any more."""
        return JobPayload(upload=upload_content(self.upload), is_remote=scheduler_address() is not None)

    def execute(self, payload: JobPayload) -> Generator[Step, None, Imported]:
        try:
            info = yield from import_images(io.BytesIO(payload.upload), self.title, self.size, self.layout)
        except LayoutUnclear as unclear:
            return Imported(self.digest, "", ways=tuple((yield from previewing(unclear.layouts, self.size))))
        if not payload.is_remote:
            return Imported(self.digest, info.name)
        card = imported_card(info.name)
        parcel = {name: card[name] for name in ("title", "source", "warnings")}
        parcel |= {"content": content_of(info.name), "copies": card.get("copies")}
        return Imported(self.digest, info.name, parcel)


@dataclass(frozen=True)
class Trained(Artifact):
    """What came of the training of a network.

    Args:
        sha256: of its weights.
        seed: of its training; 0 of the usual one.
        network: from the worker; never stored here.
    """

    digest: str
    dataset: str
    model: str
    sha256: str
    seed: int = 0
    network: Network | None = field(default=None, repr=False)
    folder: ClassVar[str] = "networks"

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:  # type: ignore[override]
        checkpoint = self.network.checkpoint if self.network is not None else None
        return () if checkpoint is None else (checkpoint,)

    def publish(self) -> None:
        """Raises: StoreUnwritable, also where there is no room, see `clear_away`."""
        if self.network is not None and self.dataset in DATASETS:  # the images may be deleted by now
            path = weights_path(self.dataset, self.model, training_seed=self.seed)
            clear_away(path, len(self.network.content))
            keep_network(self.network, path)

    @property
    def is_published(self) -> bool:
        card = network_card(self.dataset, self.model, self.seed) if self.dataset in DATASETS else None
        return card is not None and card["sha256"] == self.sha256

    def summary(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("digest", "dataset", "model", "sha256", "seed")}

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "Trained":
        return cls(**summary)


@dataclass(frozen=True)
class TrainJob(Job[Trained]):
    """The network for a dataset that has none of this seed: trained on it, or a shipped one with the same classes.

    A training that was stopped goes on where it was.

    Args:
        seed: of the training; that of the usual network is 0.
        shipped: the listed dataset whose network to take; None to train.
    """

    dataset: str
    model: str
    seed: int = 0
    shipped: str | None = None
    result_type: ClassVar[type[Trained]] = Trained
    when_overdue: ClassVar[str] = "Train it again, and it resumes where it left off."

    @property
    def digest(self) -> str:
        return digest_of("train", _VERSION, self.dataset, self.model, self.seed, self.shipped)

    def pack(self, find: Find) -> JobPayload:
        return JobPayload(images=images_for_workers(origin_of(self.dataset)))

    def execute(self, payload: JobPayload) -> Generator[Step, None, Trained]:
        payload.unpack()
        if self.shipped is None:
            recipe = recipe_for(self.dataset, self.model)
            network = yield from train_network(self.dataset, self.model, recipe, self.seed, resumes=True)
        else:
            network = yield from take_shipped(self.dataset, self.model, self.shipped)
        return Trained(self.digest, self.dataset, self.model, network.card["sha256"], self.seed, network)

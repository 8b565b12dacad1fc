"""Images of one's own and their network as jobs: hostile files are decoded, and networks trained, in worker processes.

What they make is kept where runs look for it, and not in the store of results: that gets a receipt, which counts for
nothing once the thing itself was deleted.
"""

import hashlib
import io
import json
from collections.abc import Generator
from dataclasses import dataclass, field, replace
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
    previewing,
)
from camu_core.models import usual_model
from camu_core.originals import Network, keep_network, network_card, take_shipped, train_network
from camu_core.progress import Step
from camu_core.results import Storable
from camu_core.training import recipe_for
from camu_core.weights import weights_path

_VERSION = 1
_QUESTIONS_REMEMBERED = 32
# Ways to read uploads that can be read in several, by digest: images of users, and so in memory only.
_questions: dict[str, tuple[Way, ...]] = {}


@dataclass(frozen=True)
class Imported:
    """The receipt of imported images, or the question how to read them.

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

    def deliver(self) -> None:
        """Raises: StoreUnwritable."""
        if self.parcel is not None:
            keep_content(self.name, **self.parcel)
        if self.ways:
            _questions.pop(self.digest, None)
            _questions[self.digest] = self.ways
            while len(_questions) > _QUESTIONS_REMEMBERED:
                _questions.pop(next(iter(_questions)))

    @property
    def is_delivered(self) -> bool:
        if not self.name:
            return self.digest in _questions
        return self.name in DATASETS and DATASETS[self.name].is_present()

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest, "name": self.name}

    def arrays(self) -> dict[str, np.ndarray]:
        return {}

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "Imported":
        return cls(summary["digest"], summary["name"], ways=_questions.get(summary["digest"], ()))


@dataclass(frozen=True)
class ImportJob:
    """A zip made into a dataset.

    Args:
        content: the zip; empty once the job is over.
        digest: of content, title, size and layout.
        upload: sha256 of the content.
        title: what the dataset is called. size: in `SIZES`. layout: in `LAYOUTS`; None takes the only sensible one.
        comes_back: the images are to come back with the receipt, for the worker has another CAMU_HOME.
    """

    content: bytes = field(repr=False)
    digest: str
    upload: str
    title: str
    size: int
    layout: str | None
    comes_back: bool
    result_type: ClassVar[type[Storable]] = Imported

    @classmethod
    def of(cls, content: bytes, title: str, size: int, layout: str | None = None) -> "ImportJob":
        upload = hashlib.sha256(content).hexdigest()
        named = json.dumps(["import", _VERSION, upload, title, size, *([layout] if layout else [])])
        digest = hashlib.sha256(named.encode()).hexdigest()[:20]
        return cls(content, digest, upload, title, size, layout, comes_back=scheduler_address() is not None)

    def execute(self) -> Generator[Step, None, Imported]:
        try:
            info = yield from import_images(io.BytesIO(self.content), self.title, self.size, self.layout)
        except LayoutUnclear as unclear:
            return Imported(self.digest, "", ways=tuple((yield from previewing(unclear.layouts, self.size))))
        if not self.comes_back:
            return Imported(self.digest, info.name)
        card = imported_card(info.name)
        parcel = {name: card[name] for name in ("title", "source", "warnings")}
        parcel |= {"content": content_of(info.name), "copies": card.get("copies")}
        return Imported(self.digest, info.name, parcel)

    def emptied(self) -> "ImportJob":
        """What to remember of it when it is over."""
        return replace(self, content=b"")


@dataclass(frozen=True)
class Trained:
    """The receipt of a network.

    Args:
        sha256: of its weights.
        network: from the worker; never stored here.
    """

    digest: str
    dataset: str
    model: str
    sha256: str
    network: Network | None = field(default=None, repr=False)
    folder: ClassVar[str] = "networks"

    def deliver(self) -> None:
        """Raises: StoreUnwritable."""
        if self.network is not None and self.dataset in DATASETS:  # the images may be deleted by now
            keep_network(self.network, weights_path(self.dataset, self.model))

    @property
    def is_delivered(self) -> bool:
        card = network_card(self.dataset) if self.dataset in DATASETS else None
        return card is not None and card["sha256"] == self.sha256

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest, "dataset": self.dataset, "model": self.model, "sha256": self.sha256}

    def arrays(self) -> dict[str, np.ndarray]:
        return {}

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "Trained":
        return cls(**summary)


@dataclass(frozen=True)
class TrainJob:
    """The network for a dataset that has none: trained on it, or a shipped one with the same classes.

    Args:
        shipped: the listed dataset whose network to take; None to train.
        images: content of an imported dataset, for workers with another CAMU_HOME; empty once the job is over.
    """

    dataset: str
    model: str
    seed: int = 0
    shipped: str | None = None
    images: bytes | None = field(default=None, repr=False)
    result_type: ClassVar[type[Storable]] = Trained

    @classmethod
    def of(cls, dataset: str, seed: int = 0, shipped: str | None = None) -> "TrainJob":
        """Raises: DatasetUnavailable if the images are not on this machine."""
        images = content_of(dataset) if scheduler_address() else None
        return cls(dataset, usual_model(DATASETS[dataset].shape), seed, shipped, images)

    @property
    def digest(self) -> str:
        named = json.dumps(["train", _VERSION, self.dataset, self.model, self.seed, self.shipped])
        return hashlib.sha256(named.encode()).hexdigest()[:20]

    def execute(self) -> Generator[Step, None, Trained]:
        if self.images is not None and self.dataset not in DATASETS:
            keep_content(self.dataset, self.images)
        if self.shipped is None:
            recipe = recipe_for(self.dataset, self.model)
            network = yield from train_network(self.dataset, self.model, recipe, self.seed)
        else:
            network = yield from take_shipped(self.dataset, self.model, self.shipped)
        return Trained(self.digest, self.dataset, self.model, network.card["sha256"], network)

    def emptied(self) -> "TrainJob":
        """What to remember of it when it is over."""
        return replace(self, images=None)

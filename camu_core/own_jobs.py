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
from camu_core.data import DATASETS, content_of, import_images, imported_card, keep_content
from camu_core.models import usual_model
from camu_core.originals import Network, keep_network, network_card, take_shipped, train_network
from camu_core.progress import Step
from camu_core.results import Storable
from camu_core.training import recipe_for
from camu_core.weights import weights_path

_VERSION = 1


@dataclass(frozen=True)
class Imported:
    """The receipt of imported images.

    Args:
        name: of the dataset.
        parcel: what `keep_content` needs, from a worker elsewhere; never stored, for it is a user's own.
    """

    digest: str
    name: str
    parcel: dict[str, Any] | None = field(default=None, repr=False)
    folder: ClassVar[str] = "imports"

    def deliver(self) -> None:
        """Raises: StoreUnwritable."""
        if self.parcel is not None:
            keep_content(self.name, **self.parcel)

    @property
    def is_delivered(self) -> bool:
        return self.name in DATASETS and DATASETS[self.name].is_present()

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest, "name": self.name}

    def arrays(self) -> dict[str, np.ndarray]:
        return {}

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "Imported":
        return cls(summary["digest"], summary["name"])


@dataclass(frozen=True)
class ImportJob:
    """A zip made into a dataset.

    Args:
        content: the zip; empty once the job is over.
        digest: of content, title and size.
        title: what the dataset is called. size: in `SIZES`.
        comes_back: the images are to come back with the receipt, for the worker has another CAMU_HOME.
    """

    content: bytes = field(repr=False)
    digest: str
    title: str
    size: int
    comes_back: bool
    result_type: ClassVar[type[Storable]] = Imported

    @classmethod
    def of(cls, content: bytes, title: str, size: int) -> "ImportJob":
        named = json.dumps(["import", _VERSION, hashlib.sha256(content).hexdigest(), title, size])
        digest = hashlib.sha256(named.encode()).hexdigest()[:20]
        return cls(content, digest, title, size, comes_back=scheduler_address() is not None)

    def execute(self) -> Generator[Step, None, Imported]:
        info = yield from import_images(io.BytesIO(self.content), self.title, self.size)
        if not self.comes_back:
            return Imported(self.digest, info.name)
        parcel = {
            "content": content_of(info.name), "title": info.title, "source": imported_card(info.name)["source"],
            "warnings": info.warnings,
        }  # fmt: skip
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

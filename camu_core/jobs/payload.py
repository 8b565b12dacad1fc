"""What a job brings along for a worker that does not share CAMU_HOME with the engine; packed when it is handed over."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from camu_core.config import scheduler_address
from camu_core.data import DATASETS, content_of, keep_content
from camu_core.networks.weights import all_have, find_weights, keep_weights
from camu_core.runs.results import Storable
from camu_core.specs import GIVEN, RunSpec

S = TypeVar("S", bound=Storable)


@dataclass(frozen=True)
class JobPayload:
    """Files that not every installation has, and earlier results.

    Args:
        weights: contents of safetensors files by their sha256, without those that are shipped.
        images: contents of imported datasets by name; none for the embedded cluster, which shares CAMU_HOME.
        results: what the job goes on from, by digest.
        upload: a file that a user sent.
        is_remote: whether what is made has to be sent back.
    """

    weights: dict[str, bytes] = field(default_factory=dict, repr=False)
    images: dict[str, bytes] = field(default_factory=dict, repr=False)
    results: dict[str, Storable] = field(default_factory=dict, repr=False)
    upload: bytes = field(default=b"", repr=False)
    is_remote: bool = False

    @classmethod
    def of(cls, spec: RunSpec, results: Iterable[Storable] = ()) -> "JobPayload":
        """All that work on a run needs.

        Raises: WeightsError or DatasetUnavailable if a file is not on this machine.
        """
        networks = (spec.weights, spec.method_sha256) if spec.method == GIVEN else (spec.weights,)
        return cls(
            weights={sha256: find_weights(sha256).read_bytes() for sha256 in networks if not all_have(sha256)},
            images=images_for_workers(spec.dataset),
            results={result.digest: result for result in results},
        )

    def result(self, digest: str, kind: type[S]) -> S:
        """One of `results`.

        Raises:
            KeyError: it was not packed.
            TypeError: it is of another kind.
        """
        found = self.results[digest]
        if not isinstance(found, kind):
            raise TypeError(f"expected a {kind.__name__} of digest {digest}, got a {type(found).__name__}")
        return found

    def unpack(self) -> None:
        """Put on the worker what it lacks."""
        for sha256, content in self.weights.items():
            keep_weights(sha256, content)
        for dataset, content in self.images.items():
            if dataset not in DATASETS:
                keep_content(dataset, content)


def images_for_workers(dataset: str) -> dict[str, bytes]:
    """`JobPayload.images` of one dataset.

    Raises: DatasetUnavailable if its images are not on this machine.
    """
    content = content_of(dataset) if scheduler_address() else None
    return {} if content is None else {dataset: content}

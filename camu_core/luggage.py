"""What a job brings along for a worker that does not share CAMU_HOME with the engine."""

from dataclasses import dataclass

from camu_core.config import scheduler_address
from camu_core.data import DATASETS, content_of, keep_content
from camu_core.specs import RunSpec
from camu_core.weights import all_have, find_weights, keep_weights


@dataclass(frozen=True)
class Luggage:
    """Files that not every installation has.

    Args:
        weights: content of the original model's file; None if it is shipped.
        images: content of an imported dataset; None of other datasets, and for the embedded cluster.
    """

    weights: bytes | None
    images: bytes | None

    @classmethod
    def of(cls, spec: RunSpec) -> "Luggage":
        """Raises: WeightsError or DatasetUnavailable if a file is not on this machine."""
        return cls(
            weights=None if all_have(spec.weights) else find_weights(spec.weights).read_bytes(),
            images=content_of(spec.dataset) if scheduler_address() else None,
        )

    def unpack(self, spec: RunSpec) -> None:
        """Put on the worker what it lacks."""
        if self.weights is not None:
            keep_weights(spec.weights, self.weights)
        if self.images is not None and spec.dataset not in DATASETS:
            keep_content(spec.dataset, self.images)

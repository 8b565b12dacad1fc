"""What unlearning costs in work rather than time: passes through a network, and the samples in them."""

import math
from collections.abc import Callable
from typing import Self

from torch import Tensor, nn

from camu_core.networks.models import BlockModel
from camu_core.threads import clock_of

COST_NAMES = ("samples_forward", "samples_backward", "forward_passes", "backward_passes")


class CostMeter:
    """Counts what happens inside its `with` blocks: time, and passes through the networks it watches.

    Time is that of `clock_of`.

    A pass is counted where the representation comes out, so one that ends there counts as a whole one. Backward
    passes are those whose gradient reaches the representation, whether of weights or of images. Copies that a method
    makes of a watched network are watched too.

    Args:
        models: to watch, until `close`.
    """

    def __init__(self, *models: BlockModel) -> None:
        self.seconds = 0.0
        self.counts = dict.fromkeys(COST_NAMES, 0)
        self._is_on = False
        self._clock = clock_of(next(models[0].parameters()).device)
        self._handles = [model.encoder[-1].register_forward_hook(self._hook()) for model in models]

    def _hook(self) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        def count(what: str, n_samples: int) -> None:
            if self._is_on:
                self.counts[f"samples_{what}"] += n_samples
                self.counts[f"{what}_passes"] += 1

        def see(block: nn.Module, inputs: tuple[Tensor, ...], representation: Tensor) -> None:
            count("forward", len(representation))
            if representation.requires_grad:
                representation.register_hook(lambda gradient: count("backward", len(gradient)))

        return see  # a function, not a method: copy.deepcopy of a network keeps it, and does not copy the meter

    def __enter__(self) -> Self:
        self._is_on, self._started = True, self._clock()
        return self

    def __exit__(self, *error: object) -> None:
        self.seconds += self._clock() - self._started
        self._is_on = False

    def close(self) -> None:
        """Watch no longer."""
        for handle in self._handles:
            handle.remove()


def training_cost(epochs: int, batch_size: int, n_samples: int) -> dict[str, int]:
    """What a `CostMeter` would count in a training from scratch that was done elsewhere.

    Where batches are normalised, a last sample alone joins the batch before: a pass less each epoch than told here.
    """
    passes, samples = epochs * math.ceil(n_samples / batch_size), epochs * n_samples
    return {
        "samples_forward": samples, "samples_backward": samples, "forward_passes": passes, "backward_passes": passes,
    }  # fmt: skip

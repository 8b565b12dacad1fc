"""What a visitor guessed before a run, against what came out."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from camu_core.runs.results import RunResult

# Ranges of an accuracy that a guess picks one of, as fractions; the last holds its upper end too.
BANDS = ((0.0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1.0))


@dataclass(frozen=True)
class Guess:
    """Args:
    band: index into `BANDS`, of how much of the forgotten classes is still recognised, new images.
    hurt: whether any other class loses more than chance explains. None, each: not guessed.
    """

    band: int | None = None
    hurt: bool | None = None

    def check(self, result: RunResult, harmed: Collection[int]) -> dict[str, bool]:
        """Whether each of the guesses that were made is right, by its name.

        Args:
            result: of class forgetting.
            harmed: its classes to keep that lost more than chance explains.
        """
        checks = {}
        if self.band is not None:
            checks["band"] = self.band == band_of(result.metrics["unlearned"]["forget_test"])
        if self.hurt is not None:
            checks["hurt"] = self.hurt == bool(harmed)
        return checks


def band_of(accuracy: float) -> int:
    """Index into `BANDS` of an accuracy, a fraction 0..1."""
    return next(i for i, (_, high) in enumerate(BANDS) if accuracy < high or i == len(BANDS) - 1)


def most_hurt(result: RunResult) -> dict[int, int]:
    """The classes to keep that lost most test images: how many each, all that lost as many; empty if none lost any.

    Images are counted, not shares: with 36 and 37 images of two classes, one lost image each is the same loss.
    """
    before, after = (np.diag(result.metrics[name]["confusion_test"]) for name in ("original", "unlearned"))
    lost = before - after
    lost[list(result.spec.forget.classes)] = 0
    most = int(lost.max(initial=0))
    return {int(label): most for label in np.flatnonzero(lost == most)} if most > 0 else {}

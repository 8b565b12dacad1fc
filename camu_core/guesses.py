"""What a visitor guessed before a run, against what came out."""

from dataclasses import dataclass

import numpy as np

from camu_core.results import RunResult

# Ranges of an accuracy that a guess picks one of, as fractions; the last holds its upper end too.
BANDS = ((0.0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1.0))
NOBODY = -1  # instead of a class: none loses anything


@dataclass(frozen=True)
class Guess:
    """Args:
    band: index into `BANDS`, of how much of the forgotten classes is still recognised, new images.
    hurt: the class to keep that loses most, or `NOBODY`. None, each: not guessed.
    """

    band: int | None = None
    hurt: int | None = None

    def check(self, result: RunResult) -> dict[str, bool]:
        """Whether each of the guesses that were made is right, by its name.

        Args:
            result: of class forgetting.
        """
        checks = {}
        if self.band is not None:
            checks["band"] = self.band == band_of(result.metrics["unlearned"]["forget_test"])
        if self.hurt is not None:
            checks["hurt"] = self.hurt in (most_hurt(result) or (NOBODY,))
        return checks


def band_of(accuracy: float) -> int:
    """Index into `BANDS` of an accuracy, a fraction 0..1."""
    return next(i for i, (_, high) in enumerate(BANDS) if accuracy < high or i == len(BANDS) - 1)


def most_hurt(result: RunResult) -> tuple[int, ...]:
    """The classes to keep whose test accuracy fell most, all that fell alike; empty if none fell."""
    before, after = (np.array(result.metrics[name]["per_class_test"], float) for name in ("original", "unlearned"))
    drop = before - after
    drop[list(result.spec.forget.classes)] = np.nan  # a class without test images is nan already
    most = np.nanmax(drop, initial=0.0)
    return tuple(np.flatnonzero(np.isclose(drop, most)).tolist()) if most > 0 else ()

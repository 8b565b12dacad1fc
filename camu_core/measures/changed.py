"""Which images get another answer than before, and whether that made them right or wrong."""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax


@dataclass(frozen=True)
class ChangedAnswers:
    """Images whose answer changed, the surest new answer first.

    Args:
        n: images that were asked about.
        idx: int64 (M,), those whose answer changed.
        was: int64 (M,), their answers before.
        now: int64 (M,), their new answers.
        sureness: float64 (M,), probabilities of the new answers.
        y: int64 (M,), their true classes.
    """

    n: int
    idx: np.ndarray
    was: np.ndarray
    now: np.ndarray
    sureness: np.ndarray
    y: np.ndarray

    @property
    def n_lost(self) -> int:
        """From right to wrong."""
        return int((self.was == self.y).sum())

    @property
    def n_gained(self) -> int:
        """From wrong to right."""
        return int((self.now == self.y).sum())


def changed_answers(before: np.ndarray, after: np.ndarray, y: np.ndarray, asked: np.ndarray) -> ChangedAnswers:
    """Compare the answers of two networks.

    Args:
        before: logits float32 (N, C).
        after: likewise.
        y: int64 (N,), true classes.
        asked: bool (N,), the images that count.
    """
    was, now, sureness = before.argmax(axis=1), after.argmax(axis=1), softmax(after.astype(float), axis=1).max(axis=1)
    found = np.flatnonzero(asked & (was != now))
    idx = found[np.argsort(-sureness[found], kind="stable")]
    return ChangedAnswers(int(asked.sum()), idx, was[idx], now[idx], sureness[idx], y[idx])

"""Accuracy of the four splits, per class, with Wilson intervals, and confusion."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix

from camu_core.data import Splits

SPLIT_NAMES = ("retain_train", "forget_train", "retain_test", "forget_test")


def accuracies(
    predicted_train: np.ndarray,
    y_train: np.ndarray,
    predicted_test: np.ndarray,
    y_test: np.ndarray,
    splits: Splits,
) -> dict[str, float | None]:
    """By name in SPLIT_NAMES the fraction 0..1 that one model is right of, None of an empty split.

    Args: see `accuracy_report`.
    """
    correct = {"train": predicted_train == y_train, "test": predicted_test == y_test}
    hits = {name: correct[name.split("_")[1]][getattr(splits, name).numpy()] for name in SPLIT_NAMES}
    return {name: _fraction(int(hit.sum()), len(hit)) for name, hit in hits.items()}


def accuracy_report(
    predicted_train: np.ndarray,
    y_train: np.ndarray,
    predicted_test: np.ndarray,
    y_test: np.ndarray,
    splits: Splits,
    n_classes: int,
) -> dict[str, Any]:
    """Everything about how often one model is right, as JSON types.

    Args:
        predicted_train: int64 (N,), the class predicted for each training sample; y_train its label.
        predicted_test: int64 (M,), likewise for the test set; y_test its label.
    Returns:
        `retain_train`, `forget_train`, `retain_test`, `forget_test`: fraction 0..1, None of an empty split;
        `n`: samples of each split; `per_class_test`: fraction 0..1 of each class, None of a class with no sample;
        `confusion_test`: counts, rows = true class, columns = predicted class.
    """
    confusion = confusion_counts(y_test, predicted_test, n_classes)
    return {
        **accuracies(predicted_train, y_train, predicted_test, y_test, splits),
        "n": {name: len(getattr(splits, name)) for name in SPLIT_NAMES},
        "per_class_test": [_fraction(int(row[i]), int(row.sum())) for i, row in enumerate(confusion)],
        "confusion_test": confusion.tolist(),
    }


def confusion_counts(y: np.ndarray, predicted: np.ndarray, n_classes: int) -> np.ndarray:
    """int64 (C, C) counts, rows = true class, columns = predicted class."""
    return confusion_matrix(y, predicted, labels=range(n_classes))


def masked(logits: np.ndarray, classes: Sequence[int]) -> np.ndarray:
    """What an output mask leaves of the logits: the classes never win.

    Args:
        logits: float32 (N, C).
    """
    barred = np.isin(np.arange(logits.shape[1]), classes)
    return np.where(barred, -np.inf, logits)


def _fraction(count: int, n: int) -> float | None:
    return count / n if n else None

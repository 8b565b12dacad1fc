"""The membership attack: can somebody who sees only a network's answers tell which images it was trained on?"""

from typing import Any

import numpy as np
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from camu_core.data import Splits

MAX_A_GROUP = 2000
_N_RESAMPLES = 500
_SMALLEST_GROUP = 2


def membership_attack(train_logits: np.ndarray, test_logits: np.ndarray, splits: Splits, seed: int) -> dict[str, Any]:
    """How well an attacker tells the forget set from images that were never trained on; 0.5 is not at all.

    A logistic regression on the sorted softmax learns to tell retain_train from test images, and is asked about
    forget_train and other test images: forget_test if there is one, else half of the test set, kept back for this.
    Groups are of equal size, at most MAX_A_GROUP, and disjoint.

    Args:
        train_logits: float32 (N, C) of all training samples; test_logits: float32 (M, C) of the test set.
        seed: of the choice of samples and of the bootstrap.
    Returns:
        `value`: area under the ROC curve; `low`, `high`: its 95 % percentile bootstrap interval; `n`: images in each
        of the two groups; `balanced_accuracy`, and `called_members`, the fraction of the forget set taken for trained
        on, both at probability 0.5. Numbers are None where a group has fewer than two images.
    Source: Shen et al., arXiv:2401.17504, experiments; V. S. Chundawat et al., AAAI 2023. Interval: B. Efron,
        R. Tibshirani, An Introduction to the Bootstrap, 1993, both groups resampled.
    """
    rng = np.random.default_rng(seed)
    test = np.arange(len(test_logits))
    unseen = splits.forget_test.numpy()
    if not len(unseen):
        unseen = rng.permutation(test)[: len(test) // 2]
    known = _equal_groups(train_logits, splits.retain_train.numpy(), test_logits, np.setdiff1d(test, unseen), rng)
    asked = _equal_groups(train_logits, splits.forget_train.numpy(), test_logits, unseen, rng)
    n = len(asked[0])
    if min(n, len(known[0])) < _SMALLEST_GROUP:
        return dict.fromkeys(("value", "low", "high", "balanced_accuracy", "called_members")) | {"n": n}
    attacker = LogisticRegression().fit(np.concatenate(known), np.repeat([1, 0], len(known[0])))
    of_members, of_others = (attacker.predict_proba(group)[:, 1] for group in asked)
    low, high = _auc_interval(of_members, of_others, rng)
    called, falsely_called = (float((part > 0.5).mean()) for part in (of_members, of_others))
    return {
        "value": float(_wins(of_members, of_others).mean()),
        "low": low,
        "high": high,
        "n": n,
        "balanced_accuracy": (called + 1 - falsely_called) / 2,
        "called_members": called,
    }


def _equal_groups(
    train_logits: np.ndarray, members: np.ndarray, test_logits: np.ndarray, others: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Sorted softmax of as many members as others, (n, C) each."""
    n = min(len(members), len(others), MAX_A_GROUP)
    groups = (train_logits[rng.permutation(members)[:n]], test_logits[rng.permutation(others)[:n]])
    return tuple(np.sort(softmax(group.astype(np.float64), axis=1), axis=1) for group in groups)


def _wins(of_members: np.ndarray, of_others: np.ndarray) -> np.ndarray:
    """float64 (n, m): 1 where the member scores higher, 0.5 where equal; its mean is the area under the ROC curve."""
    return np.heaviside(of_members[:, None] - of_others[None, :], 0.5)


def _auc_interval(of_members: np.ndarray, of_others: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """Resampling a group is counting how often each row was drawn: one matrix product for all resamples."""
    n, m = len(of_members), len(of_others)
    rows, columns = (rng.multinomial(size, np.full(size, 1 / size), _N_RESAMPLES) for size in (n, m))
    draws = ((rows @ _wins(of_members, of_others)) * columns).sum(axis=1) / (n * m)
    return tuple(float(end) for end in np.quantile(draws, [0.025, 0.975]))

"""The membership attack: can somebody who sees only a network's answers tell which images it was trained on?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from camu_core.data import Splits
from camu_core.measures.estimates import FEWEST

MAX_A_GROUP = 2000
SEED = 0  # of the choice of images and of the bootstrap
_N_RESAMPLES = 500
_SMALLEST_GROUP = 2


@dataclass(frozen=True)
class AttackGroups:
    """Which images an attacker learns from and is asked about; int64 indices, disjoint, two and two of equal size.

    Args:
        known_members: of the training set, what the attacker knows to be trained on.
        known_others: of the test set.
        members: of the forget set, what it is asked about.
        others: of the test set, never trained on.
    """

    known_members: np.ndarray
    known_others: np.ndarray
    members: np.ndarray
    others: np.ndarray

    @property
    def are_too_small(self) -> bool:
        return min(len(self.known_members), len(self.members)) < _SMALLEST_GROUP


def attack_groups(splits: Splits, n_test: int, rng: np.random.Generator | None = None) -> AttackGroups:
    """Groups for an attack: retain_train against test images, then forget_train against other test images.

    The latter are forget_test if there is one, else half of the test set, kept back for this. At most MAX_A_GROUP each.

    Args:
        n_test: images in the test set.
        rng: of the choice; by default one of SEED, whatever the run's seed, so that all networks are asked alike.
    """
    rng = rng or np.random.default_rng(SEED)
    test, unseen = np.arange(n_test), splits.forget_test.numpy()
    if not len(unseen):
        unseen = rng.permutation(test)[: n_test // 2]
    known = _equal_groups(splits.retain_train.numpy(), np.setdiff1d(test, unseen), rng)
    return AttackGroups(*known, *_equal_groups(splits.forget_train.numpy(), unseen, rng))


def attack_rng(splits: Splits, n_test: int) -> np.random.Generator:
    """The bootstrap's draws, as they come after the choice of images: so that equal attacks have equal intervals."""
    rng = np.random.default_rng(SEED)
    attack_groups(splits, n_test, rng)
    return rng


def membership_attack(train_logits: np.ndarray, test_logits: np.ndarray, splits: Splits) -> dict[str, Any]:
    """How well an attacker tells the forget set from images that were never trained on; 0.5 is not at all.

    A logistic regression on the sorted softmax learns from the known groups of `attack_groups`, and is asked about the
    others. It sees logarithms, standardised: the probabilities are nearly all 0 or 1, and of them it learns nothing (on
    eight networks of MNIST, the area on the known groups themselves is 0.50 with the probabilities, 0.53 with these).

    Args:
        train_logits: float32 (N, C) of all training samples.
        test_logits: float32 (M, C) of the test set.
    Returns:
        `value`: area under the ROC curve; `low`, `high`: its 95% percentile bootstrap interval; `n`: images in each
        of the two groups; `balanced_accuracy`, and `called_members`, the fraction of the forget set taken for trained
        on, both at probability 0.5. Numbers are None where a group has fewer than two images.
    Source: Shen et al., arXiv:2401.17504, experiments; V. S. Chundawat et al., AAAI 2023. Interval: B. Efron,
        R. Tibshirani, An Introduction to the Bootstrap, 1993, both groups resampled.
    """
    groups, rng = attack_groups(splits, len(test_logits)), attack_rng(splits, len(test_logits))
    n = len(groups.members)
    if groups.are_too_small:
        return dict.fromkeys(("value", "low", "high", "balanced_accuracy", "called_members")) | {"n": n}
    known = train_logits[groups.known_members], test_logits[groups.known_others]
    of_members, of_others = attacker_scores(known, (train_logits[groups.members], test_logits[groups.others]))
    low, high = auc_interval(of_members, of_others, rng)
    called, falsely_called = (float((part > 0.5).mean()) for part in (of_members, of_others))
    return {
        "value": area_under_roc(of_members, of_others),
        "low": low,
        "high": high,
        "n": n,
        "balanced_accuracy": (called + 1 - falsely_called) / 2,
        "called_members": called,
    }


def attacker_scores(
    known: tuple[np.ndarray, np.ndarray], asked: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """What the logistic regression says of the two groups it is asked about.

    Args:
        known: float32 (K, C) logits of members, and of others, to learn from.
        asked: (n, C) each.
    Returns:
        float64 (n,) each, probability of having been trained on, 0..1.
    """
    is_member = np.repeat([1, 0], [len(part) for part in known])
    attacker = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    attacker.fit(np.concatenate([_sorted(part) for part in known]), is_member)
    of_members, of_others = (attacker.predict_proba(_sorted(part))[:, 1] for part in asked)
    return of_members, of_others


def area_under_roc(of_members: np.ndarray, of_others: np.ndarray) -> float:
    """How often a member scores higher than another image, ties counting half; 0..1."""
    return float(_wins(of_members, of_others).mean())


def auc_interval(
    of_members: np.ndarray, of_others: np.ndarray, rng: np.random.Generator
) -> tuple[float, float] | tuple[None, None]:
    """95% percentile bootstrap interval of `area_under_roc`; None where a group has fewer than `FEWEST` images.

    Where both groups score alike, it holds the area in 67 of 100 cases of two images each, in 91 of five and in 95 of
    ten, by simulation. Resampling a group is counting how often each row was drawn: a matrix product for all resamples.
    """
    n, m = len(of_members), len(of_others)
    if min(n, m) < FEWEST:
        return None, None
    rows, columns = (rng.multinomial(size, np.full(size, 1 / size), _N_RESAMPLES) for size in (n, m))
    draws = ((rows @ _wins(of_members, of_others)) * columns).sum(axis=1) / (n * m)
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def _equal_groups(members: np.ndarray, others: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    n = min(len(members), len(others), MAX_A_GROUP)
    return rng.permutation(members)[:n], rng.permutation(others)[:n]


def _sorted(logits: np.ndarray) -> np.ndarray:
    return np.sort(log_softmax(logits.astype(np.float64), axis=1), axis=1)


def _wins(of_members: np.ndarray, of_others: np.ndarray) -> np.ndarray:
    """float64 (n, m): 1 where the member scores higher, 0.5 where equal; its mean is the area under the ROC curve."""
    return np.heaviside(of_members[:, None] - of_others[None, :], 0.5)

"""The simplest membership attack: call everything above a threshold "trained on", and see what that gets right."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, softmax
from sklearn.metrics import roc_curve

SMALLEST_DOUBT = 1e-12  # beyond this float32 logits have no more to tell


def confidence_scores(logits: np.ndarray) -> np.ndarray:
    """How sure a network is of each answer, in nines: 1 is a confidence of 90%, 2 of 99%, 3 of 99.9%.

    Networks are mostly very sure, so plain confidence would press all that matters into its last thousandth; the order,
    and so every threshold attack, is that of max softmax.

    Args:
        logits: float32 (N, C).
    Returns:
        float64 (N,), -log10(1 - max softmax), 0 to 12.
    Source: Yeom et al., CSF 2018, arXiv:1709.01604; Salem et al., NDSS 2019, arXiv:1806.01246, attack 3.
    """
    others = np.sort(softmax(logits.astype(np.float64), axis=1), axis=1)[:, :-1].sum(axis=1)
    return -np.log10(np.maximum(others, SMALLEST_DOUBT))


def entropy_scores(logits: np.ndarray) -> np.ndarray:
    """How little each answer is spread over the classes: 0 is an entropy of 1 bit, 1 of 0.1 bits, 2 of 0.01 bits.

    Args:
        logits: float32 (N, C).
    Returns:
        float64 (N,), -log10(entropy of the softmax in bits), up to 12; negative above one bit.
    Source: Salem et al., NDSS 2019, arXiv:1806.01246, attack 3; L. Song, P. Mittal, USENIX Security 2021,
        arXiv:2003.10595.
    """
    p = softmax(logits.astype(np.float64), axis=1)
    bits = -(p * np.log2(np.maximum(p, np.finfo(float).tiny))).sum(axis=1)
    return -np.log10(np.maximum(bits, SMALLEST_DOUBT))


def label_scores(logits: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How strongly each answer is the right one: log(p / (1 - p)) of the own class's probability p.

    Args:
        logits: float32 (N, C).
        y: int64 (N,).
    Returns:
        float64 (N,), nats; 0 at p = 1/2.
    Source: Carlini et al., S&P 2022, arXiv:2112.03570, section IV-C.
    """
    own = np.arange(logits.shape[1]) == y[:, None]
    values = logits.astype(np.float64)
    return values[own] - logsumexp(np.where(own, -np.inf, values), axis=1)


def best_threshold(of_members: np.ndarray, of_others: np.ndarray) -> float:
    """The threshold with the highest balanced accuracy, halfway between two scores; for groups the attacker knows.

    Source: W. J. Youden, Cancer 3, 1950.
    """
    false_alarms, caught, thresholds = roc_curve(
        np.repeat([1, 0], [len(of_members), len(of_others)]), np.concatenate([of_members, of_others])
    )
    i = int(np.argmax(caught - false_alarms))
    scores = np.concatenate([of_members, of_others])
    if i == 0:  # no threshold gains anything: call nobody
        return float(scores.max()) + 1e-9
    return float((thresholds[i] + scores[scores < thresholds[i]].max()) / 2)


@dataclass(frozen=True)
class Histogram:
    """How two groups' scores are spread.

    Args:
        edges: float64 (B + 1,).
        members, others: int64 (B,) counts, the outermost bins with all that lies beyond.
        lowest, highest: thresholds below all scores, and above them.
    """

    edges: np.ndarray
    members: np.ndarray
    others: np.ndarray
    lowest: float
    highest: float


def histogram(of_members: np.ndarray, of_others: np.ndarray, n_bins: int | None = None) -> Histogram:
    """Both groups in the same bins over the middle 98% of all scores: a few far ones would press all others together.

    Args:
        n_bins: by default twice the root of the images in a group, 12 to 40.
    """
    scores, n_bins = (
        np.concatenate([of_members, of_others]),
        n_bins or int(np.clip(2 * np.sqrt(len(of_members)), 12, 40)),
    )
    low, high = np.quantile(scores, [0.01, 0.99])
    reach = max(float(high - low), 1e-3) / n_bins
    edges = np.linspace(low - reach, high + reach, n_bins + 1)
    members, others = (np.histogram(part.clip(edges[0], edges[-1]), edges)[0] for part in (of_members, of_others))
    return Histogram(edges, members, others, lowest=float(scores.min()) - reach, highest=float(scores.max()) + reach)


@dataclass(frozen=True)
class ThresholdView:
    """What one threshold catches and misses.

    Args:
        caught: int64 members called members, the surest first.
        missed: members not called, the most hidden first.
        false_alarms: int64 others called members, the surest first.
        passed: others not called.
        curve: float64 (2, K), false alarms against caught over all thresholds, fractions 0..1.
    """

    caught: np.ndarray
    missed: np.ndarray
    false_alarms: np.ndarray
    passed: np.ndarray
    curve: np.ndarray

    @property
    def true_positive_rate(self) -> float:
        return len(self.caught) / (len(self.caught) + len(self.missed))

    @property
    def false_positive_rate(self) -> float:
        return len(self.false_alarms) / (len(self.false_alarms) + len(self.passed))

    @property
    def balanced_accuracy(self) -> float:
        """Mean of the fractions of members caught and of others passed, 0..1."""
        return (self.true_positive_rate + 1 - self.false_positive_rate) / 2


def view_threshold(of_members: np.ndarray, of_others: np.ndarray, threshold: float) -> ThresholdView:
    """Call everything that scores more than `threshold` a member.

    Args:
        of_members: float (n,), the higher the more like trained on.
        of_others: (m,).
    """
    first, last = np.argsort(-of_members, kind="stable"), np.argsort(of_members, kind="stable")
    others_first = np.argsort(-of_others, kind="stable")
    false_alarms, caught, _ = roc_curve(
        np.repeat([1, 0], [len(of_members), len(of_others)]), np.concatenate([of_members, of_others])
    )
    return ThresholdView(
        caught=first[of_members[first] > threshold],
        missed=last[of_members[last] <= threshold],
        false_alarms=others_first[of_others[others_first] > threshold],
        passed=others_first[of_others[others_first] <= threshold],
        curve=np.stack([false_alarms, caught]),
    )

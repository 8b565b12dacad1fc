"""Memorisation: how much a network's answer to a training image depends on that image having been trained on."""

import numpy as np
from scipy.stats import spearmanr

# From least to most memorised: how hard images are to forget.
GROUPS = ("easy", "typical", "worst")


def memorisation(answers: np.ndarray, is_trained_on: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each image P(right | trained on it) - P(right | not trained on it), and its standard error.

    Both are shares of networks that were each trained on a random half of the images, so that the same K networks serve
    all images. 0: other images teach this one just as well; 1: nobody gets it right who has not seen it.

    Args:
        answers: (K, N), whether each network is right on each image; or its probability of the true class.
        is_trained_on: bool (K, N).
    Returns:
        float64 (N,) each; the first is -1..1. It is NaN where no network is on one of the sides, and the second where
        fewer than two are.
    Source: V. Feldman, C. Zhang, arXiv:2008.03703, section 2 (their subsets are 70% of the images).
    """
    parts = [_moments(answers, is_trained_on), _moments(answers, ~is_trained_on)]
    (with_it, its_error), (without, other_error) = parts
    return with_it - without, np.sqrt(its_error + other_error)


def from_least_memorised(scores: np.ndarray, probability_scores: np.ndarray) -> np.ndarray:
    """int64 (N,): the images in order; those of one score by how much their true class's probability depends on them.

    Args:
        scores: of `memorisation` by right and wrong, of which most are equal where a network is good.
        probability_scores: the same by the probability of the true class.
    """
    return np.lexsort((probability_scores, scores))


def group_of(order: np.ndarray, group: str, n: int) -> np.ndarray:
    """Sorted int64 (n,): the n images that are easiest to forget, the n in the middle of the order, or the n hardest.

    Args:
        order: of `from_least_memorised`.
        group: one of GROUPS.
        n: at most a third of the images, so that no two groups share any.
    Source: K. Zhao et al., arXiv:2406.01257 (RUM): the more a forget set is memorised, the harder it is to forget.
        Deviation: the group in between is that of a typical image, in the middle of the order.
    """
    first = {"easy": 0, "typical": (len(order) - n) // 2, "worst": len(order) - n}[group]
    return np.sort(order[first : first + n])


def agreement(answers: np.ndarray, probabilities: np.ndarray, is_trained_on: np.ndarray, n: int) -> dict[str, float]:
    """How well two halves of the networks agree; all of them together are surer than that.

    Args:
        answers, probabilities: (K, N), of networks in pairs, which stay together.
        is_trained_on: bool (K, N).
        n: images of a group.
    Returns:
        "rank_correlation": Spearman's, over all images; "top_rank_correlation": over the images that are among the n
        hardest to forget by either half; "top_shared": the share of these n that both halves name.
    """
    halves = [np.flatnonzero(np.arange(len(answers)) // 2 % 2 == half) for half in (0, 1)]
    scores = [memorisation(answers[rows], is_trained_on[rows])[0] for rows in halves]
    finer = [memorisation(probabilities[rows], is_trained_on[rows])[0] for rows in halves]
    one, other = (group_of(from_least_memorised(*each), "worst", n) for each in zip(scores, finer, strict=True))
    either = np.union1d(one, other)
    return {
        "rank_correlation": float(spearmanr(*scores).statistic),
        "top_rank_correlation": float(spearmanr(scores[0][either], scores[1][either]).statistic),
        "top_shared": len(np.intersect1d(one, other)) / n,
    }


def _moments(answers: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of the answers that count, and the variance of that mean, float64 (N,) each."""
    values, n = answers.astype(np.float64), counts.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(counts, values, 0.0).sum(axis=0) / n
        spread = np.where(counts, (values - mean) ** 2, 0.0).sum(axis=0) / (n - 1)
        return mean, spread / n

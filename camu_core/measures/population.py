"""Many trainings instead of one: how the answers of M unlearned and M retrained networks differ, image by image.

All is computed from scaled margins log(p_y / (1 - p_y)), float64 (M, n): a row a network, a column an image; the
utility also from accuracies.
"""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp
from scipy.stats import t

from camu_core.measures.estimates import CONFIDENCE, Estimate
from camu_core.progress import Step

# The delta of the NeurIPS 2023 challenge's published code.
DELTA = 1e-5
_BIN = 0.5  # of epsilon, which costs half of an image's points
_ROUNDING = 1e-9  # of an epsilon at a ceiling
_SMALLEST_SPREAD = 1e-6  # of a fitted normal distribution, so that equal margins have one too
N_DEALS = N_HALVES = 200
SMALLEST_POPULATION = 8  # networks of each kind
_SMALLEST_FOR_RATE = {0.01: 16, 0.001: 32}  # networks of each kind, for an interval of one of LOW_RATES
LOW_RATES = {f"tpr_at_{100 * rate:g}_percent_fpr": rate for rate in (0.01, 0.001)}
ATTACK_FIGURES = ("auc", "balanced_accuracy", *LOW_RATES)

Figures = dict[str, float]


@dataclass(frozen=True)
class Networks:
    """What M networks say.

    Args:
        margins: of the forgotten training images, float64 (M, n), see `scaled_margins`.
        retain_train, retain_test: accuracies on the other images, float64 (M,), 0..1.
        answers: share of the forgotten images that each class is said of, float64 (M, C).
    """

    margins: np.ndarray
    retain_train: np.ndarray
    retain_test: np.ndarray
    answers: np.ndarray

    def __len__(self) -> int:
        return len(self.margins)

    def some(self, idx: np.ndarray) -> "Networks":
        return Networks(*(values[idx] for values in vars(self).values()))


def scaled_margins(logits: np.ndarray, y: np.ndarray) -> np.ndarray:
    """log(p_y / (1 - p_y)), float64 (..., n): the network's confidence in the true class, without an upper end.

    Args:
        logits: (..., n, C).
        y: int64 (n,), the true classes.
    Source: N. Carlini et al., arXiv:2112.03570, section V.B, from logits, so that nothing is rounded to 0 or 1.
    """
    wide = logits.astype(np.float64)
    is_true = np.arange(logits.shape[-1]) == y[:, None]
    return np.where(is_true, wide, 0.0).sum(axis=-1) - logsumexp(np.where(is_true, -np.inf, wide), axis=-1)


def largest_shown_epsilon(m: int) -> float:
    """The highest epsilon that M and M networks can show short of separation: one of each is mistaken."""
    return float(np.log(max(1.0, m * (1 - DELTA) - 1)))


def image_epsilons(unlearned: np.ndarray, retrained: np.ndarray) -> np.ndarray:
    """How well the best attack tells an unlearned network from a retrained one by its margin of one image.

    An attack takes a network for unlearned or for retrained; with a the share of retrained and b that of unlearned
    networks that it mistakes, (epsilon, delta)-unlearning allows no attack with
    max(log((1 - delta - a) / b), log((1 - delta - b) / a)) > epsilon. Attacks: a threshold on the margin, above which a
    network is of the group with the higher median; a threshold on the ratio of two normal distributions fitted to the
    margins, which is one or two thresholds on the margin. As in the published code, one of which only one share is 0
    counts for nothing, for too few networks were asked; if both are 0, epsilon is infinite.

    Args:
        unlearned, retrained: margins float64 (M, n) each.
    Returns:
        float64 (n,), 0 or more; infinite where an attack makes no mistake.
    Source: E. Triantafillou et al., arXiv:2406.09073, forgetting quality, and the published code of the NeurIPS 2023
        challenge. Deviations: every threshold between the margins is tried, not a grid; the pair of thresholds is that
        of the likelihood ratio, not the best of all pairs; distributions of very different width are no special case.
    """
    is_first = np.median(unlearned, axis=0) >= np.median(retrained, axis=0)
    higher, lower = np.where(is_first, unlearned, retrained), np.where(is_first, retrained, unlearned)
    fits = _fit(unlearned), _fit(retrained)
    by_ratio = _best_threshold(*(_log_ratio(part, *fits) for part in (unlearned, retrained)))
    return np.maximum(_best_threshold(higher, lower), by_ratio)


def forgetting_score(epsilons: np.ndarray, m: int) -> float:
    """The challenge's forgetting quality, 0..1: an image has 1 point, halved with every 0.5 of its epsilon.

    Comparable only at the same number of networks: the more there are, the higher an epsilon they can show. The same
    CaMU networks of digits have about 0.09 at M = 8, 0.04 at 16 and 0.01 at 64.

    Args:
        m: networks of each kind; an image whose epsilon they cannot show has no point.
    Source: as `image_epsilons`.
    """
    n_bins = np.floor(np.ceil(np.log(max(2, m - 1))) / _BIN)
    bins = np.floor(epsilons / _BIN)
    return float(np.where(bins < n_bins, 0.5 ** np.minimum(bins, n_bins), 0.0).mean())


def utility_factor(unlearned: Networks, retrained: Networks) -> float:
    """What unlearning costs: mean accuracy on the other training and on the other test images, each over retraining's.

    Source: as `image_epsilons`; of the test images only those of the classes that are kept.
    """
    ratios = [
        getattr(unlearned, part).mean() / max(getattr(retrained, part).mean(), 1e-9)
        for part in ("retain_train", "retain_test")
    ]
    return float(np.prod(ratios))


def answers_apart(unlearned: Networks, retrained: Networks) -> float:
    """Who inherits the forgotten images: the share that goes to other classes than after retraining, 0..1.

    The total variation between the mean answers of both groups. Retraining gives the images of a class to those it
    resembles; a method that gives them to others leaves a trace that an attacker can look for.

    Source: arXiv:2506.20893, which finds such traces by the classes nearest to the forgotten one. Deviation: all
        classes are looked at, and networks instead of one network's images.
    """
    return float(np.abs(unlearned.answers.mean(axis=0) - retrained.answers.mean(axis=0)).sum() / 2)


@dataclass(frozen=True)
class Attack:
    """U-LiRA on each half of the networks, fitted to the other half.

    Args:
        unlearned, retrained: log likelihood ratios, float64 (networks, n), by half: positive says unlearned.
    """

    unlearned: tuple[np.ndarray, ...]
    retrained: tuple[np.ndarray, ...]

    def figures(self) -> Figures:
        """`auc`, `balanced_accuracy` at ratio 1, `tpr_at_1_percent_fpr` and `tpr_at_0.1_percent_fpr`: 0..1, the mean
        of both halves, over all pairs of a network and an image."""
        halves = list(zip(self.unlearned, self.retrained, strict=True))
        return {
            "auc": float(np.mean([_auc(*half) for half in halves])),
            "balanced_accuracy": float(np.mean([((u > 0).mean() + (r <= 0).mean()) / 2 for u, r in halves])),
            **{
                name: float(np.mean([_true_positive_rate(u, r, rate) for u, r in halves]))
                for name, rate in LOW_RATES.items()
            },
        }

    def image_auc(self) -> np.ndarray:
        """float64 (n,): how often an unlearned network is told from a retrained one by this image alone."""
        wins = [
            np.heaviside(u[:, None] - r[None, :], 0.5).mean(axis=(0, 1))
            for u, r in zip(self.unlearned, self.retrained, strict=True)
        ]
        return np.mean(wins, axis=0)


def u_lira(unlearned: np.ndarray, retrained: np.ndarray) -> Attack:
    """The likelihood-ratio attack, image by image: was this network trained on it and made to forget, or never?

    For each image a normal distribution is fitted to the margins of unlearned and one to those of retrained networks;
    a network that neither has seen is scored by the ratio of its likelihoods. Every second network is for fitting, the
    others are asked about, and then the other way round: leaving out one network alone would push the fit away from
    it, and the area below 0.5 where there is nothing to find.

    Args:
        unlearned, retrained: margins float64 (M, n).
    Source: J. Hayes et al., arXiv:2403.01218, algorithm U-LiRA, after N. Carlini et al., arXiv:2112.03570. Deviation:
        the forget set is one for all networks, that of the run.
    """
    scores: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for half in (0, 1):
        fits = [_fit(part[1 - half :: 2]) for part in (unlearned, retrained)]
        for kept, part in zip(scores, (unlearned, retrained), strict=True):
            kept.append(_log_ratio(part[half::2], *fits))
    return Attack(*map(tuple, scores))


def population_figures(unlearned: Networks, retrained: Networks) -> Figures:
    """`epsilon_median` over images, `forgetting_quality`, `utility_factor`, their product `score`, which is what the
    challenge ranked by, `answers_apart`, and U-LiRA's figures.

    Args:
        unlearned, retrained: M each.
    """
    m = len(unlearned)
    epsilons = image_epsilons(unlearned.margins, retrained.margins)
    quality, utility = forgetting_score(epsilons, m), utility_factor(unlearned, retrained)
    return {
        "epsilon_median": min(float(np.median(epsilons)), largest_shown_epsilon(m)),
        "forgetting_quality": quality,
        "utility_factor": utility,
        "score": quality * utility,
        "answers_apart": answers_apart(unlearned, retrained),
        **u_lira(unlearned.margins, retrained.margins).figures(),
    }


def estimate_over_networks(
    unlearned: Networks, retrained: Networks, seed: int, n_halves: int = N_HALVES
) -> Generator[Step, None, dict[str, Estimate]]:
    """`population_figures` with 95% intervals over networks: what other trainings would give on the same images.

    Networks are the units, since one network's answers to different images go together. The figures are computed again
    from random halves of the networks; their spread is that of the figures of all. (Leaving out one network a time does
    not do for a median of largest values; drawing networks with replacement makes twins, which no attack mistakes.)

    Some figures have no interval where halves do not spread as the whole does. `epsilon_median`, where it is as high
    as a half can show, or more than 2.5% of the halves are at that ceiling: they pile up there, and intervals held the
    truth in 27% of cases at M = 16 and never at M = 8. The rates of LOW_RATES, where few answers lie beyond their
    thresholds: at 1% below M = 16 (the truth in 24% of cases at M = 8), at 0.1% below 32 (61% at 16, 80% at 24, 95% at
    32; CaMU on digits).

    Args:
        unlearned, retrained: M each.
        seed: of the halves.
    Returns:
        by name; `low` and `high` are None where there is no interval.
    Source: J. Shao, C. F. J. Wu, A general theory for jackknife variance estimation, Annals of Statistics 17, 1989: the
        delete-d jackknife with d = M/2, and Student's t with M - 1 degrees of freedom.
    """
    rng, m = np.random.default_rng(seed), len(unlearned)
    values = population_figures(unlearned, retrained)
    halves = []
    for i in range(n_halves):
        yield Step(i, n_halves, stage="intervals")
        rows = [_random_half(m, rng) for _ in range(2)]
        halves.append(population_figures(unlearned.some(rows[0]), retrained.some(rows[1])))
    quantile, found = t.ppf((1 + CONFIDENCE) / 2, m - 1), {}
    tops = {"epsilon_median": largest_shown_epsilon(m), "utility_factor": np.inf, "score": np.inf}
    unknown = _without_interval(values, halves, m)
    for name, value in values.items():
        if name in unknown:
            found[name] = Estimate(value=value, low=None, high=None, n=m)
            continue
        reach = quantile * np.std([each[name] for each in halves], ddof=1)
        top = tops.get(name, 1.0)
        found[name] = Estimate(
            value=value, low=max(0.0, float(value - reach)), high=min(top, float(value + reach)), n=m
        )
    return found


def _without_interval(values: Figures, halves: list[Figures], m: int) -> set[str]:
    """The figures of which halves do not tell how far they spread, see `estimate_over_networks`."""
    top = largest_shown_epsilon(2 * (m // 4)) - _ROUNDING
    share_at_top = np.mean([each["epsilon_median"] >= top for each in halves])
    found = {name for name, rate in LOW_RATES.items() if m < _SMALLEST_FOR_RATE[rate]}
    is_blind = values["epsilon_median"] >= top or share_at_top > (1 - CONFIDENCE) / 2
    return found | {"epsilon_median"} if is_blind else found


def _random_half(m: int, rng: np.random.Generator) -> np.ndarray:
    """Sorted int64, as many of the networks that U-LiRA fits to as of those it is asked about, in turn."""
    n_each = m // 4
    first, second = (2 * np.sort(rng.permutation(m // 2)[:n_each]) + side for side in (0, 1))
    return np.stack([first, second], axis=1).ravel()


def noise_floor(retrained: Networks, seed: int, n_deals: int = N_DEALS) -> Generator[Step, None, dict[str, Estimate]]:
    """`population_figures` where there is nothing to find: 2 M retrained networks, dealt into M and M many times.

    Args:
        retrained: 2 M.
        seed: of the deals.
    Returns:
        The mean of each figure, and the ends between which it is in 95% of the deals; `n`: M.
    """
    rng, m = np.random.default_rng(seed), len(retrained) // 2
    dealt = []
    for i in range(n_deals):
        yield Step(i, n_deals, stage="intervals")
        order = rng.permutation(2 * m)
        dealt.append(population_figures(retrained.some(order[:m]), retrained.some(order[m:])))
    tails = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    found = {}
    for name in dealt[0]:
        values = np.array([each[name] for each in dealt])
        low, high = np.quantile(values, tails)
        found[name] = Estimate(value=float(values.mean()), low=float(low), high=float(high), n=m)
    return found


def _best_threshold(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """The highest epsilon of "at least this score is of the first group", over all thresholds.

    Args:
        above, below: scores float64 (M, n) and (K, n).
    Returns:
        float64 (n,), 0 where no threshold counts.
    """
    scores = np.concatenate([above, below])
    order = np.argsort(scores, axis=0, kind="stable")
    ranked = np.take_along_axis(scores, order, axis=0)
    is_above = order < len(above)
    n_missed: np.ndarray = np.cumsum(is_above, axis=0) - is_above  # of the first group, below the threshold
    n_lower = np.arange(len(scores))[:, None] - n_missed
    missed, mistaken = n_missed / len(above), 1 - n_lower / len(below)
    is_threshold = np.ones_like(is_above)
    is_threshold[1:] = ranked[1:] > ranked[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        epsilons = np.maximum(
            np.log(np.maximum(0, 1 - DELTA - mistaken)) - np.log(missed),
            np.log(np.maximum(0, 1 - DELTA - missed)) - np.log(mistaken),
        )
    none_missed: np.ndarray = n_missed == 0
    none_mistaken = n_lower == len(below)
    epsilons[none_missed ^ none_mistaken] = 0.0
    epsilons[none_missed & none_mistaken] = np.inf
    return np.maximum(0.0, np.where(is_threshold, epsilons, 0.0).max(axis=0))


def _fit(margins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the normal distribution most likely for each image, float64 (n,) each."""
    return margins.mean(axis=0), np.maximum(margins.std(axis=0), _SMALLEST_SPREAD)


def _log_ratio(
    margins: np.ndarray, ours: tuple[np.ndarray, np.ndarray], theirs: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """log N(margin; ours) - log N(margin; theirs), (M, n)."""
    (mean, spread), (other_mean, other_spread) = ours, theirs
    distance, other_distance = (margins - mean) / spread, (margins - other_mean) / other_spread
    return (other_distance**2 - distance**2) / 2 + np.log(other_spread / spread)


def _auc(positive: np.ndarray, negative: np.ndarray) -> float:
    """How often a positive scores higher than a negative, ties counting half."""
    ranked = np.sort(negative, axis=None)
    lower, up_to = (np.searchsorted(ranked, positive.ravel(), side) for side in ("left", "right"))
    return float((lower + up_to).mean() / (2 * len(ranked)))


def _true_positive_rate(positive: np.ndarray, negative: np.ndarray, rate: float) -> float:
    """The share of positives above a threshold that at most `rate` of the negatives exceed."""
    ranked = np.sort(negative, axis=None)[::-1]
    return float((positive > ranked[int(rate * len(ranked) + 1e-9)]).mean())

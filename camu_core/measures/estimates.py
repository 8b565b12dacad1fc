"""Means, ratios of means and means over seeds, each with a 95% interval, as JSON types."""

from collections.abc import Sequence
from typing import Any, TypedDict, TypeGuard

import numpy as np
from scipy.stats import binomtest, bootstrap, sem, t

CONFIDENCE = 0.95
N_RESAMPLES = 2000
FEWEST = 10  # samples that a bootstrap interval is given for

# A share of less than a hundredth of a point, or a ten-thousandth of a bit, is a share of nothing.
SMALLEST_WHOLE = 1e-4


class Estimate(TypedDict):
    """A number with its 95% interval; None where there is no such number: no sample, too few, a share of nothing.

    `n`: the samples, or the seeds, that it rests on.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int


class Measured(TypedDict):
    """An estimate of which value and interval are known."""

    value: float
    low: float
    high: float
    n: int


def is_measured(estimate: Estimate | Measured | None) -> TypeGuard[Measured]:
    """Whether there is a number, with its interval."""
    return estimate is not None and None not in (estimate["value"], estimate["low"], estimate["high"])


def are_apart(one: Measured, other: Measured) -> bool:
    """Whether two intervals do not overlap; not shown, and so False, where an end is NaN."""
    return one["low"] > other["high"] or other["low"] > one["high"]


def estimate_means(samples: np.ndarray, seed: int) -> list[Estimate]:
    """Mean of each row, with a percentile bootstrap interval; columns are resampled together, so rows stay paired.

    Of fewer than `FEWEST` samples there is no interval: what is resampled from so few is too narrow (of 5 normal values
    it holds the mean in 84 of 100 cases, by simulation).

    Args:
        samples: float64 (Q, N): Q quantities of the same N samples.
        seed: of the resampling.
    Source: B. Efron, R. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13; resampled by scipy.
    """
    n = samples.shape[1]
    if n == 0:
        return [_estimate(np.nan, (np.nan, np.nan), n) for _ in samples]
    ends = _percentiles(_resampled_means(samples, seed))
    return [_estimate(value, interval, n) for value, interval in zip(samples.mean(axis=1), ends, strict=True)]


def estimate_ratios(parts: np.ndarray, wholes: np.ndarray, seed: int) -> list[Estimate]:
    """mean(part) / mean(whole) of each pair of rows, with a paired percentile bootstrap interval.

    A ratio is only given where the interval of its whole stays clear of zero by `SMALLEST_WHOLE`, on one side:
    otherwise, and of fewer than `FEWEST` samples, there is no effect to take a share of: value, low and high are None.

    Args:
        parts: float64 (Q, N); wholes likewise, or (1, N), the whole of all.
        seed: of the resampling.
    Source: as `estimate_means`.
    """
    n_rows, n = parts.shape
    if n == 0:
        return estimate_means(parts, seed)
    means = _resampled_means(np.concatenate([parts, wholes]), seed)
    is_clear = _is_clear(*_percentiles(means[n_rows:]).T)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(is_clear, parts.mean(axis=1) / wholes.mean(axis=1), np.nan)
        ratios = np.where(is_clear[:, None], means[:n_rows] / means[n_rows:], np.nan)
    return [_estimate(value, interval, n) for value, interval in zip(values, _percentiles(ratios), strict=True)]


def estimate_over_seeds(values: np.ndarray) -> Estimate:
    """Mean over seeds with a t-interval.

    Args:
        values: float64 (S,), one a seed.
    """
    n = len(values)
    reach = t.ppf((1 + CONFIDENCE) / 2, n - 1) * sem(values) if n > 1 else np.nan
    return _estimate(values.mean(), (values.mean() - reach, values.mean() + reach), n)


def estimate_ratio_over_seeds(parts: np.ndarray, wholes: np.ndarray) -> Estimate:
    """mean(part) / mean(whole) over seeds, with Fieller's interval: all ratios r at which part - r * whole may be none.

    None where the interval of the whole does not stay clear of zero by `SMALLEST_WHOLE`, as in `estimate_ratios`.

    Args:
        parts, wholes: float64 (S,), of the same seeds.
    Source: E. C. Fieller, Some problems in interval estimation, J. R. Stat. Soc. B 16, 1954.
    """
    n, whole = len(parts), estimate_over_seeds(wholes)
    if not (is_measured(whole) and _is_clear(whole["low"], whole["high"])):
        return _estimate(np.nan, (np.nan, np.nan), n)
    (of_part, both), (_, of_whole) = t.ppf((1 + CONFIDENCE) / 2, n - 1) ** 2 / n * np.cov(parts, wholes)
    part, mean = parts.mean(), wholes.mean()
    ends = np.roots([mean**2 - of_whole, 2 * (both - part * mean), part**2 - of_part]).real
    return _estimate(part / mean, (ends.min(), ends.max()), n)


def as_fraction(estimate: Estimate) -> Estimate:
    """With its interval cut off at 0 and 1, which no fraction exceeds."""
    if not is_measured(estimate):
        return estimate
    return {**estimate, "low": max(0.0, estimate["low"]), "high": min(1.0, estimate["high"])}


def wilson_interval(fraction: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """95% interval of a fraction seen on n samples.

    Args:
        level: another confidence than 95%.
    Source: E. B. Wilson, JASA 22, 1927; computed by scipy.
    """
    interval = binomtest(round(fraction * n), n).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)


def is_above(fraction: float, n: int, limit: float, level: float = 0.95) -> bool:
    """Whether a fraction seen on n samples shows that the true one is above a limit.

    Args:
        level: one-sided, at half of what it leaves: 2.5%.
    Source: exact binomial test, by scipy; of few samples the lower ends of Wilson's intervals are too high.
    """
    test = binomtest(round(fraction * n), n, limit, alternative="greater")
    return bool(test.pvalue <= (1 - level) / 2)


def estimate_share(share: float | None, n: int) -> Estimate:
    """A share of n samples, such as an accuracy, with its Wilson interval; None of no samples."""
    if share is None:
        return Estimate(value=None, low=None, high=None, n=n)
    low, high = wilson_interval(share, n)
    return Estimate(value=share, low=low, high=high, n=n)


def difference_interval(k: int, n: int, j: int, m: int) -> tuple[float, float]:
    """95% interval of k/n - j/m, two fractions of independent samples.

    Source: R. G. Newcombe, Statistics in Medicine 17, 1998, method 10: both Wilson intervals, squared and added.
    """
    p, q = k / n, j / m
    (p_low, p_high), (q_low, q_high) = wilson_interval(p, n), wilson_interval(q, m)
    reach_down, reach_up = np.hypot(p - p_low, q_high - q), np.hypot(p_high - p, q - q_low)
    return float(p - q - reach_down), float(p - q + reach_up)


def to_numbers(values: np.ndarray) -> list:
    """An array as nested lists of JSON numbers, NaN as None."""
    numbers = values.astype(object)
    numbers[np.isnan(values)] = None
    return numbers.tolist()


def _is_clear(low: float | np.ndarray, high: float | np.ndarray) -> Any:
    """Whether intervals of wholes stay clear of zero, bool or bool (Q,)."""
    return (low > SMALLEST_WHOLE) | (high < -SMALLEST_WHOLE)


def _resampled_means(samples: np.ndarray, seed: int) -> np.ndarray:
    """(Q, N) -> float64 (Q, N_RESAMPLES); NaN if there are too few samples to draw from."""
    n = samples.shape[1]
    if n < FEWEST:
        return np.full((len(samples), N_RESAMPLES), np.nan)

    def means(idx: np.ndarray, axis: int) -> np.ndarray:
        # counting how often each sample was drawn makes a row one matrix product: 4x faster than indexing; each row by
        # itself, since what a product of all of them rounds depends on the row's place on some processors
        drawn = np.atleast_2d(idx)
        offset = n * np.arange(len(drawn))[:, None]
        counts = np.bincount((drawn + offset).ravel(), minlength=drawn.size).reshape(drawn.shape).astype(np.float64)
        return np.stack([counts @ row for row in samples]) / n

    resampled = bootstrap(
        (np.arange(n),), means, n_resamples=N_RESAMPLES, batch=20, vectorized=True, method="percentile", rng=seed
    )
    return resampled.bootstrap_distribution


def _percentiles(draws: np.ndarray) -> np.ndarray:
    """(Q, R) -> (Q, 2): the ends of the middle 95%."""
    return np.quantile(draws, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=1).T


def _estimate(value: float, interval: Sequence[float], n: int) -> Estimate:
    value, low, high = to_numbers(np.array([value, *interval], dtype=np.float64))
    return Estimate(value=value, low=low, high=high, n=n)

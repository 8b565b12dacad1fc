import numpy as np
import pytest
from scipy import stats

from camu_core.measures.estimates import (
    FEWEST,
    N_RESAMPLES,
    Measured,
    are_apart,
    as_fraction,
    difference_interval,
    estimate_means,
    estimate_over_seeds,
    estimate_ratio_over_seeds,
    estimate_ratios,
    is_measured,
    to_numbers,
)


def ends(estimate):
    return estimate["low"], estimate["high"]


def coverage(estimates, truth):
    return np.mean([low <= truth <= high for low, high in map(ends, estimates)])


def test_means_agree_with_scipys_own_bootstrap():
    samples = np.random.default_rng(0).exponential(size=(3, 50))
    oracle = stats.bootstrap((samples,), np.mean, axis=1, n_resamples=N_RESAMPLES, method="percentile", rng=7, batch=20)
    for i, estimate in enumerate(estimate_means(samples, seed=7)):
        assert estimate["value"] == pytest.approx(samples[i].mean())
        assert ends(estimate) == pytest.approx((oracle.confidence_interval.low[i], oracle.confidence_interval.high[i]))
        assert estimate["n"] == 50


def test_ratios_agree_with_scipys_own_paired_bootstrap():
    rng = np.random.default_rng(1)
    wholes = rng.normal(1, 0.3, size=(1, 40))
    parts = 0.4 * wholes + rng.normal(0, 0.05, size=(1, 40))
    oracle = stats.bootstrap(
        (parts[0], wholes[0]),
        lambda part, whole, axis: part.mean(axis) / whole.mean(axis),
        paired=True, n_resamples=N_RESAMPLES, method="percentile", rng=3, batch=20,
    )  # fmt: skip
    (estimate,) = estimate_ratios(parts, wholes, seed=3)
    assert estimate["value"] == pytest.approx(parts.mean() / wholes.mean())
    assert ends(estimate) == pytest.approx(tuple(oracle.confidence_interval))


def test_too_few_samples_have_no_interval_rather_than_one_that_is_too_narrow():
    """Seen before: "95%" of three images' share, 0.000006 to 0.44; two samples held their mean in half of the cases."""
    few, enough = (np.random.default_rng(5).normal(1, 0.3, size=(1000, n)) for n in (FEWEST - 1, FEWEST))
    assert {ends(estimate) for estimate in estimate_means(few, seed=0)} == {(None, None)}
    assert not any(map(is_measured, estimate_ratios(few, few + 1, seed=0)))
    assert estimate_means(few, seed=0)[0]["value"] == pytest.approx(few[0].mean())
    assert coverage(estimate_means(enough, seed=0), truth=1) > 0.88


def test_intervals_of_means_cover_the_truth_at_about_the_nominal_rate():
    samples = np.random.default_rng(2).beta(0.5, 0.5, size=(1000, 100)) - 0.2  # U-shaped, as probabilities are
    assert 0.925 < coverage(estimate_means(samples, seed=0), truth=0.3) < 0.97


def test_intervals_of_ratios_cover_the_truth_at_about_the_nominal_rate():
    rng = np.random.default_rng(3)
    wholes = rng.beta(4, 1, size=(1000, 100))
    parts = wholes * rng.beta(1, 3, size=(1000, 100))  # independent factors: the ratio of means is 1/4
    assert 0.925 < coverage(estimate_ratios(parts, wholes, seed=0), truth=0.25) < 0.97


def test_intervals_over_seeds_cover_the_truth_at_about_the_nominal_rate():
    draws = np.random.default_rng(4).normal(2, 1, size=(2000, 3))
    assert 0.935 < coverage([estimate_over_seeds(values) for values in draws], truth=2) < 0.965


def test_rows_stay_paired():
    row = np.random.default_rng(5).normal(size=30)
    one, moved = estimate_means(np.stack([row, row + 5]), seed=0)
    assert np.subtract(ends(moved), ends(one)) == pytest.approx([5, 5])
    (share,) = estimate_ratios(0.3 * (row[None] + 5), row[None] + 5, seed=0)
    assert [share["value"], *ends(share)] == pytest.approx([0.3] * 3)


def test_too_few_samples_give_none_not_a_number():
    assert estimate_means(np.empty((2, 0)), seed=0) == [{"value": None, "low": None, "high": None, "n": 0}] * 2
    assert estimate_ratios(np.empty((1, 0)), np.empty((1, 0)), seed=0)[0]["value"] is None
    (alone,) = estimate_means(np.array([[0.7]]), seed=0)
    assert alone == {"value": 0.7, "low": None, "high": None, "n": 1}
    (share,) = estimate_ratios(np.array([[0.7]]), np.array([[1.0]]), seed=0)
    assert share == {"value": None, "low": None, "high": None, "n": 1}, "its whole may be nothing"


def test_two_seeds_are_enough_for_an_interval():
    reach = stats.t.ppf(0.975, 1) * 0.5
    assert ends(estimate_over_seeds(np.array([0.0, 1.0]))) == pytest.approx((0.5 - reach, 0.5 + reach))


def test_each_ratio_is_of_its_own_rows():
    rng = np.random.default_rng(8)
    parts, wholes = rng.uniform(1, 2, (2, 30)) * [[1], [5]], rng.uniform(1, 2, (2, 30)) * [[2], [3]]
    both = estimate_ratios(parts, wholes, seed=4)
    assert [share["n"] for share in both] == [30, 30]
    for i, share in enumerate(both):
        (alone,) = estimate_ratios(parts[i : i + 1], wholes[i : i + 1], seed=4)
        assert [share["value"], *ends(share)] == pytest.approx([alone["value"], *ends(alone)])


@pytest.mark.parametrize("part", [0.0, 1.0])
def test_a_share_of_exactly_nothing_is_none_without_a_warning(part):
    with np.errstate(all="raise"):
        (share,) = estimate_ratios(np.full((1, 5), part), np.zeros((1, 5)), seed=0)
    assert share["value"] is None


def test_equal_samples_give_an_interval_of_no_width():
    assert estimate_means(np.zeros((1, 10)), seed=0) == [{"value": 0.0, "low": 0.0, "high": 0.0, "n": 10}]


@pytest.mark.parametrize(("whole", "is_given"), [(0.5, True), (-0.5, True), (0.0, False), (0.00009, False)])
def test_a_share_of_nothing_is_none(whole, is_given):
    spread = np.random.default_rng(6).normal(0, 0.01 if abs(whole) > 0.1 else 1e-6, size=50)
    (share,) = estimate_ratios(np.full((1, 50), 0.25), whole + spread[None], seed=0)
    assert (share["value"] is not None) == (share["low"] is not None) == (share["high"] is not None) == is_given


def test_a_share_of_what_may_be_zero_is_none():
    wholes = np.random.default_rng(7).normal(0.1, 1, size=(1, 50))
    assert estimate_ratios(np.ones((1, 50)), wholes, seed=0)[0]["value"] is None


def test_over_seeds_agrees_with_a_t_test():
    values = np.array([0.2, 0.5, 0.3])
    oracle = stats.ttest_1samp(values, 0).confidence_interval()
    estimate = estimate_over_seeds(values)
    assert (estimate["value"], *ends(estimate)) == pytest.approx((values.mean(), oracle.low, oracle.high))
    assert estimate_over_seeds(values[:1]) == {"value": 0.2, "low": None, "high": None, "n": 1}
    assert ends(estimate_over_seeds(np.ones(3))) == (1, 1)


def test_a_ratio_over_seeds_ends_where_a_t_test_of_the_difference_does():
    parts, wholes = np.array([-0.5, -0.7, -0.3, -0.5]), np.array([-0.9, -1.0, -0.7, -0.8])
    share = estimate_ratio_over_seeds(parts, wholes)
    assert share["value"] == pytest.approx(parts.mean() / wholes.mean())
    assert share["n"] == 4
    for end in ends(share):
        assert stats.ttest_1samp(parts - end * wholes, 0).pvalue == pytest.approx(0.05)
    assert ends(estimate_ratio_over_seeds(wholes / 4, wholes)) == pytest.approx((0.25, 0.25))


def test_intervals_of_ratios_over_seeds_cover_the_truth_at_about_the_nominal_rate():
    rng = np.random.default_rng(8)
    wholes = rng.normal(2, 0.2, size=(2000, 3))
    parts = wholes / 4 + rng.normal(0, 0.2, size=wholes.shape)
    shares = [share for pair in zip(parts, wholes, strict=True)
              if (share := estimate_ratio_over_seeds(*pair))["value"] is not None]  # fmt: skip
    assert len(shares) > 1900
    assert 0.935 < coverage(shares, truth=0.25) < 0.965


@pytest.mark.parametrize("wholes", [[0.1, -0.1, 0.3], [0.5], [0.0, 0.0, 0.0]])
def test_a_ratio_over_seeds_of_what_may_be_zero_is_none(wholes):
    assert ends(estimate_ratio_over_seeds(np.ones(len(wholes)), np.array(wholes))) == (None, None)


def test_to_numbers_writes_nan_as_none():
    assert to_numbers(np.array([[0.5, np.nan]])) == [[0.5, None]]


def test_intervals_are_apart_only_where_they_do_not_overlap() -> None:
    low, touching, high, unknown = (
        Measured(value=value, low=value - reach, high=value + reach, n=3)
        for value, reach in ((0.25, 0.25), (0.75, 0.25), (0.875, 0.125), (5.0, np.nan))
    )
    assert not are_apart(low, touching)
    assert not are_apart(touching, low)
    assert are_apart(low, high)
    assert are_apart(high, low)
    assert not are_apart(low, unknown)


def test_measured_is_what_has_all_three_numbers() -> None:
    whole = Measured(value=0.0, low=0.0, high=0.0, n=3)
    assert is_measured(whole)
    assert not is_measured(None)
    for name in ("value", "low", "high"):
        assert not is_measured({**whole, name: None})


def test_a_fraction_ends_at_0_and_1_and_what_is_unknown_stays_so() -> None:
    assert as_fraction(Measured(value=0.5, low=-0.1, high=1.1, n=3)) == Measured(value=0.5, low=0.0, high=1.0, n=3)
    inside = Measured(value=0.5, low=0.4, high=0.6, n=3)
    assert as_fraction(inside) == inside
    unknown = {"value": 0.5, "low": None, "high": None, "n": 1}
    assert as_fraction(unknown) == unknown


def test_the_interval_of_a_difference_is_newcombes() -> None:
    """Examples of the paper, table II, method 10: 56/70 - 48/80, and 9/10 - 3/10."""
    assert difference_interval(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert difference_interval(9, 10, 3, 10) == pytest.approx((0.1705, 0.8090), abs=5e-5)

"""The reference band, and what may be said beside it: nominal rates by simulation, and every outcome at its edge."""

import numpy as np
import pytest

from camu_core.measures import Margin, Reference, Standing, stand
from camu_core.measures.estimates import difference_interval

MARGIN = Margin(alike=0.1, different=0.02)
BAND = Reference(mean=0.5, low=0.4, high=0.6, n_seeds=8, reach=0.02)
NONE = {"value": None, "low": None, "high": None, "n": 0}


def figure(value, half=0.0):
    return {"value": value, "low": value - half, "high": value + half, "n": 100}


@pytest.mark.parametrize("n_seeds", [5, 8])
def test_one_more_retraining_falls_into_the_band_as_often_as_it_says(n_seeds: int) -> None:
    draws = np.random.default_rng(0).normal(0.7, 0.05, size=(4000, n_seeds + 1))
    bands = [Reference.of(row[:-1]) for row in draws]
    inside = np.mean([band.low <= row[-1] <= band.high for band, row in zip(bands, draws, strict=True)])
    assert inside == pytest.approx(0.975, abs=0.006)


def test_the_best_of_three_falls_into_its_band_as_often() -> None:
    draws = np.random.default_rng(1).normal(0.5, 0.02, size=(3000, 3, 6))
    inside = [
        all((band := Reference.of(row[:-1], n_questions=3)).low <= row[-1] <= band.high for row in questions)
        for questions in draws
    ]
    assert np.mean(inside) == pytest.approx(0.975, abs=0.008)


def test_the_mean_of_a_band_is_within_its_reach_in_95_of_100_cases() -> None:
    draws = np.random.default_rng(2).normal(0.7, 0.05, size=(4000, 5))
    inside = np.mean([abs(row.mean() - 0.7) <= Reference.of(row).reach for row in draws])
    assert inside == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize(("n_images", "p"), [(1, 0.9), (20, 0.95), (144, 0.98)])
def test_few_images_that_all_are_right_leave_doubt(n_images: int, p: float) -> None:
    """Five networks that are right of all images do not make a sixth that is not an outlier."""
    rights = np.random.default_rng(3).binomial(n_images, p, size=(3000, 6)) / n_images
    bands = [Reference.of(row[:-1], n_images=n_images) for row in rights]
    outside = np.mean([not band.low <= row[-1] <= band.high for band, row in zip(bands, rights, strict=True)])
    assert outside <= 0.02


def test_a_band_ends_where_its_figure_does() -> None:
    values = [0.0, 0.0, 0.0, 0.3]
    assert Reference.of(values).low < 0
    assert Reference.of(values, ends=(0, 1)).low == 0
    assert Reference.of([0.99, 0.8, 0.99], ends=(0, 1)).high == 1


def test_no_band_of_one_and_gaps_are_left_out() -> None:
    assert Reference.of([0.5]) is None
    assert Reference.of([]) is None
    assert Reference.of([0.4, None, 0.6]).mean == pytest.approx(0.5)
    assert Reference.of([0.4, None, 0.6]).n_seeds == 2


@pytest.mark.parametrize(
    ("ours", "original", "standing"),
    [
        (figure(0.9), figure(0.95), Standing.ABOVE),
        (figure(0.1), figure(0.95), Standing.BELOW),
        (figure(0.55, 0.01), figure(0.95), Standing.ALIKE),
        (figure(0.55, 0.01), figure(0.55), Standing.BLIND),
        (figure(0.55, 0.2), figure(0.95), Standing.FEW_IMAGES),
        (figure(0.59, 0.05), figure(0.95), Standing.UNCLEAR),
        (NONE, figure(0.95), Standing.UNKNOWN),
        ({"value": 0.55, "low": 0.54, "high": None, "n": 100}, figure(0.95), Standing.FEW_IMAGES),  # open above
        ({"value": 0.5, "low": None, "high": None, "n": 5}, figure(0.95), Standing.FEW_IMAGES),  # too few for one
    ],
)
def test_every_standing(ours, original, standing) -> None:
    assert stand(ours, original, BAND, MARGIN, two_sided=False) is standing


def test_scattered_retrainings_and_no_band() -> None:
    wide = Reference(mean=0.5, low=0.1, high=0.9, n_seeds=5, reach=0.15)
    assert stand(figure(0.5), figure(0.99), wide, MARGIN, two_sided=False) is Standing.SCATTERED
    assert stand(figure(0.5), figure(0.99), None, MARGIN, two_sided=False) is Standing.NO_REFERENCE


def test_what_does_nothing_is_never_alike() -> None:
    """Whatever the figures are: a network equal to the original cannot pass a test that the original fails."""
    rng = np.random.default_rng(4)
    for _ in range(500):
        value, half = rng.uniform(0, 1), rng.uniform(0, 0.2)
        band = Reference.of(rng.normal(rng.uniform(0, 1), rng.uniform(0.001, 0.2), size=5))
        for two_sided in (True, False):
            nothing = stand(figure(value, half), figure(value, half), band, MARGIN, two_sided)
            assert nothing is not Standing.ALIKE


def test_the_margin_is_half_of_what_the_original_is_away() -> None:
    """The original at 0.62 is only 0.12 away, so 0.57 is no longer alike, although the margin would allow it."""
    assert stand(figure(0.57), figure(0.62), BAND, MARGIN, two_sided=False) is Standing.UNCLEAR
    assert stand(figure(0.57), figure(0.95), BAND, MARGIN, two_sided=False) is Standing.ALIKE


def test_a_little_less_than_retraining_is_alike_only_one_sided() -> None:
    assert stand(figure(0.42), figure(0.95), BAND, Margin(0.05, 0.02), two_sided=False) is Standing.ALIKE
    assert stand(figure(0.3), figure(0.95), BAND, Margin(0.05, 0.02), two_sided=False) is Standing.BELOW
    assert stand(figure(0.42), figure(0.95), BAND, Margin(0.05, 0.02), two_sided=True) is Standing.UNCLEAR


@pytest.mark.slow
@pytest.mark.parametrize(("p", "q", "n", "m"), [(0.1, 0.05, 36, 300), (0.9, 0.4, 36, 300), (0.5, 0.5, 300, 300)])
def test_the_interval_of_a_difference_has_its_nominal_rate(p: float, q: float, n: int, m: int) -> None:
    rng = np.random.default_rng(5)
    ks, js = rng.binomial(n, p, 1500), rng.binomial(m, q, 1500)
    held = [
        low <= p - q <= high for low, high in (difference_interval(k, n, j, m) for k, j in zip(ks, js, strict=True))
    ]
    assert 0.93 <= np.mean(held) <= 0.985


def test_retrainings_that_are_all_the_same_do_not_make_an_outlier_of_few_images() -> None:
    """Seen before: two classes, one forgotten; all retrained networks have 0.5, and 0.55 of 12 images "can tell"."""
    same, paired = Reference.of([0.5] * 5), Margin(alike=0.05, different=0.02, is_paired=True)
    assert stand(figure(0.55, 0.2), figure(0.9), same, paired, two_sided=True) is Standing.FEW_IMAGES
    without = {"value": 0.55, "low": None, "high": None, "n": 5}
    assert stand(without, figure(0.9), same, paired, two_sided=True) is Standing.FEW_IMAGES, "nor of still fewer"
    assert stand(figure(0.55, 0.04), figure(0.9), same, paired, two_sided=True) is Standing.ABOVE
    assert stand(figure(0.51, 0.02), figure(0.9), same, paired, two_sided=True) is Standing.ALIKE
    assert stand(figure(0.55, 0.2), figure(0.9), BAND, paired, two_sided=True) is Standing.UNCLEAR, "as it was"

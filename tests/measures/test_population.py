"""Forgetting quality and U-LiRA against slow references, their known answers, and how often intervals are right."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import norm
from sklearn.metrics import balanced_accuracy_score, roc_auc_score, roc_curve

from camu_core.measures.estimates import is_measured
from camu_core.measures.population import (
    DELTA,
    LOW_RATES,
    Networks,
    _without_interval,
    answers_apart,
    estimate_over_networks,
    forgetting_score,
    image_epsilons,
    largest_shown_epsilon,
    noise_floor,
    population_figures,
    scaled_margins,
    u_lira,
    utility_factor,
)
from camu_core.progress import drain

N_IMAGES = 40


def margins(rng: np.random.Generator, m: int, shift: float, wider: float = 1.0) -> np.ndarray:
    """Of networks that never saw the images, or, with a shift, of others; those of one network go together."""
    images = np.random.default_rng(7)
    mean, load, moves = images.normal(3, 2, N_IMAGES), images.normal(0, 0.7, N_IMAGES), images.normal(1, 0.5, N_IMAGES)
    own = load * rng.normal(size=(m, 1)) + rng.normal(size=(m, N_IMAGES))
    return mean + shift * moves + wider * own


def networks(rng: np.random.Generator, m: int, shift: float, wider: float = 1.0) -> Networks:
    said = rng.dirichlet([5, 3, 1 + 9 * shift], size=m)
    return Networks(margins(rng, m, shift, wider), *(mean + 0.01 * rng.normal(size=m) for mean in (0.9, 0.8)), said)


def epsilon_of(scores_above: list[float], scores_below: list[float]) -> float:
    """The highest over all thresholds, one after another."""
    best = 0.0
    for threshold in [*scores_above, *scores_below]:
        missed = np.mean([score < threshold for score in scores_above])
        mistaken = np.mean([score >= threshold for score in scores_below])
        if missed == 0 and mistaken == 0:
            return math.inf
        if missed == 0 or mistaken == 0:
            continue
        for one, other in ((missed, mistaken), (mistaken, missed)):
            if 1 - DELTA - one > 0:
                best = max(best, math.log((1 - DELTA - one) / other))
    return best


def slow_epsilon(unlearned: np.ndarray, retrained: np.ndarray) -> float:
    groups = [unlearned.tolist(), retrained.tolist()]
    higher, lower = groups if np.median(groups[0]) >= np.median(groups[1]) else groups[::-1]
    fits = [norm(*norm.fit(group)) for group in groups]
    ratios = [[fits[0].logpdf(each) - fits[1].logpdf(each) for each in group] for group in groups]
    return max(epsilon_of(higher, lower), epsilon_of(*ratios))


@pytest.mark.parametrize(("shift", "wider"), [(0.0, 1.0), (1.0, 1.0), (-2.0, 0.3), (0.5, 4.0), (40.0, 1.0)])
def test_epsilon_is_that_of_a_slow_reference(shift: float, wider: float) -> None:
    rng = np.random.default_rng(0)
    ours, gold = margins(rng, 24, shift, wider), margins(rng, 24, 0.0)
    expected = [slow_epsilon(ours[:, i], gold[:, i]) for i in range(N_IMAGES)]
    np.testing.assert_allclose(image_epsilons(ours, gold), expected, atol=1e-9, rtol=0)
    assert shift != 40.0 or np.isinf(expected).mean() > 0.9


def test_equal_margins_are_told_apart_by_nobody() -> None:
    same = np.repeat(np.linspace(-3, 3, 8)[None], 16, axis=0)
    assert image_epsilons(same, same).tolist() == [0.0] * 8
    one_group = np.round(margins(np.random.default_rng(1), 16, 0.0))  # many ties
    expected = [slow_epsilon(one_group[:8, i], one_group[8:, i]) for i in range(N_IMAGES)]
    np.testing.assert_allclose(image_epsilons(one_group[:8], one_group[8:]), expected, atol=1e-9)


def test_one_mistake_of_each_kind_is_the_ceiling() -> None:
    gold = np.arange(64.0)[:, None]
    ours = gold + 63.0  # the lowest of ours is the highest of theirs
    assert image_epsilons(ours - 0.5, gold)[0] == pytest.approx(largest_shown_epsilon(64))
    assert largest_shown_epsilon(64) == pytest.approx(math.log(63), abs=1e-3)


def test_the_score_halves_with_every_half_of_epsilon() -> None:
    """Of 64 networks the published code has ten bins, up to 5; beyond there are no points."""
    assert forgetting_score(np.array([0.0, 0.49, 0.5, 1.2, 4.14, np.inf]), 64) == pytest.approx(
        (1 + 1 + 1 / 2 + 1 / 4 + 1 / 256 + 0) / 6
    )


def test_the_utility_factor_is_a_product_of_ratios() -> None:
    nothing = np.zeros((2, 1))
    ours = Networks(nothing, np.array([0.9, 0.7]), np.array([0.6, 0.6]), np.array([[0.5, 0.5, 0.0], [0.7, 0.3, 0.0]]))
    gold = Networks(nothing, np.array([1.0, 1.0]), np.array([0.8, 0.8]), np.array([[0.1, 0.5, 0.4], [0.3, 0.5, 0.2]]))
    assert answers_apart(ours, gold) == pytest.approx((0.4 + 0.1 + 0.3) / 2), "means .6 .4 0 against .2 .5 .3"
    assert utility_factor(ours, gold) == pytest.approx(0.8 * 0.75)


def test_margins_are_log_odds_of_the_true_class_without_an_end() -> None:
    rng = np.random.default_rng(0)
    logits, y = rng.normal(0, 3, (5, 7, 10)), rng.integers(0, 10, 7)
    p = softmax(logits, axis=-1)[:, np.arange(7), y]
    np.testing.assert_allclose(scaled_margins(logits, y), np.log(p / (1 - p)), atol=1e-9)
    far = np.array([[-1e4, 0.0, 0.0]], dtype=np.float32)
    assert scaled_margins(far, np.array([0])) == pytest.approx(-1e4 - math.log(2))


@pytest.mark.parametrize("shift", [0.0, 0.7, -2.0])
def test_u_lira_is_that_of_a_slow_reference(shift: float) -> None:
    rng = np.random.default_rng(3)
    ours, gold = margins(rng, 20, shift), margins(rng, 20, 0.0)
    expected: dict[str, list[float]] = {name: [] for name in u_lira(ours, gold).figures()}
    for asked, known in ((range(0, 20, 2), range(1, 20, 2)), (range(1, 20, 2), range(0, 20, 2))):
        labels, scores = [], []
        for is_ours, part in ((1, ours), (0, gold)):
            for k in asked:
                for i in range(N_IMAGES):
                    fits = [norm(*norm.fit([group[j, i] for j in known])) for group in (ours, gold)]
                    scores.append(fits[0].logpdf(part[k, i]) - fits[1].logpdf(part[k, i]))
                    labels.append(is_ours)
        fpr, tpr, _ = roc_curve(labels, scores, drop_intermediate=False)
        expected["auc"].append(roc_auc_score(labels, scores))
        expected["balanced_accuracy"].append(balanced_accuracy_score(labels, np.array(scores) > 0))
        for name, rate in (("tpr_at_1_percent_fpr", 0.01), ("tpr_at_0.1_percent_fpr", 0.001)):
            expected[name].append(tpr[fpr <= rate + 1e-12].max())
    found = u_lira(ours, gold).figures()
    assert found == {name: pytest.approx(np.mean(values), abs=1e-9) for name, values in expected.items()}


def test_the_images_auc_are_those_of_each_image_alone() -> None:
    rng = np.random.default_rng(4)
    ours, gold = margins(rng, 16, 1.0), margins(rng, 16, 0.0)
    alone = [u_lira(ours[:, [i]], gold[:, [i]]).figures()["auc"] for i in range(N_IMAGES)]
    np.testing.assert_allclose(u_lira(ours, gold).image_auc(), alone, atol=1e-9)


def test_what_is_far_apart_is_caught_and_what_is_alike_is_not() -> None:
    rng = np.random.default_rng(5)
    retrained = networks(rng, 128, 0.0)
    gold = retrained.some(np.arange(64))
    floor = drain(noise_floor(retrained, seed=0, n_deals=50))
    far = population_figures(replace(gold, margins=gold.margins - 30), gold)
    assert far["utility_factor"] == 1.0
    assert (far["auc"], far["tpr_at_0.1_percent_fpr"], far["forgetting_quality"]) == (1.0, 1.0, 0.0)
    assert far["epsilon_median"] == largest_shown_epsilon(64) > floor["epsilon_median"]["high"]
    assert floor["auc"]["low"] < 0.5 < floor["auc"]["high"]
    assert 0 < floor["epsilon_median"]["low"] < floor["epsilon_median"]["high"] < largest_shown_epsilon(64)


def outside(name: str, n_times: int, shift: float) -> int:
    """How often a population of 16 is outside of the noise floor of 32 retrained networks."""
    n_outside = 0
    for seed in range(n_times):
        rng = np.random.default_rng((8, seed))
        gold = networks(rng, 32, 0.0)
        band = drain(noise_floor(gold, seed, n_deals=80))[name]
        value = population_figures(networks(rng, 16, shift), gold.some(np.arange(16)))[name]
        n_outside += not band["low"] <= value <= band["high"]
    return n_outside


@pytest.mark.slow
@pytest.mark.parametrize("name", ["epsilon_median", "forgetting_quality", "auc", "balanced_accuracy"])
def test_retraining_sits_on_the_noise_floor_at_the_nominal_rate(name: str) -> None:
    """5% of 20 is 1; 5 or more happen in 3 of 1,000 cases. What differs is above it."""
    assert outside(name, 20, 0.0) <= 4
    assert outside(name, 5, 1.5) == 5


@pytest.mark.slow
@pytest.mark.parametrize("shift", [0.3, 0.8])
def test_intervals_hold_the_truth_about_as_often_as_they_say(shift: float) -> None:
    """Of 60 intervals; the truth is the mean of 200 other populations. They may be too wide, not too narrow."""
    n_times, m = 60, 32
    drawn = [
        population_figures(networks(rng, m, shift), networks(rng, m, 0.0))
        for rng in (np.random.default_rng((9, seed)) for seed in range(200))
    ]
    hits = dict.fromkeys(drawn[0], 0)
    for seed in range(n_times):
        rng = np.random.default_rng((10, seed))
        found = drain(estimate_over_networks(networks(rng, m, shift), networks(rng, m, 0.0), seed, n_halves=60))
        for name, estimate in found.items():
            truth = np.mean([each[name] for each in drawn])
            hits[name] += not is_measured(estimate) or estimate["low"] <= truth <= estimate["high"]
    assert all(count / n_times >= 0.85 for count in hits.values()), hits


def test_an_interval_contains_its_value_and_ends_where_the_figure_does() -> None:
    rng = np.random.default_rng(6)
    found = drain(estimate_over_networks(networks(rng, 16, 3.0), networks(rng, 16, 0.0), 0, n_halves=20))
    for name, estimate in found.items():
        assert estimate["n"] == 16
        if estimate["low"] is not None:
            tops = {"utility_factor": np.inf, "score": np.inf}
            assert 0 <= estimate["low"] <= estimate["value"] <= estimate["high"] <= tops.get(name, 1.0)


def unknown(m: int, shift: float) -> set[str]:
    """The figures of a population that have no interval."""
    rng = np.random.default_rng(6)
    found = drain(estimate_over_networks(networks(rng, m, shift), networks(rng, m, 0.0), 0, n_halves=40))
    assert all(estimate["value"] is not None for estimate in found.values())
    assert all((estimate["low"] is None) == (estimate["high"] is None) for estimate in found.values())
    return {name for name, estimate in found.items() if estimate["low"] is None}


@pytest.mark.parametrize(
    ("m", "shift", "names"),
    [
        (16, 3.0, {"epsilon_median", "tpr_at_0.1_percent_fpr"}),  # at the ceiling
        (64, 0.3, set()),
        (32, 0.3, set()),
        (16, 0.0, {"tpr_at_0.1_percent_fpr"}),  # below what 8 networks can show, log(7)
        (14, 0.0, {*LOW_RATES}),
        (8, 0.0, {"epsilon_median", *LOW_RATES}),  # above what 4 can show, log(3)
    ],
)
def test_no_interval_is_given_where_halves_do_not_spread_as_the_whole_does(
    m: int, shift: float, names: set[str]
) -> None:
    assert unknown(m, shift) == names


@pytest.mark.parametrize(
    ("value", "n_at_top", "is_unknown"),
    [(1.0, 0, False), (1.0, 5, False), (1.0, 6, True), (math.log(31) - 0.01, 0, False), (math.log(31), 0, True)],
)
def test_epsilon_has_an_interval_below_the_ceiling_of_halves_alone(
    value: float, n_at_top: int, is_unknown: bool
) -> None:
    """Of 200 halves 2.5% are 5; 64 networks have halves of 32, which show log(31), less a rounding by delta."""
    halves = [{"epsilon_median": largest_shown_epsilon(32) if i < n_at_top else 1.0} for i in range(200)]
    assert _without_interval({"epsilon_median": value}, halves, 64) == ({"epsilon_median"} if is_unknown else set())

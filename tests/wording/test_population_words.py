"""A population's sentences say what its figures show, and no more."""

import pytest

from camu_core.privacy import population_reading
from camu_core.wording.population import (
    attacker_title,
    epsilons_title,
    heirs_title,
    hills_title,
    population_title,
)


def report(value: float, low: float, epsilon: float = 2.0, before: float | None = 1.0, n_images: int = 146) -> dict:
    def around(middle: float, reach: float) -> dict:
        return {"value": middle, "low": middle - reach, "high": middle + reach, "n": 64}

    right = {"value": value, "low": low, "high": 2 * value - low, "n": 64}
    original = {} if before is None else {"original": {"balanced_accuracy": before}}
    return {
        **original,
        "m": 64,
        "n_images": n_images,
        "ceiling": 4.14,
        "figures": {"balanced_accuracy": right, "epsilon_median": around(epsilon, 0.1),
                    "tpr_at_1_percent_fpr": around(0.61, 0.1)},
        "noise_floor": {"balanced_accuracy": around(0.5, 0.03), "epsilon_median": around(1.4, 0.1),
                        "tpr_at_1_percent_fpr": around(0.02, 0.01)},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "low", "says"),
    [
        (0.86, 0.82, "from one that never saw the images 86% of the time; chance reaches 53%"),
        (
            0.52,
            0.49,
            "one that never saw the images: right 52% of the time (95% interval to 55%), where guessing",
        ),
        (0.45, 0.40, "can hardly tell a network that forgot"),
        (0.56, 0.50, "Cannot tell yet: an attacker is right 56% of the time, where chance reaches 53%"),
    ],
)
def test_the_finding_needs_the_whole_interval_above_the_noise_floor(value: float, low: float, says: str) -> None:
    assert says in population_title(report(value, low))


def test_nothing_is_said_where_originals_are_not_told_from_retrained_networks_either() -> None:
    assert "even networks before forgetting" in population_title(report(0.5, 0.47, before=0.52))
    assert population_reading(report(0.5, 0.47, before=0.52)).is_good is None
    assert population_reading(report(0.5, 0.47, before=None)).is_good is True  # retraining, which has no originals


def test_what_is_called_alike_lies_nearer_to_retraining_than_to_doing_nothing() -> None:
    nothing = report(0.545, 0.51, before=0.55)  # 10% of digits, 16 networks: as much is found after as before
    assert population_reading(nothing).is_good is None
    assert population_title(nothing).startswith("Cannot tell yet")
    assert population_reading(report(0.5, 0.48, before=0.55)).is_good is True  # to 0.52, where 0.525 is half of the way


@pytest.mark.parametrize(
    ("value", "low", "is_good"),
    [(0.56, 0.531, False), (0.58, 0.529, None), (0.55, 0.501, True), (0.55, 0.499, None)],
)
def test_good_news_ends_within_ten_points_of_the_floor(value: float, low: float, is_good: bool | None) -> None:
    assert population_reading(report(value, low)).is_good is is_good


def test_titles_name_the_figures_and_their_ends() -> None:
    assert epsilons_title(report(0.8, 0.7)) == (
        "All images: epsilon is 2.0 or more for half of them; 1.4 between retrained networks"
    )
    at_the_ceiling = report(0.8, 0.7, epsilon=4.14 - 1e-15)  # rounded otherwise than the ceiling
    at_the_ceiling["figures"]["epsilon_median"] |= {"low": None, "high": None}
    assert epsilons_title(at_the_ceiling) == (
        "All images: epsilon is 4.1, the most that can be shown, for half of them; 1.4 between retrained networks"
    )
    assert epsilons_title(at_the_ceiling | {"n_images": 1}).startswith(
        "The image: epsilon is 4.1, the most that can be shown; 1.4"
    )
    assert attacker_title(report(0.8, 0.7)).endswith(
        "by one image, catches 61% of the networks that forgot, at 1 false alarm in 100; chance reaches 3%"
    )
    assert epsilons_title(report(0.8, 0.7, n_images=1)) == "The image: epsilon is 2.0; 1.4 between retrained networks"
    assert "epsilon 3.2" in hills_title(3.2, 4.1)
    assert "do not overlap" in hills_title(float("inf"), 4.1)


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (0.06, 0.30, "What are they taken for? 18% for other classes than after retraining; chance explains up to 5%"),
        (0.00, 0.10, "What are they taken for? The same classes as after retraining, as far as 64 networks can tell"),
        (0.04, 0.09, "What are they taken for? The same classes as after retraining, as far as 64 networks can tell"),
        (0.00, 0.36, "What are they taken for? Cannot tell: 18% for other classes than after retraining, chance "
         "explains up to 5%"),
    ],
)  # fmt: skip
def test_heirs_are_called_the_same_only_by_an_interval_that_ends_near_chance(
    low: float, high: float, says: str
) -> None:
    found = report(0.8, 0.7)
    found["figures"]["answers_apart"] = {"value": (low + high) / 2, "low": low, "high": high, "n": 64}
    found["noise_floor"]["answers_apart"] = {"value": 0.03, "low": 0.01, "high": 0.051, "n": 64}
    assert heirs_title(found) == says

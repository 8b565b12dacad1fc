"""The sentences of the privacy report at the boundaries of their rules; and that they agree with one another."""

import math

import numpy as np
import pytest

from camu_core.measures import Standing
from camu_core.privacy import readings
from camu_core.wording.privacy import (
    _OPEN,
    _SAYS,
    SMALLEST_FACTOR,
    attack_score,
    attack_title,
    bad_news,
    epsilon_title,
    finding_of,
    headline,
    inside_title,
    layers_title,
    lying_title,
    nearby_title,
    numbers,
    relearning_title,
    says,
    within,
)

QUESTIONS = ("old_head", "fresh_head", "relearning", "linear_probe", "attack", "epsilon")


@pytest.mark.parametrize("question", [*QUESTIONS, "recognised"])
def test_every_standing_has_its_words(question: str) -> None:
    assert {*_OPEN, *_SAYS[question]} >= set(Standing) - {Standing.BELOW} or question in ("old_head", "recognised")


def test_too_few_images_for_epsilon_are_no_missing_networks(make_report) -> None:
    few = make_report(epsilon=None)
    few["reference"]["measures"]["epsilon"] = [None] * 5
    assert readings(few)["epsilon"].standing is Standing.UNKNOWN
    assert readings(make_report(band=False))["epsilon"].standing is Standing.NO_REFERENCE


def test_a_lower_bound_is_never_rounded_up(make_report) -> None:
    report = make_report(epsilon=4.9)
    report["battery"]["unlearned"]["epsilon"]["low"] = np.log(14.64)
    assert "(at least 14x)" in numbers(readings(report)["epsilon"])


def test_a_network_like_retrained_ones_is_called_so_everywhere(make_report) -> None:
    report = make_report()
    assert {name: reading.standing for name, reading in readings(report).items()} == dict.fromkeys(
        QUESTIONS, Standing.ALIKE
    )
    assert bad_news(readings(report)) == []
    assert "never saw the images" in headline(report)


@pytest.mark.parametrize(
    ("measure", "value", "question", "words"),
    [
        ("old_head", 1.0, "old_head", "the old classifier still finds it inside"),
        ("fresh_head_1", 0.9, "fresh_head", "back after a single example"),
        ("relearning", 0.9, "relearning", "relearned faster"),
        ("linear_probe", 0.9, "linear_probe", "easier to read inside"),
        ("attack_entropy", 0.8, "attack", "can tell that they were trained on"),
        ("attack_entropy", 0.2, "attack", "less trained on than in retrained networks"),
        ("epsilon", 3.0, "epsilon", "differ from those"),
    ],
)
def test_what_differs_is_named_in_title_and_headline_alike(make_report, measure, value, question, words) -> None:
    report = make_report(**{measure: value})
    assert words in finding_of(report, question).lower()
    assert len(bad_news(readings(report))) == 1
    titles = {"relearning": relearning_title, "linear_probe": inside_title, "attack": attack_title}
    if question in titles:
        assert words in titles[question](report).lower()


def test_a_headline_counts_what_finds_less_apart_from_what_cannot_tell(make_report) -> None:
    report = make_report(relearning=0.1)
    assert readings(report)["relearning"].standing is Standing.BELOW
    assert headline(report).endswith("5 find no difference, 1 finds less than in those.")


def test_an_attack_far_below_one_half_is_an_attack_that_works(make_report) -> None:
    assert readings(make_report(attack_attacker=0.2))["attack"].is_good is False
    assert attack_score(make_report(attack_attacker=0.2)) == "attacker"
    assert attack_score(make_report(attack_confidence=0.9, attack_attacker=0.56)) == "confidence"


def test_no_title_contradicts_the_band(make_report) -> None:
    """Seen before: "an attacker can tell ... so few images cannot tell these two apart"."""
    report = make_report(attack_confidence=0.9)
    assert "few" not in attack_title(report)
    assert "0.90" in attack_title(report)


def test_few_images_are_named_only_where_they_are_the_reason(make_report) -> None:
    report = make_report(linear_probe=0.72)
    wide = report["battery"]["unlearned"]["linear_probe"]
    wide["low"], wide["high"] = 0.5, 0.9
    assert "too few images" in finding_of(report, "linear_probe")
    scattered = make_report()
    scattered["reference"]["measures"]["relearning"] = [0.3, 0.9, 0.4, 0.8, 0.6]
    scattered["battery"]["original"]["relearning"] = {"value": 5.0, "low": 5.0, "high": 5.0, "n": 1}
    assert "differ too much among themselves" in finding_of(scattered, "relearning")


def test_the_old_head_needs_no_band(make_report) -> None:
    for value, standing in ((0.95, Standing.ABOVE), (0.3, Standing.UNCLEAR), (0.05, Standing.ALIKE)):
        report = make_report(band=False, old_head=value)
        assert readings(report)["old_head"].standing is standing
    few = make_report(band=False, old_head=0.2)
    few["battery"]["unlearned"]["old_head"] |= {"low": -0.1, "high": 0.6}
    assert readings(few)["old_head"].standing is Standing.FEW_IMAGES, "it may be chance, and half as well"
    assert readings(make_report(original={"old_head": 0.3}))["old_head"].standing is Standing.BLIND


def test_fewer_found_than_false_alarms_is_nothing_found(make_report) -> None:
    report = make_report(old_head=-0.05)
    report["reference"]["measures"]["old_head"] = [-0.05, -0.1, 0.0, -0.16]
    told = numbers(readings(report)["old_head"])
    assert told.startswith("0% found, false alarms subtracted;")
    assert "4 retrained networks 0%, another of them: 0% to " in told


def test_one_odd_network_does_not_clear_an_old_head(make_report) -> None:
    """DELETE on the digits: 0.43 (0.29 to 0.59); seven of eight retrained networks have at most 0.02, one has 0.56."""
    report = make_report(old_head=0.43)
    report["battery"]["unlearned"]["old_head"] |= {"low": 0.29, "high": 0.59}
    report["reference"]["measures"]["old_head"] = [0.0, 0.01, 0.02, 0.0, 0.56]
    assert readings(report)["old_head"].standing is Standing.UNCLEAR
    report["reference"]["measures"]["old_head"][0] = 0.5
    assert readings(report)["old_head"].standing is Standing.ALIKE, "two networks that never saw it have as much"


def test_an_attack_on_a_handful_of_images_proves_nothing(make_report) -> None:
    report = make_report()
    assert readings(report)["attack"].standing is Standing.ALIKE
    for name in ("attacker", "confidence", "entropy"):
        report["battery"]["unlearned"][f"attack_{name}"]["n"] = 9
    assert readings(report)["attack"].standing is Standing.FEW_IMAGES


def test_an_old_head_that_finds_as_much_in_retrained_networks_says_nothing(make_report) -> None:
    report = make_report(old_head=0.95)
    report["reference"]["measures"]["old_head"] = [0.9, 1.0, 0.95, 0.92, 0.97]
    assert readings(report)["old_head"].standing is Standing.UNCLEAR


def test_numbers_name_every_control(make_report) -> None:
    told = numbers(readings(make_report())["fresh_head"])
    assert told.startswith("40% found after one example; before 95%; 5 retrained networks 40%, another of them: 3")
    assert told.endswith("never trained 20%.")
    assert "never trained" not in numbers(readings(make_report())["attack"])


def test_a_band_ends_where_figures_end(make_report) -> None:
    reading = readings(make_report(fresh_head_1=0.4, reference={"fresh_head_1": 0.999}))["fresh_head"]
    low, high = within(reading.question, reading.reference)
    assert 0 <= low < high <= 1


def test_too_few_images_to_attack(make_report) -> None:
    report = make_report()
    report["attack"] = None
    for measures in report["battery"].values():
        for name in ("attack_attacker", "attack_confidence", "attack_entropy"):
            measures.pop(name, None)
    assert attack_title(report) == "There are too few images to attack."
    assert readings(report)["attack"].standing is Standing.UNKNOWN


@pytest.mark.parametrize(
    ("low", "words"),
    [
        (math.log(SMALLEST_FACTOR) - 1e-6, "show no answer that gives"),
        (math.log(SMALLEST_FACTOR) + 1e-6, "at least 1.1x as frequent"),
    ],
)
def test_epsilon_at_the_smallest_factor(make_report, low: float, words: str) -> None:
    report = make_report() | {
        "epsilon": {"unlearned": {"value": 2.0, "low": low, "high": 3.0, "n": 80, "ours": 0.8, "gold": 0.1}}
    }
    assert words in epsilon_title(report)


def test_epsilon_beside_one_retrained_network_and_beside_many_do_not_contradict_each_other(make_report) -> None:
    """Seen before: "the answers give the removal away", and under it "no answer is shown to"."""
    found = {"value": 2.0, "low": 0.0, "high": 3.0, "n": 80, "ours": 0.8, "gold": 0.1}
    alone = "Beside this one retrained network, 80 images show no answer that gives the unlearned one away"
    beside_many = {0.1: ".", 3.0: "; beside 5, its answers differ more than theirs do among themselves."}
    for epsilon, end in beside_many.items():
        report = make_report(epsilon=epsilon) | {"epsilon": {"unlearned": found}}
        assert (readings(report)["epsilon"].is_good is False) == (epsilon == 3.0)
        assert epsilon_title(report) == alone + end


def test_epsilon_says_which_way_and_what_could_be_shown_at_most(make_report) -> None:
    found = {"value": 2.0, "low": math.log(1.29), "high": 3.0, "n": 80, "ours": 0.8, "gold": 0.1}
    start = "Some answer is at least 1.2x as frequent"
    for more, end in (
        ({}, "as after retraining."),
        ({"largest": math.log(3.69)}, "as after retraining; with 80 images this lower bound cannot be above 3.6x."),
        ({"ours": 0.1, "gold": 0.8}, "after retraining as after forgetting."),
    ):
        assert epsilon_title(make_report() | {"epsilon": {"unlearned": found | more}}) == f"{start} {end}"
    assert epsilon_title(make_report(band=False)) == "No retrained network to compare with yet."
    assert "Retrain for comparison" in epsilon_title(make_report()), "there are some, and one beside the run is missing"


def test_the_layer_that_changed_most(make_report) -> None:
    report = make_report()
    start = "On forgotten images, the layer “hidden” changed most (similarity to before 0.40, on others 0.90)"
    within = "no difference is shown from 3 networks retrained without them, which allow 0.33 to 0.47"
    for values, words in (
        ([0.40, 0.41, 0.39], within),
        ([0.10, 0.11, 0.09], "it changed less than in networks retrained without them (0.10 on average over 3)"),
        ([0.80, 0.81, 0.79], "it changed more than in networks retrained without them (0.80 on average over 3)"),
    ):
        report["reference"]["measures"]["cka_forget_hidden"] = values
        assert layers_title(report) == f"{start}; {words}."
    assert layers_title(report | {"reference": None}) == f"{start}."


def test_how_the_forgotten_images_lie(make_report) -> None:
    told = lying_title(make_report(neighbours=0.97))
    assert told.startswith("Of a forgotten image's ten nearest neighbours, 97% are forgotten too; before 99%")
    assert lying_title(make_report(is_class=False)) == ""


def test_a_network_of_the_band_without_a_figure_is_passed_over(make_report) -> None:
    report = make_report()
    report["reference"]["measures"]["old_head"][0] = None
    assert readings(report)["old_head"].standing is Standing.ALIKE


def test_says_is_what_the_clause_says(make_report) -> None:
    for reading in readings(make_report()).values():
        assert says(reading)[0].islower() or says(reading)[0] == "a"


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        (0.05, 0.03, "are recognised again once pixels change by 5%; by a retrained network, by 3%"),
        (None, 0.03, "are not recognised again even where pixels change by 30%; by a retrained network, by 3%"),
        (None, None, "are not recognised again even where pixels change by 30%; by a retrained network, not even then"),
        (0.05, None, "once pixels change by 5%; by a retrained network, not even by 30%"),
        (0.0, 0.0, "At least half of the forgotten images are recognised as they are; by a retrained network, as they"),
        (0.0, 0.02, "are recognised as they are; by a retrained network, by 2%"),
    ],
)
def test_a_change_that_brings_images_back_stands_beside_a_retrained_network(ours, theirs, words: str) -> None:
    nearby = {"distances": [0.0, 0.3], "median": {"unlearned": ours, "retrained": theirs}}
    assert words in nearby_title(nearby)
    assert "retrained" not in nearby_title({**nearby, "median": {"unlearned": ours}})

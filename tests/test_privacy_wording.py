"""The sentences of the Privacy page at the boundaries of their rules."""

import copy
import math

import pytest

from camu_core.privacy import (
    attack_title,
    epsilon_title,
    findings,
    headline,
    inside_title,
    layers_title,
    relearning_title,
)
from camu_core.privacy.wording import CHOSEN, DIFFERENT, SMALLEST_FACTOR, WIDE_AUC, attack_reading, relearning_reading


def estimate(value: float, reach: float = 0.02, n: int = 500) -> dict:
    return {"value": value, "low": value - reach, "high": value + reach, "n": n}


def attacks(value: float, reach: float = 0.05) -> dict:
    return {score: {"auc": estimate(value, reach)} for score in ("attacker", "confidence", "entropy")}


@pytest.fixture
def report() -> dict:
    layers = {"original-unlearned": 0.4, "original-retrained": 0.5, "unlearned-retrained": 0.7}
    return {
        "attack": {"original": attacks(0.5), "unlearned": attacks(0.5), "retrained": attacks(0.5)},
        "epsilon": {"unlearned": {"value": 2.0, "low": 1.2, "high": 3.0, "n": 80, "ours": 0.8, "gold": 0.1}},
        "relearning": {
            "batches": [0, 10, 20],
            "target": 0.9,
            "batches_needed": {"original": 0.0, "unlearned": 5.0, "retrained": 12.0},
            "faster_than_retrained": {"unlearned": estimate(0.2, 0.1)},
        },
        "linear_probe": {"unlearned": estimate(0.9), "retrained": estimate(0.9), "untrained": estimate(0.8)},
        "cka": {
            "forget": {pair: {"conv1": estimate(1.0, 0.0), "hidden": estimate(v)} for pair, v in layers.items()},
            "retain": {"original-unlearned": {"conv1": estimate(1.0, 0.0), "hidden": estimate(0.95)}},
        },
    }


def without_gold(report: dict) -> dict:
    found = copy.deepcopy(report)
    found["epsilon"] = found["relearning"]["faster_than_retrained"] = None
    for part in (found["attack"], found["relearning"]["batches_needed"], found["linear_probe"]):
        del part["retrained"]
    found["cka"]["forget"] = {"original-unlearned": found["cka"]["forget"]["original-unlearned"]}
    return found


@pytest.mark.parametrize(
    ("value", "reach", "reading"),
    [
        (0.5, WIDE_AUC / 2 - 1e-9, "none"),
        (0.5, WIDE_AUC / 2 + 1e-9, "unclear"),
        (0.56, 0.06 / CHOSEN + 1e-6, "none"),
        (0.56, 0.06 / CHOSEN - 1e-6, "tells"),
        (0.44, 0.06 / CHOSEN + 1e-6, "none"),
        (0.44, 0.06 / CHOSEN - 1e-6, "over"),
        (0.8, 0.2, "tells"),
    ],
)
def test_the_attack_is_read_by_its_interval(report: dict, value: float, reach: float, reading: str) -> None:
    report["attack"]["unlearned"] = attacks(value, reach)
    assert attack_reading(report)[0] == reading


def test_the_best_of_three_attacks_must_be_clearer_than_one_alone() -> None:
    """z of 0.05 / 3 over z of 0.05, two-sided: 2.394 / 1.960, from any table."""
    assert pytest.approx(2.3940 / 1.9600, abs=1e-4) == CHOSEN


def test_the_most_telling_of_three_attacks_is_told_beside_the_retrained_one(report: dict) -> None:
    report["attack"]["unlearned"]["entropy"]["auc"] = estimate(0.3)
    title = attack_title(report)
    assert title.startswith("Pushed away too far")
    beside = "Best attack, by entropy: AUC 0.30, guessing gives 0.50, a network that never saw them 0.50"
    assert title.endswith(f"{beside}.")
    report["attack"]["retrained"]["entropy"]["auc"] = estimate(0.33)
    assert attack_reading(report) == ("like gold", "entropy")
    report["attack"]["retrained"]["entropy"]["auc"] = estimate(0.33, 0.2)
    assert attack_reading(report) == ("over", "entropy"), "the retrained network itself cannot be told"
    assert attack_title(report).endswith("0.33; so few images cannot tell these two apart.")
    report["attack"] = None
    assert attack_title(report) == "There are too few images to attack."


@pytest.mark.parametrize(
    ("value", "reach", "reading"),
    [
        (0.2, 0.199, "faster"),
        (0.2, 0.2, "unclear"),
        (-0.2, 0.199, "slower"),
        (0.0, DIFFERENT - 1e-9, "same"),
        (0.0, DIFFERENT, "unclear"),
        (0.005, 0.004, "same"),
    ],
)
def test_relearning_is_read_by_the_difference(report: dict, value: float, reach: float, reading: str) -> None:
    report["relearning"]["faster_than_retrained"]["unlearned"] = estimate(value, reach)
    assert relearning_reading(report) == reading


def test_how_many_batches(report: dict) -> None:
    title = "Quick to come back: known again after 5 batches; one that never saw them, after 12 batches."
    assert relearning_title(report) == title
    needed = report["relearning"]["batches_needed"]
    needed["retrained"] = None
    assert relearning_title(report).endswith("one that never saw them, not within 20 batches.")
    needed["unlearned"] = 0.0
    assert (
        relearning_title(report) == "Nothing to relearn: the network recognises the forgotten images without a lesson."
    )
    needed["retrained"] = 0.0
    assert relearning_title(report).endswith("as does one that never saw them.")


@pytest.mark.parametrize(
    ("value", "start"),
    [(0.9, "As readable"), (0.94, "As readable"), (0.941, "Still easier"), (0.86, "As readable"), (0.859, "Harder")],
)
def test_inside_is_judged_by_intervals_that_do_not_meet(report: dict, value: float, start: str) -> None:
    report["linear_probe"]["unlearned"] = estimate(value)
    assert inside_title(report).startswith(start)


def test_epsilon_is_told_by_what_is_shown_at_least_and_never_rounded_up(report: dict) -> None:
    assert epsilon_title(report).endswith("at least 3.3 times as frequent after forgetting as after retraining.")
    report["epsilon"]["unlearned"].update(ours=0.1, gold=0.8)
    assert epsilon_title(report).endswith("as frequent after retraining as after forgetting.")
    report["epsilon"]["unlearned"]["low"] = 3.0
    assert "at least 20 times" in epsilon_title(report)
    report["epsilon"]["unlearned"]["low"] = math.log(SMALLEST_FACTOR) - 1e-9
    assert "no kind of answer" in epsilon_title(report)
    report["epsilon"]["unlearned"]["value"] = None
    assert epsilon_title(report).startswith("Too few images")


def test_layers_are_told_with_their_direction(report: dict) -> None:
    assert "layer hidden changed most (likeness 0.40, on others 0.95), towards the retrained" in layers_title(report)
    pairs = report["cka"]["forget"]
    pairs["unlearned-retrained"]["hidden"] = estimate(0.54)
    assert layers_title(report).endswith("no nearer to the retrained network.")
    pairs["unlearned-retrained"]["hidden"] = estimate(0.3)
    assert "away from" in layers_title(report)
    for layers in pairs.values():
        layers.update({name: {"value": None, "low": None, "high": None, "n": 1} for name in layers})
    assert layers_title(report).startswith("Too few")


def test_one_sentence_for_all(report: dict) -> None:
    assert headline(report) == (
        "An attacker cannot tell the forgotten images from new ones; they come back faster than in a network that "
        "never saw them; and inside they are as readable as there."
    )


def test_nothing_is_compared_with_a_network_that_is_not_there(report: dict) -> None:
    alone = without_gold(report)
    for title in (headline, attack_title, relearning_title, inside_title, layers_title):
        assert "retrained" not in title(alone)
        assert "never saw" not in title(alone)
    assert "after 5 batches" in headline(alone)
    assert epsilon_title(alone) == "No retrained network to compare with yet."


def test_each_finding_stands_alone_in_plain_words(report: dict) -> None:
    assert findings(report) == {
        "attack": "An attacker cannot tell the forgotten images from new ones.",
        "relearning": "They come back faster than in a network that never saw them.",
        "inside": "Inside, they are as readable as in a network that never saw them.",
    }
    alone = without_gold(report)
    alone["linear_probe"]["unlearned"] = {"value": None, "low": None, "high": None, "n": 3}
    assert findings(alone)["relearning"] == "They come back after 5 batches."
    assert findings(alone)["inside"] == "Inside, there are too few images to look."

"""The verdict's rules on made-up figures around a real run."""

import copy
from dataclasses import replace

import pytest

from camu_core import ForgetSpec
from camu_core.estimates import wilson_interval
from camu_core.privacy.wording import CHOSEN, DIFFERENT, WIDE_AUC
from camu_core.verdict import (
    ALIKE_AT_MOST,
    DAMAGED_DROP_FROM,
    FORGOTTEN_AT_MOST,
    KEPT_DROP_AT_MOST,
    NOT_FORGOTTEN_FROM,
    claim,
    finding,
    forget_phrase,
    judge,
)

RANDOM = ForgetSpec("random", fraction=0.1)
N = {"retain_train": 54_000, "forget_train": 6_000, "retain_test": 10_000, "forget_test": 0}


def report(forget_train=1.0, retain_test=0.99, attack=(0.50, 0.48, 0.52), forget_test=None):
    value, low, high = attack
    return {
        "retain_train": 1.0, "forget_train": forget_train, "retain_test": retain_test, "forget_test": forget_test,
        "n": N | {"forget_test": 1_000 if forget_test is not None else 0},
        "attack": {"value": value, "low": low, "high": high, "n": 2_000},
    }  # fmt: skip


@pytest.fixture
def made_up(digits_result):
    """A run with these figures and this forget set."""

    def make(forget=RANDOM, method="camu", before=None, **after):
        result = copy.copy(digits_result)
        metrics = {"original": before or report(forget_test=after.get("forget_test")), "unlearned": report(**after)}
        return replace(result, spec=replace(result.spec, forget=forget, method=method), metrics=metrics)

    return make


@pytest.mark.parametrize(
    ("forget_test", "retain_test", "words", "is_good"),
    [
        (FORGOTTEN_AT_MOST, 0.99 - KEPT_DROP_AT_MOST + 1e-9, "Forgotten, and the rest is kept", True),
        (FORGOTTEN_AT_MOST + 0.001, 0.99, "Not forgotten yet", False),
        (0.0, 0.99 - KEPT_DROP_AT_MOST - 0.001, "Forgotten, but the rest was damaged", False),
        (0.9, 0.5, "Not forgotten, and the rest was damaged", False),
    ],
)
def test_classes_are_judged_at_the_boundaries(made_up, forget_test, retain_test, words, is_good):
    verdict = judge(made_up(ForgetSpec(classes=(3,)), forget_test=forget_test, retain_test=retain_test))
    assert (verdict.headline, verdict.is_good) == (words, is_good)


def test_a_class_without_new_images_is_judged_by_those_of_training(made_up):
    result = made_up(ForgetSpec(classes=(3,)), forget_train=0.01)
    verdict = judge(result)
    assert verdict.headline == "Forgotten, and the rest is kept"
    assert "seen in training" in verdict.clauses[0].subject
    assert finding(result) == "The digit 3: 100% → 1%, everything else: 99% → 99%"


def test_images_cannot_be_judged_without_retraining(made_up):
    verdict = judge(made_up())
    assert verdict.is_good is None
    assert "only retraining tells" in verdict.headline
    assert judge(made_up(retain_test=0.9)).is_good is False


@pytest.mark.parametrize(
    ("ours", "is_good", "words"),
    [
        ({}, True, "As if it had never seen them"),
        ({"forget_train": 0.99 - ALIKE_AT_MOST + 1e-9}, True, "As if it had never seen them"),
        ({"forget_train": 0.99 - ALIKE_AT_MOST - 0.01}, False, "Not as if it had never seen them"),
        ({"attack": (0.56, 0.54, 0.58)}, False, "Not as if it had never seen them"),
        ({"attack": (0.44, 0.42, 0.46)}, False, "Not as if it had never seen them"),
        ({"attack": (0.54, 0.519, 0.56)}, True, "As if it had never seen them"),
        ({"retain_test": 0.9}, False, "As if it had never seen them, but the rest was damaged"),
    ],
)
def test_images_are_forgotten_when_it_answers_as_the_retrained_network_does(made_up, ours, is_good, words):
    gold = made_up(method="retrain", forget_train=0.99)
    verdict = judge(made_up(**{"forget_train": 0.99, **ours}), gold)
    assert (verdict.headline, verdict.is_good) == (words, is_good)
    assert verdict.clauses[0].reference == 0.99


def test_few_images_far_from_retraining_in_points_but_not_beyond_chance_are_alike(made_up):
    few = {"n": N | {"forget_train": 5}}
    ours, gold = made_up(forget_train=0.8), made_up(method="retrain", forget_train=1.0)
    assert judge(ours, gold).clauses[0].is_good is False
    for result in (ours, gold):
        result.metrics["unlearned"].update(few)
    assert judge(ours, gold).clauses[0].is_good is True


def test_an_attack_that_could_not_be_made_is_left_out(made_up):
    nothing = (None, None, None)
    gold = made_up(method="retrain", attack=nothing)
    verdict = judge(made_up(attack=nothing), gold)
    assert len(verdict.clauses) == 2
    assert verdict.is_good is True


def test_retraining_itself_is_what_forgetting_looks_like(made_up):
    verdict = judge(made_up(method="retrain"))
    assert verdict.headline.startswith("Never saw them")
    assert verdict.is_good is True
    assert all(clause.reference is None for clause in verdict.clauses)


def test_clauses_read_as_sentences(made_up):
    verdict = judge(made_up(forget_train=0.985), made_up(method="retrain", forget_train=0.99))
    first, _, last = (clause.text for clause in verdict.clauses)
    assert first.startswith("Forgotten images: 98.5% recognised (95% interval ")
    assert first.endswith("it was 100.0%; a network that never saw it: 99.0%.")
    assert "0.50 (0.50 is guessing) (95% interval 0.48 to 0.52)" in last


@pytest.mark.parametrize(
    ("forget", "words"),
    [
        (ForgetSpec(classes=(3,)), "the digit 3"),
        (ForgetSpec(classes=(3, 4, 7)), "the digits 3, 4 and 7"),
        (ForgetSpec("random", fraction=0.125), "12.5% of the training images"),
        (ForgetSpec("samples", samples=(7,)), "one training image"),
        (ForgetSpec("samples", samples=tuple(range(1200))), "1,200 training images"),
    ],
)
def test_the_forget_set_in_words(made_up, forget, words):
    assert forget_phrase(made_up(forget).spec) == words


# --- too few images ---------------------------------------------------------------------------------------------------

KEPT = "Forgotten, and the rest is kept"
DIGIT = ForgetSpec(classes=(3,))


def counted(result, n_forget=1_000, n_rest=10_000):
    """The same shares, of so many images."""
    for metrics in result.metrics.values():
        metrics["n"] = {**metrics["n"], "forget_test": n_forget, "retain_test": n_rest}
    return result


@pytest.mark.parametrize(
    ("n_right", "n", "headline", "is_good"),
    [
        (0, 37, KEPT, True),
        (0, 16, KEPT, True),
        (0, 15, "Cannot tell from 15 images whether it is forgotten; the rest is kept", None),
        (0, 8, "Cannot tell from 8 images whether it is forgotten; the rest is kept", None),
        (1, 1, "Not forgotten yet", False),
        (0, 1, "Cannot tell from 1 image whether it is forgotten; the rest is kept", None),
        (2, 12, "Cannot tell from 12 images whether it is forgotten; the rest is kept", None),
        (3, 12, "Not forgotten yet", False),
    ],
)
def test_few_images_of_a_class_cannot_tell(made_up, n_right, n, headline, is_good):
    result = counted(made_up(DIGIT, forget_test=n_right / n), n_forget=n)
    verdict = judge(result)
    low, high = wilson_interval(n_right / n, n)
    assert (low <= FORGOTTEN_AT_MOST and high >= NOT_FORGOTTEN_FROM) is (is_good is None)
    assert (verdict.headline, verdict.is_good) == (headline, is_good)
    assert judge(counted(made_up(DIGIT, forget_test=n_right / n, retain_test=0.5), n)).is_good is False


@pytest.mark.parametrize(
    ("n", "headline", "is_good"),
    [
        (50, "Forgotten; 50 images cannot tell whether the rest is kept", None),
        (400, KEPT, True),
    ],
)
def test_few_images_of_the_rest_cannot_tell(made_up, n, headline, is_good):
    verdict = judge(
        counted(made_up(DIGIT, forget_test=0.0, before=report(retain_test=1.0), retain_test=0.98), n_rest=n)
    )
    low, high = wilson_interval(0.98, n)
    assert (1 - high <= KEPT_DROP_AT_MOST and 1 - low >= DAMAGED_DROP_FROM) is (is_good is None)
    assert (verdict.headline, verdict.is_good) == (headline, is_good)
    images = judge(counted(made_up(before=report(retain_test=1.0), retain_test=0.98), n_rest=n))
    assert images.clauses[1].is_good is is_good


def test_when_neither_can_be_told_the_headline_says_no_more(made_up):
    result = counted(made_up(DIGIT, forget_test=0.0, before=report(retain_test=1.0), retain_test=0.98), 8, 50)
    assert judge(result).headline == "Cannot tell from this many images"


# --- what attackers get out of it -------------------------------------------------------------------------------------


def estimate(value, reach=0.02, n=37):
    return {"value": value, "low": value - reach, "high": value + reach, "n": n}


def attacks(value, reach=0.05):
    return {score: {"auc": estimate(value, reach)} for score in ("attacker", "confidence", "entropy")}


def attacked(auc=(0.5, 0.05), ahead=(0.0, DIFFERENT / 2), needed=12.0, probe=0.9, gold=True):
    """A privacy report in which nothing is to be seen, but for what is named."""
    found = {
        "attack": {"original": attacks(0.6), "unlearned": attacks(*auc), "retrained": attacks(0.5)},
        "relearning": {
            "batches": [0, 10, 20], "n_seeds": 3, "target": 0.9,
            "batches_needed": {"original": 0.0, "unlearned": needed, "retrained": 12.0},
            "faster_than_retrained": {"unlearned": estimate(*ahead)},
        },
        "linear_probe": {"original": estimate(0.95), "unlearned": estimate(probe), "retrained": estimate(0.9),
                         "untrained": estimate(0.8)},
    }  # fmt: skip
    if not gold:
        found["relearning"]["faster_than_retrained"] = None
        for part in (found["attack"], found["relearning"]["batches_needed"], found["linear_probe"]):
            del part["retrained"]
    return found


@pytest.mark.parametrize(
    ("found", "end", "is_good"),
    [
        ({}, "", True),
        ({"auc": (0.56, 0.06 / CHOSEN + 1e-6)}, "", True),
        ({"auc": (0.56, 0.06 / CHOSEN - 1e-6)}, ", but an attacker can tell", False),
        ({"auc": (0.44, 0.06 / CHOSEN - 1e-6)}, ", but an attacker can tell", False),
        ({"auc": (0.5, WIDE_AUC / 2 + 1e-9)}, ", as far as 37 images tell", None),
        ({"ahead": (0.2, 0.199)}, ", but it comes back quickly", False),
        ({"ahead": (0.2, 0.2)}, "; whether it comes back quickly is not clear", None),
        ({"ahead": (-0.2, 0.199), "needed": None}, "", True),
        ({"needed": 0.0}, ", but it still knows them", False),
        ({"probe": 0.94}, "", True),
        ({"probe": 0.941}, ", but it is still readable inside", False),
        ({"probe": 0.859}, "", True),
        ({"gold": False}, "; only retraining tells what is left inside", None),
        ({"probe": 0.95, "ahead": (0.2, 0.1)}, ", but it is still readable inside and it comes back quickly", False),
        (
            {"auc": (0.7, 0.1), "probe": 0.95, "ahead": (0.2, 0.1)},
            ", but an attacker can tell, it is still readable inside and it comes back quickly",
            False,
        ),
        ({"auc": (0.5, 0.2), "ahead": (0.2, 0.1)}, ", but it comes back quickly", False),
    ],
)
def test_the_headline_of_a_class_ends_with_all_that_attacks_found(made_up, found, end, is_good):
    verdict = judge(made_up(DIGIT, forget_test=0.0), privacy=attacked(**found))
    assert (verdict.headline, verdict.is_good) == (KEPT + end, is_good)


def test_an_attack_that_works_on_the_retrained_network_as_well_is_no_bad_news(made_up):
    found = attacked(auc=(0.6, 0.05))
    found["attack"]["retrained"] = attacks(0.62)
    assert judge(made_up(DIGIT, forget_test=0.0), privacy=found).headline == KEPT


def test_groups_too_small_to_attack_or_to_probe_leave_the_question_open(made_up):
    found = attacked()
    found["attack"] = None
    found["linear_probe"] = {name: dict.fromkeys(e) for name, e in found["linear_probe"].items()}
    verdict = judge(made_up(DIGIT, forget_test=0.0), privacy=found)
    assert verdict.headline == f"{KEPT}, as far as so few images tell"
    assert [(clause.show(clause.value), clause.is_good) for clause in verdict.clauses[2:]] == [
        ("unknown", None), ("12", True), ("unknown", None)
    ]  # fmt: skip
    assert verdict.clauses[2].text == "There are too few images to attack."
    found["attack"] = attacked()["attack"]
    assert judge(made_up(DIGIT, forget_test=0.0), privacy=found).headline == f"{KEPT}, as far as so few images tell"


@pytest.mark.parametrize(
    ("after", "headline"),
    [
        ({"forget_test": 0.0, "retain_test": 0.5}, "Forgotten, but the rest was damaged, and an attacker can tell"),
        ({"forget_test": 0.5}, "Not forgotten yet"),
        ({"forget_test": 0.5, "retain_test": 0.5}, "Not forgotten, and the rest was damaged"),
    ],
)
def test_attacks_add_nothing_to_what_was_not_forgotten(made_up, after, headline):
    assert judge(made_up(DIGIT, **after), privacy=attacked(auc=(0.7, 0.1))).headline == headline


def test_each_finding_stands_beside_the_other_networks_and_knows_its_figure(made_up):
    verdict = judge(made_up(DIGIT, forget_test=0.0), privacy=attacked(ahead=(0.2, 0.1), needed=None))
    attack, relearning, inside = verdict.clauses[2:]
    assert [(c.page, c.part) for c in verdict.clauses[:2]] == [("accuracy", ""), ("accuracy", "")]
    assert [(c.page, c.part) for c in verdict.clauses[2:]] == [
        ("privacy", "attack"), ("privacy", "relearning"), ("privacy", "inside")
    ]  # fmt: skip
    assert [attack.show(v) for v in (attack.value, attack.before, attack.reference)] == ["0.50", "0.60", "0.50"]
    assert attack.interval == "95% interval 0.45 to 0.55"
    assert [relearning.show(v) for v in (relearning.value, relearning.before, relearning.reference)] == [
        "over 20", "0", "12"
    ]  # fmt: skip
    assert relearning.interval == "ahead by +20 points on average, 95% interval +10 to +30"
    assert [inside.show(v) for v in (inside.value, inside.reference, inside.untrained)] == ["90.0%", "90.0%", "80.0%"]
    assert inside.text.startswith("As readable inside as if never seen: 90%, retrained 90%, no training at all 80%.")
    assert inside.text.endswith("95% interval 88.0% to 92.0%.")


def test_relearning_alone_tells_on_how_many_orders_it_rests(made_up):
    relearning = judge(made_up(DIGIT, forget_test=0.0), privacy=attacked(gold=False)).clauses[3]
    assert (relearning.interval, relearning.reference) == ("median of 3 orders of the images", None)


@pytest.mark.parametrize(
    ("found", "after", "headline", "is_good"),
    [
        ({}, {}, "As if it had never seen them", True),
        ({}, {"attack": (0.56, 0.54, 0.58)}, "As if it had never seen them", True),
        ({"auc": (0.7, 0.1)}, {}, "Not as if it had never seen them: an attacker can tell", False),
        ({"needed": 0.0}, {"retain_test": 0.5},
         "Not as if it had never seen them: it still knows them, and the rest was damaged", False),
        ({"auc": (0.5, 0.2)}, {}, "As if it had never seen them, as far as 37 images tell", None),
        ({}, {"forget_train": 0.5}, "Not as if it had never seen them", False),
    ],
)  # fmt: skip
def test_images_are_judged_by_the_same_findings(made_up, found, after, headline, is_good):
    verdict = judge(made_up(**after), made_up(method="retrain"), attacked(**found))
    assert (verdict.headline, verdict.is_good) == (headline, is_good)
    assert [clause.page for clause in verdict.clauses] == ["accuracy"] * 2 + ["privacy"] * 3


def test_that_images_are_still_recognised_is_no_news_without_retraining(made_up):
    verdict = judge(made_up(), privacy=attacked(needed=0.0, gold=False))
    assert (verdict.headline, verdict.is_good) == ("The rest is kept; only retraining tells whether it forgot", None)


def test_what_attacks_find_in_retraining_itself_is_what_forgetting_looks_like(made_up):
    verdict = judge(made_up(DIGIT, "retrain", forget_test=0.0), privacy=attacked(auc=(0.7, 0.1), gold=False))
    assert (verdict.headline, verdict.is_good) == (KEPT, True)


@pytest.mark.parametrize(
    ("split", "found", "said"),
    [
        ({"forget_test": 0.0}, {}, "That it no longer recognises the digit 3, and that it still does the rest."),
        ({"forget_test": 0.0}, {"ahead": (0.2, 0.1)},
         "That it no longer recognises the digit 3, and that it still does the rest. "
         "Not that no trace of the digit 3 is left."),
        ({"forget_test": 0.0}, None,
         "That it no longer recognises the digit 3, and that it still does the rest. "
         "Not yet that no trace of the digit 3 is left."),
        ({"forget_test": 0.9, "retain_test": 0.2}, None,
         "Nothing yet. Not that it no longer recognises the digit 3, and not that the rest is unharmed, and not yet "
         "that no trace of the digit 3 is left."),
    ],
)  # fmt: skip
def test_what_may_be_said_of_a_run(made_up, split, found, said):
    result = made_up(DIGIT, **split)
    assert claim(result, judge(result, privacy=None if found is None else attacked(**found))) == said

import numpy as np
import pytest

from camu_core.wording.causal import (
    EFFECTS,
    attribution_title,
    effects_title,
    entanglement_title,
    layers_title,
    mediation_title,
    retraining_title,
)
from camu_core.wording.causal_remarks import hidden_remark, inner_remark, retraining_remarks

EFFECT = "their effect on the right answer"


def estimate(value, reach=0.02, n=200):
    if value is None:
        return {"value": None, "low": None, "high": None, "n": n}
    return {"value": value, "low": value - reach, "high": value + reach, "n": n}


def mediation(representation, head, interaction=0.0, reach=0.02):
    total = representation + head + interaction
    parts = {"total": total, "representation": representation, "head": head, "interaction": interaction}
    return {
        "mediation_intervals": {"forget": {k: estimate(v, reach) for k, v in parts.items()}},
        "mediation_shares": {"forget": shares_of(parts, total, reach)},
    }


@pytest.mark.parametrize(
    ("parts", "title"),
    [
        ((-0.83, -0.17), "Most of the forgetting (83%) happened in the encoder."),
        ((-0.10, -0.80), "Most of the forgetting (89%) happened in the head."),
        ((-0.9, 0.0), "All of the forgetting happened in the encoder."),
        ((0.6, 0.1), "Most of the gain (86%) happened in the encoder."),
        ((-0.45, -0.45), "The forgetting is shared: encoder alone 50%, head alone 50%."),
        ((-0.9, -0.85, 0.8), "Either part alone does most of the forgetting: encoder 95%, head 89%."),
        ((-0.1, -0.05, -0.75), "The forgetting takes both parts: encoder alone 11%, head alone 6%."),
        ((-0.7, 0.0, 0.2), "The new encoder alone does more than the whole: -70 points against -50 points."),
    ],
)
def test_mediation_names_the_part_that_did_it(parts, title):
    assert mediation_title(mediation(*parts), "forget") == title


def test_mediation_no_effect():
    title = mediation_title(mediation(-0.002, 0.001, reach=0.003), "forget")
    assert title == "No effect: the answers on forgotten images are as before."


@pytest.mark.parametrize(("head", "total"), [(0.2, "-0.4"), (0.6, "0")])
def test_mediation_opposite_signs_are_both_said_and_no_share(head, total):
    title = mediation_title(mediation(-0.6, head, -0.1), "forget")
    assert title == f"The two parts pull in opposite directions: encoder -60 points, head {100 * head:+.0f} points."


def test_a_counter_pull_too_small_to_matter_is_left_out():
    assert mediation_title(mediation(-0.9, 0.03), "forget") == "All of the forgetting happened in the encoder."


def test_mediation_wide_intervals_cannot_tell():
    assert mediation_title(mediation(-0.1, 0.05, reach=0.2), "forget") == (
        "Cannot tell from this many images whether the answers on forgotten images changed."
    )
    assert mediation_title(mediation(-0.4, -0.2, reach=0.2), "forget") == (
        "Cannot tell from this many images which part caused the forgetting."
    )


def test_a_share_just_above_half_is_no_majority_if_its_interval_reaches_below():
    assert mediation_title(mediation(-0.55, -0.45, reach=0.04), "forget").startswith("More than half of the forgetting")
    assert mediation_title(mediation(-0.55, -0.45, reach=0.06), "forget").startswith("The forgetting is shared")


def layers(reach=0.02, **increments):
    total = sum(increments.values())
    parts = {k: estimate(v, reach) for k, v in increments.items()}
    return {
        "layers_intervals": {
            "forget": {
                "total": estimate(total, reach), "increments": parts, "shares": shares_of(increments, total, reach)
            }
        }
    }  # fmt: skip


def shares_of(parts, total, reach):
    return {k: estimate(v / total if total else None, reach / abs(total or 1)) for k, v in parts.items()}


@pytest.mark.parametrize(
    ("increments", "title"),
    [
        ({"conv1": -0.1, "conv2": -0.7}, "Most of the forgetting (88%) sits in the layer conv2."),
        ({"conv1": 0.0, "conv2": -0.8}, "All of the forgetting sits in the layer conv2."),
        (
            {"conv1": -0.32, "conv2": -0.24, "hidden": -0.24},
            "The forgetting is spread over the layers; conv1 has the most, 40%.",
        ),
        ({"conv1": 0.3, "conv2": -0.9}, "The layers pull in opposite directions: conv2 -90 points, conv1 +30 points."),
        ({"conv1": -0.4, "conv2": -0.5}, "More than half of the forgetting (56%) sits in the layer conv2."),
        ({"conv1": 0.2, "conv2": 0.6}, "Most of the gain (75%) sits in the layer conv2."),
        ({"conv1": 0.0, "reach": 0.001}, "No effect: the answers on forgotten images are as before."),
        (
            {"conv1": -0.1, "reach": 0.3},
            "Cannot tell from this many images whether the answers on forgotten images changed.",
        ),
        (
            {"conv1": -0.4, "conv2": -0.4, "reach": 0.2},
            "Cannot tell from this many images in which layer the forgetting sits.",
        ),
    ],
)
def test_layers(increments, title):
    assert layers_title(layers(**increments)) == title


def effects(before, after, lost, kept=0.99, reach=0.02, retrained=None):
    """lost, kept: shares of the true-class effect; retrained: the same pair for the retrained model."""
    shares = {"eliminated": {"unlearned": measures(lost, reach)}, "preserved": {"unlearned": measures(kept, reach)}}
    for kind, value in zip(shares, retrained or (), strict=False):
        shares[kind]["retrained"] = measures(value, reach)
    forget = {"original": {"true_class": estimate(before, reach)}, "unlearned": {"true_class": estimate(after, reach)}}
    return {"effects": {"forget": forget}, "shares": shares}


def measures(value, reach):
    return {name: estimate(value, reach) for name in ("true_class", "prediction_bits", "representation_bits")}


@pytest.mark.parametrize(
    ("numbers", "title"),
    [
        ((0.9, 0.0, 0.997), f"Forgotten images lost 99.7% of {EFFECT}; the others kept 99% of theirs."),
        ((0.9, 0.0, 1.0, 1.02), f"Forgotten images lost all of {EFFECT}; the others kept all of theirs."),
        ((0.9, 0.0, 1.0, 1.5), f"Forgotten images lost all of {EFFECT}; the others kept 150% of theirs."),
        ((0.9, 0.0, 1.0, -4e-5), f"Forgotten images lost all of {EFFECT}; the others kept none of theirs."),
        (
            (0.9, 0.0, 1.0, -0.5),
            f"Forgotten images lost all of {EFFECT}; the others reversed theirs, at 50% of its strength.",
        ),
        ((0.9, 0.45, 0.5, 0.8), f"Forgotten images lost 50% of {EFFECT}; the others kept 80% of theirs."),
        ((0.9, 0.0, 1.0, None), f"Forgotten images lost all of {EFFECT}; for the others, cannot tell."),
        ((0.5, 0.6, -0.2), f"Forgotten images strengthened {EFFECT} by 20%; the others kept 99% of theirs."),
        (
            (0.6, -0.2, 1.3),
            "Forgotten images now push the other way: +60 points on the right answer before, -20 points after.",
        ),
        ((0.9, 0.9, 0.01), "Cannot tell from this many images how much the forgotten images still matter."),
        ((0.3, 0.1, None), "Cannot tell from this many images how much the forgotten images still matter."),
        ((None, None, None), "Cannot tell from this many images how much the forgotten images still matter."),
    ],
)
def test_effects(numbers, title):
    assert effects_title(effects(*numbers)) == title


def test_effects_when_nothing_was_there_or_nothing_changed():
    nothing = effects(0.0, 0.0, None, reach=0.001)
    assert effects_title({**nothing, "intervention": "camu"}).startswith("There was nothing to forget")
    assert "it cannot show what was forgotten" in effects_title({**nothing, "intervention": "noise"})
    assert effects_title(effects(0.9, 0.9, 0.0, 1.0, reach=0.001)) == (
        "Forgotten images kept their effect on the right answer; the others kept all of theirs."
    )


def test_the_right_answer_is_called_gone_only_where_it_is():
    report = effects(0.9, 0.0, 0.99)
    report["shares"]["eliminated"]["unlearned"]["prediction_bits"] = estimate(0.2, 0.02)
    assert hidden_remark(report).startswith("The right answer is gone, yet")
    report["shares"]["eliminated"]["unlearned"]["true_class"] = estimate(0.6, 0.02)
    assert hidden_remark(report).startswith("60% of the effect on the right answer is lost, yet")


def test_effects_wide_interval_cannot_tell():
    assert effects_title(effects(0.9, 0.4, 0.5, reach=0.2)).startswith("Cannot tell")


def test_where_it_differs_from_retraining():
    assert retraining_title(effects(0.9, 0.0, 0.8)) == "No retrained network to compare with yet."
    assert retraining_title(effects(0.9, 0.0, 0.8, 0.9, retrained=(0.3, 0.9))) == (
        "It differs from retraining: forgotten images lost 80% of their effect on the right answer, after retraining "
        "30%."
    )
    assert retraining_title(effects(0.9, 0.0, 0.8, 0.6, retrained=(0.79, 0.9))) == (
        "It differs from retraining: other images kept 60% of their effect on the right answer, after retraining 90%."
    )
    alike = "These numbers show no difference from retraining."
    assert retraining_title(effects(0.9, 0.0, 0.84, 0.9, reach=0.001, retrained=(0.80, 0.9))) == alike
    assert retraining_title(effects(0.9, 0.0, 0.9, 0.9, reach=0.1, retrained=(0.8, 0.9))) == alike  # they overlap
    assert retraining_title(effects(0.9, 0.0, None, None, retrained=(0.8, 0.9))).startswith("Cannot tell")


def attribution(total, reach=0.02, n=3, **terms):
    return {
        "total": estimate(total, reach, n),
        "shapley": {name: estimate(value, reach, n) for name, value in terms.items()},
        "shares": shares_of(terms, total, reach),
    }


@pytest.mark.parametrize(
    ("report", "title"),
    [
        (
            attribution(-1.0, forget_label_weight=-0.8, retain_label_weight=-0.2),
            "Most of the change in accuracy comes from changing the forgotten labels: -80 points of -100 points.",
        ),
        (
            attribution(-1.0, forget_label_weight=-0.47, forget_representation_weight=-0.47, retain_label_weight=-0.06),
            "No single term is shown to make more than half of the change in accuracy; the two largest: "
            "changing the forgotten labels -47 points, moving the forgotten representations -47 points.",
        ),
        (
            attribution(-1.0, forget_label_weight=-0.53, retain_label_weight=-0.47),
            "More than half of the change in accuracy comes from changing the forgotten labels: -53 points of "
            "-100 points.",
        ),
        (
            attribution(-1.0, reach=0.05, forget_label_weight=-0.53, retain_label_weight=-0.47),  # -58 to -48 points
            "No single term is shown to make more than half of the change in accuracy; the two largest: "
            "changing the forgotten labels -53 points, keeping the other labels -47 points.",
        ),
        (
            attribution(0.0, forget_label_weight=-0.4, retain_label_weight=0.4),
            "The terms pull accuracy in opposite directions: "
            "changing the forgotten labels -40 points, keeping the other labels +40 points.",
        ),
        (
            attribution(0.0, reach=0.004, forget_label_weight=0.0, retain_label_weight=0.001),
            "Together the terms leave accuracy as it was.",
        ),
        (attribution(-0.1, reach=0.3, forget_label_weight=-0.1), "Cannot tell from 3 seeds which term moves accuracy."),
    ],
)
def test_attribution(report, title):
    assert attribution_title(report, "accuracy") == title


def test_attribution_from_one_seed_cannot_tell():
    report = attribution(-1.0, forget_label_weight=-1.0, n=1)
    report["total"] |= {"low": None, "high": None}
    assert attribution_title(report, "accuracy") == "Cannot tell from 1 seed what each term does; run more seeds."


def entanglement(change, margin, gold=None):
    nothing = [[None] * 3] * 3
    change = np.array(change, dtype=object).tolist()
    return {
        "method": {"change": change, "margin": [[margin] * 3] * 3},
        "retraining": {"change": gold or nothing, "margin": nothing},
    }


HARM = [[-1.0, 0.0, -0.12], [0.02, -1.0, -0.05], [None, None, None]]


@pytest.mark.parametrize(
    ("report", "title"),
    [
        (entanglement(HARM, 0.03), "The class hurt most is cat after forgetting ant, -12 points."),
        (
            entanglement(HARM, 0.03, gold=[[-1.0, 0.0, -0.01]] * 3),
            "The class hurt most is cat after forgetting ant, -12 points. Retraining: -1 point.",
        ),
        (
            entanglement(HARM, 0.2),
            "Cannot tell from this many test images whether other classes are harmed; "
            "the largest fall is 12 points, of cat after forgetting ant.",
        ),
        (
            entanglement([[-1.0, 0.0, 0.0], [0.0, -1.0, 0.3], [0.0, 0.0, -1.0]], 0.03),
            "No class lost more than 1 point when another was forgotten.",
        ),
        (entanglement([[None] * 3] * 3, None), "Cannot tell yet: no class has been forgotten."),
    ],
)
def test_entanglement(report, title):
    assert entanglement_title(report, ["ant", "bee", "cat"]) == title


def test_a_pull_that_grew_is_not_said_to_be_lost_by_less_than_nothing():
    title = retraining_title(effects(0.9, 0.0, 0.43, 0.9, reach=0.001, retrained=(-0.17, 0.9)))
    assert title.endswith(
        "forgotten images lost 43% of their effect on the right answer, after retraining it is stronger by 17%."
    )
    title = retraining_title(effects(0.9, 0.0, -0.2, 0.9, reach=0.001, retrained=(0.4, 0.9)))
    assert title.endswith(
        "forgotten images strengthened their effect on the right answer by 20%, after retraining 40%."
    )


def test_a_pull_is_turned_round_or_stronger_only_where_that_is_clear():
    assert effects_title(effects(0.9, 0.0, 1.0, -0.02, reach=0.1)).endswith("the others kept none of theirs.")
    assert effects_title(effects(0.9, 0.92, -0.02, 1.0, reach=0.001)).startswith(
        f"Forgotten images strengthened {EFFECT} by 2%"
    )
    assert effects_title(effects(0.5, 0.9, -1.33, 1.0, reach=0.001)).startswith(
        f"Forgotten images strengthened {EFFECT} by 133%"
    )


def test_a_pull_that_turned_round_is_not_said_to_be_stronger():
    title = retraining_title(effects(0.9, 0.0, 1.0, -0.5, reach=0.001, retrained=(1.0, 1.0)))
    assert title.endswith(
        "other images reversed their effect on the right answer, at 50% of its strength, after retraining all."
    )
    title = retraining_title(effects(0.9, 0.0, 1.0, 1.0, reach=0.001, retrained=(1.0, -0.5)))
    assert title.endswith("after retraining it is turned round, to 50% of its strength.")


def inside(ours, gold, reach=0.02):
    shares = {"unlearned": {"representation_bits": estimate(ours, reach)}}
    return {
        "shares": {
            "eliminated": shares
            | ({"retrained": {"representation_bits": estimate(gold, reach)}} if gold is not None else {})
        }
    }


def test_how_the_inside_differs_from_a_network_that_never_saw_them():
    assert inner_remark(inside(0.64, 0.11)) == (
        "Replacing a forgotten image moves the representation 36% as far as before; in a network that never saw it, "
        "89%. Comparing the two could give it away."
    )
    assert inner_remark(inside(0.64, 0.61)) == "", "the intervals overlap"
    assert inner_remark(inside(0.64, None)) == ""


@pytest.mark.parametrize(("ours", "is_different"), [(0.70, True), (0.82, False), (0.95, True)])
def test_with_a_band_only_what_no_retraining_does_is_different(ours, is_different):
    """One retrained network with 70% would call 82% different; among those of the band it is the middle."""
    shares = {
        "unlearned": dict.fromkeys(EFFECTS, estimate(ours)), "retrained": dict.fromkeys(EFFECTS, estimate(0.70))
    }  # fmt: skip
    report = {"shares": {"eliminated": shares, "preserved": shares}}
    alone = retraining_remarks(report, ["forget"])
    assert bool(alone) is (ours != 0.70)
    values = {f"{key}_{name}": [0.81, 0.82, 0.83] for key in ("eliminated", "preserved") for name in EFFECTS}
    found = retraining_remarks(report | {"reference": {"measures": values}}, ["forget"])
    assert bool(found) is is_different
    if found:
        assert "after retraining, 82% on average over 3 networks." in found[0]
    assert inner_remark(report | {"reference": {"measures": values}}) == "" or is_different


def test_shares_in_which_retrained_networks_differ_widely_are_not_called_alike():
    shares = {"unlearned": dict.fromkeys(EFFECTS, estimate(0.82)), "retrained": dict.fromkeys(EFFECTS, estimate(0.82))}
    report = {"shares": {"eliminated": shares, "preserved": shares}}
    assert retraining_title(report) == "These numbers show no difference from retraining."
    values = {f"{key}_{name}": [0.81, 0.82, 0.83] for key in ("eliminated", "preserved") for name in EFFECTS}
    values["eliminated_representation_bits"] = [0.2, 0.6, 0.9]
    told = retraining_title(report | {"reference": {"measures": values}})
    assert told == "5 of 6 effects show no clear difference from retraining; 1 cannot be compared."

"""Sentences beside the figures, by rules from the numbers: what a reader would otherwise take the wrong way."""

from collections.abc import Collection, Mapping
from typing import Any

from camu_core.measures.estimates import Estimate, Measured, are_apart, is_measured
from camu_core.wording.causal import (
    DIFFERENT,
    EFFECTS,
    NEGLIGIBLE,
    TERMS,
    _are_opposed,
    _is_firm,
    _points,
    _reading,
    _share,
    after_retraining,
    change,
    gold_share,
)
from camu_core.wording.format import capital, percent

_GONE = 0.95  # of the effect on the right answer, lost: the answer is gone
_HIDDEN = 0.5  # an effect of which more than this is left in bits is worth a word


def hidden_remark(report: Mapping[str, Any]) -> str:
    """What is left of the forgotten images' effect where accuracy cannot show it; empty if nothing is."""
    shares = report["shares"]["eliminated"]["unlearned"]
    answer, whole = shares["true_class"], shares["prediction_bits"]
    if answer["value"] is None or whole["low"] is None or answer["value"] < _HIDDEN or whole["high"] > _HIDDEN:
        return ""
    gold = gold_share(report, "eliminated", "prediction_bits")
    beside = f" ({percent(gold['value'])} after retraining)" if is_measured(gold) else ""
    is_gone = answer["low"] is not None and answer["low"] >= _GONE
    gone = "The right answer is gone" if is_gone else f"{_share(answer)} of the effect on the right answer is lost"
    return (
        f"{gone}, yet the images still move the answer as a whole: only {_share(whole)} of that effect "
        f"is lost{beside}. The network sees something else in them, not nothing."
    )


def retraining_remarks(report: Mapping[str, Any], groups: Collection[str] = ("forget", "retain")) -> list[str]:
    """Each share that differs clearly and noticeably from the retrained network's, a sentence each.

    The largest gap comes first; it is the one that `retraining_title` tells.
    """
    found = []
    for group, key, whose, verb in (
        ("forget", "eliminated", "Forgotten", "lost"),
        ("retain", "preserved", "Other", "kept"),
    ):
        if group not in groups:
            continue
        for measure, effect in EFFECTS.items():
            ours, gold = report["shares"][key]["unlearned"][measure], gold_share(report, key, measure)
            if _is_firm(gold) and (gap := _clear_gap(ours, gold)):
                there = after_retraining(report, verb, gold)
                sentence = f"{whose} images {change(verb, ours, effect)}; after retraining, {there}."
                found.append((gap, sentence))
    return [sentence for _, sentence in sorted(found, reverse=True)]


def _clear_gap(ours: Estimate, gold: Measured) -> float:
    """How far a share is from that after retraining; 0 where that is unknown, small, or within the intervals."""
    if not _is_firm(ours):
        return 0.0
    gap = abs(ours["value"] - gold["value"])
    return gap if are_apart(ours, gold) and gap >= DIFFERENT else 0.0


def inner_remark(report: Mapping[str, Any]) -> str:
    """How the forgotten images move the representation, beside a network that never saw them; empty if alike."""
    ours = report["shares"]["eliminated"]["unlearned"]["representation_bits"]
    gold = gold_share(report, "eliminated", "representation_bits")
    if not _is_firm(gold) or not _clear_gap(ours, gold):
        return ""
    left, there = (percent(max(0.0, 1 - share["value"])) for share in (ours, gold))
    return (
        f"Replacing a forgotten image moves the representation {left} as far as before; in a network that never saw "
        f"it, {there}. Comparing the two could give it away."
    )


def substitutes_remark(attribution: Mapping[str, Any]) -> str:
    """The two terms that most stand in for each other: both matter, neither is missed. Empty if no two do."""
    for pair in sorted(attribution["interactions"], key=lambda pair: -abs(pair["estimate"]["value"])):
        one, other = pair["terms"]
        shares = [attribution["shapley"][term] for term in (one, other)]
        alone = [attribution["leave_one_out"][term] for term in (one, other)]
        if any(_reading(share) != "clear" for share in shares) or shares[0]["value"] * shares[1]["value"] < 0:
            continue
        missed = max(abs(loss["value"]) for loss in alone)
        if _are_opposed(pair["estimate"], shares[0]) and missed < NEGLIGIBLE:
            return (
                f"'{capital(TERMS.get(one, one))}' and '{TERMS.get(other, other)}' stand in for each other: leaving "
                f"either one out changes the outcome by at most {100 * missed:.1f} points, though their shares are "
                f"{_points(shares[0])} and {_points(shares[1])}."
            )
    return ""

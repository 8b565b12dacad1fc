"""One plain sentence per figure, by fixed rules from the numbers of the causal reports.

Every rule asks in this order: is there an effect at all, can it be told from this many images, do the parts pull the
same way (else a share means nothing, and both signed numbers are said), and only then: whose share is it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeGuard

import numpy as np

from camu_core.measures import Reference
from camu_core.measures.estimates import Estimate, Measured, are_apart, is_measured
from camu_core.wording.format import number, percent

NEGLIGIBLE = 0.01  # one point; an interval within it on both sides is "no effect"
WIDE = 0.30  # a share whose interval is wider than this is not stated
MAJORITY = 0.5
MOST = 0.6  # of a share from here on, "most" is said, and between here and the majority "more than half"
BEYOND = 1.05  # a part that does more than this share of the whole overshoots it
DIFFERENT = 0.05  # shares nearer than this are called alike; a counter-pull below this share is not worth a sentence
_NO_SHARE = 0.0005  # a share nearer to 0 or 1 is none, or all

EFFECTS = {
    "true_class": "their effect on the right answer",
    "prediction_bits": "their effect on the whole answer",
    "representation_bits": "their effect on the representation",
}
# Of the network, by which of its outputs is swapped; "representation" is a layer, too.
PARTS = {"representation": "encoder", "head": "head"}
TERMS = {
    "retain_representation_weight": "keeping the other representations",
    "forget_representation_weight": "moving the forgotten representations",
    "retain_label_weight": "keeping the other labels",
    "forget_label_weight": "changing the forgotten labels",
}


def titles(report: Mapping[str, Any]) -> dict[str, str]:
    """The title of every figure of a `causal_report`; of one without mediation, only those of the effects."""
    found = {"effects": effects_title(report), "retraining": retraining_title(report)}
    if report["mediation"] is None:
        return found
    parts = {f"mediation_{group}": mediation_title(report, group) for group in ("forget", "retain")}
    return {**found, **parts, "layers": layers_title(report)}


def effects_title(report: Mapping[str, Any]) -> str:
    """What became of the forget images' effect on the true class, and of the retain images'."""
    before, after = (report["effects"]["forget"][model]["true_class"] for model in ("original", "unlearned"))
    lost = report["shares"]["eliminated"]["unlearned"]["true_class"]
    kept = report["shares"]["preserved"]["unlearned"]["true_class"]
    if _reading(before) == "none":
        if report.get("intervention", "camu") == "camu":
            return "There was nothing to forget: these images made no difference to the answers before."
        return "Replacing these images in this way made no difference before: it cannot show what was forgotten."
    if _reading(before) == _reading(after) == "clear" and before["value"] * after["value"] < 0:
        return (
            "Forgotten images now push the other way: "
            f"{_points(before)} on the right answer before, {_points(after)} after."
        )
    if not _is_firm(lost) or _reading(lost) == "unclear":
        return "Cannot tell from this many images how much the forgotten images still matter."
    effect = EFFECTS["true_class"]
    rest = f"the others {change('kept', kept, 'theirs')}" if _is_firm(kept) else "for the others, cannot tell"
    if _reading(lost) == "none":
        return f"Forgotten images kept {effect}; {rest}."
    return f"Forgotten images {change('lost', lost, effect)}; {rest}."


def mediation_title(report: Mapping[str, Any], group: Literal["forget", "retain"]) -> str:
    """Which part of the network did it."""
    parts, shares = report["mediation_intervals"][group], report["mediation_shares"][group]
    total, representation, head = parts["total"], parts["representation"], parts["head"]
    if sentence := _no_change(total, group):
        return sentence
    if _are_opposed(representation, head):
        return f"The two parts pull in opposite directions: encoder {_points(representation)}, head {_points(head)}."
    noun = _noun(total, group)
    if not (_is_firm(shares["representation"]) and _is_firm(shares["head"])):
        return f"Cannot tell from this many images which part caused the {noun}."
    for name, part in PARTS.items():
        if shares[name]["low"] > BEYOND:
            return f"The new {part} alone does more than the whole: {_points(parts[name])} against {_points(total)}."
    by_representation, by_head = _share(shares["representation"]), _share(shares["head"])
    if min(shares["representation"]["low"], shares["head"]["low"]) > MAJORITY:
        least = min(shares["representation"], shares["head"], key=lambda share: share["value"])
        much = "more than half" if _most(least) == "All" else _most(least).lower()
        return f"Either part alone does {much} of the {noun}: encoder {by_representation}, head {by_head}."
    if shares["interaction"]["low"] > MAJORITY:
        return f"The {noun} takes both parts: encoder alone {by_representation}, head alone {by_head}."
    for name, part in PARTS.items():
        if shares[name]["low"] > MAJORITY:
            return f"{_most(shares[name])} of the {noun}{_figure(shares[name])} happened in the {part}."
    return f"The {noun} is shared: encoder alone {by_representation}, head alone {by_head}."


def layers_title(report: Mapping[str, Any]) -> str:
    """In which block forgetting sits."""
    layers = report["layers_intervals"]["forget"]
    total, increments = layers["total"], layers["increments"]
    if sentence := _no_change(total, "forget"):
        return sentence
    noun = _noun(total, "forget")
    direction = np.sign(total["value"])
    first, most = max(increments.items(), key=lambda item: direction * item[1]["value"])
    last, least = min(increments.items(), key=lambda item: direction * item[1]["value"])
    if _are_opposed(most, least):
        return f"The layers pull in opposite directions: {first} {_points(most)}, {last} {_points(least)}."
    share = layers["shares"][first]
    if not _is_firm(share):
        return f"Cannot tell from this many images in which layer the {noun} sits."
    if share["low"] > MAJORITY:
        return f"{_most(share)} of the {noun}{_figure(share)} sits in the layer {first}."
    return f"The {noun} is spread over the layers; {first} has the most, {_share(share)}."


def retraining_title(report: Mapping[str, Any]) -> str:
    """Where the unlearned model differs most from the retrained one, if it does."""
    gaps = []
    for verb, whose, key in (("lost", "forgotten", "eliminated"), ("kept", "other", "preserved")):
        shares = report["shares"][key]
        if "retrained" not in shares and not report.get("reference"):
            return "No retrained network to compare with yet."
        for measure, effect in EFFECTS.items():
            ours, gold = shares["unlearned"][measure], gold_share(report, key, measure)
            if _is_firm(ours) and _is_firm(gold):
                there = after_retraining(report, verb, gold)
                sentence = f"{whose} images {change(verb, ours, effect)}, after retraining {there}."
                gaps.append((abs(ours["value"] - gold["value"]) * are_apart(ours, gold), sentence))
    if not gaps:
        return "Cannot tell from this many images whether it differs from retraining."
    gap, sentence = max(gaps, key=lambda pair: pair[0])
    if gap < DIFFERENT:
        if (n_open := 2 * len(EFFECTS) - len(gaps)) > 0:  # such as shares in which retrained networks differ widely
            told = f"{len(gaps)} of {2 * len(EFFECTS)} effects show no clear difference from retraining"
            return f"{told}; {n_open} cannot be compared."
        return "These numbers show no difference from retraining."
    return f"It differs from retraining: {sentence}"


def gold_share(report: Mapping[str, Any], key: str, measure: str) -> Estimate | None:
    """A share of `effect_shares` after retraining; None where nobody retrained.

    Of the reference band if there is one, with the interval in which one more retrained network falls; else of the one
    retrained network, with its interval over images.
    """
    if reference := report.get("reference"):
        band = Reference.of(reference["measures"][f"{key}_{measure}"])
        if band is not None:
            return Estimate(value=band.mean, low=band.low, high=band.high, n=band.n_seeds)
    found: Estimate | None = report["shares"][key].get("retrained", {}).get(measure)
    return found


def after_retraining(report: Mapping[str, Any], verb: str, gold: Measured) -> str:
    """The end of a sentence, of what `gold_share` gave. Args: verb: see `change`."""
    networks = f" on average over {gold['n']} networks" if report.get("reference") else ""
    return f"{beside(verb, gold)}{networks}"


def attribution_title(attribution: Mapping[str, Any], outcome: str) -> str:
    """Which term does most.

    Args:
        attribution: `attribution_report` of one outcome that is a fraction.
        outcome: its name in a sentence, such as "accuracy on forgotten images".
    """
    total, terms = attribution["total"], attribution["shapley"]
    (first, most), *_ = by_size = sorted(terms.items(), key=lambda item: -abs(item[1]["value"]))
    if total["low"] is None:
        return f"Cannot tell from {total['n']} seed what each term does; run more seeds."
    for name, other in by_size[1:]:
        if _are_opposed(most, other):
            return (
                f"The terms pull {outcome} in opposite directions: "
                f"{_term(first)} {_points(most)}, {_term(name)} {_points(other)}."
            )
    if _reading(total) == "none":
        return f"Together the terms leave {outcome} as it was."
    if _reading(total) == "unclear" or _reading(most) == "unclear":
        return f"Cannot tell from {total['n']} seeds which term moves {outcome}."
    share = attribution["shares"][first]
    if is_measured(share) and share["low"] > MAJORITY:
        return (
            f"{_most(share)} of the change in {outcome} comes from {_term(first)}: {_points(most)} of {_points(total)}."
        )
    ranking = ", ".join(f"{_term(name)} {_points(other)}" for name, other in by_size[:2])
    return f"No single term is shown to make more than half of the change in {outcome}; the two largest: {ranking}."


def entanglement_title(report: Mapping[str, Any], class_names: Sequence[str]) -> str:
    """Which class suffers most when another is forgotten.

    Args:
        report: of `entanglement_report`.
    """
    change, margin, gold = (
        np.array(matrix, dtype=np.float64)
        for matrix in (report["method"]["change"], report["method"]["margin"], report["retraining"]["change"])
    )
    np.fill_diagonal(change, np.nan)
    if np.isnan(change).all():
        return "Cannot tell yet: no class has been forgotten."
    is_harm = change < -np.maximum(margin, NEGLIGIBLE)
    lowest = np.nanargmin(np.where(is_harm, change, 0) if is_harm.any() else change)
    row, column = (int(i) for i in np.unravel_index(lowest, change.shape))
    which = f"{class_names[column]} after forgetting {class_names[row]}"
    if is_harm.any():
        beside = "" if np.isnan(gold[row, column]) else f" Retraining: {_points(gold[row, column])}."
        return f"The class hurt most is {which}, {_points(change[row, column])}.{beside}"
    if change[row, column] < -NEGLIGIBLE:
        fall = _points(-change[row, column]).removeprefix("+")
        return (
            "Cannot tell from this many test images whether other classes are harmed; "
            f"the largest fall is {fall}, of {which}."
        )
    return "No class lost more than 1 point when another was forgotten."


def _reading(estimate: Estimate | Measured) -> Literal["none", "unclear", "clear"]:
    low, high = estimate["low"], estimate["high"]
    if low is None or high is None:
        return "unclear"
    if low > -NEGLIGIBLE and high < NEGLIGIBLE:
        return "none"
    return "unclear" if low <= 0 <= high else "clear"


def _no_change(total: Estimate, group: str) -> str | None:
    images = {"forget": "forgotten", "retain": "other"}[group]
    return {
        "none": f"No effect: the answers on {images} images are as before.",
        "unclear": f"Cannot tell from this many images whether the answers on {images} images changed.",
    }.get(_reading(total))


def _noun(total: Measured, group: str) -> str:
    if total["value"] > 0:
        return "gain"
    return {"forget": "forgetting", "retain": "loss on other images"}[group]


def _are_opposed(one: Measured, other: Measured) -> bool:
    smaller, larger = sorted([abs(one["value"]), abs(other["value"])])
    is_clear = _reading(one) == _reading(other) == "clear"
    return is_clear and one["value"] * other["value"] < 0 and smaller > max(NEGLIGIBLE, DIFFERENT * larger)


def _is_firm(share: Estimate | Measured | None) -> TypeGuard[Measured]:
    return is_measured(share) and share["high"] - share["low"] <= WIDE


def _most(share: Measured) -> str:
    """What a share above the majority is called."""
    return "All" if _is_all(share["value"]) else "Most" if share["value"] >= MOST else "More than half"


def _figure(share: Measured) -> str:
    return "" if _is_all(share["value"]) else f" ({_share(share)})"


def _term(name: str) -> str:
    return TERMS.get(name, name)


def _share(share: Measured) -> str:
    """A share in words, between "none" and "all"."""
    fraction = min(max(share["value"], 0), 1)
    if _is_all(fraction):
        return "all"
    return "none" if fraction < _NO_SHARE else percent(fraction)


def _is_all(fraction: float) -> bool:
    return fraction >= 1 - _NO_SHARE


def _whole(share: Measured) -> str:
    """As `_share`, but an effect that has grown beyond what it was is said so."""
    return percent(share["value"]) if share["value"] > BEYOND else _share(share)


def _is_below_none(share: Measured) -> bool:
    """Whether a share is shown to be negative, by more than nothing."""
    return share["value"] < -_NO_SHARE and share["high"] < 0


def change(verb: str, share: Measured, effect: str) -> str:
    """What became of it: 'lost 43% of their effect on the whole answer'; it can also have grown, or been reversed.

    Args:
        verb: "lost", or "kept" where the share is what is left.
    """
    if not _is_below_none(share):
        return f"{verb} {_whole(share)} of {effect}"
    much = percent(-share["value"])
    return f"reversed {effect}, at {much} of its strength" if verb == "kept" else f"strengthened {effect} by {much}"


def beside(verb: str, share: Measured) -> str:
    """The same share of another network, for the end of a sentence. Args: see `change`."""
    if not _is_below_none(share):
        return _whole(share)
    much = percent(-share["value"])
    return f"it is turned round, to {much} of its strength" if verb == "kept" else f"it is stronger by {much}"


def _points(change: Measured | float) -> str:
    value = 100 * (change if isinstance(change, float) else change["value"])
    shown = number("{:+.1f}" if abs(value) < 1 else "{:+.0f}", value)
    return f"{shown} point" if shown in ("+1", "-1") else f"{shown} points"

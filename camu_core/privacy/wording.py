"""One plain sentence per question, by fixed rules from the numbers of a privacy report.

Every rule asks in this order: is there a number at all, can it be told from this many images, and is it other than what
a network that never saw the forget set gives? A share or a rate is only called higher where the intervals are apart.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import norm

from camu_core.estimates import CONFIDENCE, Estimate
from camu_core.privacy.attacks import SCORES
from camu_core.privacy.inside import UNTRAINED

GUESSING = 0.5
# How much wider a normal interval of 95% becomes, if as many hold at once as there are attacks.
_TAIL = (1 - CONFIDENCE) / 2
CHOSEN = float(norm.isf(_TAIL / len(SCORES)) / norm.isf(_TAIL))
WIDE_AUC = 0.15  # an interval wider than this around guessing is no proof that nobody can tell
DIFFERENT = 0.01  # mean accuracies over the lesson nearer than this are called alike
SMALLEST_FACTOR = 1.1  # odds that shift by less are not worth a warning
SCORE_NAMES = {"attacker": "attack model", "confidence": "confidence", "entropy": "entropy"}

_CLAUSES = {
    "attack": {
        "none": "An attacker cannot tell the forgotten images from new ones",
        "tells": "An attacker can tell the forgotten images from new ones",
        "over": "Pushed away too far: an attacker can tell, because the network is less sure of them than of new ones",
        "like gold": "An attacker can tell them, but just so with a network that never saw them",
        "unclear": "Too few images to say whether an attacker could spot the forgotten ones",
        "too few": "There are too few images to attack",
    },
    "relearning": {
        "faster": "they come back faster than in a network that never saw them",
        "slower": "they come back more slowly than in a network that never saw them",
        "same": "they come back no faster than in a network that never saw them",
        "unclear": "whether they come back faster is not clear",
        "known": "the network recognises them without a lesson",
        "known, as does gold": "the network recognises them without a lesson, as does one that never saw them",
        "alone": "they come back after {batches} batches",
        "never": "they did not come back within {last} batches",
    },
    "inside": {
        "more": "they are easier to read than {there}",
        "less": "they are harder to read than {there}",
        "same": "they are as readable as {there}",
        "alone": "a straight line finds {value} of them and of the others",
        "too few": "there are too few images to look",
    },
}

_THERE = "in a network that never saw them"


def headline(report: Mapping[str, Any]) -> str:
    """Could an attacker tell, can it come back, is it still readable inside: in one sentence."""
    found = _found(report)
    there = "there" if "never saw" in found["relearning"] else _THERE
    return f"{found['attack']}; {found['relearning']}; and inside {found['inside'].format(there=there)}."


def findings(report: Mapping[str, Any]) -> dict[str, str]:
    """The same in a plain sentence each: "attack", "relearning", "inside"."""
    found = _found(report)
    inside = f"Inside, {found['inside'].format(there=_THERE)}."
    return {"attack": f"{found['attack']}.", "relearning": f"{_capital(found['relearning'])}.", "inside": inside}


def _found(report: Mapping[str, Any]) -> dict[str, str]:
    needed, probe = report["relearning"]["batches_needed"]["unlearned"], report["linear_probe"]["unlearned"]["value"]
    readings = {
        "attack": attack_reading(report)[0], "relearning": relearning_reading(report), "inside": inside_reading(report)
    }  # fmt: skip
    words = {
        "batches": _count(needed), "last": report["relearning"]["batches"][-1],
        "value": "" if probe is None else _percent(probe), "there": "{there}",
    }  # fmt: skip
    return {part: _CLAUSES[part][reading].format(**words) for part, reading in readings.items()}


def attack_reading(report: Mapping[str, Any]) -> tuple[str, str]:
    """What the most telling attack says ("none", "tells", "over", "like gold", "unclear", "too few"), and its score."""
    if report["attack"] is None:
        return "too few", SCORES[0]
    auc = {score: report["attack"]["unlearned"][score]["auc"] for score in SCORES}
    score = max(SCORES, key=lambda name: abs(auc[name]["value"] - GUESSING))
    ours, gold = auc[score], report["attack"].get("retrained", {}).get(score, {}).get("auc")
    side = _side(ours)
    if side and gold and _side(gold) == side and not _are_apart(ours, gold):
        return "like gold", score
    if side:
        return ("tells" if side > 0 else "over"), score
    return ("unclear" if auc[score]["high"] - auc[score]["low"] > WIDE_AUC else "none"), score


def _side(auc: Estimate) -> int:
    """1 above guessing, -1 below, 0 if that cannot be told.

    The best of several attacks was chosen, so its interval is made as wide as all of them at once need (Bonferroni).
    """
    low, high = (auc["value"] + CHOSEN * (auc[end] - auc["value"]) for end in ("low", "high"))
    return int(low > GUESSING) - int(high < GUESSING)


def attack_title(report: Mapping[str, Any]) -> str:
    """The finding of the most telling of the three attacks, beside the retrained network's."""
    return f"{_CLAUSES['attack'][attack_reading(report)[0]]}. {attack_numbers(report)}".strip()


def attack_numbers(report: Mapping[str, Any]) -> str:
    """The area under the curve of the most telling attack, beside the retrained network's; empty if there is none."""
    reading, score = attack_reading(report)
    if reading == "too few":
        return ""
    attacks = report["attack"]
    ours = attacks["unlearned"][score]["auc"]
    numbers = f"Best attack, by {SCORE_NAMES[score]}: AUC {ours['value']:.2f}, guessing gives 0.50"
    if "retrained" in attacks:
        gold = attacks["retrained"][score]["auc"]
        apart = "" if _are_apart(ours, gold) else "; so few images cannot tell these two apart"
        numbers += f", a network that never saw them {gold['value']:.2f}{apart}"
    return f"{numbers}."


def relearning_reading(report: Mapping[str, Any]) -> str:
    """One of "known", "known, as does gold", "faster", "slower", "same", "unclear", "alone", "never"."""
    lesson = report["relearning"]
    needed, against = lesson["batches_needed"]["unlearned"], lesson["faster_than_retrained"]
    if needed == 0:
        return "known, as does gold" if lesson["batches_needed"].get("retrained") == 0 else "known"
    if against is None:
        return "never" if needed is None else "alone"
    low, high = against["unlearned"]["low"], against["unlearned"]["high"]
    if low > -DIFFERENT and high < DIFFERENT:
        return "same"
    if low > 0:
        return "faster"
    return "slower" if high < 0 else "unclear"


def relearning_title(report: Mapping[str, Any]) -> str:
    """How many batches it takes, beside the retrained network."""
    lesson = report["relearning"]
    needed, last = lesson["batches_needed"], lesson["batches"][-1]
    if (reading := relearning_reading(report)).startswith("known"):
        sentence = _CLAUSES["relearning"][reading].replace("them", "the forgotten images", 1)
        return f"Nothing to relearn: {sentence}."

    def after(name: str) -> str:
        return f"not within {last} batches" if needed[name] is None else f"after {_count(needed[name])} batches"

    beside = f"; one that never saw them, {after('retrained')}" if "retrained" in needed else ""
    word = {"faster": "Quick to come back", "slower": "Slow to come back", "same": "No quicker than from nothing",
            "unclear": "Cannot tell if it is quicker"}.get(reading, "Coming back")  # fmt: skip
    return f"{word}: known again {after('unlearned')}{beside}."


def inside_reading(report: Mapping[str, Any]) -> str:
    """One of "more", "less", "same", without a retrained network "alone", or "too few"."""
    probes = report["linear_probe"]
    if probes["unlearned"]["value"] is None:
        return "too few"
    if "retrained" not in probes:
        return "alone"
    if not _are_apart(probes["unlearned"], probes["retrained"]):
        return "same"
    return "more" if probes["unlearned"]["value"] > probes["retrained"]["value"] else "less"


def inside_title(report: Mapping[str, Any]) -> str:
    """How much a linear probe reads off, beside the networks that never saw the images."""
    probes, reading = report["linear_probe"], inside_reading(report)
    if reading == "too few":
        return "Too few images to fit a probe."
    ours, floor = _percent(probes["unlearned"]["value"]), _percent(probes[UNTRAINED]["value"])
    word = {"more": "Still easier to read inside", "less": "Harder to read inside",
            "same": "As readable inside as if never seen", "alone": "Readable inside"}[reading]  # fmt: skip
    gold = f"retrained {_percent(probes['retrained']['value'])}, " if "retrained" in probes else ""
    return f"{word}: {ours}, {gold}no training at all {floor}."


def epsilon_title(report: Mapping[str, Any]) -> str:
    """The odds that the most telling kind of answer shifts, at least."""
    if report["epsilon"] is None:
        return "No retrained network to compare with yet."
    ours = report["epsilon"]["unlearned"]
    if ours["value"] is None:
        return "Too few images to tell two networks apart."
    if np.exp(ours["low"]) < SMALLEST_FACTOR:
        return f"From {ours['n']:,} images, no kind of answer is shown to give the unlearned network away."
    times = f"at least {factor_text(ours['low'])} times as frequent"
    more, less = ("forgetting", "retraining") if ours["ours"] > ours["gold"] else ("retraining", "forgetting")
    return f"At worst, one kind of answer is {times} after {more} as after {less}."


def layers_title(report: Mapping[str, Any]) -> str:
    """Where the network left the original most on forgotten images, and whether towards the retrained one."""
    forget = report["cka"]["forget"]
    known = {name: e["value"] for name, e in forget["original-unlearned"].items() if e["value"] is not None}
    if not known:
        return "Too few forgotten images to compare the layers."
    layer = min(known, key=known.get)
    others = report["cka"]["retain"]["original-unlearned"][layer]["value"]
    beside = "" if others is None else f", on others {others:.2f}"
    sentence = f"On forgotten images the layer {layer} changed most (likeness {known[layer]:.2f}{beside})"
    if "original-retrained" not in forget:
        return f"{sentence}."
    before, after = forget["original-retrained"][layer], forget["unlearned-retrained"][layer]
    if before["value"] is None or after["value"] is None or not _are_apart(before, after):
        return f"{sentence}, no nearer to the retrained network."
    return f"{sentence}, {'towards' if after['value'] > before['value'] else 'away from'} the retrained network."


def _are_apart(one: Estimate, other: Estimate) -> bool:
    ends = [one["low"], one["high"], other["low"], other["high"]]
    return None not in ends and (one["low"] > other["high"] or other["low"] > one["high"])


def factor_text(epsilon: float) -> str:
    """e^epsilon, never rounded up, since it is a lower bound."""
    factor = float(np.exp(epsilon))
    return f"{np.floor(factor):,.0f}" if factor >= 10 else f"{np.floor(10 * factor) / 10:.1f}"


def _count(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def _percent(fraction: float) -> str:
    return f"{fraction:.0%}" if fraction == 1 or fraction <= 0.995 else f"{fraction:.1%}"


def _capital(phrase: str) -> str:
    return phrase[0].upper() + phrase[1:]

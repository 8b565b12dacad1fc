"""Every attack on every network."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from camu_core.measures import (
    area_under_roc,
    attacker_scores,
    auc_interval,
    best_threshold,
    confidence_scores,
    entropy_scores,
    label_scores,
    view_threshold,
    worst_epsilon,
)

# What an attacker goes by: a trained attack model, how sure the answer is, how little it is spread.
SCORES = ("attacker", "confidence", "entropy")
GROUPS = ("members", "others")


@dataclass(frozen=True)
class Answers:
    """One network's logits for the images of `AttackGroups`, float32 (n, C) each."""

    known_members: np.ndarray
    known_others: np.ndarray
    members: np.ndarray
    others: np.ndarray


@dataclass(frozen=True)
class Scored:
    """What one score says of the images asked about, and where an attacker would draw the line.

    Args:
        members, others: float64 (n,), the higher the more like trained on.
        threshold: best on the images that the attacker knows; of the attack model, probability 1/2.
    """

    members: np.ndarray
    others: np.ndarray
    threshold: float


def score_answers(answers: Answers) -> dict[str, Scored]:
    """One network's answers by every score of SCORES."""
    known, asked = (answers.known_members, answers.known_others), (answers.members, answers.others)
    scored = {"attacker": Scored(*attacker_scores(known, asked), threshold=0.5)}
    for name, measure in (("confidence", confidence_scores), ("entropy", entropy_scores)):
        scored[name] = Scored(*map(measure, asked), threshold=best_threshold(*map(measure, known)))
    return scored


def attack_report(score: Scored, rng: np.random.Generator) -> dict[str, Any]:
    """How well the attack by one score does.

    Args:
        rng: of the bootstrap; right after `attack_groups`, so that the attack model's is that of `membership_attack`.
    Returns:
        `auc`: estimate; `threshold`; and at that threshold `caught`, `missed`, `false_alarms`: counts of images,
        `balanced_accuracy`: 0..1.
    """
    low, high = auc_interval(score.members, score.others, rng)
    view = view_threshold(score.members, score.others, score.threshold)
    value = area_under_roc(score.members, score.others)
    return {
        "auc": {"value": value, "low": low, "high": high, "n": len(score.members)},
        "threshold": score.threshold,
        "caught": len(view.caught),
        "missed": len(view.missed),
        "false_alarms": len(view.false_alarms),
        "balanced_accuracy": view.balanced_accuracy,
    }


def epsilon_report(logits: Mapping[str, np.ndarray], y: np.ndarray, seed: int) -> dict[str, Any] | None:
    """Each network's worst case against the retrained one; None without a retrained network.

    Args:
        logits: float32 (n, C) by name of the network, all on the same images to forget; y: int64 (n,), their classes.
    Returns:
        name -> `worst_epsilon` over the right answer's odds, confidence and entropy.
    """
    if "retrained" not in logits:
        return None
    scores = {
        name: {"right": label_scores(part, y), "confidence": confidence_scores(part), "entropy": entropy_scores(part)}
        for name, part in logits.items()
    }
    gold = scores.pop("retrained")
    return {name: worst_epsilon(ours, gold, seed) for name, ours in scores.items()}

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
    view_threshold,
    worst_epsilon,
)
from camu_core.measures.estimates import Estimate

# What an attacker goes by: a trained attack model, how sure the answer is, how little it is spread.
SCORES = ("attacker", "confidence", "entropy")
GROUPS = ("members", "others")
SEED = 0  # of the halves on which an event is chosen and measured


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

    def area(self) -> Estimate:
        """Area under the ROC curve, without an interval."""
        return Estimate(value=area_under_roc(self.members, self.others), low=None, high=None, n=len(self.members))


def score_answers(answers: Answers) -> dict[str, Scored]:
    """One network's answers by every score of SCORES."""
    known, asked = (answers.known_members, answers.known_others), (answers.members, answers.others)
    scored = {"attacker": Scored(*attacker_scores(known, asked), threshold=0.5)}
    for name, measure in (("confidence", confidence_scores), ("entropy", entropy_scores)):
        of_members, of_others = map(measure, asked)
        scored[name] = Scored(of_members, of_others, threshold=best_threshold(*map(measure, known)))
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


def epsilon_report(
    scores: Mapping[str, Mapping[str, np.ndarray]], gold: Mapping[str, np.ndarray] | None
) -> dict[str, Any] | None:
    """Each network's worst case against one retrained network; None without one.

    Args:
        scores: float64 (n,) by network, then by score, all of the same forgotten images.
        gold: likewise, by score.
    Returns:
        name -> `worst_epsilon` over the right answer's odds, confidence and entropy.
    """
    if gold is None:
        return None
    return {name: worst_epsilon(ours, gold, SEED) for name, ours in scores.items()}


def epsilon_beside(ours: Mapping[str, np.ndarray], band: Mapping[str, np.ndarray]) -> Estimate:
    """The worst case against each retrained network of the reference band, on average.

    Args:
        ours: float64 (n,) by score.
        band: float32 (S, n) by score, a row each retrained network.
    Returns:
        nats, mean over the networks of the band of value and ends, the upper one None where any is open; None of too
        few images.
    """
    n_seeds = len(next(iter(band.values())))
    found = [worst_epsilon(ours, {name: rows[i] for name, rows in band.items()}, SEED) for i in range(n_seeds)]
    if found[0]["value"] is None:
        return Estimate(value=None, low=None, high=None, n=found[0]["n"])
    highs = [each["high"] for each in found]
    value, low = (float(np.mean([each[key] for each in found])) for key in ("value", "low"))
    return Estimate(value=value, low=low, high=None if None in highs else float(np.mean(highs)), n=found[0]["n"])


def epsilon_within(band: Mapping[str, np.ndarray]) -> list[float | None]:
    """Each retrained network of the band against its others: what `epsilon_beside` gives where nothing differs."""
    n_seeds = len(next(iter(band.values())))
    return [
        epsilon_beside(
            {name: rows[i] for name, rows in band.items()},
            {name: np.delete(rows, i, axis=0) for name, rows in band.items()},
        )["value"]
        for i in range(n_seeds)
    ]  # fmt: skip

"""Could an attacker tell what was forgotten, is it still inside, and can it come back?

Pure functions on models and arrays; all reports are JSON types.
"""

from camu_core.privacy.attacks import SCORES, Answers, Scored, attack_report, epsilon_report, score_answers
from camu_core.privacy.inside import UNTRAINED, inside_report
from camu_core.privacy.lessons import relearning_report
from camu_core.privacy.wording import (
    CHOSEN,
    SCORE_NAMES,
    attack_numbers,
    attack_reading,
    attack_title,
    epsilon_title,
    factor_text,
    findings,
    headline,
    inside_reading,
    inside_title,
    layers_title,
    relearning_reading,
    relearning_title,
)

__all__ = [
    "CHOSEN",
    "SCORES",
    "SCORE_NAMES",
    "UNTRAINED",
    "Answers",
    "Scored",
    "attack_numbers",
    "attack_reading",
    "attack_report",
    "attack_title",
    "epsilon_report",
    "epsilon_title",
    "factor_text",
    "findings",
    "headline",
    "inside_reading",
    "inside_report",
    "inside_title",
    "layers_title",
    "relearning_reading",
    "relearning_report",
    "relearning_title",
    "score_answers",
]

"""Could an attacker tell what was forgotten, is it still inside, and can it come back?

Pure functions on models and arrays; all reports are JSON types.
"""

from camu_core.privacy.attacks import SCORES, Answers, attack_report, epsilon_report, score_answers
from camu_core.privacy.inside import inside_report
from camu_core.privacy.lessons import relearning_report

__all__ = [
    "SCORES",
    "Answers",
    "attack_report",
    "epsilon_report",
    "inside_report",
    "relearning_report",
    "score_answers",
]

"""Could an attacker tell what was forgotten, is it still inside, and can it come back?

Pure functions on models and arrays; all reports are JSON types.
"""

from camu_core.privacy.attacks import (
    SCORES,
    Answers,
    Scored,
    attack_report,
    epsilon_beside,
    epsilon_report,
    epsilon_within,
    score_answers,
)
from camu_core.privacy.battery import FEW, LESSONS, Battery, Findings, accuracy_estimate, exam_split, run_battery
from camu_core.privacy.inside import UNTRAINED, likeness_report
from camu_core.privacy.lessons import relearning_report
from camu_core.privacy.readings import KNOWLEDGE, LEAKS, Reading, readings, recognition
from camu_core.privacy.wording import (
    SCORE_NAMES,
    SUBJECTS,
    attack_score,
    attack_title,
    bad_news,
    epsilon_title,
    factor_text,
    finding_of,
    headline,
    inside_title,
    layers_title,
    lying_title,
    number,
    numbers,
    relearning_title,
    says,
    within,
)

__all__ = [
    "FEW",
    "KNOWLEDGE",
    "LEAKS",
    "LESSONS",
    "SCORES",
    "SCORE_NAMES",
    "SUBJECTS",
    "UNTRAINED",
    "Answers",
    "Battery",
    "Findings",
    "Reading",
    "Scored",
    "accuracy_estimate",
    "attack_report",
    "attack_score",
    "attack_title",
    "bad_news",
    "epsilon_beside",
    "epsilon_report",
    "epsilon_title",
    "epsilon_within",
    "exam_split",
    "factor_text",
    "finding_of",
    "headline",
    "inside_title",
    "layers_title",
    "likeness_report",
    "lying_title",
    "number",
    "numbers",
    "readings",
    "recognition",
    "relearning_report",
    "relearning_title",
    "run_battery",
    "says",
    "score_answers",
    "within",
]

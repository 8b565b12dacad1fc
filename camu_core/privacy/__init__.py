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
from camu_core.privacy.battery import (
    FEW,
    RELEARNING_SEEDS,
    Battery,
    Findings,
    evaluation_split,
    fresh_head,
    quick_figures,
    run_battery,
)
from camu_core.privacy.inside import UNTRAINED, likeness_report
from camu_core.privacy.nearby import nearby_report
from camu_core.privacy.readings import (
    KNOWLEDGE,
    LEAKS,
    Reading,
    planted_reading,
    population_reading,
    readings,
    recognition,
)
from camu_core.privacy.relearning import relearning_report

__all__ = [
    "FEW",
    "KNOWLEDGE",
    "LEAKS",
    "RELEARNING_SEEDS",
    "SCORES",
    "UNTRAINED",
    "Answers",
    "Battery",
    "Findings",
    "Reading",
    "Scored",
    "attack_report",
    "epsilon_beside",
    "epsilon_report",
    "epsilon_within",
    "evaluation_split",
    "fresh_head",
    "likeness_report",
    "nearby_report",
    "planted_reading",
    "population_reading",
    "quick_figures",
    "readings",
    "recognition",
    "relearning_report",
    "run_battery",
    "score_answers",
]

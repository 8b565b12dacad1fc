"""Pure functions on arrays and models. To add a measure: one file, and one line where `execution` collects them."""

from camu_core.measures.accuracy import SPLIT_NAMES, accuracy_report, confusion_counts, wilson_interval
from camu_core.measures.cost import COST_NAMES, CostMeter, training_cost
from camu_core.measures.membership import membership_attack

__all__ = [
    "COST_NAMES",
    "SPLIT_NAMES",
    "CostMeter",
    "accuracy_report",
    "confusion_counts",
    "membership_attack",
    "training_cost",
    "wilson_interval",
]

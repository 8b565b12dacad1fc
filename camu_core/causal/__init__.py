"""Why forgetting worked: effects of the data, of each part of the network, of each term, of each class.

Pure functions on arrays, models and run summaries; all reports are JSON types.
"""

from camu_core.causal.attribution import CAMU_TERMS, attribution_report, subset_specs
from camu_core.causal.effects import INTERVENTIONS, MEASURES, intervene
from camu_core.causal.entanglement import entanglement_report
from camu_core.causal.estimates import Estimate
from camu_core.causal.mediation import PARTS
from camu_core.causal.report import causal_report
from camu_core.causal.wording import attribution_title, entanglement_title, titles

__all__ = [
    "CAMU_TERMS",
    "INTERVENTIONS",
    "MEASURES",
    "PARTS",
    "Estimate",
    "attribution_report",
    "attribution_title",
    "causal_report",
    "entanglement_report",
    "entanglement_title",
    "intervene",
    "subset_specs",
    "titles",
]

"""Why forgetting worked: effects of the data, of each part of the network, of each term, of each class.

Pure functions on arrays, models and run summaries; all reports are JSON types.
"""

from camu_core.causal.attribution import CAMU_TERMS, attribution_report, subset_specs
from camu_core.causal.effects import INTERVENTIONS, MEASURES, intervene
from camu_core.causal.entanglement import entanglement_report, harmed_classes
from camu_core.causal.graph import GraphView, graph_title, graph_view
from camu_core.causal.inside import InsideView, look_inside, weight_changes
from camu_core.causal.mediation import PARTS
from camu_core.causal.report import causal_report, replaced_by_others, share_figures
from camu_core.causal.scenarios import SampleView, scenario_name, scenario_table, view_sample
from camu_core.measures.estimates import Estimate

__all__ = [
    "CAMU_TERMS",
    "INTERVENTIONS",
    "MEASURES",
    "PARTS",
    "Estimate",
    "GraphView",
    "InsideView",
    "SampleView",
    "attribution_report",
    "causal_report",
    "entanglement_report",
    "graph_title",
    "graph_view",
    "harmed_classes",
    "intervene",
    "look_inside",
    "replaced_by_others",
    "scenario_name",
    "scenario_table",
    "share_figures",
    "subset_specs",
    "view_sample",
    "weight_changes",
]

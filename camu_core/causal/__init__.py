"""Why forgetting worked: effects of the data, of each part of the network, of each term, of each class.

Pure functions on arrays, models and run summaries; all reports are JSON types.
"""

from camu_core.causal.attribution import CAMU_TERMS, attribution_report, subset_specs
from camu_core.causal.effects import INTERVENTIONS, MEASURES, intervene
from camu_core.causal.entanglement import entanglement_report, harmed_classes
from camu_core.causal.graph import GraphView, graph_title, graph_view
from camu_core.causal.mediation import PARTS
from camu_core.causal.remarks import hidden_remark, inner_remark, retraining_remarks, substitutes_remark
from camu_core.causal.report import causal_report, share_figures
from camu_core.causal.scenarios import SampleView, scenario_name, scenario_table, view_sample
from camu_core.causal.wording import TERMS, attribution_title, entanglement_title, titles
from camu_core.estimates import Estimate

__all__ = [
    "CAMU_TERMS",
    "INTERVENTIONS",
    "MEASURES",
    "PARTS",
    "TERMS",
    "Estimate",
    "GraphView",
    "SampleView",
    "attribution_report",
    "attribution_title",
    "causal_report",
    "entanglement_report",
    "entanglement_title",
    "graph_title",
    "graph_view",
    "harmed_classes",
    "hidden_remark",
    "inner_remark",
    "intervene",
    "retraining_remarks",
    "scenario_name",
    "scenario_table",
    "share_figures",
    "subset_specs",
    "substitutes_remark",
    "titles",
    "view_sample",
]

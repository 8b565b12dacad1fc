"""Pure functions from results to plotly figures; nothing here computes what it shows."""

from camu_core.figures.accuracy import class_figure, confusion_figure, planted_figure, runs_figure, split_figure
from camu_core.figures.attacks import divergence_figure, epsilon_figure, roc_figure, score_text, scores_figure
from camu_core.figures.attribution import attribution_figure, entanglement_figure, interactions_figure
from camu_core.figures.causal import class_effects_figure, effects_figure, layers_figure, mediation_figure
from camu_core.figures.cost import cost_figure
from camu_core.figures.dial import dial_figure
from camu_core.figures.embedding import Panel, axis_ranges, embedding_figure, growing_ranges
from camu_core.figures.graph import answers_figure, graph_figure
from camu_core.figures.inside import heads_figure, likeness_figure, nearby_figure, probe_figure, relearning_figure
from camu_core.figures.layers import maps_figure, saliency_figure, weights_figure
from camu_core.figures.live import accuracy_curve, loss_curves
from camu_core.figures.membership import attack_figure
from camu_core.figures.memorisation import groups_figure
from camu_core.figures.multiples import multiples_figure
from camu_core.figures.pair import agreement_figure, confusion_difference_figure
from camu_core.figures.population import (
    attacker_figure,
    epsilons_figure,
    heirs_figure,
    hills_figure,
    ranks_figure,
    snoop_figure,
)
from camu_core.figures.slow_motion import slow_motion_figure
from camu_core.figures.tradeoff import measures_figure, tradeoff_figure
from camu_core.figures.trials import trials_figure
from camu_core.figures.wall import wall_figure

__all__ = [
    "Panel",
    "accuracy_curve",
    "agreement_figure",
    "answers_figure",
    "attack_figure",
    "attacker_figure",
    "attribution_figure",
    "axis_ranges",
    "class_effects_figure",
    "class_figure",
    "confusion_difference_figure",
    "confusion_figure",
    "cost_figure",
    "dial_figure",
    "divergence_figure",
    "effects_figure",
    "embedding_figure",
    "entanglement_figure",
    "epsilon_figure",
    "epsilons_figure",
    "graph_figure",
    "groups_figure",
    "growing_ranges",
    "heads_figure",
    "heirs_figure",
    "hills_figure",
    "interactions_figure",
    "layers_figure",
    "likeness_figure",
    "loss_curves",
    "maps_figure",
    "measures_figure",
    "mediation_figure",
    "multiples_figure",
    "nearby_figure",
    "planted_figure",
    "probe_figure",
    "ranks_figure",
    "relearning_figure",
    "roc_figure",
    "runs_figure",
    "saliency_figure",
    "score_text",
    "scores_figure",
    "slow_motion_figure",
    "snoop_figure",
    "split_figure",
    "tradeoff_figure",
    "trials_figure",
    "wall_figure",
    "weights_figure",
]

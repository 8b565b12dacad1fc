"""Pure functions on arrays and models. To add a measure: one file, and one line where `execution` collects them."""

from camu_core.measures.accuracy import SPLIT_NAMES, accuracies, accuracy_report, confusion_counts, masked
from camu_core.measures.changed import ChangedAnswers, changed_answers
from camu_core.measures.cost import COST_NAMES, CostMeter, training_cost
from camu_core.measures.distance import distance_to_retrained, divergence_bits
from camu_core.measures.heads import fresh_head_recall, old_head_recognition
from camu_core.measures.membership import (
    AttackGroups,
    area_under_roc,
    attack_groups,
    attack_rng,
    attacker_scores,
    auc_interval,
    membership_attack,
)
from camu_core.measures.memorisation import GROUPS, agreement, from_least_memorised, group_of, memorisation
from camu_core.measures.nearby import N_STEPS, STEP_SIZE, pixel_distance
from camu_core.measures.neighbours import nearest_images, neighbour_share
from camu_core.measures.planted import planted_report
from camu_core.measures.population import (
    ATTACK_FIGURES,
    SMALLEST_POPULATION,
    Networks,
    answers_apart,
    estimate_over_networks,
    forgetting_score,
    image_epsilons,
    largest_shown_epsilon,
    noise_floor,
    population_figures,
    scaled_margins,
    u_lira,
    utility_factor,
)
from camu_core.measures.probing import linear_probe
from camu_core.measures.reference import Margin, Reference, Standing, stand
from camu_core.measures.relearning import (
    CHECKPOINTS,
    RELEARNED,
    RelearningData,
    batches_needed,
    relearning,
    relearning_area,
    relearning_curve,
)
from camu_core.measures.similarity import cka, cka_by_layer, layer_grams
from camu_core.measures.thresholds import (
    Histogram,
    ThresholdView,
    best_threshold,
    confidence_scores,
    entropy_scores,
    histogram,
    label_scores,
    view_threshold,
)
from camu_core.measures.worst_case import largest_epsilon, worst_epsilon

__all__ = [
    "ATTACK_FIGURES",
    "CHECKPOINTS",
    "COST_NAMES",
    "GROUPS",
    "N_STEPS",
    "RELEARNED",
    "SMALLEST_POPULATION",
    "SPLIT_NAMES",
    "STEP_SIZE",
    "AttackGroups",
    "ChangedAnswers",
    "CostMeter",
    "Histogram",
    "Margin",
    "Networks",
    "Reference",
    "RelearningData",
    "Standing",
    "ThresholdView",
    "accuracies",
    "accuracy_report",
    "agreement",
    "answers_apart",
    "area_under_roc",
    "attack_groups",
    "attack_rng",
    "attacker_scores",
    "auc_interval",
    "batches_needed",
    "best_threshold",
    "changed_answers",
    "cka",
    "cka_by_layer",
    "confidence_scores",
    "confusion_counts",
    "distance_to_retrained",
    "divergence_bits",
    "entropy_scores",
    "estimate_over_networks",
    "forgetting_score",
    "fresh_head_recall",
    "from_least_memorised",
    "group_of",
    "histogram",
    "image_epsilons",
    "label_scores",
    "largest_epsilon",
    "largest_shown_epsilon",
    "layer_grams",
    "linear_probe",
    "masked",
    "membership_attack",
    "memorisation",
    "nearest_images",
    "neighbour_share",
    "noise_floor",
    "old_head_recognition",
    "pixel_distance",
    "planted_report",
    "population_figures",
    "relearning",
    "relearning_area",
    "relearning_curve",
    "scaled_margins",
    "stand",
    "training_cost",
    "u_lira",
    "utility_factor",
    "view_threshold",
    "worst_epsilon",
]

"""Pure functions from results to plotly figures; nothing here computes what it shows."""

from camu_core.figures.accuracy import class_figure, confusion_figure, runs_figure, split_figure
from camu_core.figures.embedding import Panel, axis_ranges, embedding_figure
from camu_core.figures.live import accuracy_curve, loss_curves

__all__ = [
    "Panel",
    "accuracy_curve",
    "axis_ranges",
    "class_figure",
    "confusion_figure",
    "embedding_figure",
    "loss_curves",
    "runs_figure",
    "split_figure",
]

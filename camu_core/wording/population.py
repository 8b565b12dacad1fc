"""What a population shows, in sentences."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from scipy.stats import kendalltau

from camu_core.comparison import FLOOR, RANKS
from camu_core.comparison.population import methods_of
from camu_core.measures import Standing
from camu_core.privacy import population_reading
from camu_core.wording.format import listed, percent

_SAME_WITHIN = 0.05  # of the images: so much more than chance explains may go elsewhere, and heirs are called the same
_ROUNDING = 1e-9  # of an epsilon at the ceiling


def population_title(report: Mapping[str, Any]) -> str:
    """The finding: can an attacker who also trains networks tell this method from retraining, by one image at a time?

    Args:
        report: of `PopulationResult`.
    """
    standing = population_reading(report).standing
    right, floor = (report[part]["balanced_accuracy"] for part in ("figures", "noise_floor"))
    share, among = percent(right["value"]), percent(floor["high"])
    if standing is Standing.ABOVE:
        return (
            "From its answer to one image, an attacker who also trains networks tells a network that forgot from "
            f"one that never saw the images {share} of the time; chance reaches {among}"
        )
    if standing is Standing.ALIKE:
        return (
            "From its answer to one image, even an attacker who also trains networks can hardly tell a network that "
            f"forgot from one that never saw the images: right {share} of the time (95% interval to "
            f"{percent(right['high'])}), where guessing gives 50%"
        )
    if standing is Standing.BLIND:
        return "Cannot tell: even networks before forgetting are not told from those that never saw the images"
    said = f"Cannot tell yet: an attacker is right {share} of the time, where chance reaches {among}"
    return f"{said}; more networks might settle it"


def hills_title(epsilon: float, ceiling: float) -> str:
    """One image. Args: epsilon: of `image_epsilons`. ceiling: the largest that can be shown."""
    if epsilon > ceiling:
        return "One image: the two kinds of network do not overlap"
    return f"One image: the best attack on it has epsilon {epsilon:.1f}"


def epsilons_title(report: Mapping[str, Any]) -> str:
    """All images."""
    median, floor = (report[part]["epsilon_median"]["value"] for part in ("figures", "noise_floor"))
    most = f"{median:.1f}, the most that can be shown" if is_most_shown(report) else ""
    if report["n_images"] == 1:
        return f"The image: epsilon is {most or f'{median:.1f}'}; {floor:.1f} between retrained networks"
    half = f"{most}," if most else f"{median:.1f} or more"
    return f"All images: epsilon is {half} for half of them; {floor:.1f} between retrained networks"


def is_most_shown(report: Mapping[str, Any]) -> bool:
    """Whether the median epsilon is at the ceiling of so many networks, and may be any higher."""
    return report["figures"]["epsilon_median"]["value"] >= report["ceiling"] - _ROUNDING


def attacker_title(report: Mapping[str, Any]) -> str:
    """The attacker's score."""
    caught, floor = (report[part]["tpr_at_1_percent_fpr"] for part in ("figures", "noise_floor"))
    return (
        f"The attacker: by one image, catches {percent(caught['value'])} of the networks that forgot, at 1 false alarm "
        f"in 100; chance reaches {percent(floor['high'])}"
    )


def heirs_title(report: Mapping[str, Any]) -> str:
    """Who inherits the images: the same classes only if the interval ends near what chance explains."""
    apart, floor = report["figures"]["answers_apart"], report["noise_floor"]["answers_apart"]
    share, among = percent(apart["value"]), percent(floor["high"])
    if apart["low"] > floor["high"]:
        return (
            f"What are they taken for? {share} for other classes than after retraining; chance explains up to {among}"
        )
    if apart["high"] <= floor["high"] + _SAME_WITHIN:
        return (
            f"What are they taken for? The same classes as after retraining, as far as {report['m']} networks can tell"
        )
    return (
        f"What are they taken for? Cannot tell: {share} for other classes than after retraining, chance explains up to "
        f"{among}"
    )


def ranks_title(table: pd.DataFrame) -> str:
    """Whether the order of methods by accuracies alone is that by the score, forgetting quality times utility.

    Args:
        table: of `population_table`, one dataset and forget set; `title` of each method instead of its name.
    """
    rows = methods_of(table)
    firsts = [listed(rows.loc[rows[rank] == rows[rank].min(), "title"].tolist()) for rank in RANKS]
    best = rows.loc[rows["score"].idxmax()]
    n_tied = int((rows["score_high"] >= best["score_low"]).sum() - (rows["score"] == best["score"]).sum())
    n_caught = int((rows["auc_low"] > table.loc[table["method"] == FLOOR, "auc_high"].iloc[0]).sum())
    by_score, by_accuracy = firsts
    gap = f"{100 * rows['accuracy_gap'].min():.2f} points away"
    nearest = f"By accuracy, {by_accuracy} comes nearest to retraining ({gap}); by the challenge's score, {by_score}"
    if by_score == by_accuracy:
        nearest = f"By accuracy ({gap}) and by the challenge's score, {by_score} comes nearest to retraining"
    if n_tied:
        nearest += f", though {n_tied} more may be as near, within their intervals"
    return f"{nearest}. By its AUC, the attacker tells {n_caught} of {len(rows)} methods from retraining"


def ranks_agreement(table: pd.DataFrame) -> float:
    """Kendall's tau-b between the two orders, -1..1; of the methods as in `ranks_title`.

    Args:
        table: as in `ranks_title`.
    """
    return float(kendalltau(*(methods_of(table)[rank] for rank in RANKS)).statistic)

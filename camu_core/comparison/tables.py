"""From finished runs to one row a method: means over seeds, with their 95% intervals."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t

from camu_core.measures import COST_NAMES, SPLIT_NAMES
from camu_core.methods import METHODS, is_control

CONFIDENCE = 0.95
SEEDS = ["training_seed", "seed"]
_LEAST_SECONDS = 0.005  # less is shown as none
# What a mean can be at all, by measure; 0 to 1 of the others.
_RANGES = dict.fromkeys(("kept_drop", "old_head", "old_head_before"), (-1.0, 1.0)) | dict.fromkeys(
    ("unlearn_seconds", "epsilon", *COST_NAMES), (0.0, np.inf)
)
GOLD = "retrain"  # the method that others are measured against
# What is averaged over seeds. Accuracies, gaps and drops are fractions.
# The figures of tests of what is left inside, see `camu_core.privacy`, where they were made.
TESTS = ("old_head", "fresh_head_1", "relearning", "epsilon")
MEASURES = (
    "forgotten", "kept", "kept_drop", "planted", *SPLIT_NAMES, "attack_auc", "average_gap", "tug_of_war",
    "unlearn_seconds", *COST_NAMES, *TESTS, "old_head_before",
)  # fmt: skip


def by_run(runs: pd.DataFrame) -> pd.DataFrame:
    """The measures of each run, columns as in `MEASURES` after `method`, `training_seed`, `seed`, `digest`.

    Args:
        runs: of `sweep_table`, perhaps `with_tests`; one dataset and one forget set.
    Returns:
        `forgotten`: accuracy on new images of what was forgotten, or on the forget set itself where it stands for no
        new ones; `kept`: accuracy on the other new images; `kept_drop`: how much lower that is than the original's;
        `planted`: how often what was planted works, see `planted_report`, NaN where nothing was;
        `average_gap`: mean over the splits of |accuracy - that of the retraining with the same seeds|, NaN where there
        is none, and of retraining itself; `tug_of_war`: likewise, the product of 1 - |difference| over the forget set,
        the retain set and new images of what is kept, 1 is retraining's; TESTS, and what the old head found before:
        NaN where they were not made.
    Source of the tug of war: K. Zhao et al., arXiv:2406.01257, section 3. Deviation: of new images only those of the
        classes that are kept, for the others are expected to differ.
    """
    table = runs[["method", *SEEDS, "digest", "unlearn_seconds", *COST_NAMES]].copy()
    splits = [f"unlearned_{name}" for name in SPLIT_NAMES]
    table[list(SPLIT_NAMES)] = runs[splits].astype(float)
    table["attack_auc"] = runs["unlearned_attack_auc"].astype(float)
    table["forgotten"] = table["forget_test"].fillna(table["forget_train"])
    table["kept"] = table["retain_test"]
    table["kept_drop"] = runs["original_retain_test"] - table["kept"]
    table["planted"] = runs["unlearned_planted"].astype(float) if "unlearned_planted" in runs else np.nan
    gold = table[table["method"] == GOLD].drop_duplicates(SEEDS).set_index(SEEDS)[list(SPLIT_NAMES)]
    gaps = table[list(SPLIT_NAMES)] - gold.reindex(pd.MultiIndex.from_frame(table[SEEDS])).set_axis(table.index)
    is_judged = table["method"] != GOLD
    table["average_gap"] = gaps.abs().mean(axis=1).where(is_judged)
    apart = gaps[["forget_train", "retain_train", "retain_test"]].abs()
    table["tug_of_war"] = (1 - apart).prod(axis=1, skipna=False).where(is_judged)
    for name in (*TESTS, "old_head_before"):
        table[name] = runs[name].astype(float) if name in runs else np.nan
    return table[["method", *SEEDS, "digest", *MEASURES]]


def with_tests(runs: pd.DataFrame, reports: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Runs with the figures of their tests.

    Args:
        runs: of `sweep_table`.
        reports: of `PrivacyResult`, by the run's digest; not every run must have one.
    """

    def figures(model: str, name: str) -> list[float | None]:
        found = (reports[digest]["battery"][model] if digest in reports else {} for digest in runs["digest"])
        return [each.get(name, {}).get("value") for each in found]

    columns = {name: figures("unlearned", name) for name in TESTS}
    return runs.assign(**columns, old_head_before=figures("original", "old_head"))


def by_method(runs: pd.DataFrame) -> pd.DataFrame:
    """One row a method, in the order in which they first appear.

    Runs from the same original network are no independent sample of what a method does (arXiv:2510.26714): where there
    are several networks, the sample is of them, each with its mean over seeds.

    Args:
        runs: of `by_run`.
    Returns:
        index: method; `n_seeds`, and `unit`, whether they are of "training" or of "unlearning"; for each measure
        `<name>_mean`, `<name>_std` (of a sample; NaN of one seed), `<name>_n` (seeds that have it) and what
        `with_intervals` adds.
    """
    unit = unit_of(runs)
    sample = _over_networks(runs, ["method"], list(MEASURES)) if unit == "training" else runs
    groups = sample.groupby("method", sort=False)
    measures = groups[list(MEASURES)]
    table = pd.concat(
        [
            groups.size().rename("n_seeds"),
            measures.mean().add_suffix("_mean"),
            measures.std().add_suffix("_std"),
            measures.count().add_suffix("_n"),
        ],
        axis=1,
    )
    return with_intervals(table.assign(unit=unit))


def unit_of(runs: pd.DataFrame) -> str:
    """What intervals are over: "training" seeds where there are several of them, else "unlearning" seeds."""
    return "training" if runs["training_seed"].nunique() > 1 else "unlearning"


def training_share(runs: pd.DataFrame, measure: str) -> pd.Series:
    """How much of the variance between a method's runs comes from the training of the original network, 0..1.

    Args:
        runs: of `by_run`.
        measure: in MEASURES.
    Returns:
        float64 by method; NaN without two networks of two runs each, or where all runs are equal.
    Source: one-way random effects, variance components by the analysis of variance (Searle, Casella, McCulloch,
        Variance Components, 1992, section 3.6); a negative one is 0.
    """
    return runs.dropna(subset=measure).groupby("method", sort=False)[["training_seed", measure]].apply(_share)


def _share(runs: pd.DataFrame) -> float:
    groups = [values.to_numpy() for _, values in runs.groupby("training_seed")[runs.columns[1]]]
    sizes = np.array([len(values) for values in groups])
    n, k = sizes.sum(), len(groups)
    if k < 2 or n - k < 1 or np.ptp(np.concatenate(groups)) == 0:
        return np.nan
    means = np.array([values.mean() for values in groups])
    within = sum(((values - values.mean()) ** 2).sum() for values in groups) / (n - k)
    between = (sizes * (means - np.concatenate(groups).mean()) ** 2).sum() / (k - 1)
    of_training = max(0.0, (between - within) / ((n - (sizes**2).sum() / n) / (k - 1)))
    return of_training / (of_training + within)


def _over_networks(runs: pd.DataFrame, by: list[str], measures: list[str]) -> pd.DataFrame:
    """The mean of each measure over the runs from one network; one row a network and group."""
    return runs.groupby([*by, "training_seed"], sort=False)[measures].mean().reset_index()


def with_intervals(table: pd.DataFrame) -> pd.DataFrame:
    """Add the ends of each mean's 95% interval, and how many times faster than retraining each method is.

    Args:
        table: index method; `n_seeds`; `<name>_mean` and `<name>_std` of measures, `unlearn_seconds` and
            `average_gap` among them; `<name>_n`, the seeds that have a measure, where these are not all `n_seeds`.
    Returns:
        the table with `<name>_low` and `<name>_high` (NaN of one seed; cut where the measure ends, such as at 0 and 1
        for an accuracy), `title`, `speedup` (NaN without retraining, and of what takes no time), and `rank_low` and
        `rank_high`: between which places a method is by its gap, 1 the nearest to retraining, controls left out; one
        is before another where their intervals are apart (NaN of one seed).
    Source: Student's t over seeds, quantiles by scipy. It tells how firm a mean is over seeds, not over images.
    """
    names = [column.removesuffix("_mean") for column in table.columns if column.endswith("_mean")]
    ends = {
        f"{name}_{end}": values
        for name in names
        for end, values in _interval(
            table[f"{name}_mean"], table[f"{name}_std"], table.get(f"{name}_n", table["n_seeds"]),
            *_RANGES.get(name, ()),
        ).items()
    }  # fmt: skip
    seconds = table["unlearn_seconds_mean"]
    speedup = seconds.get(GOLD, np.nan) / seconds.where(seconds >= _LEAST_SECONDS)
    table = table.assign(**ends, speedup=speedup, title=[title_of(name) for name in table.index])
    return table.join(_places(table[[not is_control(name) for name in table.index]]))


def is_compared(method: str) -> bool:
    """Whether it is one that is to unlearn: not retraining, the aim, and no control. Args: method: its name."""
    return method != GOLD and not is_control(method)


def places(low: pd.Series, high: pd.Series, names: tuple[str, str]) -> pd.DataFrame:
    """Between which places each is, 1 the lowest: one is before another where their intervals are apart.

    Args:
        low, high: of the intervals, NaN where there is none: that one may be anywhere.
        names: of the two columns.
    """
    is_before = high.to_numpy()[:, None] < low.to_numpy()  # the one of the row than the one of the column
    ends = (1.0 + is_before.sum(axis=0), float(len(low)) - is_before.sum(axis=1))
    return pd.DataFrame(dict(zip(names, ends, strict=True)), low.index)


def _places(rivals: pd.DataFrame) -> pd.DataFrame:
    """`rank_low` and `rank_high` of those whose gap has an interval; one without may be anywhere among them."""
    rivals = rivals.dropna(subset="average_gap_mean")
    low = rivals["average_gap_low"]
    return places(low, rivals["average_gap_high"], ("rank_low", "rank_high"))[low.notna()]


def retraining_spread(runs: pd.DataFrame, is_drawn: bool = False) -> float | None:
    """How far two retrainings with different seeds lie apart: the average gap over all pairs; None of fewer than two.

    A method's gap below this says nothing.

    Args:
        runs: of `by_run`.
        is_drawn: whether each seed forgets other images: then pairs with the same seed alone, or accuracies on other
            images would be compared.
    """
    gold = runs[runs["method"] == GOLD]
    alike = [group for _, group in gold.groupby("seed")] if is_drawn else [gold]
    pairs = [pair for group in alike for pair in combinations(group[list(SPLIT_NAMES)].to_numpy(), 2)]
    gaps = [np.nanmean(np.abs(one - other)) for one, other in pairs]
    return float(np.mean(gaps)) if gaps else None


def by_class(summaries: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Test accuracy of each class after forgetting, over seeds.

    Args:
        summaries: of finished runs, see `RunResult.summary`.
    Returns:
        one row a method and class: `method`, `label`, `before` (of the original model), `mean`, `low` and `high` (of
        its 95% interval over seeds, within 0..1, NaN of one), `n_seeds` and their `unit`, as in `by_method`;
        accuracies are fractions, NaN of a class without test images.
    """
    cells = [
        {
            "method": run["spec"]["method"],
            "training_seed": run["spec"].get("training_seed", 0),
            "label": label,
            "before": before,
            "after": after,
        }
        for run in summaries
        for label, (before, after) in enumerate(
            zip(*(run["metrics"][model]["per_class_test"] for model in ("original", "unlearned")), strict=True)
        )
    ]
    columns = ["method", "training_seed", "label", "before", "after"]
    table = pd.DataFrame(cells, columns=columns).astype({"before": float, "after": float})
    unit = unit_of(table)
    if unit == "training":
        table = _over_networks(table, ["method", "label"], ["before", "after"])
    groups = table.groupby(["method", "label"], sort=False)
    found = pd.DataFrame(
        {
            "before": groups["before"].mean(),
            "mean": groups["after"].mean(),
            **_interval(groups["after"].mean(), groups["after"].std(), groups.size()),
            "n_seeds": groups.size(),
            "unit": unit,
        }
    )
    return found.reset_index()


def title_of(method: str) -> str:
    """As on pages; the name itself of a method that this version does not have."""
    return METHODS[method].title if method in METHODS else method


def _interval(
    mean: pd.Series, std: pd.Series, n: pd.Series, least: float = 0.0, most: float = 1.0
) -> dict[str, pd.Series]:
    """The ends of means' 95% intervals, `low` and `high`, cut at what a mean can be; NaN of a sample of one."""
    several = n.where(n > 1).astype(float)
    reach = std * t.ppf((1 + CONFIDENCE) / 2, several - 1) / np.sqrt(several)
    return {"low": (mean - reach).clip(least, most), "high": (mean + reach).clip(least, most)}

"""Methods and runs beside each other: every number by hand or by a published example, every sentence at its limits."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f_oneway
from summaries import CARD, publish, summary

from camu_core import METHODS, RunResult, RunStore, plan_run
from camu_core.comparison import (
    as_markdown,
    by_class,
    by_method,
    by_run,
    difference_table,
    is_published,
    pair_runs,
    published,
    published_table,
    read_published,
    retraining_spread,
    training_share,
    with_intervals,
    with_tests,
)
from camu_core.comparison.published import PLANTED_FOLDER
from camu_core.comparison.tables import MEASURES
from camu_core.config import ASSETS
from camu_core.engine.sweeps import sweep_table
from camu_core.errors import SpecError, StoreError
from camu_core.measures import SPLIT_NAMES
from camu_core.methods import methods_for
from camu_core.wording.comparison import (
    Remark,
    class_damage,
    headline,
    hidden_rivals,
    idle_line,
    planted_headline,
    standing,
    strengths,
    tuning_line,
    weaknesses,
)

T_2 = 4.302652729911275  # 97.5% quantile of Student's t, 2 degrees of freedom: any table


def table_of(*summaries: dict) -> pd.DataFrame:
    return by_method(by_run(sweep_table(summaries)))


def row(method: str, **values: float) -> pd.DataFrame:
    """A finished table of one method over three seeds, all measures 0 but those named; `_reach`: half an interval."""
    means = {f"{name}_mean": 0.0 for name in MEASURES} | {"old_head_before_mean": 1.0}
    reaches = {name: values.pop(f"{name}_reach", 0.0) for name in MEASURES}
    all_means = means | values
    ends = {f"{name}_{end}": all_means[f"{name}_mean"] + sign * reach
            for name, reach in reaches.items() for end, sign in (("low", -1), ("high", 1))}  # fmt: skip
    rest = {"n_seeds": 3, "unit": "unlearning", "forgotten_std": 0.0, "kept_std": 0.0, "speedup": 2.0}
    rest["title"] = METHODS[method].title
    return pd.DataFrame({**means, **ends, **rest, **values}, index=[method])


def sentences(*rows: pd.DataFrame, kind: str = "class") -> list[str]:
    return [remark.text for remark in weaknesses(pd.concat(rows), kind)]


# --- tables ----------------------------------------------------------------------------------------------------------


def test_means_deviations_and_intervals_by_hand() -> None:
    runs = [summary("camu", seed, (1, 0, kept, forgotten), seconds=2.0)
            for seed, kept, forgotten in ((0, 0.9, 0.1), (1, 0.8, 0.2), (2, 0.7, 0.3))]  # fmt: skip
    found = table_of(*runs, summary("retrain", 0, (1, 0, 1, 0), seconds=9.0)).loc["camu"]
    assert found["n_seeds"] == 3
    assert found["forgotten_mean"] == pytest.approx(0.2)
    assert found["forgotten_std"] == pytest.approx(0.1)
    assert found["kept_high"] == 1, "0.8 and half an interval of 0.25"
    assert found["kept_low"] == pytest.approx(0.8 - T_2 * 0.1 / np.sqrt(3))
    assert found["forgotten_low"] == 0, "no interval beyond what is possible"
    assert found["kept_drop_low"] == pytest.approx(0.2 - T_2 * 0.1 / np.sqrt(3)), "more may be kept than before"
    assert found["kept_drop_mean"] == pytest.approx(0.2)
    assert found["speedup"] == pytest.approx(4.5)
    assert (found["samples_forward_mean"], found["backward_passes_mean"]) == (10, 2)


def test_what_takes_no_time_is_not_so_many_times_faster() -> None:
    quick, slow = (
        summary(method, 0, (1, 0, 0.9, 0.1), seconds=seconds) for method, seconds in (("nothing", 1e-4), ("camu", 0.5))
    )
    table = table_of(quick, slow, summary("retrain", 0, (1, 0, 1, 0), seconds=2.0))
    assert np.isnan(table.loc["nothing", "speedup"])
    assert table.loc["camu", "speedup"] == pytest.approx(4)


def test_places_are_as_close_as_intervals_tell_and_controls_have_none() -> None:
    def runs(method: str, gap: float, spread: float) -> list[dict]:
        return [summary(method, seed, (1 - gap + sign * spread, 0, 1 - gap + sign * spread, 0))
                for seed, sign in enumerate((-1, 0, 1))]  # fmt: skip

    gold = [summary("retrain", seed, (1, 0, 1, 0)) for seed in range(3)]
    table = table_of(*runs("camu", 0.02, 0.001), *runs("salun", 0.03, 0.02), *runs("ssd", 0.06, 0.001),
                     *runs("nothing", 0.5, 0.001), *gold)  # fmt: skip
    assert table[["rank_low", "rank_high"]].dropna().to_numpy().tolist() == [[1, 2], [1, 3], [2, 3]]
    apart = table_of(*runs("camu", 0.02, 0.001), *runs("ssd", 0.1, 0.001), *gold)
    assert apart[["rank_low", "rank_high"]].dropna().to_numpy().tolist() == [[1, 1], [2, 2]]


def test_a_method_of_one_seed_has_no_place_but_takes_one_from_the_others() -> None:
    def run(method: str, seed: int, gap: float) -> dict:
        return summary(method, seed, (1 - gap, 0, 1 - gap, 0))

    gold = [summary("retrain", seed, (1, 0, 1, 0)) for seed in range(2)]
    many = [run(method, seed, gap + 0.0001 * seed) for method, gap in (("camu", 0.02), ("ssd", 0.2)) for seed in (0, 1)]
    table = table_of(*many, run("amun", 0, 0.1), *gold)
    assert table.loc[["camu", "ssd"], ["rank_low", "rank_high"]].to_numpy().tolist() == [[1, 2], [2, 3]]
    assert np.isnan(table.loc["amun", "rank_low"])


def test_one_seed_has_no_interval() -> None:
    found = table_of(summary("camu", 0, (1, 0, 0.9, 0.1))).loc["camu"]
    assert np.isnan(found[["kept_low", "kept_high"]].astype(float)).all()
    assert np.isnan(found["speedup"]), "without retraining nothing is faster than it"
    assert np.isnan(found["average_gap_mean"])


def test_the_gap_is_to_the_retraining_with_the_same_seed() -> None:
    runs = by_run(
        sweep_table(
            [
                summary("camu", 0, (0.9, 0.1, 0.8, 0.2)),
                summary("camu", 1, (0.9, 0.1, 0.8, 0.2)),
                summary("camu", 2, (0.9, 0.1, 0.8, 0.2)),
                summary("retrain", 1, (0.92, 0.08, 0.82, 0.18)),
                summary("retrain", 0, (0.9, 0.1, 0.8, 0.2)),
            ]
        )
    )
    assert runs["average_gap"].tolist()[:2] == [0, pytest.approx(0.02)]
    assert runs["average_gap"].isna().tolist() == [False, False, True, True, True]
    # the interval of the gap rests on the two seeds that have one, not on all three
    gap = by_method(runs).loc["camu"]
    assert gap["average_gap_high"] == pytest.approx(0.01 + 12.706204736432095 * 0.02 / 2)
    assert retraining_spread(runs) == pytest.approx(0.02)
    assert retraining_spread(runs[runs["seed"] == 0]) is None
    assert retraining_spread(runs, is_drawn=True) is None, "each forgot other images"
    other = runs[runs["method"] == "retrain"].assign(training_seed=1, retain_test=0.7)
    both = pd.concat([runs, other.iloc[:1]])  # the one of seed 1 is 0.82
    assert retraining_spread(both, is_drawn=True) == pytest.approx(0.12 / 4)


KEPT_BY_NETWORK = ((0.90, 0.92), (0.80, 0.82), (0.70, 0.72))  # two seeds each


def crossed(kept_by_network) -> list[dict]:
    return [
        summary("camu", seed, (1, 0, kept, 0.1), training_seed=network, per_class=(kept, None))
        for network, of_network in enumerate(kept_by_network)
        for seed, kept in enumerate(of_network)
    ]


def test_several_original_networks_are_the_sample_and_not_their_runs() -> None:
    """By hand: the means are .91, .81, .71, so s = .1 over 3 networks, not .09 over 6 runs."""
    found = table_of(*crossed(KEPT_BY_NETWORK)).loc["camu"]
    assert (found["n_seeds"], found["unit"]) == (3, "training")
    assert found["kept_mean"] == pytest.approx(0.81)
    assert found["kept_std"] == pytest.approx(0.1)
    assert found["kept_low"] == pytest.approx(0.81 - T_2 * 0.1 / np.sqrt(3))
    (of_class, _) = by_class(crossed(KEPT_BY_NETWORK)).to_dict("records")
    assert of_class["unit"] == "training"
    assert (of_class["n_seeds"], of_class["low"]) == (3, pytest.approx(0.81 - T_2 * 0.1 / np.sqrt(3)))
    one = table_of(*crossed(KEPT_BY_NETWORK[:1])).loc["camu"]
    assert (one["n_seeds"], one["unit"]) == (2, "unlearning")


def test_the_gap_is_to_the_retraining_beside_the_same_network() -> None:
    table = by_run(sweep_table([
        summary("camu", 0, (0.9, 0.1, 0.8, 0.2), training_seed=1), summary("retrain", 0, (1.0, 0.0, 1.0, 0.0)),
        summary("retrain", 0, (0.9, 0.1, 0.8, 0.2), training_seed=1),
    ]))  # fmt: skip
    assert table["average_gap"].tolist()[0] == 0


def test_how_much_of_the_variance_is_training() -> None:
    """Against scipy's one-way analysis of variance: share = (F - 1) / (F - 1 + runs a network)."""
    runs = by_run(sweep_table(crossed(KEPT_BY_NETWORK)))
    f = f_oneway(*KEPT_BY_NETWORK).statistic
    assert training_share(runs, "kept")["camu"] == pytest.approx((f - 1) / (f - 1 + 2))
    assert training_share(runs, "forgotten").isna().all(), "all runs are equal"
    assert training_share(by_run(sweep_table(crossed(((0.9,), (0.8,))))), "kept").isna().all(), "one run a network"
    same = by_run(sweep_table(crossed(((0.9, 0.8), (0.8, 0.9)))))
    assert training_share(same, "kept")["camu"] == 0


def test_the_headline_says_over_what() -> None:
    close = [row(name, n_seeds=4, unit="training", average_gap_mean=0.01, average_gap_reach=0.1)
             for name in ("camu", "salun")]  # fmt: skip
    assert "4 original networks do not show it to be nearer than" in headline(
        pd.concat([*close, row("retrain")]), "class"
    )


def test_the_tug_of_war_by_hand() -> None:
    runs = by_run(sweep_table([summary("camu", 0, (0.9, 0.2, 0.8, 0.0)), summary("retrain", 0, (1.0, 0.0, 0.9, 0.0)),
                               summary("camu", 1, (1.0, 0.0, 0.9, 0.0))]))  # fmt: skip
    assert runs["tug_of_war"].tolist()[0] == pytest.approx(0.9 * 0.8 * 0.9)
    assert runs["tug_of_war"].isna().tolist() == [False, True, True], "retraining, and a seed without one"


def test_random_images_have_no_new_ones_and_are_judged_on_themselves() -> None:
    runs = by_run(sweep_table([summary("camu", 0, (1, 0.7, 0.9, None)), summary("retrain", 0, (1, 0.9, 0.9, None))]))
    assert runs["forgotten"].tolist() == [0.7, 0.9]
    assert runs["average_gap"].tolist()[0] == pytest.approx(0.2 / 3), "the missing split does not count"


def test_accuracy_by_class_over_seeds() -> None:
    runs = [summary("camu", seed, (1, 0, 1, 0), per_class=(value, None)) for seed, value in enumerate((0.9, 0.7))]
    first, second = by_class(runs).to_dict("records")
    assert (first["method"], first["label"], first["before"], first["n_seeds"]) == ("camu", 0, 1.0, 2)
    assert first["mean"] == pytest.approx(0.8)
    assert (first["low"], first["high"]) == (0, 1), "half an interval of 1.27"
    assert np.isnan(second["mean"])


# --- sentences -------------------------------------------------------------------------------------------------------


def test_a_good_method_has_no_weakness_and_retraining_is_never_judged() -> None:
    bad = {"forgotten_mean": 0.9, "kept_drop_mean": 0.5, "speedup": 0.1}
    assert sentences(row("camu"), row("retrain", **bad)) == []


@pytest.mark.parametrize(
    ("forgotten", "drop", "start"),
    [
        (0.05, 0.03, None),
        (0.051, 0.0, "forgets only in part: 5.1%"),
        (0.5, 0.0, "forgets only in part: 50%"),
        (0.97, 0.0, "barely forgets: 97% of the forgotten class is still recognised"),
        (0.0, 0.031, "stops recognising it (0%) but costs 3.1 points on the rest"),
        (0.0, 0.14, "stops recognising it (0%) but costs 14 points on the rest"),
        (0.4, 0.14, "neither forgets (40% of the forgotten class is still recognised) nor keeps the rest (14 points"),
    ],
)
def test_weaknesses_of_class_forgetting(forgotten: float, drop: float, start: str | None) -> None:
    found = sentences(row("unsir", forgotten_mean=forgotten, kept_drop_mean=drop))
    assert len(found) == (start is not None)
    assert not found or found[0].startswith(start)


@pytest.mark.parametrize(
    ("forgotten", "start"),
    [
        (0.929, None),
        (0.931, "forgets less than retraining: 93.1% of the forgotten images recognised, 90% by a network that never"),
        (0.871, None),
        (0.869, "goes further than retraining: 86.9%"),
    ],
)
def test_single_images_are_judged_by_retraining_in_both_directions(forgotten: float, start: str | None) -> None:
    found = sentences(row("ssd", forgotten_mean=forgotten), row("retrain", forgotten_mean=0.9), kind="random")
    assert len(found) == (start is not None)
    assert not found or found[0].startswith(start)


def test_weaknesses_of_any_forgetting() -> None:
    assert sentences(row("ssd", forgotten_std=0.05, kept_std=0.05)) == []
    forgotten, kept = sentences(row("ssd", forgotten_std=0.11, kept_mean=0.65, kept_std=0.47, unit="training"))
    assert forgotten == (
        "is not steady: 0% of the forgotten class recognised, with a standard deviation of 11 points between original "
        "networks"
    )
    assert kept.startswith("is not steady: 65% of the other new images recognised, with a standard deviation of 47")
    gold = row("retrain", attack_auc_mean=0.5, attack_auc_reach=0.04, unlearn_seconds_mean=8)
    assert sentences(row("ssd", attack_auc_mean=0.549), gold) == [], "too near"
    assert sentences(row("ssd", attack_auc_mean=0.6, attack_auc_reach=0.07), gold) == [], "intervals overlap"
    (trace,) = sentences(row("ssd", attack_auc_mean=0.6, attack_auc_reach=0.05), gold)
    assert "AUC of 0.60 on the forgotten images, 0.50 after retraining" in trace
    (slow,) = sentences(row("ssd", attack_auc_mean=0.5, speedup=0.8, unlearn_seconds_mean=10), gold)
    assert slow == "takes longer than retraining: 10 s against 8.0 s"


def test_the_headline_names_the_closest_and_those_it_cannot_be_told_from() -> None:
    best = row("unsir", average_gap_mean=0.01, average_gap_reach=0.004, speedup=12.3)
    near = row("camu", average_gap_mean=0.02, average_gap_reach=0.0061)
    far = row("salun", average_gap_mean=0.02, average_gap_reach=0.0059)
    gold = row("retrain", average_gap_mean=np.nan)
    assert headline(pd.concat([far, near, gold, best]), "class") == (
        "Closest to retraining: UNSIR, 1.0 points away on average, 12 times faster; 3 seeds do not show it to be "
        "nearer than CaMU."
    )
    assert headline(pd.concat([far, gold, best]), "class").endswith("12 times faster.")
    once = far.assign(average_gap_low=np.nan, average_gap_high=np.nan)
    assert headline(pd.concat([once, gold, best]), "class").endswith("nearer than SalUn."), "one seed shows nothing"
    one = [part.assign(average_gap_low=np.nan) for part in (best, near)]
    assert headline(pd.concat(one), "class").endswith("; one seed cannot tell how firm that is.")
    assert headline(best, "class") == "On average, UNSIR is 1.0 points away from retraining, 12 times faster."


def test_a_method_that_only_hides_is_not_the_closest() -> None:
    hides = row("cf_k", average_gap_mean=0.001, average_gap_reach=0.0005, old_head_mean=0.87)
    best = row("unsir", average_gap_mean=0.01, average_gap_reach=0.004)
    gold = row("retrain", average_gap_mean=np.nan)
    table = pd.concat([hides, best, row("camu", average_gap_mean=0.3), gold])
    assert headline(table, "class").startswith("Closest to retraining: UNSIR, 1.0 points away")
    assert hidden_rivals(table, "class") == (
        "By accuracy alone CF-k would be as close, but only hides the class at the output."
    )
    further = table.assign(average_gap_mean=[0.02, 0.01, 0.3, np.nan])
    assert hidden_rivals(further, "class") == "", "it is not as close"
    assert headline(table, "random").startswith("Closest to retraining: CF-k"), "images have no classifier of their own"
    assert hidden_rivals(table, "random") == ""
    alone = pd.concat([hides, gold])
    assert headline(alone, "class").startswith("On average, CF-k is 0.1 points away")
    assert "CF-k would be as close, but only hides" in hidden_rivals(alone, "class"), "there is no other"


def test_where_camu_stands_is_told_with_the_places_that_intervals_allow() -> None:
    others = [row(name, average_gap_mean=gap) for name, gap in (("unsir", 0.01), ("ssd", 0.2))]
    camu = row("camu", average_gap_mean=0.013, rank_low=1.0, rank_high=2.0)
    table = pd.concat([row("mask"), *others, camu, row("retrain", average_gap_mean=np.nan)])
    assert standing(table) == "CaMU is 1.3 points away: rank 2 of 3 by this distance; intervals allow ranks 1 to 2."
    assert standing(table.assign(rank_high=1.0)).endswith("rank 2 of 3 by this distance.")
    once = table.assign(rank_low=np.nan)
    assert standing(once).endswith("rank 2 of 3 by this distance; one seed cannot tell how firm that is.")
    assert standing(table.drop(index="camu")) == standing(camu) == ""


def test_strengths_are_the_rules_of_the_weaknesses() -> None:
    rows = [row("retrain", forgotten_mean=0.9), row("camu", forgotten_mean=0.05, kept_drop_mean=0.03),
            row("ssd", forgotten_mean=0.06, kept_drop_mean=0.04), row("mask", old_head_mean=0.8),
            row("salun", kept_drop_mean=np.nan)]  # fmt: skip
    found = strengths(pd.concat(rows), "class")
    assert found["forgets"].tolist() == [False, True, False, True, True]
    assert found["keeps"].tolist() == [True, True, False, True, False]
    assert found["not_hidden"].tolist() == [True, True, True, False, True]
    untested = strengths(pd.concat([*rows, row("unsir", old_head_mean=np.nan)]), "class")
    assert not untested["not_hidden"].any(), "not all were tested"
    assert strengths(pd.concat(rows), "random")["forgets"].tolist() == [True, False, False, False, False]


def test_without_retraining_a_class_can_be_judged_and_images_cannot() -> None:
    unknown = {"average_gap_mean": np.nan}
    table = pd.concat([row("camu", **unknown), row("ssd", forgotten_mean=0.5, **unknown)])
    assert (
        headline(table, "class") == "The class is no longer recognised, and the rest kept, after CaMU (1 of 2 methods)."
    )
    assert (
        headline(table.drop(index="camu"), "class")
        == "None of these methods stops recognising the class and keeps the rest."
    )
    assert "Only retraining tells" in headline(table, "random")


# --- two runs --------------------------------------------------------------------------------------------------------


def test_differences_are_newcombes() -> None:
    """56 of 70 against 48 of 80: 0.20, 95% interval 0.0524 to 0.3339 (Newcombe 1998, table II, method 10)."""
    nothing = dict.fromkeys(("value", "low", "high"))
    reports = [
        {**dict.fromkeys(SPLIT_NAMES), "retain_test": hits / n, "n": {"retain_test": n}, "attack": nothing}
        for hits, n in ((48, 80), (56, 70))
    ]
    (found,) = difference_table(*reports).to_dict("records")
    assert found["measure"] == "retain_test"
    assert found["difference"] == pytest.approx(0.2)
    assert (found["low"], found["high"]) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))


def test_a_run_beside_itself_differs_in_nothing(digits_result: RunResult) -> None:
    pair = pair_runs(digits_result, digits_result)
    assert np.array_equal(*pair.points)
    assert pair.distance.max() == 0
    counts = pair.agreement()
    assert counts.sum() == np.trace(counts) == (~digits_result.probe.in_train).sum()
    report = digits_result.metrics["unlearned"]
    found = difference_table(report, report)
    assert (found["difference"] == 0).all()
    assert ((found["low"] < 0) & (found["high"] > 0)).all()
    assert not any(pair.is_turned)


def test_a_retrained_network_is_turned_and_nothing_is_stretched(digits_result: RunResult) -> None:
    gold = RunStore(ASSETS / "example").load(plan_run("digits", [3], "retrain").digest)
    pair = pair_runs(digits_result, gold)
    assert pair.is_turned == (False, True)
    assert np.array_equal(pair.logits[1], gold.logits["unlearned"])
    assert pair.agreement().sum(axis=1)[3] == 0, "the forgotten class is no answer of A any more"
    assert 0 < pair.explained < 1


def test_b_answers_the_images_of_a(digits_result: RunResult) -> None:
    """The same network under another probe set: asked again, it must answer as it did."""
    order = np.random.default_rng(0).permutation(len(digits_result.probe.y))
    shuffled = replace(
        digits_result,
        probe=type(digits_result.probe)(**{name: part[order] for name, part in vars(digits_result.probe).items()}),
        logits={name: part[order] for name, part in digits_result.logits.items()},
        representations={name: part[order] for name, part in digits_result.representations.items()},
    )
    pair = pair_runs(digits_result, shuffled)
    assert np.abs(pair.logits[0] - pair.logits[1]).max() < 1e-4
    assert np.array_equal(pair.is_forget, digits_result.probe.is_forget)


def test_runs_without_a_common_image_are_refused(digits_result: RunResult) -> None:
    other = replace(digits_result, spec=replace(digits_result.spec, dataset="mnist"))
    with pytest.raises(SpecError, match="digits with cnn and mnist with cnn"):
        pair_runs(digits_result, other)


def test_what_tuning_changes_is_told_with_ranks_and_without_controls() -> None:
    names = ["camu", "ssd", "scrub", "unsir", "retrain", "nothing"]
    usual = pd.DataFrame({"average_gap_mean": [0.02, 0.40, 0.06, 0.03, np.nan, 0.9],
                          "rank_low": [1, 4, 2, 1, np.nan, np.nan], "rank_high": [2, 4, 3, 2, np.nan, np.nan]},
                         index=names)  # fmt: skip
    tuned = pd.DataFrame({"average_gap_mean": [0.021, 0.01, 0.01, 0.03, np.nan, 0.1],
                          "rank_low": [1, 1, np.nan, 1, np.nan, np.nan],
                          "rank_high": [4, 1, np.nan, 3, np.nan, np.nan]},
                         index=names)  # fmt: skip
    assert tuning_line(usual, tuned) == (
        "With tuned settings 2 of 4 methods are nearer to retraining by these accuracies. "
        "Mean distance, default → tuned settings: Selective dampening (SSD) 40 points → 1.0 points "
        "(rank 4 → 1); SCRUB 6.0 points → 1.0 points (rank 2 to 3 → unknown); CaMU 2.0 points → 2.1 points "
        "(rank 1 to 2 → 1 to 4). Ranks are of 4 methods, as intervals allow."
    )


# --- published -------------------------------------------------------------------------------------------------------


def test_published_results_take_the_form_of_live_ones(tmp_path: Path) -> None:
    assert not is_published(tmp_path)
    found = read_published(publish(tmp_path))
    assert is_published(tmp_path)
    assert (found.datasets, found.forgets("digits")) == (["digits"], ["3", "10%"])
    table = found.of("digits", "3")
    assert table["forgotten_mean"].tolist() == [0.02, 0.0]
    assert table["forgotten_high"].tolist() == pytest.approx([0.02 + T_2 * 0.1 / np.sqrt(3), T_2 * 0.1 / np.sqrt(3)])
    assert table["speedup"].tolist() == [1, 1]
    assert found.of("digits", "10%")["forgotten_mean"].tolist() == [0.5], "no new images: the forgotten ones themselves"


def test_what_is_published_reads_back_as_the_live_table(tmp_path: Path) -> None:
    runs = sweep_table([summary("camu", seed, (0.9 + seed / 100, 0.1, 0.8, 0.0)) for seed in (0, 1, 2)])
    published_table(runs).to_csv(tmp_path / "results.csv", index=False)
    (tmp_path / "card.json").write_text(json.dumps(CARD))
    back, live = read_published(tmp_path).of("digits", "3"), by_method(by_run(runs))
    common = [name for name in live if name in back and name not in ("kept_drop_mean", "old_head_before_mean")]
    assert {"unit", "tug_of_war_mean", "kept_low", "samples_forward_mean", "speedup"} <= set(common)
    pd.testing.assert_frame_equal(back[common], live[common], check_index_type=False)


def test_a_measure_that_some_runs_lack_has_the_same_interval_when_it_is_read_back(tmp_path: Path) -> None:
    runs = [summary("camu", seed, (0.9, 0.1, 0.8 + seed / 50, 0.0)) for seed in (0, 1, 2)]
    runs += [summary("retrain", seed, (0.9, 0.0, 0.9, 0.0)) for seed in (0, 1)]  # of the third seed it failed
    runs = sweep_table(runs)
    table, live = published_table(runs), by_method(by_run(runs))
    assert {"average_gap_n", "tug_of_war_n"} <= set(table)
    assert "retain_test_n" not in table, "all runs have it"
    table.to_csv(tmp_path / "results.csv", index=False)
    (tmp_path / "card.json").write_text(json.dumps(CARD))
    back = read_published(tmp_path).of("digits", "3")
    assert live.loc["camu", "average_gap_n"] == 2
    for name in ("average_gap_low", "average_gap_high", "kept_high", "rank_low"):
        pd.testing.assert_series_equal(back[name], live[name])


def test_published_networks_are_the_unit_and_nothing_done_tells_what_was_lost(tmp_path: Path) -> None:
    runs = [summary(method, 0, (1, 0, kept, 0), training_seed=network)
            for method, kept in (("camu", 0.7), ("nothing", 0.9)) for network in (0, 1)]  # fmt: skip
    published_table(sweep_table(runs)).to_csv(tmp_path / "results.csv", index=False)
    (tmp_path / "card.json").write_text(json.dumps({**CARD, "training_seeds": [0, 1]}))
    table = read_published(tmp_path).of("digits", "3")
    assert set(table["unit"]) == {"training"}
    assert table["kept_drop_mean"].tolist() == [pytest.approx(0.2), 0]
    assert read_published(publish(tmp_path / "one")).of("digits", "3")["kept_drop_mean"].isna().all(), "unknown"


def test_tuned_settings_are_a_table_of_their_own(tmp_path: Path) -> None:
    publish(tmp_path)
    usual = pd.read_csv(tmp_path / "results.csv", dtype={"forget": str})
    tuned = usual[usual["forget"] == "3"].assign(settings="tuned", forget_test_mean=0.25)
    tuned.to_csv(tmp_path / "results-tuned.csv", index=False)
    found = read_published(tmp_path)
    assert found.settings("digits", "3") == ["usual", "tuned"]
    assert found.settings("digits", "10%") == ["usual"]
    assert found.of("digits", "3")["forgotten_mean"].tolist() == [0.02, 0.0]
    assert found.of("digits", "3", "tuned")["forgotten_mean"].tolist() == [0.25, 0.25]
    assert "class 3, tuned settings" in as_markdown(found.table, CARD)


def test_every_table_has_the_card_of_its_own_folder(tmp_path: Path) -> None:
    publish(tmp_path / "one")
    publish(tmp_path / "two", dataset="mnist")
    (tmp_path / "two" / "card.json").write_text(json.dumps({**CARD, "command": "make two"}))
    (tmp_path / "none").mkdir()
    found = read_published(tmp_path)
    assert found.datasets == ["digits", "mnist"]
    assert [found.card(name, "3")["command"] for name in found.datasets] == ["make", "make two"]
    assert [found.card(name, "10%")["command"] for name in found.datasets] == ["make", "make two"]


@pytest.mark.parametrize("folder", [path.parent for path in sorted(published.FOLDER.glob("*/runs.csv"))])
def test_the_rows_of_shipped_runs_give_the_shipped_means(folder: Path) -> None:
    found = read_published(folder)
    (dataset,), (forget,) = found.datasets, found.forgets(found.datasets[0])
    (settings,) = found.settings(dataset, forget)
    runs = pd.read_csv(found.runs_of(dataset, forget, settings), dtype={"forget": str})
    table, again = found.of(dataset, forget, settings), by_method(by_run(runs))
    assert again.index.tolist() == table.index.tolist()
    for name in (*SPLIT_NAMES, "average_gap", "tug_of_war", "attack_auc"):
        pd.testing.assert_series_equal(again[f"{name}_mean"], table[f"{name}_mean"], rtol=1e-4, atol=1e-6)
    assert runs["digest"].is_unique


def test_damaged_published_results_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nowhere, which this version lacks"):
        read_published(publish(tmp_path, dataset="nowhere"))
    publish(tmp_path)
    (tmp_path / "card.json").write_text("{}")
    with pytest.raises(StoreError, match="lack date, machine, versions, command, seeds"):
        read_published(tmp_path)
    (tmp_path / "card.json").write_text("{")
    with pytest.raises(StoreError, match="cannot be read"):
        read_published(tmp_path)


def test_intervals_from_published_deviations_are_those_of_the_runs() -> None:
    runs = [summary("camu", seed, (1, 0, kept, 0)) for seed, kept in enumerate((0.9, 0.8, 0.6))]
    live = table_of(*runs)
    again = with_intervals(live[["n_seeds", *(f"{n}_{e}" for n in MEASURES for e in ("mean", "std"))]])
    assert again.loc["camu", "kept_low"] == pytest.approx(live.loc["camu", "kept_low"])


def test_after_which_methods_what_was_planted_works_is_told_by_intervals_over_networks() -> None:
    def planted(method: str, mean: float, reach: float = 0.02, kept: float = 0.98) -> pd.DataFrame:
        return row(method, planted_mean=mean, planted_reach=reach, kept_mean=kept)

    rows = [planted("retrain", 0.04), planted("finetune", 1.0), planted("camu", 0.6, 0.2), planted("unsir", 0.7, 0.75),
            planted("salun", 0.1), planted("ssd", 0.0, kept=0.5), planted("nothing", 1.0)]  # fmt: skip
    assert planted_headline(pd.concat(rows)) == (
        "What was planted still works after 2 of 5 methods: Fine-tune (on 100% of new images) and CaMU (60%). After "
        "retraining it works on 4% of new images, before forgetting on 100%. There are too few networks to tell "
        "whether it works after UNSIR (on 70% of new images). SalUn stops it about as far as retraining does and keeps "
        "the rest."
    )
    wide = planted_headline(pd.concat([rows[0], planted("salun", 0.1, 0.05)]))
    assert "too few networks to tell whether it works after SalUn (on 10% of new images)" in wide, (
        "the interval of its difference reaches beyond the margin"
    )
    told = planted_headline(pd.concat(rows[:1] + rows[5:6]))
    assert told.startswith("No method is shown to leave the planted secret working.")
    assert told.endswith("None is shown both to stop it about as far as retraining does and to keep the rest.")
    two = planted_headline(pd.concat([rows[0], rows[4], planted("camu", 0.03)]))
    assert two.endswith("SalUn and CaMU stop it about as far as retraining does and keep the rest.")


def test_the_shipped_results_of_planted_secrets_are_whole() -> None:
    found = read_published(PLANTED_FOLDER)
    assert found.forgets("digits") == ["trigger:8x100", "swap:3-5x100"]
    for forget in found.forgets("digits"):
        table = found.of("digits", forget)
        assert set(methods_for("planted")) == set(table.index)
        assert (table["n_seeds"] == 3).all()
        assert table[["planted_mean", "planted_low", "planted_high"]].notna().all(axis=None)
        assert table.loc["retrain", "planted_mean"] <= 0.15
    assert found.of("digits", "trigger:8x100").loc["nothing", "planted_mean"] >= 0.95


# --- controls and tests -----------------------------------------------------------------------------------------------


def test_what_is_only_hidden_is_named_and_what_is_not_tested_is_not() -> None:
    tested = pd.concat([row("salun", old_head_mean=0.95), row("retrain")])
    assert any("only hides it at the output" in text for text in sentences(tested))
    untested = pd.concat([row("salun", old_head_mean=np.nan, fresh_head_1_mean=np.nan), row("retrain")])
    assert sentences(untested) == []


def test_more_left_inside_is_only_said_where_intervals_show_it() -> None:
    gold = row("retrain", fresh_head_1_mean=0.5, fresh_head_1_reach=0.1)
    assert len(sentences(row("salun", fresh_head_1_mean=0.9, fresh_head_1_reach=0.2), gold)) == 1
    assert sentences(row("salun", fresh_head_1_mean=0.9, fresh_head_1_reach=0.31), gold) == []
    once = row("salun", fresh_head_1_mean=0.9, fresh_head_1_reach=np.nan)
    assert sentences(once, gold) == [], "one network beside three"
    (said,) = sentences(once, gold.assign(fresh_head_1_low=np.nan, fresh_head_1_high=np.nan))
    assert said == (
        "may leave more inside: from one example a new classifier finds 90% of the class, 50% after retraining "
        "(one run)"
    )


def test_more_left_inside_than_after_retraining_is_named() -> None:
    both = pd.concat([row("salun", fresh_head_1_mean=0.9), row("retrain", fresh_head_1_mean=0.5)])
    assert sentences(both) == [
        "leaves more inside: from one example a new classifier finds 90% of the class, 50% after retraining"
    ]


def test_hidden_is_what_the_old_classifier_finds_nearly_as_much_of_as_before() -> None:
    """As in the verdict: of a class of which it found 84% before, 70% is more than four fifths."""
    rows = [row("cf_k", old_head_mean=0.70, old_head_before_mean=0.84), row("retrain")]
    assert sentences(*rows) == ["only hides it at the output: inside, the old classifier still finds 70%"]
    assert not strengths(pd.concat(rows), "class").loc["cf_k", "not_hidden"]
    assert sentences(row("cf_k", old_head_mean=0.67, old_head_before_mean=0.84), row("retrain")) == []
    unknown = row("cf_k", old_head_mean=0.79, old_head_before_mean=np.nan)
    assert sentences(unknown, row("retrain")) == [], "four fifths of all"


def test_what_intervals_show_to_be_farther_than_doing_nothing_is_named() -> None:
    idle = row("nothing", average_gap_mean=0.003, average_gap_reach=0.001)
    rows = [row("camu", average_gap_mean=0.006), row("eu_k", average_gap_mean=0.001), row("retrain")]
    rows[-1]["average_gap_mean"] = np.nan
    assert idle_line(pd.concat([*rows, idle])) == (
        "Doing nothing is 0.3 points away; intervals show CaMU to be farther, and 1 of 2 to be nearer."
    )
    assert sentences(*rows, idle, kind="random")[0] == (
        "ends farther from retraining than doing nothing: 0.6 points away, 0.3 points without it"
    )
    assert idle_line(pd.concat([rows[0], idle])).endswith("and none of 1 to be nearer.")
    assert idle_line(pd.concat(rows)) == "", "unknown"
    assert idle_line(pd.concat([*rows[1:], idle])) == "", "all are nearer"


@pytest.mark.parametrize("reach", [0.002, np.nan], ids=["overlap", "one seed"])
def test_means_alone_do_not_make_a_method_farther_than_doing_nothing(reach: float) -> None:
    idle = row("nothing", average_gap_mean=0.003, average_gap_reach=0.001)
    camu = row("camu", average_gap_mean=0.006, average_gap_reach=reach)
    gold = row("retrain", average_gap_mean=np.nan)
    assert idle_line(pd.concat([camu, gold, idle])) == ""
    assert not any("doing nothing" in text for text in sentences(camu, gold, idle, kind="random"))


def test_a_small_distance_is_not_shown_as_none() -> None:
    table = pd.concat([row("eu_k", average_gap_mean=0.0003), row("retrain", average_gap_mean=np.nan)])
    assert "EU-k is less than 0.1 points away from retraining" in headline(table, "class")


def test_controls_are_said_to_be_controls_and_never_win() -> None:
    table = pd.concat([row("mask"), row("camu", average_gap_mean=0.01), row("retrain")])
    assert headline(table, "class").startswith("On average, CaMU is 1.0 points away from retraining")
    assert [remark.text for remark in weaknesses(table, "class") if remark.method == "mask"] == [
        "is a control: it bars the classes to forget from the answer, and changes nothing inside. A test that "
        "calls this forgotten looks at the answers alone"
    ]
    assert "Controls only" in headline(row("mask"), "class")


def test_the_figures_of_tests_stand_beside_their_runs(make_report) -> None:
    runs = sweep_table([summary("camu", 0, (1, 0, 0.9, 0)), summary("mask", 0, (1, 0, 0.9, 0))])
    tested = with_tests(runs, {runs["digest"][1]: make_report(old_head=1.0)})
    found = by_method(by_run(tested))
    assert found.loc["mask", "old_head_mean"] == 1
    assert np.isnan(found.loc["camu", "old_head_mean"])


@pytest.mark.parametrize(("now", "n", "is_told"), [(0.52, 1_000, True), (0.66, 1_000, False), (0.6, 20, False)])
def test_damage_to_one_class_is_a_weakness_of_its_method(now, n, is_told):
    """And neither what was forgotten, nor what a control does, nor chance."""
    rows = [("camu", 0, 0.9, 0.0), ("camu", 1, 0.75, now), ("camu", 2, 0.8, 0.8), ("retrain", 1, 0.75, 0.2),
            ("random_weights", 1, 0.75, 0.1), ("finetune", 2, 0.8, np.nan)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["method", "label", "before", "mean"])
    found = class_damage(table, [n] * 3, (0,), ("airplane", "cat", "dog"))
    text = "harms a class that should stay: cat fell from 75% to 52%"
    assert found == ([Remark("camu", text)] if is_told else [])

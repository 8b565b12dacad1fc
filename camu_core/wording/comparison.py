"""Sentences about methods, by rules from their numbers: what each is weak at, and which is closest to retraining."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from camu_core.comparison.tables import GOLD, is_compared, title_of
from camu_core.measures.estimates import Measured, are_apart, difference_interval
from camu_core.methods import METHODS, is_control
from camu_core.privacy.readings import HIDDEN_FROM
from camu_core.wording.format import SAMPLES, listed, percent, place, sample, small
from camu_core.wording.verdict import ALIKE_AT_MOST, DAMAGED_DROP_FROM, FORGOTTEN_AT_MOST, KEPT_DROP_AT_MOST

# Above this accuracy on the forgotten class, a method has hardly begun to forget it.
BARELY_ABOVE = 0.5
# A mean of accuracies whose standard deviation is more than this stands for no run.
STEADY_WITHIN = 0.05
# Areas under the ROC curve nearer than this are alike.
ATTACK_ALIKE_AT_MOST = 0.05
# Shares found by a new classifier nearer than this are alike, as in `camu_core.privacy.readings`.
ALIKE_INSIDE_AT_MOST = 0.15
# What was planted works no more than so much oftener than after retraining, as in `camu_core.privacy.readings`.
PLANTED_ALIKE_AT_MOST = 0.10
_NAMED_AT_MOST = 3
_LEAST_POINTS = 0.0005  # what is less would be shown as 0.0 points
_CONTROL = "nothing"  # by which what a method does is measured where that is little


@dataclass(frozen=True)
class Remark:
    """One weakness of one method.

    Args:
        method: its name.
        text: the rest of the sentence of which the method's title is the subject.
    """

    method: str
    text: str


def weaknesses(table: pd.DataFrame, kind: str) -> list[Remark]:
    """Every weakness that the numbers show, method by method.

    Args:
        table: of `by_method`.
        kind: of the forget set. A class is forgotten at 0%; of single images, the aim is what retraining does.
    """
    gold, idle = (table.loc[name] if name in table.index else None for name in (GOLD, _CONTROL))
    judge = _of_class if kind == "class" else _of_images
    found = []
    for method, row in table.iterrows():
        if is_control(method):
            summary = METHODS[method].summary
            found.append(Remark(method, f"is a control: it {small(summary).removesuffix('.')}"))
        elif method != GOLD:
            texts = (*judge(row, gold), *_of_any(row, gold, idle, "class" if kind == "class" else "images"))
            found += [Remark(method, text) for text in texts]
    return found


def strengths(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """What each method does well, by the rules of `weaknesses`; False where that is not known.

    Returns:
        bool, a row a method: `forgets`; `keeps` the rest; `not_hidden`: what is forgotten is not only barred at the
        output (of a class; False of all until all are tested).
    """
    gold = table.loc[GOLD] if GOLD in table.index else None
    forgotten, aim = table["forgotten_mean"], np.nan if gold is None else gold["forgotten_mean"]
    finds_less = [row["old_head_mean"] < _hidden_from(row) for _, row in table.iterrows()]
    return pd.DataFrame(
        {
            "forgets": forgotten <= FORGOTTEN_AT_MOST if kind == "class" else (forgotten - aim).abs() <= ALIKE_AT_MOST,
            "keeps": table["kept_drop_mean"] <= KEPT_DROP_AT_MOST,
            "not_hidden": np.array(finds_less) & table["old_head_mean"].notna().all(),
        }
    )


def class_damage(
    per_class: pd.DataFrame, counts: Sequence[int], forgotten: Collection[int], class_names: Sequence[str]
) -> list[Remark]:
    """Methods that cost a class of the rest much, beyond chance, which a mean hides; of each the class that lost most.

    Args:
        per_class: of `by_class`.
        counts: test images of each class.
    """
    rest = per_class[~per_class["label"].isin(forgotten)].dropna(subset=["before", "mean"])
    worst: dict[str, tuple[float, str]] = {}
    for row in rest.to_dict("records"):
        method, n, was, now = row["method"], counts[row["label"]], row["before"], row["mean"]
        is_damage = was - now >= max(DAMAGED_DROP_FROM, worst.get(method, (0.0, ""))[0])
        if method == GOLD or is_control(method) or not is_damage:
            continue
        if difference_interval(round(was * n), n, round(now * n), n)[0] > KEPT_DROP_AT_MOST:
            fell = f"{class_names[row['label']]} fell from {percent(was, 1)} to {percent(now, 1)}"
            worst[method] = was - now, f"harms a class that should stay: {fell}"
    return [Remark(method, text) for method, (_, text) in worst.items()]


def headline(table: pd.DataFrame, kind: str) -> str:
    """Which method comes closest to retraining, how firmly, and at what cost.

    Args:
        table: of `by_method`.
        kind: as in `weaknesses`.
    """
    others = _compared(table)
    if others.empty:
        return "Controls only show what the tests can detect; add a method to compare."
    known = _known(table)
    if known.empty:
        return _without_gold(others, kind)
    rivals = _not_hiding(known, kind)
    best = rivals.loc[rivals["average_gap_mean"].idxmin()]
    away = f"{_points(best['average_gap_mean'])} away"
    sentence = (
        f"Closest to retraining: {best['title']}, {away} on average"
        if len(rivals) > 1
        else f"On average, {best['title']} is {away} from retraining"
    )
    if best["speedup"] >= 1.5:
        sentence += f", {_times(best['speedup'])} faster"
    if len(rivals) > 1:
        sentence += _rivals(rivals, best)
    return f"{sentence}."


def hidden_rivals(table: pd.DataFrame, kind: str) -> str:
    """Methods at least as close as the one that `headline` names, which only hide the class; "" if there are none."""
    known = _known(table)
    if kind != "class" or known.empty:
        return ""
    nearest = _not_hiding(known, kind)["average_gap_mean"].min()
    hiding = known[[_only_hides(row) for _, row in known.iterrows()]]
    hiding = hiding[hiding["average_gap_mean"] <= nearest].sort_values("average_gap_mean")
    if hiding.empty:
        return ""
    verb = "only hides" if len(hiding) == 1 else "only hide"
    return (
        f"By accuracy alone {listed(hiding['title'].tolist())} would be as close, but {verb} the class at the output."
    )


def idle_line(table: pd.DataFrame) -> str:
    """How far doing nothing is from retraining, and which methods intervals show to be farther, and how many nearer; ""
    if they show none to be farther.

    Args:
        table: as in `headline`.
    """
    if _CONTROL not in table.index:
        return ""
    idle, known = table.loc[_CONTROL], _known(table).sort_values("average_gap_mean")
    farther = [row["title"] for _, row in known.iterrows() if _is_more(row, idle, "average_gap", 0)]
    if not farther:
        return ""
    n_nearer = sum(_is_more(idle, row, "average_gap", 0) for _, row in known.iterrows())
    who = _who(farther, f"{len(farther)} methods")
    return (
        f"Doing nothing is {_points(idle['average_gap_mean'])} away; intervals show {who} to be farther, and "
        f"{n_nearer or 'none'} of {len(known)} to be nearer."
    )


def standing(table: pd.DataFrame, method: str = "camu") -> str:
    """Where one method stands among the others by its distance to retraining; "" where that is not known.

    Args:
        table: as in `headline`.
    """
    known = _known(table)
    if method not in known.index or len(known) < 2:
        return ""
    row = known.loc[method]
    n_before = int((known["average_gap_mean"] < row["average_gap_mean"]).sum())
    away = f"{row['title']} is {_points(row['average_gap_mean'])} away"
    said = f"{away}: rank {n_before + 1} of {len(known)} by this distance"
    if not (allowed := _places(row)):
        return f"{said}; one seed cannot tell how firm that is."
    return f"{said}; intervals allow ranks {allowed}." if " to " in allowed else f"{said}."


def tuning_line(usual: pd.DataFrame, tuned: pd.DataFrame) -> str:
    """How far from retraining methods are with the usual and with tuned settings, and between which places by it.

    Args:
        usual, tuned: of `Published.of`, the same forget set; methods that only one of them has are left out.
    """
    gaps = pd.DataFrame({"usual": usual["average_gap_mean"], "tuned": tuned["average_gap_mean"]}).dropna()
    gaps = _compared(gaps)
    order = (gaps["usual"] - gaps["tuned"]).abs().sort_values(ascending=False).index[:_NAMED_AT_MOST]
    named = [*order, *({"camu"} & set(gaps.index) - set(order))]
    changes = [
        f"{title_of(name)} {_points(gaps['usual'][name])} → {_points(gaps['tuned'][name])} "
        f"(rank {' → '.join(_places(each.loc[name]) or 'unknown' for each in (usual, tuned))})"
        for name in named
    ]
    n_nearer = int((gaps["tuned"] < gaps["usual"]).sum())
    said = f"With tuned settings {n_nearer} of {len(gaps)} methods are nearer to retraining by these accuracies"
    said += f". Mean distance, default → tuned settings: {'; '.join(changes)}."
    return f"{said} Ranks are of {len(gaps)} methods, as intervals allow."


def planted_headline(table: pd.DataFrame) -> str:
    """After which methods what was planted still works, shown by the interval over seeds, or cannot be told; and which
    are shown to stop it and keep the rest: the interval of the difference to retraining ends within the margin.

    Args:
        table: of `by_method` or `Published.of`, retraining among it.
    """
    others, gold, before = _compared(table), table.loc[GOLD], table["planted_mean"].get(_CONTROL)
    works: dict[bool, list[pd.Series]] = {True: [], False: []}
    fine = []
    for _, row in others.sort_values("planted_mean", ascending=False).iterrows():
        if not _most_above(row, gold, "planted") <= PLANTED_ALIKE_AT_MOST:
            is_shown = _is_more(row, gold, "planted", PLANTED_ALIKE_AT_MOST)
            works[is_shown].append(row)
        elif gold["kept_mean"] - row["kept_mean"] <= KEPT_DROP_AT_MOST:
            fine.append(row["title"])
    n_works = f"{len(works[True])} of {len(others)} methods"
    said = (
        f"What was planted still works after {n_works}: {_planted_shares(works[True])}."
        if works[True]
        else "No method is shown to leave the planted secret working."
    )
    was = f", before forgetting on {percent(before, 1)}" if pd.notna(before) else ""
    said += f" After retraining it works on {percent(gold['planted_mean'], 1)} of new images{was}."
    if works[False]:
        said += f" There are too few networks to tell whether it works after {_planted_shares(works[False])}."
    if not fine:
        return f"{said} None is shown both to stop it about as far as retraining does and to keep the rest."
    verbs = ("stops", "keeps") if len(fine) == 1 else ("stop", "keep")
    return f"{said} {listed(fine)} {verbs[0]} it about as far as retraining does and {verbs[1]} the rest."


def _planted_shares(rows: list[pd.Series]) -> str:
    """'Fine-tune (on 100% of new images) and CaMU (61%)'."""
    shares = [percent(row["planted_mean"]) for row in rows]
    shares[0] = f"on {shares[0]} of new images"
    return listed([f"{row['title']} ({share})" for row, share in zip(rows, shares, strict=True)])


def _places(row: pd.Series) -> str:
    return place(row["rank_low"], row["rank_high"])


def _compared(table: pd.DataFrame) -> pd.DataFrame:
    return table[[is_compared(name) for name in table.index]]


def _known(table: pd.DataFrame) -> pd.DataFrame:
    """The methods whose distance to retraining is known."""
    return _compared(table).dropna(subset="average_gap_mean")


def _not_hiding(known: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Those that do not only hide the class, unless all do."""
    found = known[[not (kind == "class" and _only_hides(row)) for _, row in known.iterrows()]]
    return known if found.empty else found


def _without_gold(others: pd.DataFrame, kind: str) -> str:
    if kind != "class":
        return "Only retraining tells whether single images were forgotten: add it to the methods."
    fine = others[(others["forgotten_mean"] <= FORGOTTEN_AT_MOST) & (others["kept_drop_mean"] <= KEPT_DROP_AT_MOST)]
    if fine.empty:
        return "None of these methods stops recognising the class and keeps the rest."
    names = listed(fine["title"].tolist())
    return (
        f"The class is no longer recognised, and the rest kept, after {names} ({len(fine)} of {len(others)} methods)."
    )


def _rivals(known: pd.DataFrame, best: pd.Series) -> str:
    """Those that are not shown to be apart from the best one, as ranks have it: one with a single seed is not."""
    if pd.isna(best["average_gap_low"]):
        return "; one seed cannot tell how firm that is"
    best_gap = _measured(best, "average_gap")
    rivals = known[[not are_apart(best_gap, _measured(row, "average_gap")) for _, row in known.iterrows()]]
    rivals = rivals.drop(index=best.name)
    if rivals.empty:
        return ""
    names = rivals.sort_values("average_gap_mean")["title"].tolist()
    who = _who(names, f"{len(names)} other methods")
    return f"; {sample(best['n_seeds'], best['unit'])} do not show it to be nearer than {who}"


def _who(titles: list[str], crowd: str) -> str:
    """The methods by name, or, of many, how many."""
    return listed(titles) if len(titles) <= _NAMED_AT_MOST else crowd


def _of_class(row: pd.Series, gold: pd.Series | None) -> Iterator[str]:
    forgotten, drop = row["forgotten_mean"], row["kept_drop_mean"]
    still = f"{percent(forgotten, 1)} of the forgotten class is still recognised"
    if forgotten > FORGOTTEN_AT_MOST and drop > KEPT_DROP_AT_MOST:
        yield f"neither forgets ({still}) nor keeps the rest ({_points(drop)} lost)"
    elif forgotten > FORGOTTEN_AT_MOST:
        yield f"{'barely forgets' if forgotten > BARELY_ABOVE else 'forgets only in part'}: {still}"
    elif drop > KEPT_DROP_AT_MOST:
        yield f"stops recognising it ({percent(forgotten, 1)}) but costs {_points(drop)} on the rest"
    if _only_hides(row):
        found = percent(row["old_head_mean"])
        yield f"only hides it at the output: inside, the old classifier still finds {found}{_once(row, 'old_head')}"
    elif gold is not None and (verb := _leaves_inside(row, gold)):
        yield (
            f"{verb} more inside: from one example a new classifier finds {percent(row['fresh_head_1_mean'])} of the "
            f"class, {percent(gold['fresh_head_1_mean'])} after retraining{_once(row, 'fresh_head_1')}"
        )


def _leaves_inside(row: pd.Series, gold: pd.Series) -> str:
    """'leaves' more than retraining, if intervals show it; 'may leave', if each was measured once; else empty."""
    name = "fresh_head_1"
    if _is_more(row, gold, name, ALIKE_INSIDE_AT_MOST):
        return "leaves"
    is_once = np.isnan([row[f"{name}_low"], gold[f"{name}_low"]]).all()
    return "may leave" if is_once and _is_far(row, gold, name, ALIKE_INSIDE_AT_MOST) else ""


def _is_more(row: pd.Series, other: pd.Series, name: str, margin: float) -> bool:
    """Whether a measure is above another method's by more than a margin, and their intervals show it."""
    return _is_far(row, other, name, margin) and are_apart(_measured(row, name), _measured(other, name))


def _is_far(row: pd.Series, other: pd.Series, name: str, margin: float) -> bool:
    return bool(row[f"{name}_mean"] - other[f"{name}_mean"] > margin)


def _once(row: pd.Series, name: str) -> str:
    """Of a measure that was made on one run where others were on several."""
    return " (one run)" * bool(row["n_seeds"] > 1 and np.isnan(row[f"{name}_low"]))


def _hidden_from(row: pd.Series) -> float:
    """What the old classifier must still find of a class for it to be only hidden: a part of what it found before, or,
    where that is not known, of all."""
    before = row["old_head_before_mean"]
    return HIDDEN_FROM * (1.0 if np.isnan(before) else before)


def _most_above(row: pd.Series, gold: pd.Series, name: str) -> float:
    """How far a measure may be above retraining's: the upper end of the 95% interval of the difference, NaN if unknown.

    Source: the variance recovered from both intervals: G. Zou, A. Donner, Statistics in Medicine 27, 2008.
    """
    ours, theirs = _measured(row, name), _measured(gold, name)
    reach = np.hypot(ours["high"] - ours["value"], theirs["value"] - theirs["low"])
    return float(ours["value"] - theirs["value"] + reach)


def _only_hides(row: pd.Series) -> bool:
    """Whether a class is no longer answered, but still found inside; False where that was not tested."""
    return bool(row["old_head_mean"] >= _hidden_from(row) and row["forgotten_mean"] <= FORGOTTEN_AT_MOST)


def _of_images(row: pd.Series, gold: pd.Series | None) -> Iterator[str]:
    if gold is not None:
        gap = row["forgotten_mean"] - gold["forgotten_mean"]
        ours, theirs = (percent(each["forgotten_mean"], 1) for each in (row, gold))
        numbers = f"{ours} of the forgotten images recognised, {theirs} by a network that never saw them"
        if "planted_mean" in row and _is_more(row, gold, "planted", PLANTED_ALIKE_AT_MOST):
            yield (
                f"does not stop what was planted: it works on {percent(row['planted_mean'], 1)} of new images, "
                f"after retraining on {percent(gold['planted_mean'], 1)}"
            )
        if gap > ALIKE_AT_MOST:
            yield f"forgets less than retraining: {numbers}"
        elif gap < -ALIKE_AT_MOST:
            yield f"goes further than retraining: {numbers}"
    if row["kept_drop_mean"] > KEPT_DROP_AT_MOST:
        yield f"costs {_points(row['kept_drop_mean'])} on new images"


def _of_any(row: pd.Series, gold: pd.Series | None, idle: pd.Series | None, what: str) -> Iterator[str]:
    for name, images in (("forgotten", f"the forgotten {what}"), ("kept", "the other new images")):
        if row[f"{name}_std"] > STEADY_WITHIN:
            yield (
                f"is not steady: {percent(row[f'{name}_mean'], 1)} of {images} recognised, with a standard deviation "
                f"of {_points(row[f'{name}_std'])} between {SAMPLES[row['unit']]}"
            )
    if gold is None:
        return
    if idle is not None and _is_more(row, idle, "average_gap", 0):
        gaps = f"{_points(row['average_gap_mean'])} away, {_points(idle['average_gap_mean'])} without it"
        yield f"ends farther from retraining than doing nothing: {gaps}"
    gap = abs(row["attack_auc_mean"] - gold["attack_auc_mean"])
    if gap > ATTACK_ALIKE_AT_MOST and are_apart(_measured(row, "attack_auc"), _measured(gold, "attack_auc")):
        yield (
            f"leaves a trace: an attacker reaches an AUC of {row['attack_auc_mean']:.2f} on the forgotten images, "
            f"{gold['attack_auc_mean']:.2f} after retraining"
        )
    if row["speedup"] < 1:
        yield (
            f"takes longer than retraining: {_seconds(row['unlearn_seconds_mean'])} against "
            f"{_seconds(gold['unlearn_seconds_mean'])}"
        )


def _measured(row: pd.Series, name: str) -> Measured:
    """A mean over seeds; its ends are NaN of one seed."""
    return Measured(value=row[f"{name}_mean"], low=row[f"{name}_low"], high=row[f"{name}_high"], n=row["n_seeds"])


def _points(fraction: float) -> str:
    """'1.0 points', '14 points', 'less than 0.1 points'."""
    if 0 < abs(fraction) < _LEAST_POINTS:
        return "less than 0.1 points"
    points = f"{100 * fraction:.1f}" if abs(fraction) < 0.0995 else f"{100 * fraction:.0f}"
    return f"{points} points"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:,.0f} s"


def _times(factor: float) -> str:
    return f"{factor:.1f} times" if factor < 10 else f"{factor:,.0f} times"

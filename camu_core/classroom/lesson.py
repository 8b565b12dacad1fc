"""What a class is asked about one run: questions whose answers the run holds, with its numbers, and that are not luck.

A question is left out where the run cannot answer it: a test that was not made, or whose interval allows both answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from camu_core.causal import harmed_classes
from camu_core.data import DATASETS
from camu_core.measures import Standing, masked
from camu_core.methods import METHODS
from camu_core.privacy import Reading, readings
from camu_core.runs.results import RunResult
from camu_core.wording.clauses import n_images
from camu_core.wording.format import capital, listed, percent, small
from camu_core.wording.guesses import BANDS, band_of
from camu_core.wording.privacy import figure_text
from camu_core.wording.verdict import FORGOTTEN_AT_MOST, KEPT_DROP_AT_MOST, Verdict, claim, forget_phrase, judge


@dataclass(frozen=True)
class Question:
    """Args:
    name: what it is about: "band", "hurt", "mask", "inside", "trace" or "claim".
    right: index into `options`.
    why: the answer with its numbers, and what it teaches; two short sentences or so each.
    """

    name: str
    prompt: str
    options: tuple[str, ...]
    right: int
    why: tuple[str, str]


@dataclass(frozen=True)
class Lesson:
    """Args:
    digest: of the run that it is about.
    about: what happened in the run, for those who have never heard of it.
    """

    digest: str
    about: str
    questions: tuple[Question, ...]


def lesson_of(
    result: RunResult,
    retrained: RunResult | None = None,
    privacy: Mapping[str, Any] | None = None,
    population: Mapping[str, Any] | None = None,
) -> Lesson:
    """The questions about a run, in the order in which they are asked.

    Args:
        retrained: the run's retrained network, to be named beside it.
        privacy: report of its `PrivacyResult`; without it nothing inside is asked about.
        population: report of its `PopulationResult`.
    """
    told = judge(result, retrained, privacy, population)
    found = readings(privacy)
    if result.spec.forget.kind == "class":
        asked = [_band(result, retrained), _hurt(result), _mask(result, found), _inside(result, privacy, found)]
    else:
        asked = [_band_of_images(result, retrained), _kept(told)]
    asked += [_trace(result, found), _claim(result, told)]
    return Lesson(result.digest, _about(result), tuple(question for question in asked if question is not None))


_BANDS = ("Hardly any", "Some", "Most", "Nearly all")
_YES, _NO = "Yes", "No"


def _about(result: RunResult) -> str:
    info, before = DATASETS[result.spec.dataset], result.metrics["original"]
    n_train = before["n"]["forget_train"] + before["n"]["retain_train"]
    share = percent(np.trace(before["confusion_test"]) / np.sum(before["confusion_test"]), 1)
    learned = f"A network learned {len(info.class_names)} {info.class_nouns} from {n_train:,} images"
    method = METHODS.title(result.spec.method, result.spec.method_sha256)
    return (
        f"{learned}, and recognised {share} of new ones. Somebody asked to have **{forget_phrase(result.spec)}** "
        "removed from it. Training a new network without those images always works, but takes weeks for a large one; "
        f"**machine unlearning** changes the one that is there (method: {method}). Did it work?"
    )


def _bands() -> tuple[str, ...]:
    return tuple(f"{name}: {low:.0%} to {high:.0%}" for name, (low, high) in zip(_BANDS, BANDS, strict=True))


def _band(result: RunResult, retrained: RunResult | None) -> Question | None:
    """How much of a forgotten class is still recognised; None if there are no new images of it."""
    what, (before, after) = forget_phrase(result.spec), _reports(result)
    if after["forget_test"] is None:
        return None
    gold = "none" if retrained is None else percent(retrained.metrics["unlearned"]["forget_test"], 1)
    return Question(
        "band",
        f"The network was made to forget {what}. How many new images of it does it still recognise?",
        _bands(),
        band_of(after["forget_test"]),
        (
            f"{capital(percent(after['forget_test'], 1))} of {n_images(after['n']['forget_test'])}; before, it was "
            f"{percent(before['forget_test'], 1)}.",
            f"A network that never saw {what} recognises {gold}: to be like that one is the aim.",
        ),
    )


def _band_of_images(result: RunResult, retrained: RunResult | None) -> Question:
    """How many of the forgotten images are still recognised, which forgetting them does not change much."""
    what, (before, after) = forget_phrase(result.spec), _reports(result)
    others = "the others teach it what such images look like"
    gold = "many of them"
    if retrained is not None:
        gold = percent(retrained.metrics["unlearned"]["forget_train"], 1)
    return Question(
        "band",
        f"The network was made to forget {what}. How many of these very images does it still recognise?",
        _bands(),
        band_of(after["forget_train"]),
        (
            f"{percent(after['forget_train'], 1)} of {n_images(after['n']['forget_train'])}; before, it was "
            f"{percent(before['forget_train'], 1)}.",
            f"The aim is not 0%: a network that never saw them recognises {gold}, for {others}.",
        ),
    )


def _hurt(result: RunResult) -> Question:
    """Whether another class lost more than chance explains."""
    info, (before, after) = DATASETS[result.spec.dataset], _reports(result)
    harmed = harmed_classes(result.summary())
    n_others = len(info.class_names) - len(result.spec.forget.classes)
    others = f"the other {n_others} {info.class_nouns}" if n_others > 1 else f"the other {info.class_noun}"
    rest = f"All others together: {_from_to(before['retain_test'], after['retain_test'])} of "
    rest += f"{n_images(after['n']['retain_test'])}."
    losses = [
        f"{info.class_names[i]} ({_from_to(before['per_class_test'][i], after['per_class_test'][i])})" for i in harmed
    ]
    why = (
        (f"Hurt beyond chance: {listed(losses)}.", f"{rest} Features shared with the forgotten ones may be the reason.")
        if harmed
        else (rest, "A few more or fewer right is chance; none lost more than that.")
    )
    return Question(
        "hurt",
        f"And {others}: were any of them hurt, by more than chance explains?",
        ("No, none of them", "Yes, one or more"),
        int(bool(harmed)),
        why,
    )


def _kept(told: Verdict) -> Question | None:
    """Whether new images are read as well as before; None if that cannot be said."""
    if told.is_kept is None:
        return None
    return Question(
        "hurt",
        f"And new images: does it read them worse than before, by more than {100 * KEPT_DROP_AT_MOST:.0f} points?",
        (_NO, _YES),
        int(not told.is_rest_as_before),
        (told.clauses[1].plain, "What is to be kept must stay: forgetting by breaking everything is easy."),
    )


def _mask(result: RunResult, found: Mapping[str, Reading]) -> Question | None:
    """Whether the tests of the two questions before tell forgetting from a mask over the output."""
    info, forgotten = DATASETS[result.spec.dataset], list(result.spec.forget.classes)
    is_new = ~result.probe.in_train
    y, logits = result.probe.y[is_new], result.logits["original"][is_new]
    is_forgotten = np.isin(y, forgotten)
    if not is_forgotten.any() or is_forgotten.all():
        return None
    is_right = masked(logits, forgotten).argmax(1) == y
    forget, retain, before = (
        is_right[is_forgotten].mean(), is_right[~is_forgotten].mean(), (logits.argmax(1) == y)[~is_forgotten].mean(),
    )  # fmt: skip
    passes = forget <= FORGOTTEN_AT_MOST and before - retain <= KEPT_DROP_AT_MOST
    names = listed([f"“{info.class_names[label]}”" for label in forgotten])
    return Question(
        "mask",
        f"A cheap trick: change nothing inside, but forbid the old network the answer {names}. Would such a mask pass "
        "the tests that we have seen so far?",
        ("No, it would be found out", "Yes, it would pass"),
        int(passes),
        (
            f"With the mask it recognises {percent(forget, 1)} of {forget_phrase(result.spec)}, and "
            f"{percent(retain, 1)} of the others (before {percent(before, 1)}).",
            f"So wrong answers prove nothing. {_behind(result, found)}",
        ),
    )


def _behind(result: RunResult, found: Mapping[str, Reading]) -> str:
    """What the old classifier finds behind the mask, and in the run."""
    old = found.get("old_head")
    if old is None or old.original is None or old.ours["value"] is None or old.original["value"] is None:
        return "Behind the mask, nothing was forgotten."
    ours, before = figure_text(old, old.ours["value"]), figure_text(old, old.original["value"])
    method = METHODS.title(result.spec.method, result.spec.method_sha256)
    return f"Put the old classifier back: behind the mask it finds {before} again, after {method} {ours}."


def _inside(result: RunResult, privacy: Mapping[str, Any] | None, found: Mapping[str, Reading]) -> Question | None:
    """Whether a new classifier finds more of it than in any retrained network; None where its interval allows both."""
    reading, what = found.get("fresh_head"), forget_phrase(result.spec)
    values = _of_band(privacy, "fresh_head_1")
    if reading is None or len(values) < 2:
        return None
    value, low, high = reading.ours["value"], reading.ours["low"], reading.ours["high"]
    if value is None or low is None or high is None or low <= max(values) < high:
        return None
    is_more, noun = low > max(values), DATASETS[result.spec.dataset].class_noun
    never = f"on the {len(values)} networks that never saw it, {percent(min(values))} to {percent(max(values))}"
    return Question(
        "inside",
        f"Look inside: a new classifier, the part that names what it is given, sees one single image of each {noun}. "
        f"Will it find {what} more often than on each of {len(values)} networks that never saw it?",
        ("Yes, more often", "No, not more often"),
        int(not is_more),
        (
            f"It finds {percent(value)} of the new images ({percent(low)} to {percent(high)}); {never}.",
            (_HINT if reading.standing is Standing.UNCLEAR else _LEFT_INSIDE) if is_more else _NOT_INSIDE,
        ),
    )


_LEFT_INSIDE = "Something is left inside, although all answers are wrong."
_HINT = "A hint that something is left inside, but no proof: networks that never saw it differ much among themselves."
_NOT_INSIDE = "Even networks that never saw it learn it quickly: only more than that would be a trace."


def _trace(result: RunResult, found: Mapping[str, Reading]) -> Question | None:
    """Whether answers give the removal away; None where that cannot be said."""
    reading = found.get("epsilon")
    if reading is None or reading.standing not in (Standing.ABOVE, Standing.ALIKE) or reading.reference is None:
        return None
    is_told = reading.standing is Standing.ABOVE
    values = (reading.ours["value"], reading.ours["low"], reading.reference.mean)
    ours, low, among = (figure_text(reading, value).removesuffix("x") for value in values)
    least = f" (at least {low})" if reading.ours["low"] else ""
    return Question(
        "trace",
        "Somebody sees only the answers of the network, and how sure it is. Can they tell that it was made to forget "
        f"{forget_phrase(result.spec)}?",
        ("No, the answers are as if it had never seen it", "Yes, the answers give it away"),
        int(is_told),
        (
            "In the kind of answer that tells most, this network and one that never saw it differ about "
            f"{ours}-fold{least}; two that never saw it, {among}-fold.",
            "Forgetting leaves a trace, too: the aim is to answer as if never seen, not to answer oddly."
            if is_told
            else "This test finds no more than between two networks that never saw it.",
        ),
    )


def _claim(result: RunResult, told: Verdict) -> Question:
    """What may be said of the run in the end."""
    what = forget_phrase(result.spec)
    if result.spec.forget.kind == "class":
        options: tuple[str, ...] = (
            f"It has forgotten {what}, as if it had never seen it",
            f"It no longer recognises {what}; that it is gone is not shown",
            "Not even that",
        )
        right = 0 if told.is_forgotten else 1 if told.clauses[0].is_good else 2
    else:
        options = ("It answers as if it had never seen these images", "That is not shown")
        right = int(not told.is_forgotten)
    return Question(
        "claim",
        "So what may we say of this network?",
        options,
        right,
        (claim(result, told), f"The tests: {small(told.headline)}."),
    )


def _of_band(privacy: Mapping[str, Any] | None, measure: str) -> list[float]:
    """A figure of each retrained network; empty without any."""
    reference = privacy["reference"] if privacy else None
    return [value for value in (reference["measures"].get(measure, ()) if reference else ()) if value is not None]


def _reports(result: RunResult) -> tuple[dict[str, Any], dict[str, Any]]:
    """Before and after."""
    return result.metrics["original"], result.metrics["unlearned"]


def _from_to(before: float, after: float) -> str:
    return f"{percent(before, 1)} → {percent(after, 1)}"

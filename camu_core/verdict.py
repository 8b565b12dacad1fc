"""From a run's figures to sentences a non-expert can repeat, each with the page that shows its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from camu_core.data import DATASETS
from camu_core.measures import wilson_interval
from camu_core.privacy import (
    UNTRAINED,
    attack_reading,
    attack_title,
    inside_reading,
    inside_title,
    relearning_reading,
    relearning_title,
)
from camu_core.results import RunResult
from camu_core.specs import RunSpec

_Report = dict[str, Any]  # of `accuracy_report`, with "attack"

# A class counts as forgotten at or below, and the rest as kept at or above, these differences (fractions).
FORGOTTEN_AT_MOST = 0.05
KEPT_DROP_AT_MOST = 0.03
# So much left of a class, or so much lost of the rest, is clearly not. An interval that reaches from the good value
# above to the clearly bad one here allows both, so that nothing can be said: 0 right of 15 is such (0 to 20.4 %), 0 of
# 16 is forgotten (0 to 19.4 %).
NOT_FORGOTTEN_FROM = 0.20
DAMAGED_DROP_FROM = 0.10
# Accuracies this near to a retrained network's are alike; so are all whose 95 % intervals overlap.
ALIKE_AT_MOST = 0.03


# What the attacks found, as `camu_core.privacy` reads it: good news, and bad news with its words, the worst first. All
# other readings leave the question open.
_GOOD_NEWS = {"none", "like gold", "same", "slower", "known, as does gold", "less"}
_BAD_NEWS = {
    "tells": "an attacker can tell",
    "over": "an attacker can tell",
    "more": "it is still readable inside",
    "known": "it still knows them",
    "faster": "it comes back quickly",
}


@dataclass(frozen=True)
class Clause:
    """One statement about one number.

    Args:
        subject: of what, in words. measure: what the number says of it; form: how it is written; beyond: how infinity
            is.
        value: after unlearning, with its 95 % interval low..high (accuracy and probe: Wilson, a fraction 0..1; attack:
            bootstrap, area under the ROC curve); None if it is unknown. Batches to relearn have a `note` in place of an
            interval, and are infinite if the lesson was too short.
        before: of the original model. reference: of a model that never saw the forget set, if there is one. untrained:
            of one that was never trained, for the probe.
        page, part: where its figure is: "accuracy", or "privacy" and one of its parts.
        is_good: whether it is good news; None if that cannot be said without a reference, or from so few images.
        sentence: the finding, where it is more than the number.
    """

    subject: str
    value: float | None
    low: float | None
    high: float | None
    before: float | None
    reference: float | None
    page: str
    is_good: bool | None
    measure: str = "recognised"
    form: str = ".1%"
    beyond: str = ""
    part: str = ""
    note: str = ""
    sentence: str = ""
    untrained: float | None = None

    def show(self, number: float | None) -> str:
        if number is None:
            return "unknown"
        return self.beyond if number == inf else format(number, self.form)

    @property
    def interval(self) -> str:
        """In words; empty if there is none."""
        if self.low is None or self.high is None:
            return self.note
        return f"95 % interval {self.show(self.low)} to {self.show(self.high)}"

    @property
    def text(self) -> str:
        if self.sentence:
            return f"{self.sentence} {_capital(self.interval)}." if self.interval else self.sentence
        sentence = f"{self.subject}: {self.show(self.value)} {self.measure} ({self.interval}), it was "
        has_reference = self.reference is not None
        never_saw = f"; a network that never saw it: {self.show(self.reference)}" if has_reference else ""
        return f"{sentence}{self.show(self.before)}{never_saw}."


@dataclass(frozen=True)
class Verdict:
    """A headline of a few words, and the clauses it rests on."""

    headline: str
    clauses: tuple[Clause, ...]

    @property
    def is_good(self) -> bool | None:
        """None if something cannot be said without a retrained network, and nothing is bad."""
        news = {clause.is_good for clause in self.clauses}
        return False if False in news else None if None in news else True


def judge(result: RunResult, retrained: RunResult | None = None, privacy: Mapping[str, Any] | None = None) -> Verdict:
    """Did it forget, did it keep the rest, and do attacks find it again; beside a model that never saw the forget set.

    Args:
        retrained: the gold standard, if there is one. privacy: report of a `PrivacyResult`, if the attacks were tried.
    """
    before, after = result.metrics["original"], result.metrics["unlearned"]
    reference = retrained.metrics["unlearned"] if retrained else None
    attacks = _Attacks.of(result, privacy) if privacy is not None else None
    if result.spec.forget.kind == "class":
        return _judge_class(result, before, after, reference, attacks)
    return _judge_images(result.spec.method, before, after, reference, attacks)


def _judge_class(
    result: RunResult, before: _Report, after: _Report, reference: _Report | None, attacks: "_Attacks | None"
) -> Verdict:
    split = _forget_split(result)
    forgotten, kept = _is_forgotten(after, split), _is_kept(before, after)
    n = _images(after["n"][split])
    headline = {
        (True, True): "Forgotten, and the rest is kept",
        (True, False): "Forgotten, but the rest was damaged",
        (True, None): f"Forgotten; {_REST[None].format(n=_images(after['n']['retain_test']))}",
        (False, True): "Not forgotten yet",
        (False, False): "Not forgotten, and the rest was damaged",
        (False, None): "Not forgotten yet",
        (None, True): f"Cannot tell from {n} whether it is forgotten; {_REST[True]}",
        (None, False): f"Cannot tell from {n} whether it is forgotten; {_REST[False]}",
        (None, None): "Cannot tell from this many images",
    }[forgotten, kept]
    if attacks is not None and forgotten is not False:
        headline += attacks.bad_news("but" if kept else "and") or (forgotten and kept and attacks.open_question()) or ""
    subject = (
        f"{_capital(forget_phrase(result.spec))}, {'new images' if split == 'forget_test' else 'seen in training'}"
    )
    clauses = (
        _clause(subject, split, before, after, reference, forgotten),
        _clause("Everything else, new images", "retain_test", before, after, reference, kept),
    )
    return Verdict(headline, (*clauses, *(attacks.clauses if attacks else ())))


def _judge_images(
    method: str, before: _Report, after: _Report, gold: _Report | None, attacks: "_Attacks | None"
) -> Verdict:
    """Single images are forgotten when the network answers as if it had never seen them, not at 0 %."""
    kept = _is_kept(before, after)
    if method == "retrain":
        gold = after
    alike, attack = None, None
    if gold is not None:
        near = abs(after["forget_train"] - gold["forget_train"]) <= ALIKE_AT_MOST
        alike = near or _overlap(*(_interval(report, "forget_train") for report in (after, gold)))
        attack = _overlap(*((report["attack"]["low"], report["attack"]["high"]) for report in (after, gold)))
    reference = None if method == "retrain" else gold
    about_them = [_clause("Forgotten images", "forget_train", before, after, reference, alike)]
    if attacks is not None:
        about_them += attacks.clauses
    elif after["attack"]["value"] is not None:
        about_them.append(_attack_clause(before, after, reference, attack))
    rest = _REST[kept].format(n=_images(after["n"]["retain_test"]))
    if method == "retrain":
        headline = "Never saw them: this is what forgetting looks like"
    elif False in [clause.is_good for clause in about_them]:
        found = attacks.bad_news(":") if attacks else ""
        headline = f"Not as if it had never seen them{found}{_AFTER_BAD[kept].format(rest=rest)}"
    elif gold is None:
        headline = f"{_capital(rest)}; only retraining tells whether it forgot"
    else:
        doubt = attacks.open_question() if attacks and kept else ""
        headline = f"As if it had never seen them{_AFTER_GOOD[kept].format(rest=rest)}{doubt}"
    return Verdict(headline, (about_them[0], _clause("New images", "retain_test", before, after, reference, kept),
                              *about_them[1:]))  # fmt: skip


_REST = {True: "the rest is kept", False: "the rest was damaged", None: "{n} cannot tell whether the rest is kept"}
_AFTER_GOOD = {True: "", False: ", but {rest}", None: "; {rest}"}
_AFTER_BAD = {True: "", False: ", and {rest}", None: "; {rest}"}


def _is_forgotten(after: _Report, split: str) -> bool | None:
    low, high = _interval(after, split)
    if low <= FORGOTTEN_AT_MOST and high >= NOT_FORGOTTEN_FROM:
        return None
    return after[split] <= FORGOTTEN_AT_MOST


def _is_kept(before: _Report, after: _Report) -> bool | None:
    was = before["retain_test"]
    low, high = _interval(after, "retain_test")
    if was - high <= KEPT_DROP_AT_MOST and was - low >= DAMAGED_DROP_FROM:
        return None
    return was - after["retain_test"] <= KEPT_DROP_AT_MOST


def _images(n: int) -> str:
    return "1 image" if n == 1 else f"{n:,} images"


@dataclass(frozen=True)
class _Attacks:
    """What the privacy report adds to a verdict.

    Args:
        readings: "attack", "relearning" and "inside", as `camu_core.privacy` reads them.
        n: images attacked; 0 if there were too few.
    """

    readings: dict[str, str]
    n: int
    clauses: tuple[Clause, ...]

    @classmethod
    def of(cls, result: RunResult, report: Mapping[str, Any]) -> "_Attacks":
        reading, score = attack_reading(report)
        readings = {"attack": reading, "relearning": relearning_reading(report), "inside": inside_reading(report)}
        if readings["relearning"] == "known" and result.spec.forget.kind != "class" and not _has_gold(report):
            readings["relearning"] = "alone"  # single images may be recognised; how many, only retraining tells
        news = {part: True if result.spec.method == "retrain" else _news(reading) for part, reading in readings.items()}
        aucs = {name: scores[score]["auc"] for name, scores in (report["attack"] or {}).items()}
        clauses = (
            _estimated("Best attack", "attack", aucs, news, ".2f", attack_title(report)),
            _relearning_clause(report["relearning"], news["relearning"], relearning_title(report)),
            _estimated("Readable inside", "inside", report["linear_probe"], news, ".1%",
                       inside_title(report)),
        )  # fmt: skip
        return cls(readings, aucs["unlearned"]["n"] if aucs else 0, clauses)

    def bad_news(self, joint: str) -> str:
        """The worst of it, joined to a headline; empty if there is none."""
        bad = {clause.part for clause in self.clauses if clause.is_good is False}
        found = {self.readings[part] for part in bad}
        worst = next((words for reading, words in _BAD_NEWS.items() if reading in found), None)
        return "" if worst is None else f": {worst}" if joint == ":" else f", {joint} {worst}"

    def open_question(self) -> str:
        """What could not be told, for the end of a headline; empty if nothing."""
        open_parts = {clause.part for clause in self.clauses if clause.is_good is None}
        if self.readings["inside"] == "alone" and "inside" in open_parts:
            return "; only retraining tells what is left inside"
        if "attack" in open_parts:
            return f", as far as {_images(self.n)} tell" if self.n else ", as far as so few images tell"
        if "relearning" in open_parts:
            return "; whether it comes back quickly is not clear"
        return ", as far as so few images tell" if open_parts else ""


def _news(reading: str) -> bool | None:
    return False if reading in _BAD_NEWS else True if reading in _GOOD_NEWS else None


def _has_gold(report: Mapping[str, Any]) -> bool:
    return "retrained" in report["relearning"]["batches_needed"]


def _estimated(
    subject: str, part: str, estimates: Mapping[str, Any], news: Mapping[str, bool | None], form: str, sentence: str
) -> Clause:
    values = {name: estimate["value"] for name, estimate in estimates.items()}
    ours = estimates.get("unlearned", {})
    return Clause(
        subject=subject,
        value=values.get("unlearned"),
        low=ours.get("low"),
        high=ours.get("high"),
        before=values.get("original"),
        reference=values.get("retrained"),
        page="privacy",
        part=part,
        is_good=news[part],
        form=form,
        sentence=sentence,
        untrained=values.get(UNTRAINED),
    )


def _relearning_clause(lesson: Mapping[str, Any], good: bool | None, sentence: str) -> Clause:
    """Batches have no interval of their own; the head start over the retrained network has."""
    needed = {name: inf if batches is None else batches for name, batches in lesson["batches_needed"].items()}
    against = lesson["faster_than_retrained"]
    ahead = against["unlearned"] if against else None
    note = f"median of {lesson['n_seeds']} orders of the images"
    if ahead is not None:
        points = [100 * ahead[end] for end in ("value", "low", "high")]
        note = "head start {:+.0f} points, 95 % interval {:+.0f} to {:+.0f}".format(*points)
    return Clause(
        subject="Batches to relearn",
        value=needed["unlearned"],
        low=None,
        high=None,
        before=needed["original"],
        reference=needed.get("retrained"),
        page="privacy",
        part="relearning",
        is_good=good,
        form="g",
        beyond=f"over {lesson['batches'][-1]}",
        note=note,
        sentence=sentence,
    )


def _overlap(one: tuple[float | None, float | None], other: tuple[float | None, float | None]) -> bool | None:
    """None where an interval is not known."""
    if None in one or None in other:
        return None
    return one[0] <= other[1] and other[0] <= one[1]


def _forget_split(result: RunResult) -> str:
    """The accuracy that forgetting shows in: on new images, if the forget set stands for any."""
    return "forget_train" if result.metrics["unlearned"]["forget_test"] is None else "forget_test"


def finding(result: RunResult) -> str:
    """The run in one line of figures: 'the digit 3: 100% → 0%, everything else: 99% → 98%'."""
    before, after = result.metrics["original"], result.metrics["unlearned"]
    rest = "everything else" if result.spec.forget.kind == "class" else "new images"
    parts = (
        f"{what}: {before[split]:.0%} → {after[split]:.0%}"
        for what, split in ((forget_phrase(result.spec), _forget_split(result)), (rest, "retain_test"))
    )
    return _capital(", ".join(parts))


def forget_phrase(spec: RunSpec) -> str:
    """The forget set in words: 'the digit 3', 'the garments Coat and Shirt', '10% of the training images'."""
    forget, info = spec.forget, DATASETS[spec.dataset]
    if forget.kind == "random":
        return f"{100 * forget.fraction:g}% of the training images"
    if forget.kind == "samples":
        return "one training image" if len(forget.samples) == 1 else f"{len(forget.samples):,} training images"
    names = [info.class_names[label] for label in forget.classes]
    noun = info.class_noun if len(names) == 1 else info.class_nouns
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"the {noun} {listed}"


def _capital(phrase: str) -> str:
    return phrase[0].upper() + phrase[1:]


def _interval(report: _Report, split: str) -> tuple[float, float]:
    return wilson_interval(report[split], report["n"][split])


def _clause(
    subject: str, split: str, before: _Report, after: _Report, reference: _Report | None, good: bool | None
) -> Clause:
    low, high = _interval(after, split)
    return Clause(
        subject=subject,
        value=after[split],
        low=low,
        high=high,
        before=before[split],
        reference=reference[split] if reference else None,
        page="accuracy",
        is_good=good,
    )


def _attack_clause(before: _Report, after: _Report, reference: _Report | None, good: bool | None) -> Clause:
    attack = after["attack"]
    return Clause(
        subject="Attack success",
        value=attack["value"],
        low=attack["low"],
        high=attack["high"],
        before=before["attack"]["value"],
        reference=reference["attack"]["value"] if reference else None,
        page="accuracy",
        is_good=good,
        measure="(0.50 is guessing)",
        form=".2f",
    )

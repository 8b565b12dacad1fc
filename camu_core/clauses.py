"""The statements that a verdict rests on: one number each, with interval and figure, and whether it is good news."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from camu_core.measures import wilson_interval
from camu_core.privacy import (
    UNTRAINED,
    attack_reading,
    attack_title,
    findings,
    inside_reading,
    inside_title,
    relearning_reading,
    relearning_title,
)
from camu_core.results import RunResult

Report = dict[str, Any]  # of `accuracy_report`, with "attack"

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
        value: after unlearning, with its 95% interval low..high (accuracy and probe: Wilson, a fraction 0..1; attack:
            bootstrap, area under the ROC curve); None if it is unknown. Batches to relearn have a `note` in place of an
            interval, and are infinite if the lesson was too short.
        before: of the original model. reference: of a model that never saw the forget set, if there is one. untrained:
            of one that was never trained, for the probe.
        page, part: where its figure is: "accuracy", or "privacy" and one of its parts.
        is_good: whether it is good news; None if that cannot be said without a reference, or from so few images.
        sentence: the finding, where it is more than the number; plainly: the same without its numbers, for who would
            stumble over them.
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
    plainly: str = ""
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
        return f"95% interval {self.show(self.low)} to {self.show(self.high)}"

    @property
    def plain(self) -> str:
        """The finding without intervals."""
        if self.plainly:
            return self.plainly
        saw = f" A network that never saw it: {self.show(self.reference)}." if self.reference is not None else ""
        return f"{self.subject}: {self.show(self.value)} {self.measure}, before {self.show(self.before)}.{saw}"

    @property
    def text(self) -> str:
        if self.sentence:
            return f"{self.sentence} {capital(self.interval)}." if self.interval else self.sentence
        sentence = f"{self.subject}: {self.show(self.value)} {self.measure} ({self.interval}), it was "
        has_reference = self.reference is not None
        never_saw = f"; a network that never saw it: {self.show(self.reference)}" if has_reference else ""
        return f"{sentence}{self.show(self.before)}{never_saw}."


# --- from a run's metrics -------------------------------------------------------------------------------------------


def accuracy_clause(
    subject: str, split: str, before: Report, after: Report, reference: Report | None, good: bool | None
) -> Clause:
    low, high = interval(after, split)
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


def attack_clause(before: Report, after: Report, reference: Report | None, good: bool | None) -> Clause:
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


def interval(report: Report, split: str) -> tuple[float, float]:
    return wilson_interval(report[split], report["n"][split])


def n_images(n: int) -> str:
    return "1 image" if n == 1 else f"{n:,} images"


def capital(phrase: str) -> str:
    return phrase[0].upper() + phrase[1:]


# --- from its attacks -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Attacks:
    """What the privacy report adds to a verdict.

    Args:
        readings: "attack", "relearning" and "inside", as `camu_core.privacy` reads them.
        n: images attacked; 0 if there were too few.
    """

    readings: dict[str, str]
    n: int
    clauses: tuple[Clause, ...]

    @classmethod
    def of(cls, result: RunResult, report: Mapping[str, Any]) -> "Attacks":
        reading, score = attack_reading(report)
        readings = {"attack": reading, "relearning": relearning_reading(report), "inside": inside_reading(report)}
        if readings["relearning"] == "known" and result.spec.forget.kind != "class" and not _has_gold(report):
            readings["relearning"] = "alone"  # single images may be recognised; how many, only retraining tells
        news = {part: True if result.spec.method == "retrain" else _news(reading) for part, reading in readings.items()}
        plainly = findings(report)
        aucs = {name: scores[score]["auc"] for name, scores in (report["attack"] or {}).items()}
        clauses = (
            _estimated("Best attack", "attack", aucs, news, ".2f", attack_title(report), plainly["attack"]),
            _relearning_clause(report["relearning"], news["relearning"], relearning_title(report)),
            _estimated("Readable inside", "inside", report["linear_probe"], news, ".1%",
                       inside_title(report), plainly["inside"]),
        )  # fmt: skip
        return cls(readings, aucs["unlearned"]["n"] if aucs else 0, clauses)

    def bad_news(self, joint: str) -> str:
        """All of it, the worst first, joined to a headline; empty if there is none."""
        bad = {clause.part for clause in self.clauses if clause.is_good is False}
        found = {self.readings[part] for part in bad}
        words = [told for reading, told in _BAD_NEWS.items() if reading in found]
        if not words:
            return ""
        listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
        return f": {listed}" if joint == ":" else f", {joint} {listed}"

    def open_question(self) -> str:
        """What could not be told, for the end of a headline; empty if nothing."""
        open_parts = {clause.part for clause in self.clauses if clause.is_good is None}
        if self.readings["inside"] == "alone" and "inside" in open_parts:
            return "; only retraining tells what is left inside"
        if "attack" in open_parts:
            return f", as far as {n_images(self.n)} tell" if self.n else ", as far as so few images tell"
        if "relearning" in open_parts:
            return "; whether it comes back quickly is not clear"
        return ", as far as so few images tell" if open_parts else ""


def _news(reading: str) -> bool | None:
    return False if reading in _BAD_NEWS else True if reading in _GOOD_NEWS else None


def _has_gold(report: Mapping[str, Any]) -> bool:
    return "retrained" in report["relearning"]["batches_needed"]


def _estimated(
    subject: str,
    part: str,
    estimates: Mapping[str, Any],
    news: Mapping[str, bool | None],
    form: str,
    sentence: str,
    plainly: str,
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
        plainly=plainly,
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
        note = "ahead by {:+.0f} points on average, 95% interval {:+.0f} to {:+.0f}".format(*points)
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
        plainly=sentence,
    )

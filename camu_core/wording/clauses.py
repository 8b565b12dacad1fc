"""The statements that a verdict rests on: one number each, with interval, reference band and figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from camu_core.measures import Reference
from camu_core.measures.estimates import Estimate, wilson_interval
from camu_core.privacy import Reading
from camu_core.wording.format import capital, counted, percent, small
from camu_core.wording.privacy import SUBJECTS, figure_of, figure_text, numbers, reach, says, within

Report = dict[str, Any]  # of `accuracy_report`, with "attack"

# question -> the part of the Privacy page that has its figure
_PARTS = {
    "old_head": "heads", "fresh_head": "heads", "relearning": "relearning", "linear_probe": "inside",
    "attack": "attack", "epsilon": "worst", "population": "population",
}  # fmt: skip


@dataclass(frozen=True)
class Clause:
    """One statement about one number.

    Args:
        name: "recognised", "kept", "planted", or a question of `camu_core.privacy.readings`.
        subject: of what, in words.
        finding: what the number says of it, in a sentence without numbers.
        is_good: whether it is good news; None if that cannot be said.
        is_open: more images or retrainings could tell.
        value: after unlearning, with its 95% interval low..high (None where there is none): fractions 0..1; of attacks
            the area under the ROC curve; of epsilon nats.
        before: of the original model.
        untrained: of one that was never trained.
        reference: of several retrained networks.
        never_saw: of the one that stands beside the run.
        page, part: where its figure is: "accuracy", "privacy" and one of its parts, or "draw", to try it.
        reading: the test behind it, None of accuracies.
    """

    name: str
    subject: str
    finding: str
    is_good: bool | None
    value: float | None
    low: float | None
    high: float | None
    before: float | None
    page: str
    part: str = ""
    reference: Reference | None = None
    never_saw: float | None = None
    untrained: float | None = None
    is_open: bool = False
    reading: Reading | None = None

    def show(self, value: float | None) -> str:
        """A figure of this clause as it is written."""
        if self.reading is not None:
            return figure_text(self.reading, value)
        return "unknown" if value is None else percent(value, digits=1)

    @property
    def of(self) -> str:
        """What the figure is of, to stand after it; empty of accuracies."""
        return "" if self.reading is None else figure_of(self.reading)

    @property
    def figures(self) -> str:
        """The figure of a test in short: '81% found after one example; before 94%; another retrained network: 29% to
        83%'; empty without any."""
        if self.reading is None or self.value is None:
            return ""
        parts = [f"{self.show(self.value)} {self.of}"]
        parts += [] if self.before is None else [f"before {self.show(self.before)}"]
        parts += [] if self.reference is None else [reach(self.reading, self.reference, "another retrained network")]
        return "; ".join(parts)

    @property
    def is_silent(self) -> bool:
        """Whether its test cannot tell, or not yet; one that found less than in retrained networks did."""
        return self.reading is not None and self.reading.is_silent

    @property
    def interval(self) -> str:
        """In words; empty if there is none."""
        if self.low is None:
            return ""
        return f"95% interval {self.show(self.low)} to {'no upper end' if self.high is None else self.show(self.high)}"

    @property
    def band(self) -> str:
        """What networks that never saw the data give, in words; empty if that is not known."""
        if self.reading is not None and self.reference is not None:
            mean = self.show(self.reference.mean)
            return f"{self.reference.n_seeds} retrained: {mean}, {reach(self.reading, self.reference)}"
        if self.never_saw is None and self.reference is not None:
            return f"{self.reference.n_seeds} retrained: {self.show(self.reference.mean)}"
        return "" if self.never_saw is None else f"a network that never saw it: {self.show(self.never_saw)}"

    @property
    def plain(self) -> str:
        """The finding without intervals."""
        if self.reading is not None and self.name != "recognised":
            return f"{self.subject}: {small(self.finding)}."
        saw = "" if self.never_saw is None else f" A network that never saw it: {self.show(self.never_saw)}."
        return f"{self.subject}: {self.show(self.value)} recognised, before {self.show(self.before)}.{saw}"

    @property
    def text(self) -> str:
        """The finding with all its figures."""
        if self.reading is not None:
            return f"{self.subject}: {small(self.finding)}. {numbers(self.reading)}".strip()
        parts = [f"{self.show(self.value)} recognised ({self.interval})", f"it was {self.show(self.before)}"]
        return f"{self.subject}: {'; '.join([*parts, *([self.band] if self.band else [])])}."

    def to_json(self) -> dict[str, Any]:
        """Name, finding, is_good, value, low, high and reference."""
        band = self.reference
        reference = None
        if band is not None:
            low, high = within(self.reading.question, band) if self.reading is not None else (band.low, band.high)
            reference = {"mean": band.mean, "low": low, "high": min(high, 1e9), "n_seeds": band.n_seeds}
        return {
            "name": self.name, "finding": self.finding, "is_good": self.is_good, "value": self.value, "low": self.low,
            "high": self.high, "reference": reference,
        }  # fmt: skip


def accuracy_clause(
    name: str,
    subject: str,
    split: str,
    before: Report,
    after: Report,
    retrained: Report | None,
    good: bool | None,
    finding: str,
    reading: Reading | None = None,
) -> Clause:
    """Of an accuracy in a run's metrics; of single images with its reading beside the band."""
    low, high = interval(after, split)
    return Clause(
        name=name,
        subject=subject,
        finding=finding,
        is_good=good,
        value=after[split],
        low=low,
        high=high,
        before=before[split],
        page="accuracy",
        reference=reading.reference if reading else None,
        never_saw=retrained[split] if retrained else None,
        is_open=reading.is_open if reading else good is None,
        reading=reading,
    )


def planted_clause(subject: str, reading: Reading, retrained: Report | None) -> Clause:
    """Of what was planted: how often it still works.

    Args:
        reading: of `planted_reading`.
        retrained: metrics of the retrained network beside the run.
    """
    return Clause(
        name="planted",
        subject=subject,
        finding=capital(says(reading)),
        is_good=reading.is_good,
        value=reading.ours["value"],
        low=reading.ours["low"],
        high=reading.ours["high"],
        before=_value(reading.original),
        page="draw",
        reference=reading.reference,
        never_saw=retrained["planted"]["success"]["value"] if retrained else None,
        is_open=reading.is_open,
        reading=reading,
    )


def tests_as_clauses(found: Mapping[str, Reading]) -> tuple[Clause, ...]:
    """One for each test that applies, in the order of SUBJECTS."""
    return tuple(_of_test(found[question]) for question in SUBJECTS if question in found)


def _of_test(reading: Reading) -> Clause:
    ours = reading.ours
    return Clause(
        name=reading.question,
        subject=SUBJECTS[reading.question],
        finding=capital(says(reading)),
        is_good=reading.is_good,
        value=ours["value"],
        low=ours["low"],
        high=ours["high"],
        before=_value(reading.original),
        page="privacy",
        part=_PARTS[reading.question],
        reference=reading.reference,
        untrained=_value(reading.untrained) if reading.question not in ("attack", "epsilon") else None,
        is_open=reading.is_open,
        reading=reading,
    )


def _value(estimate: Estimate | None) -> float | None:
    return estimate["value"] if estimate is not None else None


def interval(report: Report, split: str) -> tuple[float, float]:
    return wilson_interval(report[split], report["n"][split])


def n_images(n: int) -> str:
    return counted(n, "image")

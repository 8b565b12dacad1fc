"""From a run's figures to sentences a non-expert can repeat, each with the page that shows its evidence."""

from dataclasses import dataclass
from typing import Any

from camu_core.data import DATASETS
from camu_core.measures import wilson_interval
from camu_core.results import RunResult

# A class counts as forgotten at or below, and the rest as kept at or above, these differences (fractions).
FORGOTTEN_AT_MOST = 0.05
KEPT_DROP_AT_MOST = 0.03


@dataclass(frozen=True)
class Clause:
    """One statement about one split.

    Args:
        subject: whose accuracy, in words.
        value: fraction 0..1 recognised after unlearning, with its Wilson 95 % interval low..high.
        before: by the original model. reference: by a model that never saw the forget set, if there is one.
        page: where the evidence is. is_good: whether it is good news.
    """

    subject: str
    value: float
    low: float
    high: float
    before: float
    reference: float | None
    page: str
    is_good: bool

    @property
    def text(self) -> str:
        sentence = (
            f"{self.subject}: {self.value:.1%} recognised (95 % interval {self.low:.1%} to {self.high:.1%}), "
            f"it was {self.before:.1%}"
        )
        never_saw = f"; a network that never saw it: {self.reference:.1%}" if self.reference is not None else ""
        return f"{sentence}{never_saw}."


@dataclass(frozen=True)
class Verdict:
    """A headline of a few words, and the clauses it rests on."""

    headline: str
    clauses: tuple[Clause, ...]

    @property
    def is_good(self) -> bool:
        return all(clause.is_good for clause in self.clauses)


def judge(result: RunResult, retrained: RunResult | None = None) -> Verdict:
    """Did it forget, and did it keep the rest; beside a model that never saw the forget set, if there is one."""
    before, after = result.metrics["original"], result.metrics["unlearned"]
    reference = retrained.metrics["unlearned"] if retrained else None
    forgotten = after["forget_test"] <= FORGOTTEN_AT_MOST
    kept = before["retain_test"] - after["retain_test"] <= KEPT_DROP_AT_MOST
    headline = {
        (True, True): "Forgotten, and the rest is kept",
        (True, False): "Forgotten, but the rest was damaged",
        (False, True): "Not forgotten yet",
        (False, False): "Not forgotten, and the rest was damaged",
    }[forgotten, kept]
    what = forget_phrase(result)
    clauses = [
        _clause(f"{_capital(what)}, new images", "forget_test", before, after, reference, forgotten),
        _clause("Everything else, new images", "retain_test", before, after, reference, kept),
    ]
    return Verdict(headline, tuple(clauses))


def finding(result: RunResult) -> str:
    """The run in one line of figures: 'the digit 3: 100% → 0%, everything else: 99% → 98%'."""
    before, after = result.metrics["original"], result.metrics["unlearned"]
    parts = (
        f"{what}: {before[split]:.0%} → {after[split]:.0%}"
        for what, split in ((forget_phrase(result), "forget_test"), ("everything else", "retain_test"))
    )
    return _capital(", ".join(parts))


def forget_phrase(result: RunResult) -> str:
    """The forget set in words: 'the digit 3', 'the garments Coat and Shirt'."""
    info = DATASETS[result.spec.dataset]
    names = [info.class_names[label] for label in result.spec.forget.classes]
    noun = info.class_noun if len(names) == 1 else info.class_nouns
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"the {noun} {listed}"


def _capital(phrase: str) -> str:
    return phrase[0].upper() + phrase[1:]


def _clause(
    subject: str,
    split: str,
    before: dict[str, Any],
    after: dict[str, Any],
    reference: dict[str, Any] | None,
    good: bool,
) -> Clause:
    low, high = wilson_interval(after[split], after["n"][split])
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

"""From a run's figures to sentences a non-expert can repeat, each with the page that shows its evidence."""

from dataclasses import dataclass
from typing import Any

from camu_core.data import DATASETS
from camu_core.measures import wilson_interval
from camu_core.results import RunResult
from camu_core.specs import RunSpec

_Report = dict[str, Any]  # of `accuracy_report`, with "attack"

# A class counts as forgotten at or below, and the rest as kept at or above, these differences (fractions).
FORGOTTEN_AT_MOST = 0.05
KEPT_DROP_AT_MOST = 0.03
# Accuracies this near to a retrained network's are alike; so are all whose 95 % intervals overlap.
ALIKE_AT_MOST = 0.03


@dataclass(frozen=True)
class Clause:
    """One statement about one number.

    Args:
        subject: of what, in words. measure: what the number says of it; form: how it is written.
        value: after unlearning, with its 95 % interval low..high (accuracy: Wilson, a fraction 0..1; attack: bootstrap,
            area under the ROC curve).
        before: of the original model. reference: of a model that never saw the forget set, if there is one.
        page: where the evidence is. is_good: whether it is good news; None if that cannot be said without a reference.
    """

    subject: str
    value: float
    low: float
    high: float
    before: float
    reference: float | None
    page: str
    is_good: bool | None
    measure: str = "recognised"
    form: str = ".1%"

    def show(self, number: float) -> str:
        return format(number, self.form)

    @property
    def text(self) -> str:
        sentence = (
            f"{self.subject}: {self.show(self.value)} {self.measure} (95 % interval {self.show(self.low)} to "
            f"{self.show(self.high)}), it was {self.show(self.before)}"
        )
        has_reference = self.reference is not None
        never_saw = f"; a network that never saw it: {self.show(self.reference)}" if has_reference else ""
        return f"{sentence}{never_saw}."


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


def judge(result: RunResult, retrained: RunResult | None = None) -> Verdict:
    """Did it forget, and did it keep the rest; beside a model that never saw the forget set, if there is one."""
    before, after = result.metrics["original"], result.metrics["unlearned"]
    reference = retrained.metrics["unlearned"] if retrained else None
    kept = before["retain_test"] - after["retain_test"] <= KEPT_DROP_AT_MOST
    if result.spec.forget.kind != "class":
        return _judge_images(result.spec.method, before, after, reference, kept)
    split = _forget_split(result)
    forgotten = after[split] <= FORGOTTEN_AT_MOST
    headline = {
        (True, True): "Forgotten, and the rest is kept",
        (True, False): "Forgotten, but the rest was damaged",
        (False, True): "Not forgotten yet",
        (False, False): "Not forgotten, and the rest was damaged",
    }[forgotten, kept]
    subject = (
        f"{_capital(forget_phrase(result.spec))}, {'new images' if split == 'forget_test' else 'seen in training'}"
    )
    clauses = [
        _clause(subject, split, before, after, reference, forgotten),
        _clause("Everything else, new images", "retain_test", before, after, reference, kept),
    ]
    return Verdict(headline, tuple(clauses))


def _judge_images(method: str, before: _Report, after: _Report, gold: _Report | None, kept: bool) -> Verdict:
    """Single images are forgotten when the network answers as if it had never seen them, not at 0 %."""
    if method == "retrain":
        gold = after
    alike, attack = None, None
    if gold is not None:
        near = abs(after["forget_train"] - gold["forget_train"]) <= ALIKE_AT_MOST
        alike = near or _overlap(*(_interval(report, "forget_train") for report in (after, gold)))
        attack = _overlap(*((report["attack"]["low"], report["attack"]["high"]) for report in (after, gold)))
    reference = None if method == "retrain" else gold
    clauses = [
        _clause("Forgotten images", "forget_train", before, after, reference, alike),
        _clause("New images", "retain_test", before, after, reference, kept),
    ]
    if after["attack"]["value"] is not None:
        clauses.append(_attack_clause(before, after, reference, attack))
    forgot = all(clause.is_good for clause in (clauses[0], *clauses[2:]))
    if method == "retrain":
        headline = "Never saw them: this is what forgetting looks like"
    elif gold is None:
        headline = f"{'The rest is kept' if kept else 'The rest was damaged'}; only retraining tells whether it forgot"
    elif forgot:
        headline = f"As if it had never seen them{'' if kept else ', but the rest was damaged'}"
    else:
        headline = f"Not as if it had never seen them{'' if kept else ', and the rest was damaged'}"
    return Verdict(headline, tuple(clauses))


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

"""From a run's figures to sentences a non-expert can repeat, each with the page that shows its evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from camu_core.clauses import Attacks, Clause, Report, accuracy_clause, attack_clause, capital, interval, n_images
from camu_core.data import DATASETS
from camu_core.results import RunResult
from camu_core.specs import RunSpec

# A class counts as forgotten at or below, and the rest as kept at or above, these differences (fractions).
FORGOTTEN_AT_MOST = 0.05
KEPT_DROP_AT_MOST = 0.03
# So much left of a class, or so much lost of the rest, is clearly not. An interval that reaches from the good value
# above to the clearly bad one here allows both, so that nothing can be said: 0 right of 15 is such (0 to 20.4%), 0 of
# 16 is forgotten (0 to 19.4%).
NOT_FORGOTTEN_FROM = 0.20
DAMAGED_DROP_FROM = 0.10
# Accuracies this near to a retrained network's are alike; so are all whose 95% intervals overlap.
ALIKE_AT_MOST = 0.03


@dataclass(frozen=True)
class Verdict:
    """A headline of a few words, and the clauses it rests on."""

    headline: str
    clauses: tuple[Clause, ...]

    @property
    def is_good(self) -> bool | None:
        """None if something cannot be said without a retrained network, and nothing is bad."""
        return _worst(clause.is_good for clause in self.clauses)

    @property
    def has_no_trace(self) -> bool | None:
        """Whether attacks found nothing; None if that is not clear, or none were tried."""
        return _worst([clause.is_good for clause in self.clauses if clause.page == "privacy"] or [None])


def _worst(news: Iterable[bool | None]) -> bool | None:
    found = set(news)
    return False if False in found else None if None in found else True


def judge(result: RunResult, retrained: RunResult | None = None, privacy: Mapping[str, Any] | None = None) -> Verdict:
    """Did it forget, did it keep the rest, and do attacks find it again; beside a model that never saw the forget set.

    Args:
        retrained: the gold standard, if there is one. privacy: report of a `PrivacyResult`, if the attacks were tried.
    """
    before, after = result.metrics["original"], result.metrics["unlearned"]
    reference = retrained.metrics["unlearned"] if retrained else None
    attacks = Attacks.of(result, privacy) if privacy is not None else None
    if result.spec.forget.kind == "class":
        return _judge_class(result, before, after, reference, attacks)
    return _judge_images(result.spec.method, before, after, reference, attacks)


def _judge_class(
    result: RunResult, before: Report, after: Report, reference: Report | None, attacks: Attacks | None
) -> Verdict:
    split = _forget_split(result)
    forgotten, kept = _is_forgotten(after, split), _is_kept(before, after)
    n = n_images(after["n"][split])
    headline = {
        (True, True): "Forgotten, and the rest is kept",
        (True, False): "Forgotten, but the rest was damaged",
        (True, None): f"Forgotten; {_REST[None].format(n=n_images(after['n']['retain_test']))}",
        (False, True): "Not forgotten yet",
        (False, False): "Not forgotten, and the rest was damaged",
        (False, None): "Not forgotten yet",
        (None, True): f"Cannot tell from {n} whether it is forgotten; {_REST[True]}",
        (None, False): f"Cannot tell from {n} whether it is forgotten; {_REST[False]}",
        (None, None): "Cannot tell from this many images",
    }[forgotten, kept]
    if attacks is not None and forgotten is not False:
        headline += attacks.bad_news("but" if kept else "and") or (forgotten and kept and attacks.open_question()) or ""
    subject = f"{capital(forget_phrase(result.spec))}, {'new images' if split == 'forget_test' else 'seen in training'}"
    clauses = (
        accuracy_clause(subject, split, before, after, reference, forgotten),
        accuracy_clause("Everything else, new images", "retain_test", before, after, reference, kept),
    )
    return Verdict(headline, (*clauses, *(attacks.clauses if attacks else ())))


def _judge_images(method: str, before: Report, after: Report, gold: Report | None, attacks: Attacks | None) -> Verdict:
    """Single images are forgotten when the network answers as if it had never seen them, not at 0%."""
    kept = _is_kept(before, after)
    if method == "retrain":
        gold = after
    alike, attack = None, None
    if gold is not None:
        near = abs(after["forget_train"] - gold["forget_train"]) <= ALIKE_AT_MOST
        alike = near or _overlap(*(interval(report, "forget_train") for report in (after, gold)))
        attack = _overlap(*((report["attack"]["low"], report["attack"]["high"]) for report in (after, gold)))
    reference = None if method == "retrain" else gold
    about_them = [accuracy_clause("Forgotten images", "forget_train", before, after, reference, alike)]
    if attacks is not None:
        about_them += attacks.clauses
    elif after["attack"]["value"] is not None:
        about_them.append(attack_clause(before, after, reference, attack))
    rest = _REST[kept].format(n=n_images(after["n"]["retain_test"]))
    if method == "retrain":
        headline = "Never saw them: this is what forgetting looks like"
    elif False in [clause.is_good for clause in about_them]:
        found = attacks.bad_news(":") if attacks else ""
        headline = f"Not as if it had never seen them{found}{_AFTER_BAD[kept].format(rest=rest)}"
    elif gold is None:
        headline = f"{capital(rest)}; only retraining tells whether it forgot"
    else:
        doubt = attacks.open_question() if attacks and kept else ""
        headline = f"As if it had never seen them{_AFTER_GOOD[kept].format(rest=rest)}{doubt}"
    new = accuracy_clause("New images", "retain_test", before, after, reference, kept)
    return Verdict(headline, (about_them[0], new, *about_them[1:]))


_REST = {True: "the rest is kept", False: "the rest was damaged", None: "{n} cannot tell whether the rest is kept"}
_AFTER_GOOD = {True: "", False: ", but {rest}", None: "; {rest}"}
_AFTER_BAD = {True: "", False: ", and {rest}", None: "; {rest}"}


def _is_forgotten(after: Report, split: str) -> bool | None:
    low, high = interval(after, split)
    if low <= FORGOTTEN_AT_MOST and high >= NOT_FORGOTTEN_FROM:
        return None
    return after[split] <= FORGOTTEN_AT_MOST


def _is_kept(before: Report, after: Report) -> bool | None:
    was = before["retain_test"]
    low, high = interval(after, "retain_test")
    if was - high <= KEPT_DROP_AT_MOST and was - low >= DAMAGED_DROP_FROM:
        return None
    return was - after["retain_test"] <= KEPT_DROP_AT_MOST


def _overlap(one: tuple[float | None, float | None], other: tuple[float | None, float | None]) -> bool | None:
    """None where an interval is not known."""
    if None in one or None in other:
        return None
    return one[0] <= other[1] and other[0] <= one[1]


def _forget_split(result: RunResult) -> str:
    """The accuracy that forgetting shows in: on new images, if the forget set stands for any."""
    return "forget_train" if result.metrics["unlearned"]["forget_test"] is None else "forget_test"


def claim(result: RunResult, verdict: Verdict) -> str:
    """What may be said of a run, and what not: for whoever must sign it.

    Args:
        verdict: of `judge`.
    """
    what, is_class = forget_phrase(result.spec), result.spec.forget.kind == "class"
    forgot, kept = (clause.is_good for clause in verdict.clauses[:2])
    deed = f"no longer recognises {what}" if is_class else "answers about them like a network that never saw them"
    may = [f"that it {deed}"] if forgot else []
    may += ["that it still does the rest"] if kept else []
    open_or_false = {False: "not that", None: "not yet that"}
    may_not = [] if forgot else [f"{open_or_false[forgot]} it {deed}"]
    may_not += [] if kept else [f"{open_or_false[kept]} the rest is unharmed"]
    may_not += [] if verdict.has_no_trace else [f"{open_or_false[verdict.has_no_trace]} no trace of {what} is left"]
    sentences = [", and ".join(may) or "nothing yet", ", and ".join(may_not)]
    return " ".join(f"{capital(sentence)}." for sentence in sentences if sentence)


def finding(result: RunResult) -> str:
    """The run in one line of figures: 'The digit 3: 100% → 0%, everything else: 98.8% → 98.1%'."""
    before, after = result.metrics["original"], result.metrics["unlearned"]
    rest = "everything else" if result.spec.forget.kind == "class" else "new images"
    parts = (
        f"{what}: {_percent(before[split])} → {_percent(after[split])}"
        for what, split in ((forget_phrase(result.spec), _forget_split(result)), (rest, "retain_test"))
    )
    return capital(", ".join(parts))


def _percent(fraction: float) -> str:
    return f"{fraction:.1%}".replace(".0%", "%")


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

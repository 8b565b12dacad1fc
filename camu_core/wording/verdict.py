"""From a run's figures to sentences a non-expert can repeat, each with the page that shows its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from camu_core.data import DATASETS
from camu_core.measures import Reference, Standing
from camu_core.measures.estimates import Estimate, difference_interval, estimate_share, is_above
from camu_core.privacy import (
    KNOWLEDGE,
    LEAKS,
    Reading,
    planted_reading,
    readings,
    recognition,
)
from camu_core.runs.results import RunResult
from camu_core.specs import PLANTING_KINDS, RunSpec
from camu_core.wording.clauses import (
    Clause,
    Report,
    accuracy_clause,
    interval,
    n_images,
    planted_clause,
    tests_as_clauses,
)
from camu_core.wording.format import capital, listed, percent
from camu_core.wording.planted import planted_subject, planting_phrase
from camu_core.wording.privacy import bad_news, says

# A class is no longer recognised at or below, and the rest is kept at or above, these differences (fractions).
FORGOTTEN_AT_MOST = 0.05
KEPT_DROP_AT_MOST = 0.03
# So much left of a class, or so much lost of the rest, is clearly not. An interval that reaches from the good value
# above to the clearly bad one here allows both, so that nothing can be said: 0 right of 15 is such (0 to 20.4%), 0 of
# 16 is not (0 to 19.4%). And so much of a class the original must have recognised, or there was nothing to forget.
NOT_FORGOTTEN_FROM = 0.20
DAMAGED_DROP_FROM = 0.10
# A network can be built to pass any list of tests.
_AS_FAR = ", as far as these tests see"
# Accuracies this near to a retrained network's are alike.
ALIKE_AT_MOST = 0.03


@dataclass(frozen=True)
class Verdict:
    """A headline of a few words, and the clauses it rests on.

    Args:
        is_forgotten: whether it is shown to be forgotten, as far as the tests see (True), or shown not to be (False);
            None if that cannot be said, or was not tested.
        is_kept: the same of the rest.
    """

    headline: str
    clauses: tuple[Clause, ...]
    is_forgotten: bool | None
    is_kept: bool | None

    @property
    def is_good(self) -> bool | None:
        """Whether it is good news as a whole: False if anything is bad, True if it is forgotten and the rest kept."""
        if False in (self.is_forgotten, self.is_kept, *(clause.is_good for clause in self.clauses)):
            return False
        return True if self.is_forgotten and self.is_kept else None

    @property
    def is_rest_as_before(self) -> bool | None:
        """Whether the rest is kept, and not only as well as retrained networks keep it, which may be less."""
        _, kept, *_ = self.clauses
        return False if self.is_kept and _fell(kept.before, kept.value) else self.is_kept

    @property
    def has_no_trace(self) -> bool | None:
        """Whether tests found nothing that networks without the data have not; None if they leave it open, or none of
        them was beside such networks."""
        tests = [clause for clause in self.clauses if clause.page == "privacy"]
        if any(clause.is_good is False for clause in tests):
            return False
        own = [clause for clause in tests if clause.name != "population"]  # other networks do not testify for this one
        is_shown = any(each.is_good and each.reference for each in own) and not any(each.is_open for each in own)
        return True if self.is_forgotten and is_shown else None

    def to_json(self) -> dict[str, Any]:
        """`headline`, `is_forgotten`, `is_kept` and `clauses`."""
        return {
            "headline": self.headline, "is_forgotten": self.is_forgotten, "is_kept": self.is_kept,
            "clauses": [clause.to_json() for clause in self.clauses],
        }  # fmt: skip


def judge(
    result: RunResult,
    retrained: RunResult | None = None,
    privacy: Mapping[str, Any] | None = None,
    population: Mapping[str, Any] | None = None,
) -> Verdict:
    """Did it forget, did it keep the rest; beside networks that never saw the forget set. A pure function.

    Args:
        retrained: a retrained network, to be named beside accuracies; it judges nothing.
        privacy: report of a `PrivacyResult`: the tests of what is left, and the reference band.
        population: report of the `PopulationResult` of its method and settings, on many networks; tells of what the
            answers give away, as attacks do.
    Returns:
        for classes, by the first line that holds (is_forgotten; headline):

        | the run | is_forgotten | headline |
        | --- | --- | --- |
        | the method is retraining | True | Never saw it: this is what forgetting looks like |
        | the class is recognised, or one of several, or one of them for another | False | Not forgotten |
        | the original hardly recognised it | None | Cannot tell: it was hardly recognised before |
        | too few images | None | Cannot tell from so many images |
        | not tested | None | No longer recognised; what is left inside is not tested yet |
        | the old head finds it | False | Only hidden at the output, not forgotten |
        | another test finds more than in the band | False | No longer recognised, but not gone: ... |
        | there is no band | None | No longer recognised; only retraining tells what is left inside |
        | a linear probe reads less than in the band | None | No longer recognised, but perhaps only hidden: ... |
        | a test is open, or none can see | None | No longer recognised; tests cannot tell whether anything is left |
        | all else | True | Forgotten, as far as these tests see |

        For single images: what was planted still works: False; the class that it was taught as is lost: None; not like
        the band in any test: False; no band: None; tests blind or open: None; else True, "As if it had never seen
        them, as far as these tests see". What happened to the rest follows, or, if it was damaged, leads: no more may
        be lost of what was right before, or of what is right in the band, if that is less. And, of a class, whether the
        answers give away that something was removed, which makes nothing less forgotten.
    """
    before, after = result.metrics["original"], result.metrics["unlearned"]
    reference = retrained.metrics["unlearned"] if retrained else None
    if result.spec.forget.kind == "class":
        return _judge_class(result, before, after, reference, privacy, population)
    return _judge_images(result, before, after, reference, privacy, population)


def _judge_class(
    result: RunResult,
    before: Report,
    after: Report,
    reference: Report | None,
    privacy: Mapping[str, Any] | None,
    population: Mapping[str, Any] | None,
) -> Verdict:
    split = forget_split(result)
    known = _still_known(result)
    gone, found = False if known else _is_forgotten(before, after, split), readings(privacy, population)
    retrained_keep = _retrained_keep(result, privacy)
    kept = _is_kept(before, after, retrained_keep)
    is_forgotten, state = _class_state(result, before, after, gone, found, privacy)
    state += f": {known}" if known and not is_forgotten else ""
    tail = ""
    if result.spec.method != "retrain":
        leaks = bad_news({name: reading for name, reading in found.items() if name not in KNOWLEDGE})
        tail = f"; {' and '.join(leaks)}" if leaks and gone else ""
    subject = f"{capital(forget_phrase(result.spec))}, {'new images' if split == 'forget_test' else 'seen in training'}"
    clauses = (
        accuracy_clause(
            "recognised", subject, split, before, after, reference, gone, capital(known) if known else _GONE[gone]
        ),
        _kept_clause("The rest, new images", before, after, reference, retrained_keep, kept),
        *tests_as_clauses(found),
    )
    link = ", and " if is_forgotten and result.spec.method != "retrain" else "; "
    return Verdict(_headline(state, result, kept, link) + tail, clauses, is_forgotten, kept)


_IMAGES = {False: "Forgotten images", True: "Planted, as taught"}
_GONE = {True: "No longer recognised", False: "Still recognised", None: "Cannot tell whether it is still recognised"}
_FELL = "the rest fell no more than in retrained networks"
_KEPT = {True: "The rest is kept", False: "The rest was damaged", None: "Cannot tell whether the rest is kept"}


def _class_state(
    result: RunResult,
    before: Report,
    after: Report,
    gone: bool | None,
    found: Mapping[str, Reading],
    privacy: Mapping[str, Any] | None,
) -> tuple[bool | None, str]:
    """Whether it is forgotten, and the headline's first words; the rows of the table in `judge`."""
    split = forget_split(result)
    if result.spec.method == "retrain":
        return True, _of_retraining("it", found)
    if gone is False:
        return False, "Not forgotten"
    if before[split] < NOT_FORGOTTEN_FROM:
        return None, "Cannot tell whether it is forgotten: it was hardly recognised before"
    if gone is None:
        return None, f"Cannot tell from {n_images(after['n'][split])} whether it is forgotten"
    if privacy is None:
        return None, "No longer recognised; what is left inside is not tested yet"
    if found["old_head"].is_good is False:
        return False, "Only hidden at the output, not forgotten"
    knowledge = [found[name] for name in KNOWLEDGE if name in found]
    if left := bad_news({reading.question: reading for reading in knowledge}):
        return False, f"No longer recognised, but not gone: {listed(left)}"
    if privacy["reference"] is None:
        return None, "No longer recognised; only retraining tells what is left inside"
    if found["linear_probe"].standing is Standing.BELOW:
        return None, "No longer recognised, but perhaps only hidden: harder to read inside than in retrained networks"
    has_seen = any(found[name].is_good for name in ("fresh_head", "relearning") if name in found)
    if not has_seen or any(reading.is_open for reading in knowledge) or not found["old_head"].is_good:
        return None, "No longer recognised; tests cannot tell whether anything is left inside"
    return True, f"Forgotten{_AS_FAR}"


def _judge_images(
    result: RunResult,
    before: Report,
    after: Report,
    reference: Report | None,
    privacy: Mapping[str, Any] | None,
    population: Mapping[str, Any] | None,
) -> Verdict:
    """Single images are forgotten when the network answers as if it had never seen them, not at 0%."""
    retrained_keep, reading, found = _retrained_keep(result, privacy), None, readings(privacy, population)
    kept = _is_kept(before, after, retrained_keep)
    planted = _planted(result.spec, before, after, reference, privacy)
    if privacy is not None:
        ours, original = (estimate_share(part["forget_train"], part["n"]["forget_train"]) for part in (after, before))
        reading = recognition(privacy, ours, original)
        found = {"recognised": reading, **found}
    found |= {clause.reading.question: clause.reading for clause in planted if clause.reading}
    is_forgotten, state = _images_state(result, found, privacy)
    words = capital(says(reading)) if reading else "Only retraining tells whether this is as if never seen"
    clauses = (
        accuracy_clause(
            "recognised", _IMAGES[result.spec.forget.kind == "planted"], "forget_train", before, after, reference,
            reading.is_good if reading else None, words, reading,
        ),
        _kept_clause("New images", before, after, reference, retrained_keep, kept),
        *planted,
        *tests_as_clauses(found),
    )  # fmt: skip
    return Verdict(_headline(state, result, kept), clauses, is_forgotten, kept)


def _images_state(
    result: RunResult, found: Mapping[str, Reading], privacy: Mapping[str, Any] | None
) -> tuple[bool | None, str]:
    if result.spec.method == "retrain":
        return True, _of_retraining("them", found)
    if works := bad_news({kind: found[kind] for kind in PLANTING_KINDS if kind in found}, of_images=True):
        return False, f"Not forgotten: {listed(works)}"
    if barred := _barred(result):
        verb = "is" if len(barred) == 1 else "are"
        return None, f"Cannot tell whether it is forgotten: {listed(barred)} {verb} hardly recognised any more"
    if privacy is None:
        return None, "Not tested yet: whether it answers as if it had never seen them"
    if any(reading.is_good is False for reading in found.values()):
        return False, f"Not as if it had never seen them: {listed(bad_news(found))}"
    if privacy["reference"] is None:
        return None, "Only retraining tells whether it forgot"
    own = ("recognised", *LEAKS, *(PLANTING_KINDS.keys() & found))
    if not any(found[name].is_good for name in own):  # other networks do not testify for this one
        if any(reading.is_open for reading in found.values()):
            return None, "Cannot tell whether it is as if it had never seen them"
        return None, "Cannot tell: the network before forgetting passes every test too"
    if any(reading.is_open for reading in found.values()):
        return None, "Much as if it had never seen them, but some tests cannot tell"
    if any(reading.standing is Standing.BELOW for reading in found.values()):
        return None, "Not shown to be as if it had never seen them: it is unlike networks that never did"
    return True, f"As if it had never seen them{_AS_FAR}"


def _barred(result: RunResult) -> list[str]:
    """Classes that planted images were taught as and that the network has all but lost: what is never answered is no
    longer answered wrongly, either, as behind an output mask."""
    planting = result.spec.forget.planting
    was, now = (np.array(result.metrics[name]["confusion_test"]) for name in ("original", "unlearned"))
    return [
        DATASETS[result.spec.dataset].class_names[label]
        for label in (planting.classes if planting else ())
        if now[label, label] < NOT_FORGOTTEN_FROM * was[label].sum() <= was[label, label]
    ]


def _planted(
    spec: RunSpec, before: Report, after: Report, reference: Report | None, privacy: Mapping[str, Any] | None
) -> tuple[Clause, ...]:
    """Whether what was planted still works; nothing of runs without any."""
    planting = spec.forget.planting
    if planting is None:
        return ()
    ours, original = (part["planted"]["success"] for part in (after, before))
    reading = planted_reading(privacy, planting.kind, ours, original, _called_so_anyway(after, planting.classes))
    return (planted_clause(planted_subject(planting, DATASETS[spec.dataset]), reading, reference),)


def _called_so_anyway(after: Report, classes: Sequence[int]) -> Estimate:
    """How often new images of other classes are called one of these, on average; of a trigger, without the mark."""
    counts = np.delete(np.array(after["confusion_test"]), classes, axis=0)
    n = int(counts.sum())
    return estimate_share(counts[:, list(classes)].sum() / (n * len(classes)) if n else None, n)


def _of_retraining(what: str, found: Mapping[str, Reading]) -> str:
    """It is true of every retraining; that one differs from others is said, and no less true."""
    if any(reading.is_good is False for reading in found.values()):
        return f"Never saw {what}, but differs from other retrained networks"
    return f"Never saw {what}: this is what forgetting looks like"


def _headline(state: str, result: RunResult, kept: bool | None, link: str = "; ") -> str:
    """What was forgotten, and what became of the rest; damage leads, and damage to one class is told.

    Args:
        link: between the two, where both are as they should be.
    """
    before, after = result.metrics["original"], result.metrics["unlearned"]
    if kept is False:
        fell = f"the rest fell from {percent(before['retain_test'], 1)} to {percent(after['retain_test'], 1)}"
        return f"Damaged: {fell}. {state}"
    if kept is None:
        return f"{state}; cannot tell from {n_images(after['n']['retain_test'])} whether the rest is kept"
    if _fell(before["retain_test"], after["retain_test"]):
        return f"{state}; {_FELL}: from {percent(before['retain_test'], 1)} to {percent(after['retain_test'], 1)}"
    hit = _hardest_hit(result)
    return f"{state}{link}the rest is kept" + (f" on average, but {hit}" if hit else "")


def _hardest_hit(result: RunResult) -> str:
    """The class of the rest that lost most, "cat fell from 75% to 52%", if that is damage beyond chance; else empty."""
    names, worst = DATASETS[result.spec.dataset].class_names, (DAMAGED_DROP_FROM, "")
    was, now = (np.array(result.metrics[name]["confusion_test"]) for name in ("original", "unlearned"))
    for label in set(range(len(names))) - set(result.spec.forget.classes):
        n = int(was[label].sum())
        k, j = int(was[label, label]), int(now[label, label])
        if n and (k - j) / n >= worst[0] and difference_interval(k, n, j, n)[0] > KEPT_DROP_AT_MOST:
            worst = (k - j) / n, f"{names[label]} fell from {percent(k / n, 1)} to {percent(j / n, 1)}"
    return worst[1]


def _kept_clause(
    subject: str, before: Report, after: Report, reference: Report | None, retrained_keep: list[float],
    kept: bool | None,
) -> Clause:  # fmt: skip
    fell = _fell(before["retain_test"], after["retain_test"])
    finding = capital(_FELL) if kept and fell else _KEPT[kept]
    clause = accuracy_clause("kept", subject, "retain_test", before, after, reference, kept, finding)
    return replace(clause, reference=Reference.of(retrained_keep, ends=(0.0, 1.0)))


def _retrained_keep(result: RunResult, privacy: Mapping[str, Any] | None) -> list[float]:
    """How much of the rest the networks of the band recognise; without them what a retraining itself does, and nothing
    of another run: one retrained network may be an unlucky one."""
    band = (privacy["reference"] or {}).get("measures", {}) if privacy is not None else {}
    own = [result.metrics["unlearned"]["retain_test"]] if result.spec.method == "retrain" else []
    return [share for share in band.get("retain_test", []) if share is not None] or own


def _fell(before: float | None, after: float | None) -> bool:
    """Whether so much less of the rest is recognised than before that its being kept needs a word."""
    return before is not None and after is not None and before - after > KEPT_DROP_AT_MOST


def _is_forgotten(before: Report, after: Report, split: str) -> bool | None:
    """Whether a class is no longer recognised; one that never was cannot be forgotten."""
    if before[split] < NOT_FORGOTTEN_FROM:
        return None
    if is_above(after[split], after["n"][split], FORGOTTEN_AT_MOST):
        return False
    _, high = interval(after, split)
    return True if after[split] <= FORGOTTEN_AT_MOST and high < NOT_FORGOTTEN_FROM else None


def _still_known(result: RunResult) -> str:
    """What is still known of several classes, if anything is shown to be: the one that is recognised most, "7 is still
    recognised on 25% of its new images", which among others that are gone would vanish in their mean (corrected for
    their number, Bonferroni); else how many images are called another of them, as by no network that never saw any.
    """
    classes, found = result.spec.forget.classes, []
    counts = np.array(result.metrics["unlearned"]["confusion_test"])
    for label in classes if len(classes) > 1 else ():
        k, n = int(counts[label, label]), int(counts[label].sum())
        level = 1 - 0.05 / len(classes)
        if n and is_above(k / n, n, FORGOTTEN_AT_MOST, level):
            found.append((k / n, label))
    if found:
        share, label = max(found)
        name = DATASETS[result.spec.dataset].class_names[label]
        more = len(found) - 1
        also = "" if not more else ", and so is another" if more == 1 else f", and so are {more} others"
        return f"{name} is still recognised on {percent(share)} of its new images{also}"
    rows = counts[list(classes)]
    k, n = int(rows[:, list(classes)].sum() - counts[classes, classes].sum()), int(rows.sum())
    if not n or not is_above(k / n, n, FORGOTTEN_AT_MOST):
        return ""
    return f"{percent(k / n)} of their new images are called another of these classes"


def _is_kept(before: Report, after: Report, retrained_keep: list[float]) -> bool | None:
    """Whether no more of the rest is lost than counts as kept; what retraining loses, too, is the price of the data."""
    was = min([before["retain_test"], *([np.mean(retrained_keep)] if retrained_keep else [])])
    low, high = interval(after, "retain_test")
    if was - high > KEPT_DROP_AT_MOST:
        return False
    return True if was - after["retain_test"] <= KEPT_DROP_AT_MOST and was - low < DAMAGED_DROP_FROM else None


def forget_split(result: RunResult) -> str:
    """The accuracy that forgetting shows in: on new images, if the forget set stands for any."""
    return "forget_train" if result.metrics["unlearned"]["forget_test"] is None else "forget_test"


@dataclass(frozen=True)
class Claims:
    """What may be said of a run, and what not; sentences that go on from "It may be said".

    Args:
        may: "that it no longer recognises the digit 3".
        may_not: "not that ..." of what is false, "not yet that ..." of what is not shown.
    """

    may: tuple[str, ...]
    may_not: tuple[str, ...]


def claims(result: RunResult, verdict: Verdict) -> Claims:
    """What may be said of a run, and what not: for whoever must sign it.

    Args:
        verdict: of `judge`.
    """
    what, is_class = forget_phrase(result.spec), result.spec.forget.kind == "class"
    gone, kept = (clause.is_good for clause in verdict.clauses[:2])
    they = "it" if is_class or result.metrics["unlearned"]["n"]["forget_train"] == 1 else "them"
    deed = f"no longer recognises {what}" if is_class else f"answers about {what} like a network that never saw {they}"
    may = [f"that it {deed}"] if (gone if is_class else verdict.is_forgotten) else []
    fell = kept and not verdict.is_rest_as_before
    average = " on average" if _hardest_hit(result) else ""
    may += [f"that {_FELL}" if fell else f"that it still recognises the rest{average}"] if kept else []
    may += (
        [
            f"that no test here finds more of {what} than in networks that never saw it"
            if is_class
            else f"that no test here tells it from networks that never saw {they}"
        ]
        if verdict.has_no_trace
        else []
    )
    open_or_false = {False: "not that", None: "not yet that"}
    is_so = gone if is_class else verdict.is_forgotten
    may_not = [] if is_so else [f"{open_or_false[is_so]} it {deed}"]
    may_not += [f"{open_or_false[kept and not fell]} the rest is unharmed"] if fell or not kept else []
    may_not += (
        []
        if verdict.has_no_trace
        else [f"{open_or_false[verdict.has_no_trace]} every trace of {what if is_class else they} is gone"]
    )
    return Claims(tuple(may), tuple(may_not))


def claim(result: RunResult, verdict: Verdict) -> str:
    """`claims` in a sentence."""
    told = claims(result, verdict)
    may, may_not = ", and ".join(told.may), ", and ".join(told.may_not)
    if not may:
        return f"Nothing may be said yet: {may_not}."
    return f"It may be said {may}{', but ' if may_not else ''}{may_not}."


def finding(result: RunResult) -> str:
    """The run in one line of figures: 'The digit 3: 100% → 0%, everything else: 98.8% → 98.1%'."""
    before, after = result.metrics["original"], result.metrics["unlearned"]
    rest = "everything else" if result.spec.forget.kind == "class" else "new images"
    parts = (
        f"{what}: {percent(before[split], 1)} → {percent(after[split], 1)}"
        for what, split in ((forget_phrase(result.spec), forget_split(result)), (rest, "retain_test"))
    )
    return capital(", ".join(parts))


def forget_phrase(spec: RunSpec) -> str:
    """The forget set in words: 'the digit 3', 'the garments Coat and Shirt', '10% of the training images'."""
    forget, info = spec.forget, DATASETS[spec.dataset]
    if forget.kind == "random":
        return f"{forget.short} of the training images"
    if forget.kind == "samples":
        return "one training image" if len(forget.samples) == 1 else f"{len(forget.samples):,} training images"
    if forget.planting is not None:
        return planting_phrase(forget.planting, info)
    names = [info.class_names[label] for label in forget.classes]
    noun = info.class_noun if len(names) == 1 else info.class_nouns
    return f"the {noun} {listed(names)}"

"""What the page says and shows, from a finished run and what is known of it; nothing is placed or drawn here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from camu_core.citation import citation
from camu_core.data import DATASETS
from camu_core.figures.theme import MODEL_TITLES
from camu_core.measures.reference import COVERAGE
from camu_core.methods import METHODS
from camu_core.planning import settings_phrase
from camu_core.privacy import KNOWLEDGE
from camu_core.runs.results import RunResult
from camu_core.specs import RunSpec
from camu_core.wording.clauses import Clause, interval, n_images
from camu_core.wording.format import capital, percent
from camu_core.wording.limits import risks
from camu_core.wording.privacy import headline
from camu_core.wording.verdict import Verdict, claims, finding, forget_phrase, forget_split, judge

_LONG_PHRASE = 70  # characters; of more only the first class is named
_POINTS = {True: 120, False: 280}  # of a map, to forget and to keep: as many as an eye can tell apart in so small one
# Which test is the third picture, of several that say the same: those first whose figure a layman understands at once.
_TELLING = ("fresh_head", "relearning", "linear_probe", "old_head", "attack")
_WHISKERS = (
    f"Thin lines: 95% intervals; purple: where one more retrained network falls in {percent(COVERAGE, 1)} of cases."
)
_NO_GOLD = "Not compared with a network retrained without it."


@dataclass(frozen=True)
class Imprint:
    """Where a page comes from.

    Args:
        version: of this program.
        made: the day on which the page is made.
        address: that reopens the run; empty if nobody knows one.
    """

    version: str
    made: date
    address: str = ""


@dataclass(frozen=True)
class Bar:
    """A value with its interval, if there is one, and how it is written."""

    value: float
    low: float | None
    high: float | None
    label: str


@dataclass(frozen=True)
class Bars:
    """Bars in groups, on a scale of 0 to 1.

    Args:
        groups: what each group is of.
        series: a bar of each group by name of the network ("original", ...).
        is_share: written in per cent.
        titles: of the networks.
    """

    groups: tuple[str, ...]
    series: Mapping[str, tuple[Bar, ...]]
    is_share: bool = True
    titles: Mapping[str, str] = field(default_factory=lambda: MODEL_TITLES)


@dataclass(frozen=True)
class Maps:
    """The same images as each network sees them, on one pair of axes.

    Args:
        panels: float (N, 2) by title.
        is_forget: bool (N,).
    """

    panels: Mapping[str, np.ndarray]
    is_forget: np.ndarray


@dataclass(frozen=True)
class Picture:
    """A question, what answers it (None if that was not looked for), and what there is to say.

    Args:
        whiskers: what the thin lines are, where some are drawn.
    """

    question: str
    drawn: Bars | Maps | None
    said: str
    whiskers: str = ""


@dataclass(frozen=True)
class Board:
    """All that is on the page.

    Args:
        headline: of the verdict.
        what: the run in a line.
        may, may_not: see `claims`.
        still_open: see `risks`.
        tested: how it was tested, in a line.
        imprint: where it comes from, in a line.
        notes: figures and sources, for whoever presents it.
        class_names: of the dataset.
    """

    headline: str
    what: str
    pictures: tuple[Picture, ...]
    may: tuple[str, ...]
    may_not: tuple[str, ...]
    still_open: tuple[str, ...]
    tested: str
    imprint: str
    notes: tuple[str, ...]
    class_names: tuple[str, ...]


def board_of(
    result: RunResult,
    imprint: Imprint | None = None,
    retrained: RunResult | None = None,
    privacy: Mapping[str, Any] | None = None,
    causal: Mapping[str, Any] | None = None,
    population: Mapping[str, Any] | None = None,
) -> Board:
    """The page of a run; what is not known is said to be so, and never left out.

    Args:
        result: finished.
        retrained: its gold standard.
        privacy: report of its `PrivacyResult`.
        causal: report of its `CausalResult`.
        population: report of the `PopulationResult` of its method.
    """
    verdict, spec = judge(result, retrained, privacy, population), result.spec
    told, still_open = claims(result, verdict), risks(result, verdict, causal)
    tested, accuracies = _tested(result, retrained, privacy), _accuracies(result, retrained)

    def brief(text: str) -> str:
        """With few classes named, of many that are forgotten."""
        long, short = forget_phrase(spec), _short_phrase(spec)
        return text.replace(long, short).replace(capital(long), capital(short))

    def sentences(phrases: tuple[str, ...], otherwise: str) -> tuple[str, ...]:
        return tuple(f"{capital(brief(phrase))}." for phrase in phrases) or (otherwise,)

    return Board(
        headline=verdict.headline,
        what=brief(described(spec)),
        pictures=(
            replace(accuracies, said=brief(accuracies.said)),
            _map(result),
            _test(verdict, privacy, population),
        ),
        may=sentences(told.may, "Nothing yet."),
        may_not=sentences(told.may_not, "Nothing beyond this: tests are evidence, not proof."),
        still_open=tuple(map(brief, still_open)),
        tested=brief(tested),
        imprint=_imprint_line(result, imprint),
        notes=(tested, *(clause.text for clause in verdict.clauses), *still_open, citation(result)),
        class_names=DATASETS[spec.dataset].class_names,
    )  # fmt: skip


def _imprint_line(result: RunResult, imprint: Imprint | None) -> str:
    if imprint is None:
        return f"Run {result.digest}"
    made = f"made {imprint.made.day} {imprint.made:%B %Y} with CaMU Explorer {imprint.version}"
    return " · ".join(part for part in (f"Run {result.digest}", imprint.address, made) if part)


def described(spec: RunSpec) -> str:
    """A run in a line: dataset, what it forgets, method, seed, and settings that differ from the usual ones."""
    title = METHODS.title(spec.method, spec.method_sha256)
    what = f"{DATASETS[spec.dataset].title} · forget {forget_phrase(spec)} · {title} · seed {spec.seed}"
    return f"{what} · {changed}" if (changed := settings_phrase(spec)) else what


def _short_phrase(spec: RunSpec) -> str:
    phrase, classes = forget_phrase(spec), spec.forget.classes
    if len(phrase) <= _LONG_PHRASE or len(classes) < 2:
        return phrase
    info = DATASETS[spec.dataset]
    more = len(classes) - 1
    return f"the {info.class_nouns} {info.class_names[classes[0]]} and {more:,} more"


def _accuracies(result: RunResult, retrained: RunResult | None) -> Picture:
    is_class = result.spec.forget.kind == "class"
    groups = {forget_split(result): "forgotten", "retain_test": "everything else" if is_class else "new images"}
    series = {
        network: tuple(
            Bar(report[split], *interval(report, split), percent(report[split], digits=1)) for split in groups
        )
        for network, report in result.metrics_with(retrained).items()
    }
    said = f"{finding(result)}." if retrained else f"{finding(result)}. {_NO_GOLD}"
    bars = Bars(tuple(groups.values()), series)
    return Picture("How much is still recognised?", bars, said, "Thin lines: 95% intervals.")


def _map(result: RunResult) -> Picture:
    is_forget = result.probe.is_forget[result.probe.is_live]
    points = {"original": result.joint_points[0], "unlearned": result.joint_points[-1]}
    rng, chosen, counts = np.random.default_rng(result.spec.seed), [], []
    for group, most in _POINTS.items():
        there = np.flatnonzero(is_forget == group)
        n = min(most, len(there))
        chosen.append(rng.choice(there, n, replace=False))
        counts.append(f"{n:,} of {len(there):,}")
    shown = np.concatenate(chosen)
    maps = Maps({MODEL_TITLES[name]: part[shown] for name, part in points.items()}, is_forget[shown])
    said = (
        "Each point is an image; what the network sees alike lies close together (PCA). "
        f"Drawn: {counts[0]} to forget, {counts[1]} to keep."
    )
    return Picture("How does the network see them?", maps, said)


def _test(verdict: Verdict, privacy: Mapping[str, Any] | None, population: Mapping[str, Any] | None) -> Picture:
    """The test that the verdict hangs on: one that found something, that leaves it open, or that found nothing."""
    planted = next((clause for clause in verdict.clauses if clause.name == "planted"), None)
    if planted is not None and planted.value is not None:  # known exactly, since it was put there on purpose
        tests = (
            headline(privacy, population) if privacy is not None else "Not tested yet for what else may be left inside."
        )
        return _of_clause("Does what was planted still work?", planted, f"{planted.finding}. {tests}")
    question = "What did a test find inside?"
    tried = {clause.name: clause for clause in verdict.clauses if clause.name in _TELLING}
    known = [tried[name] for name in _TELLING if name in tried and tried[name].value is not None]
    if privacy is None or not known:
        why = "Not tested yet" if privacy is None else "No test could be made: too few images"
        return Picture(question, None, f"{why}. Nobody can say what may be left inside.")
    if verdict.is_forgotten is False:
        worst = [tried[name] for name in (*KNOWLEDGE, "attack") if name in tried]
        wanted = [clause for clause in worst if clause.is_good is False]
    elif verdict.is_forgotten is None:
        wanted = [clause for clause in known if clause.is_open] + [clause for clause in known if not clause.is_good]
    else:
        wanted = [clause for clause in known if clause.is_good]
    clause = next(iter([*wanted, *known]))
    return _of_clause(question, clause, f"{clause.finding}. {headline(privacy, population)}")


def _of_clause(question: str, clause: Clause, said: str) -> Picture:
    if clause.reference is None:
        return Picture(question, _test_bars(clause), f"{said} {_NO_GOLD}", "Thin lines: 95% intervals.")
    return Picture(question, _test_bars(clause), said, _WHISKERS)


def _test_bars(clause: Clause) -> Bars:
    assert clause.reading is not None
    assert clause.value is not None
    series, titles = {}, dict(MODEL_TITLES)
    if clause.reading.original is not None and clause.before is not None:
        before = clause.reading.original
        series["original"] = (_bar(clause, clause.before, before["low"], before["high"]),)
    series["unlearned"] = (_bar(clause, clause.value, clause.low, clause.high),)
    if (band := clause.reference) is not None:
        series["retrained"] = (_bar(clause, band.mean, band.low, band.high),)
        titles["retrained"] = f"{band.n_seeds} retrained networks"
    return Bars((clause.of,), series, clause.name != "attack", titles)


def _bar(clause: Clause, value: float, low: float | None, high: float | None) -> Bar:
    """It ends where the axis does, as its label says, also where a class is found less often than by chance."""

    def within(end: float | None) -> float | None:
        return None if end is None else float(np.clip(end, 0.0, 1.0))

    return Bar(float(np.clip(value, 0.0, 1.0)), within(low), within(high), clause.show(value))


def _tested(result: RunResult, retrained: RunResult | None, privacy: Mapping[str, Any] | None) -> str:
    split, n = forget_split(result), result.metrics["unlearned"]["n"]
    what = (
        f"{n_images(n[split])} of {forget_phrase(result.spec)} and {n['retain_test']:,} others, all new to the network"
        if split == "forget_test"
        else f"{n_images(n[split])} that it was to forget and {n['retain_test']:,} new ones"
    )
    if privacy is None:
        tests = "not tested for what may be left inside" + ("" if retrained else "; not compared with retraining")
    elif (band := privacy["reference"]) is None:
        tests = "tests of what is left inside, but no retrained networks to compare with"
    else:
        tests = f"tests of what is left inside, beside {len(band['about']['seeds'])} networks retrained without it"
    return f"How it was tested: {what}; {tests}."

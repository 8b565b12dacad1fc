"""One plain sentence per question, from what `readings` says: verdict, pages and report have their words from here."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from camu_core.measures import Reference, Standing
from camu_core.measures.estimates import are_apart, is_measured
from camu_core.privacy.inside import UNTRAINED
from camu_core.privacy.readings import SMALLEST_FACTOR, Reading, readings
from camu_core.wording.format import capital, percent

SCORE_NAMES = {"attacker": "attack model", "confidence": "confidence", "entropy": "entropy"}

_OPEN = {
    Standing.BLIND: "cannot tell: even before forgetting, this test finds no difference",
    Standing.FEW_IMAGES: "cannot tell: too few images",
    Standing.SCATTERED: "cannot tell: retrained networks differ too much among themselves",
    Standing.UNCLEAR: "cannot tell: neither clearly like retrained networks nor clearly different",
    Standing.NO_REFERENCE: "not known yet: only retrained networks show what is normal",
    Standing.UNKNOWN: "cannot tell: too few images for this test",
}
_SAYS = {
    "recognised": {
        Standing.ALIKE: "recognised like images never seen",
        Standing.ABOVE: "recognised more often than by retrained networks",
        Standing.BELOW: "recognised less often than by retrained networks",
    },
    "old_head": {
        Standing.ALIKE: "the old classifier finds no more of it than chance explains",
        Standing.ABOVE: "the old classifier still finds it inside",
        Standing.UNCLEAR: "cannot tell: the old classifier finds some of it inside, but not most",
        Standing.BLIND: "cannot tell: it was hardly recognised before forgetting",
    },
    "fresh_head": {
        Standing.ALIKE: "no easier to learn from one example than for retrained networks",
        Standing.ABOVE: "back after a single example: easier to learn than for retrained networks",
        Standing.BELOW: "harder to learn from one example than for retrained networks",
    },
    "relearning": {
        Standing.ALIKE: "relearned no faster than by retrained networks",
        Standing.ABOVE: "relearned faster than by retrained networks",
        Standing.BELOW: "relearned more slowly than by retrained networks, which is no proof of forgetting",
    },
    "linear_probe": {
        Standing.ALIKE: "no easier to read inside than in retrained networks",
        Standing.ABOVE: "easier to read inside than in retrained networks",
        Standing.BELOW: "harder to read inside than in retrained networks: perhaps hidden, not gone",
    },
    "attack": {
        Standing.ALIKE: "an attacker learns no more than from retrained networks",
        Standing.ABOVE: "an attacker can tell that they were trained on",
        Standing.BELOW: "an attacker can tell: they look even less trained on than in retrained networks",
    },
    "epsilon": {
        Standing.ALIKE: "the answers are like those of retrained networks",
        Standing.ABOVE: "the answers differ from those of retrained networks",
        Standing.BELOW: "the answers are more like those of retrained networks than those are among themselves",
    },
    "population": {
        Standing.ALIKE: "even an attacker who also trains networks can hardly tell it from retrained ones",
        Standing.ABOVE: "an attacker who also trains networks can tell it from retrained ones",
        Standing.UNCLEAR: "cannot tell: more networks might show whether such an attacker can",
        Standing.BLIND: "cannot tell: even the originals are not told from retrained ones",
    },
    "trigger": {
        Standing.ALIKE: "the mark no longer works: as after retraining",
        Standing.ABOVE: "the mark still works",
        Standing.BELOW: "the mark works less than after retraining",
        Standing.BLIND: "cannot tell: the mark hardly worked before, or makes no difference now",
        Standing.UNCLEAR: "cannot tell: the mark works a little more or less than after retraining",
    },
    "swap": {
        Standing.ALIKE: "confused as after retraining",
        Standing.ABOVE: "still confused with each other",
        Standing.BELOW: "less confused than after retraining",
        Standing.BLIND: "cannot tell: they were hardly confused before, or are no more than others are now",
        Standing.UNCLEAR: "cannot tell: confused a little more or less than after retraining",
    },
}  # fmt: skip
_READABLE = "cannot tell: readable even in a network that was never trained"
# In a headline, the worst first: of a class, and of single images.
_BAD_NEWS = {
    "old_head": "it is only hidden at the output",
    "fresh_head": "it is back after a single example",
    "relearning": "it comes back quickly",
    "linear_probe": "it is still readable inside",
    "attack": "an attacker can tell",
    "epsilon": "the answers give the removal away",
    "population": "an attacker who also trains networks can tell",
}
_BAD_NEWS_OF_IMAGES = {
    "trigger": "the mark still works",
    "swap": "the two classes are still confused",
    "recognised": "they are recognised {more} often than by retrained networks",
    "relearning": "they come back too quickly",
    "linear_probe": "they stand out inside",
    "attack": "an attacker can tell",
    "epsilon": "the answers give the removal away",
    "population": "an attacker who also trains networks can tell",
}
SUBJECTS = {
    "old_head": "Old classifier",
    "fresh_head": "One example",
    "relearning": "Relearning",
    "linear_probe": "Linear probe",
    "attack": "Best attack",
    "epsilon": "Answers",
    "population": "Many networks",
}
# What each test's figure is of, to stand after it.
FIGURES = {
    "recognised": "recognised",
    "old_head": "found, false alarms subtracted",
    "fresh_head": "found after one example",
    "relearning": "recognised, on average while relearning",
    "linear_probe": "told apart, where 50% is guessing",
    "attack": "AUC by {score}, where 0.50 is guessing",
    "epsilon": "as frequent{least}, for the most telling answer",
    "population": "told apart by one image, where 50% is guessing",
    "trigger": "called what the mark taught",
    "swap": "called the other of the two",
}


def says(reading: Reading) -> str:
    """The finding in a few words, without a number."""
    if reading.question == "linear_probe" and reading.standing is Standing.BLIND and reading.is_read_untrained:
        return _READABLE
    return {**_OPEN, **_SAYS[reading.question]}[reading.standing]


def bad_news(found: Mapping[str, Reading], of_images: bool = False) -> list[str]:
    """What tests found against the network, for a headline, the worst first.

    Args:
        of_images: single images were forgotten, also where "recognised" does not say so.
    """
    news = _BAD_NEWS_OF_IMAGES if of_images or "recognised" in found else _BAD_NEWS
    bad = [name for name in news if name in found and found[name].is_good is False]
    return [news[name].format(more="less" if found[name].standing is Standing.BELOW else "more") for name in bad]


def figure_text(reading: Reading, value: float | None) -> str:
    """As this question's figures are written."""
    if value is None:
        return "unknown"
    if reading.question == "attack":
        return f"{value:.2f}"
    if reading.question == "epsilon":
        return f"{np.exp(value):,.{1 if np.exp(value) < 10 else 0}f}x"
    if reading.question == "old_head":
        return percent(max(value, 0.0))  # fewer found than false alarms is nothing found
    return percent(value)


def figure_of(reading: Reading) -> str:
    """What the figure is of, to stand after it; of epsilon, an estimate, with what it is at least."""
    of, low = FIGURES[reading.question], reading.ours["low"]
    if reading.question == "attack":
        return of.format(score=SCORE_NAMES[reading.measure.removeprefix("attack_")])
    if reading.question == "epsilon":
        return of.format(least=f" (at least {factor_text(low)}x)" if low else "")
    return of


def numbers(reading: Reading) -> str:
    """The figure and what it is of, before forgetting and beside retrained networks; a sentence, empty without any."""
    if reading.ours["value"] is None:
        return ""
    parts = [f"{figure_text(reading, reading.ours['value'])} {figure_of(reading)}"]
    if reading.original is not None and reading.original["value"] is not None:
        parts.append(f"before {figure_text(reading, reading.original['value'])}")
    if (band := reading.reference) is not None:
        parts.append(f"{band.n_seeds} retrained networks {figure_text(reading, band.mean)}, {reach(reading, band)}")
    if reading.untrained is not None and reading.untrained["value"] is not None and reading.question not in _ANSWERS:
        parts.append(f"never trained {figure_text(reading, reading.untrained['value'])}")
    return f"{'; '.join(parts)}."


_ANSWERS = ("attack", "epsilon", "recognised")  # where an untrained network is no yardstick


def reach(reading: Reading, band: Reference, network: str = "another of them") -> str:
    """The band's ends and what lies between, 'another of them: 29% to 83%'; of many networks, what chance explains.

    Args:
        network: in words, one that the band is for.
    """
    ends = " to ".join(figure_text(reading, end) for end in within(reading.question, band))
    return f"{'by chance' if reading.question == 'population' else f'{network}:'} {ends}"


def within(question: str, band: Reference) -> tuple[float, float]:
    """The band's ends, cut off where no figure can be."""
    lowest, highest = (0.0, np.inf if question == "epsilon" else 1.0)
    return max(lowest, band.low), min(highest, band.high)


def headline(report: Mapping[str, Any], population: Mapping[str, Any] | None = None) -> str:
    """How many tests tell the network from those that never saw the images, and how many can see nothing.

    Args:
        report, population: as in `readings`.
    """
    found = readings(report, population).values()
    news = [reading.is_good for reading in found]
    n_bad, n_good, n_open = news.count(False), news.count(True), sum(reading.is_silent for reading in found)
    n_less = news.count(None) - n_open
    verb = "tells" if n_bad == 1 else "tell"
    parts = [f"{n_bad or 'none'} of {len(news)} tests {verb} it apart from networks that never saw the images"]
    parts += [f"{n_good} {'finds' if n_good == 1 else 'find'} no difference"] if n_good else []
    parts += [f"{n_less} {'finds' if n_less == 1 else 'find'} less than in those"] if n_less else []
    parts += [f"{n_open} cannot tell"] if n_open else []
    return f"{capital(', '.join(parts))}."


def finding_of(report: Mapping[str, Any], question: str) -> str:
    """One test's answer in a sentence, with its figures."""
    reading = readings(report)[question]
    return f"{capital(says(reading))}. {numbers(reading)}".strip()


def attack_score(report: Mapping[str, Any]) -> str:
    """By which score the most telling attack goes; the first of SCORES where there are too few images."""
    return readings(report)["attack"].measure.removeprefix("attack_")


def attack_title(report: Mapping[str, Any]) -> str:
    """The finding of the most telling of the three attacks, beside the retrained networks."""
    if report["attack"] is None:
        return "There are too few images to attack."
    return f"{finding_of(report, 'attack')} Of three attacks it is the most telling."


def relearning_title(report: Mapping[str, Any]) -> str:
    """How much faster it comes back than in networks that never saw it."""
    return f"{capital(says(readings(report)['relearning']))}."


def nearby_title(nearby: Mapping[str, Any]) -> str:
    """How slight a change makes half of the forgotten images recognised again, beside a retrained network.

    Args:
        nearby: of `nearby_report`.
    """
    median = nearby["median"]
    most = percent(nearby["distances"][-1])
    if median["unlearned"] is None:
        title = f"Half of the forgotten images are not recognised again even where pixels change by {most}"
    elif median["unlearned"] == 0:
        title = "At least half of the forgotten images are recognised as they are"
    else:
        change = percent(median["unlearned"])
        title = f"Half of the forgotten images are recognised again once pixels change by {change}"
    if "retrained" not in median:
        return title
    theirs = median["retrained"]
    if theirs is None:
        beside = "not even then" if median["unlearned"] is None else f"not even by {most}"
    else:
        beside = "as they are" if theirs == 0 else f"by {percent(theirs)}"
        beside += ", too" if theirs == median["unlearned"] else ""
    return f"{title}; by a retrained network, {beside}"


def inside_title(report: Mapping[str, Any]) -> str:
    """How much a linear probe reads off, beside the networks that never saw the images."""
    return finding_of(report, "linear_probe")


def epsilon_title(report: Mapping[str, Any]) -> str:
    """How much more frequent the most telling answer is at least, beside the one retrained network, and what could be
    shown at most."""
    if report["epsilon"] is None:
        if report["reference"] is not None:
            return "These figures need one retrained network beside this run; Retrain for comparison on the Run page."
        return "No retrained network to compare with yet."
    ours = report["epsilon"]["unlearned"]
    if ours["value"] is None:
        return "Too few images to tell two networks apart."
    if np.exp(ours["low"]) < SMALLEST_FACTOR:
        none = (
            f"Beside this one retrained network, {ours['n']:,} images show no answer that gives the unlearned one away"
        )
        reading = readings(report)["epsilon"]
        if reading.reference is None or reading.standing is not Standing.ABOVE:
            return f"{none}."
        return f"{none}; beside {reading.reference.n_seeds}, its answers differ more than theirs do among themselves."
    than = "as after retraining" if ours["ours"] > ours["gold"] else "after retraining as after forgetting"
    largest = ours.get("largest")
    most = ""
    if largest is not None:
        most = f"; with {ours['n']:,} images this lower bound cannot be above {factor_text(largest)}x"
    return f"Some answer is at least {factor_text(ours['low'])}x as frequent {than}{most}."


def layers_title(report: Mapping[str, Any]) -> str:
    """Where the network left the original most on forgotten images, and whether towards the retrained one."""
    forget = report["cka"]["forget"]
    known = {name: e["value"] for name, e in forget["original-unlearned"].items() if e["value"] is not None}
    if not known:
        return "Too few forgotten images to compare the layers."
    layer = min(known, key=known.__getitem__)
    others = report["cka"]["retain"]["original-unlearned"][layer]["value"]
    beside = "" if others is None else f", on others {others:.2f}"
    sentence = (
        f"On forgotten images, the layer “{layer}” changed most (similarity to before {known[layer]:.2f}{beside})"
    )
    if report["reference"] is not None:
        return f"{sentence}; {_likeness_after_retraining(report, layer, known[layer])}."
    if "original-retrained" not in forget:
        return f"{sentence}."
    before, after = forget["original-retrained"][layer], forget["unlearned-retrained"][layer]
    if not (is_measured(before) and is_measured(after) and are_apart(before, after)):
        return f"{sentence}, no nearer to the retrained network."
    return f"{sentence}, {'towards' if after['value'] > before['value'] else 'away from'} the retrained network."


def likeness_band(measures: Mapping[str, Any], group: str, layer: str) -> Reference | None:
    """How much of a layer another retrained network keeps; None of too few images.

    Args:
        measures: of a reference band.
        group: forget or retain.
    """
    return Reference.of(measures[f"cka_{group}_{layer}"], ends=(0.0, 1.0))


def _likeness_after_retraining(report: Mapping[str, Any], layer: str, ours: float) -> str:
    """How much retrained networks keep of a layer, and on which side of them a network is."""
    band = likeness_band(report["reference"]["measures"], "forget", layer)
    if band is None:
        return "too few images to compare it with retrained networks"
    if band.low <= ours <= band.high:
        reach = f"{band.low:.2f} to {band.high:.2f}"
        return f"no difference is shown from {band.n_seeds} networks retrained without them, which allow {reach}"
    side = "less than" if ours > band.high else "more than"
    return f"it changed {side} in networks retrained without them ({band.mean:.2f} on average over {band.n_seeds})"


def lying_title(report: Mapping[str, Any]) -> str:
    """How the forgotten images lie among the others; empty where no class is forgotten."""
    shares = {name: found.get("neighbours") for name, found in report["battery"].items()}
    if shares["unlearned"] is None:
        return ""
    band = report["reference"]["measures"].get("neighbours") if report["reference"] else None
    never = f", in the {len(band)} retrained networks {percent(min(band))} to {percent(max(band))}" if band else ""
    ours, before = (percent(shares[name]["value"]) for name in ("unlearned", "original"))
    return (
        f"Of a forgotten image's ten nearest neighbours, {ours} are forgotten too; before {before}{never}, "
        f"in one never trained {percent(shares[UNTRAINED]['value'])}."
    )


def factor_text(epsilon: float) -> str:
    """e^epsilon, never rounded up, since it is a lower bound."""
    factor = float(np.exp(epsilon))
    return f"{np.floor(factor):,.0f}" if factor >= 10 else f"{np.floor(10 * factor) / 10:.1f}"

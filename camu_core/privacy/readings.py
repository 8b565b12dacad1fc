"""What each test of a privacy report says beside the reference band, by one rule for verdict, pages and tables."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from camu_core.measures import Margin, Reference, Standing, stand
from camu_core.measures.estimates import Estimate, are_apart, is_measured
from camu_core.measures.reference import ALIKE_WITHIN
from camu_core.privacy.attacks import SCORES
from camu_core.privacy.inside import UNTRAINED

# An untrained network that reads so much leaves a probe nothing to tell.
_READABLE_FROM = 0.9
# The original's head: what part of its recognition it must still find to call the class hidden, and must not to deny.
HIDDEN_FROM, _NOT_HIDDEN_BELOW = 0.8, 0.5
_CHANCE_WITHIN = 0.05  # an interval that begins here or below may be chance, which is 0
# question -> (its measure, what difference matters, whether less than a retrained network has is unlike it too)
_QUESTIONS = {
    "fresh_head": ("fresh_head_1", Margin(alike=0.15, different=0.05, is_paired=True), False),
    "relearning": ("relearning", Margin(alike=0.10, different=0.03, is_paired=True), False),
    "linear_probe": ("linear_probe", Margin(alike=0.10, different=0.03), False),
    "epsilon": ("epsilon", Margin(alike=0.7, different=0.7), False),
}
_ATTACK = Margin(alike=0.05, different=0.02, is_paired=True)  # every network is asked about the same images
SMALLEST_FACTOR = 1.1  # odds that shift by less are not worth a warning
_FEWEST_ATTACKED = 10  # images, of which it can be said that an attacker learns nothing
_FORGOTTEN_IMAGES = Margin(alike=0.03, different=0.005)
_PLANTED = Margin(alike=0.10, different=0.03)
_FLOOR_WITHIN = 0.10  # an attacker who may be so much better than chance at most is as good as chance
_SHARE = (0.0, 1.0)
# What is left inside, and what the answers give away.
KNOWLEDGE = ("old_head", "fresh_head", "relearning", "linear_probe")
LEAKS = ("attack", "epsilon")


@dataclass(frozen=True)
class Reading:
    """One test's answer.

    Args:
        question: "recognised" (of single images), one of KNOWLEDGE or of LEAKS, "population", or what was planted:
            "trigger" or "swap".
        measure: of the battery, which answers it; of attacks the most telling.
        ours, original, untrained: its estimates, None where there is none.
        reference: the retrained networks'.
    """

    question: str
    standing: Standing
    measure: str
    ours: Estimate
    original: Estimate | None
    untrained: Estimate | None
    reference: Reference | None

    @property
    def is_good(self) -> bool | None:
        """None if the test leaves it open: it may be blind, or the images too few. Less than after retraining is no
        good news either."""
        if self.standing is Standing.ALIKE:
            return True
        bad = {Standing.ABOVE, *([Standing.BELOW] if self.question in ("attack", "recognised") else [])}
        return False if self.standing in bad else None

    @property
    def is_open(self) -> bool:
        """Whether a better look could still find something: more images, or more retrainings."""
        return self.standing in (
            Standing.FEW_IMAGES, Standing.SCATTERED, Standing.UNCLEAR, Standing.NO_REFERENCE, Standing.UNKNOWN
        )  # fmt: skip

    @property
    def is_silent(self) -> bool:
        """Whether the test cannot tell; one that found less than in retrained networks did."""
        return self.is_good is None and self.standing is not Standing.BELOW

    @property
    def is_read_untrained(self) -> bool:
        """Whether a probe reads so much in a network that was never trained that it has nothing left to tell."""
        return self.untrained is not None and (self.untrained["value"] or 0) >= _READABLE_FROM


def readings(report: Mapping[str, Any] | None, population: Mapping[str, Any] | None = None) -> dict[str, Reading]:
    """Every test that was made and applies, by question.

    Args:
        report: of a `PrivacyResult`.
        population: report of the `PopulationResult` of the same method and settings.
    """
    found = {} if report is None else _of_one_network(report)
    if population is not None:
        found["population"] = population_reading(population)
    return found


def _of_one_network(report: Mapping[str, Any]) -> dict[str, Reading]:
    found = {}
    if "old_head" in report["battery"]["unlearned"]:
        found["old_head"] = _old_head(report)
    for question, (measure, margin, two_sided) in _QUESTIONS.items():
        if measure in report["battery"]["unlearned"] or question == "epsilon":
            found[question] = _read(report, question, measure, margin, two_sided)
    probe = found["linear_probe"]
    if probe.is_read_untrained and probe.standing is not Standing.BELOW:  # less than in any of them it can tell
        found["linear_probe"] = _standing(probe, Standing.BLIND)
    found["attack"] = _attack(report)
    return found


def population_reading(report: Mapping[str, Any]) -> Reading:
    """Of many networks: how often an attacker tells the method's from retrained ones, beside the noise floor.

    Args:
        report: of a `PopulationResult`.
    Returns:
        above if the 95% interval is above all that chance explains; alike if it ends within 0.10 of the floor, and
        within half of the way to the originals, which are told apart: else doing nothing could pass.
    """
    ours, floor = (report[part]["balanced_accuracy"] for part in ("figures", "noise_floor"))
    before, original = report.get("original", {}).get("balanced_accuracy"), None
    if before is not None:
        original = Estimate(value=before, low=None, high=None, n=ours["n"])
    band = Reference(floor["value"], floor["low"], floor["high"], n_seeds=2 * report["m"], reach=0.0)
    if ours["low"] > floor["high"]:
        standing = Standing.ABOVE
    elif before is not None and before <= floor["high"]:
        standing = Standing.BLIND
    else:
        within = _FLOOR_WITHIN if before is None else min(_FLOOR_WITHIN, ALIKE_WITHIN * (before - floor["value"]))
        standing = Standing.ALIKE if ours["high"] <= floor["value"] + within else Standing.UNCLEAR
    return Reading("population", standing, "balanced_accuracy", ours, original, None, band)


def recognition(report: Mapping[str, Any], ours: Estimate, original: Estimate) -> Reading:
    """Of single images: how many of them are recognised, beside the retrained networks.

    Args:
        report: of a `PrivacyResult`.
        ours, original: accuracy on the forget set, after and before.
    """
    band = Reference.of(_band(report, "forget_train"), n_images=ours["n"], ends=_SHARE)
    standing = stand(ours, original, band, _FORGOTTEN_IMAGES, two_sided=True)
    return Reading("recognised", standing, "forget_train", ours, original, None, band)


_WORKED_FROM = 0.5


def planted_reading(
    report: Mapping[str, Any] | None, kind: str, ours: Estimate, original: Estimate, anyway: Estimate | None = None
) -> Reading:
    """Whether what was planted still works, beside the retrained networks.

    Without them it can only be said to work on: where it did on most new images before, which no two classes are
    confused by nature, and still does on more than half as many.

    Args:
        report: of a `PrivacyResult`; None while there is none.
        kind: in PLANTING_KINDS.
        ours, original: how often it works after and before, see `planted_report`.
        anyway: how often images in which nothing was planted are answered so. Where that is as often, nothing is said.
    """
    band = Reference.of(_band(report, "planted") if report else (), n_images=ours["n"], ends=_SHARE)
    standing = stand(ours, original, band, _PLANTED, two_sided=False)
    if standing is Standing.NO_REFERENCE and is_measured(ours) and is_measured(original):
        worked = original["value"] >= _WORKED_FROM
        standing = Standing.ABOVE if worked and ours["low"] > ALIKE_WITHIN * original["value"] else standing
    if standing is Standing.ABOVE and is_measured(ours) and is_measured(anyway):
        is_more = ours["value"] > anyway["value"] and are_apart(ours, anyway)
        standing = standing if is_more else Standing.BLIND
    return Reading(kind, standing, "planted", ours, original, None, band)


def _read(
    report: Mapping[str, Any], question: str, measure: str, margin: Margin, two_sided: bool, n_questions: int = 1
) -> Reading:
    ours, original, untrained = (
        report["battery"][name].get(measure, _NOTHING) for name in ("unlearned", "original", UNTRAINED)
    )
    values = _band(report, measure)
    least = min([0.0, *(value for value in values if value is not None)])  # what is corrected for chance can be below 0
    band = Reference.of(values, n_questions=n_questions, ends=(least, math.inf if question == "epsilon" else 1.0))
    if not values and question == "epsilon":  # which there is no figure of without networks to compare with
        return Reading(question, Standing.NO_REFERENCE, measure, ours, original, untrained, None)
    standing = stand(ours, original, band, margin, two_sided)
    if question == "epsilon" and standing is Standing.ABOVE and (ours["low"] or 0.0) < math.log(SMALLEST_FACTOR):
        standing = Standing.UNCLEAR  # an estimate that lies outside the band, of which nothing is shown
    return Reading(question, standing, measure, ours, original, untrained, band)


_NOTHING = Estimate(value=None, low=None, high=None, n=0)


def _band(report: Mapping[str, Any], measure: str) -> list[float | None]:
    reference = report["reference"]
    return reference["measures"].get(measure, []) if reference else []


def _standing(reading: Reading, standing: Standing) -> Reading:
    return Reading(**{**vars(reading), "standing": standing})


def _old_head(report: Mapping[str, Any]) -> Reading:
    """No retraining is needed to call a class hidden: the original's own head says so, if it knew the class before.

    What a foreign head makes of a representation is chance, and mostly 0 (of the 190 retrained networks of the shipped
    bands the highest gives 0.70), so no normal interval of it holds. Not hidden is a class of which it finds no more
    than chance, as far as its interval tells, or no more than in two networks of the band, lest one odd network decide.
    Hidden is one of which no network of the band gives as much.
    """
    reading = _read(report, "old_head", "old_head", Margin(alike=1.0, different=0.05), two_sided=False)
    value, before = reading.ours["value"], reading.original["value"] if reading.original is not None else None
    if value is None or before is None:
        return _standing(reading, Standing.UNKNOWN)
    if before < HIDDEN_FROM * _NOT_HIDDEN_BELOW:
        return _standing(reading, Standing.BLIND)
    band = sorted((each for each in _band(report, "old_head") if each is not None), reverse=True)
    limit = _NOT_HIDDEN_BELOW * before
    is_usual = len(band) > 1 and value <= band[1]
    low, high = (value if end is None else end for end in (reading.ours["low"], reading.ours["high"]))
    if value < limit and is_usual:
        return _standing(reading, Standing.ALIKE)
    if value < limit and low <= _CHANCE_WITHIN:
        return _standing(reading, Standing.ALIKE if high < limit else Standing.FEW_IMAGES)
    is_hidden = value >= HIDDEN_FROM * before and not (band and value <= band[0])
    return _standing(reading, Standing.ABOVE if is_hidden else Standing.UNCLEAR)


def _attack(report: Mapping[str, Any]) -> Reading:
    """The most telling of three attacks: one that differs from the band; else the one farthest from its middle.

    An area far below 0.5 is an attack that works, once it is turned round, so both sides count.
    """
    tried = [
        _read(report, "attack", f"attack_{score}", _ATTACK, True, n_questions=len(SCORES)) for score in SCORES
    ]  # fmt: skip

    def distance(reading: Reading) -> float:
        value, band = reading.ours["value"], reading.reference
        if value is None:
            return 0.0
        return abs(value - 0.5) if band is None else abs(value - band.mean) / max(band.high - band.mean, 1e-9)

    different = [reading for reading in tried if reading.is_good is False]
    still_open = [reading for reading in tried if reading.is_open]
    seen = [reading for reading in tried if reading.standing is Standing.ALIKE]
    found = max(different or still_open or seen or tried, key=distance)
    is_thin = found.standing is Standing.ALIKE and found.ours["n"] < _FEWEST_ATTACKED
    return _standing(found, Standing.FEW_IMAGES) if is_thin else found

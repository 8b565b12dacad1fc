"""A figure beside the same figure of several retrainings: the reference band, and what may be said of the two."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.stats import t

from camu_core.measures.estimates import Estimate

# One more retraining falls into the band this often. A verdict asks four such questions, most of them one-sided, so
# that a retraining is called different by any of them in about 6 of 100 cases.
COVERAGE = 0.975
CONFIDENCE = 0.95
# A figure may be called alike if it is nearer to retraining than this part of the way that the original is away.
ALIKE_WITHIN = 0.5
_NO_SPREAD = 1e-9


class Standing(StrEnum):
    """Where a figure stands beside the retrained networks'."""

    ALIKE = "alike"  # shown to be within the margin, by a test that the original fails
    ABOVE = "above"
    BELOW = "below"
    BLIND = "blind"  # the original passes too, so the test says nothing
    FEW_IMAGES = "few images"  # the interval over images is wider than the margin
    SCATTERED = "scattered"  # the retrainings differ among themselves more than the margin
    UNCLEAR = "unclear"  # neither shown to be alike nor to differ
    NO_REFERENCE = "no reference"
    UNKNOWN = "unknown"  # there is no figure


@dataclass(frozen=True)
class Margin:
    """What difference matters, in the figure's own units.

    Args:
        alike: at most so far away is alike; less where the original itself is nearer than twice that.
        different: nearer than this is never called different.
        is_paired: whether all networks were asked by the same draws, so that the figure's own interval, over draws,
            does not count.
    """

    alike: float
    different: float
    is_paired: bool = False


@dataclass(frozen=True)
class Reference:
    """The same figure of networks retrained with several seeds.

    Args:
        mean: over seeds.
        low, high: where one more retraining falls in 97.5% of cases.
        n_seeds: 2 or more.
        reach: half the 95% interval of the mean.
    """

    mean: float
    low: float
    high: float
    n_seeds: int
    reach: float

    @classmethod
    def of(
        cls,
        values: Sequence[float | None],
        n_images: int = 0,
        n_questions: int = 1,
        ends: tuple[float, float] = (-np.inf, np.inf),
    ) -> "Reference | None":
        """None of fewer than two figures.

        Args:
            values: one a seed; None where there is no figure.
            n_images: that each is a fraction of; 0 of other figures.
            n_questions: of which the most telling is chosen; the band is as wide as all at once need (Bonferroni).
            ends: least and greatest value that the figure can take; the band ends there.
        Source: prediction interval of one more normal value, Student's t with n - 1 degrees of freedom; G. J. Hahn,
            W. Q. Meeker, Statistical Intervals, 1991, section 4.7. The spread of a fraction of n images is taken to be
            at least that of a binomial with the fraction (k + 1) / (n + 2), so that five equal values leave doubt.
        """
        known = np.array([value for value in values if value is not None], dtype=np.float64)
        n = len(known)
        if n < 2:
            return None
        mean, spread = float(known.mean()), float(known.std(ddof=1))
        if n_images:
            p = (mean * n * n_images + 1) / (n * n_images + 2)
            spread = max(spread, float(np.sqrt(p * (1 - p) / n_images)))
        out = float(t.isf((1 - COVERAGE) / 2 / n_questions, n - 1) * spread * np.sqrt(1 + 1 / n))
        reach = float(t.isf((1 - CONFIDENCE) / 2, n - 1) * spread / np.sqrt(n))
        return cls(mean, max(ends[0], mean - out), min(ends[1], mean + out), n, reach)

    def side(self, value: float, margin: Margin) -> int:
        """1 above the band, -1 below it, 0 in it or not far enough from its mean to matter."""
        if abs(value - self.mean) <= margin.different:
            return 0
        return int(value > self.high) - int(value < self.low)


def stand(ours: Estimate, original: Estimate, reference: Reference | None, margin: Margin, two_sided: bool) -> Standing:
    """Where our figure stands beside the retrained networks', by a test that must be able to fail.

    Different: outside the band in which one more retraining falls, and by more than matters. Alike: the 95% interval of
    the difference, over images and seeds, lies within the margin, and the original is different. All else is open, and
    the standing says why. Retrainings that all have the very same figure do not show how far chance reaches: beside
    them the figure's own interval must leave it out to be different, and counts even where it is paired.

    Args:
        ours, original: the figure after and before unlearning, with its interval over images, which may be open above.
        two_sided: whether less than retrained networks have is unlike them as well as more; if not, the original must
            have more, or the test has nothing to see.
    Source: equivalence by an interval inside a margin: D. J. Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15,
        1987; the margin as half of the positive control's effect: FDA, Non-Inferiority Clinical Trials, 2016.
    """
    value = ours["value"]
    if value is None:
        return Standing.UNKNOWN
    if reference is None:
        return Standing.NO_REFERENCE
    before, is_seen, alike = original["value"], False, margin.alike
    if before is not None:
        side_before = reference.side(before, margin)
        is_seen = side_before != 0 if two_sided else side_before > 0
        alike = min(alike, ALIKE_WITHIN * abs(before - reference.mean)) if is_seen else alike
    has_spread = reference.high - reference.low > _NO_SPREAD
    low, high = ours["low"], ours["high"]
    of_images = np.inf if low is None or high is None else max(value - low, high - value)
    if margin.is_paired and has_spread:
        of_images = 0.0
    reach = float(np.hypot(of_images, reference.reach))
    difference = value - reference.mean
    is_alike = difference + reach <= alike and (not two_sided or difference - reach >= -alike)
    side = reference.side(value, margin)
    if not has_spread and (low is None or low <= reference.mean <= (np.inf if high is None else high)):
        side = 0
    if (side and not is_alike) or (side < 0 and not two_sided):
        return Standing.ABOVE if side > 0 else Standing.BELOW
    if not is_seen:
        return Standing.BLIND
    if is_alike:
        return Standing.ALIKE
    if of_images > alike:
        return Standing.FEW_IMAGES
    return Standing.SCATTERED if reference.reach > alike else Standing.UNCLEAR

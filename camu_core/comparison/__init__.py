"""Methods beside each other, and two runs beside each other: numbers and sentences, no pictures."""

from camu_core.comparison.groups import gaps
from camu_core.comparison.pairing import Pair, difference_table, pair_runs
from camu_core.comparison.population import FLOOR, RANKS, is_ranked, population_table, read_ranked
from camu_core.comparison.published import Published, as_markdown, is_published, published_table, read_published
from camu_core.comparison.tables import (
    GOLD,
    TESTS,
    by_class,
    by_method,
    by_run,
    is_compared,
    retraining_spread,
    title_of,
    training_share,
    unit_of,
    with_intervals,
    with_tests,
)

__all__ = [
    "FLOOR",
    "GOLD",
    "RANKS",
    "TESTS",
    "Pair",
    "Published",
    "as_markdown",
    "by_class",
    "by_method",
    "by_run",
    "difference_table",
    "gaps",
    "is_compared",
    "is_published",
    "is_ranked",
    "pair_runs",
    "population_table",
    "published_table",
    "read_published",
    "read_ranked",
    "retraining_spread",
    "title_of",
    "training_share",
    "unit_of",
    "with_intervals",
    "with_tests",
]

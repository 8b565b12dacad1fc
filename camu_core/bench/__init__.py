"""What `python -m camu_core bench` measures."""

from camu_core.bench.pages import page_times
from camu_core.bench.speed import benchmark, machine, population_speed
from camu_core.bench.straightforward import straightforward_camu

__all__ = ["benchmark", "machine", "page_times", "population_speed", "straightforward_camu"]

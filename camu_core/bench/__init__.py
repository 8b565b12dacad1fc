"""What `python -m camu_core bench` measures."""

from camu_core.bench.speed import benchmark, machine
from camu_core.bench.straightforward import straightforward_camu

__all__ = ["benchmark", "machine", "straightforward_camu"]

"""CaMU Explorer's core: plan a run, execute it, measure it, draw it. Never imports streamlit.

spec = plan_run("digits", [3])
result = run(spec)
result.metrics["unlearned"]["forget_test"]
"""

from camu_core.config import VERSION
from camu_core.data import DATASETS
from camu_core.errors import CamuError
from camu_core.methods import METHODS
from camu_core.planning import plan_run
from camu_core.progress import Snapshot, Step, drain
from camu_core.runs.execution import execute
from camu_core.runs.results import RunResult
from camu_core.runs.store import RunStore
from camu_core.specs import ForgetSpec, RunSpec

__all__ = [
    "DATASETS",
    "METHODS",
    "CamuError",
    "ForgetSpec",
    "RunResult",
    "RunSpec",
    "RunStore",
    "Snapshot",
    "Step",
    "__version__",
    "drain",
    "execute",
    "plan_run",
    "run",
]

__version__ = VERSION


def run(spec: RunSpec) -> RunResult:
    """Execute a run to its end."""
    return drain(execute(spec))

"""How quickly pages answer. The core knows no pages, so they are asked in a process of their own."""

import json
import subprocess
import sys
from pathlib import Path

from camu_core.errors import RunError

_SCRIPT = Path(__file__).resolve().parents[2] / "tests" / "load" / "page_times.py"


def page_times(n_reruns: int = 12) -> dict[str, float]:
    """Of each page, the 95th percentile of what the server takes for a rerun on a stored run, in ms.

    Args:
        n_reruns: of each page, besides those that fill its caches.
    Raises:
        RunError: a page fails.
    """
    done = subprocess.run([sys.executable, _SCRIPT, str(n_reruns)], capture_output=True, text=True)
    if done.returncode:
        raise RunError(f"The pages could not be timed: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout)

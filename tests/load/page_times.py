"""How long the server works on a rerun of each page, on the shipped example run. Prints JSON; not part of pytest.

    python tests/load/page_times.py        # {"Run": 95th percentile in ms, ...}

It starts no server and no worker: Streamlit's own AppTest runs the pages, in an empty CAMU_HOME.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
N_RERUNS, N_FIRST = 12, 2
TIMEOUT_SECONDS = 60


def rerun_ms(page: Path) -> float:
    """95th percentile of N_RERUNS reruns, the first ones, which fill the caches, left out."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_SECONDS)
    app.run()
    app.switch_page(str(page.relative_to(ROOT)))
    took = []
    for _ in range(N_FIRST + N_RERUNS):
        started = time.perf_counter()
        app.run()
        took.append(1000 * (time.perf_counter() - started))
        if app.exception:
            raise SystemExit(f"{page.name}: {app.exception[0].value}")
    return float(np.quantile(took[N_FIRST:], 0.95))


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["CAMU_HOME"] = home
        pages = sorted((ROOT / "pages").glob("*/*.py"))
        print(json.dumps({page.stem: rerun_ms(page) for page in pages if page.parent.name != "components"}))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()

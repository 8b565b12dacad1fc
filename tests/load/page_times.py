"""How long the server works on a rerun of each page, on the shipped example run. Prints JSON; not part of pytest.

    python tests/load/page_times.py 12     # {"run": 95th percentile in ms, ...}

It starts no server and no worker: Streamlit's own AppTest runs the pages, in an empty CAMU_HOME.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
from opening import new_app  # noqa: E402

N_FIRST = 2


def rerun_ms(page: Path, n_reruns: int) -> float:
    """95th percentile of so many reruns, the first ones, which fill the caches, left out."""
    app = new_app()
    app.run()
    app.switch_page(str(page.relative_to(ROOT)))
    took = []
    for _ in range(N_FIRST + n_reruns):
        started = time.perf_counter()
        app.run()
        took.append(1000 * (time.perf_counter() - started))
        if app.exception:
            raise SystemExit(f"{page.name}: {app.exception[0].value}")
    return float(np.quantile(took[N_FIRST:], 0.95))


def main(n_reruns: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["CAMU_HOME"] = home
        pages = sorted((ROOT / "pages").glob("*/*.py"))
        print(json.dumps({page.stem: rerun_ms(page, n_reruns) for page in pages if page.parent.name != "components"}))


if __name__ == "__main__":
    main(int(sys.argv[1]))

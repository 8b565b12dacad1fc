"""How long a person waits for each page in a real browser, on the shipped example run. Prints JSON; not part of pytest.

    python tests/load/browser_times.py --rounds 5     # {"accuracy": {"open": 2.1, "switch": 1.2, "figures": 4}, ...}

Seconds, medians over the rounds: `open` from going to the page's address in a new browser profile, `switch` from the
click in the sidebar, both until its heading and its figures are drawn and its script has ended. It starts its own
server on loopback with an empty CAMU_HOME, and ends it.
"""

import argparse
import json
import re
import shutil
import sys
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from app_server import AppServer

# address -> name in the sidebar
PAGES = {
    "": "Start", "learn": "Learn", "run": "Run", "embeddings": "Embeddings", "accuracy": "Accuracy",
    "causal": "Causal", "privacy": "Privacy", "draw": "Draw", "compare": "Compare", "runs": "All runs",
}  # fmt: skip
WITHOUT_FIGURES = {"draw", "runs"}  # until something is drawn, or has run
TIMEOUT_MS = 120_000
FLAGS = ("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync")


def wait_until_drawn(page: Page, path: str, heading: str | None) -> None:
    """The heading stands, the script has ended, and every figure that it sent has been drawn and painted."""
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text(heading or re.compile("."), timeout=TIMEOUT_MS)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=TIMEOUT_MS)
    if path not in WITHOUT_FIGURES:
        expect(page.locator(".stPlotlyChart .main-svg").first).to_be_visible(timeout=TIMEOUT_MS)
        expect(page.locator(".stPlotlyChart:not(:has(.main-svg))")).to_have_count(0, timeout=TIMEOUT_MS)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def measure(browser: Browser, address: str, rounds: int) -> dict[str, dict[str, float]]:
    """Seconds by page."""
    found: dict[str, dict[str, list[float]]] = {path: {"open": [], "switch": []} for path in PAGES}
    headings, figures = {}, {}
    for _ in range(rounds):
        for path in PAGES:
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            page = context.new_page()
            started = time.monotonic()
            page.goto(f"{address}/{path}")
            wait_until_drawn(page, path, headings.get(path))
            found[path]["open"].append(time.monotonic() - started)
            headings[path] = page.get_by_role("heading", level=1).inner_text()
            figures[path] = page.locator(".stPlotlyChart").count()
            context.close()
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.goto(f"{address}/runs")
        wait_until_drawn(page, "runs", headings["runs"])
        for path, name in PAGES.items():
            started = time.monotonic()
            page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
            wait_until_drawn(page, path, headings[path])
            found[path]["switch"].append(time.monotonic() - started)
        context.close()
    return {
        path or "start": {how: round(float(np.median(took)), 2) for how, took in times.items()}
        | {"figures": figures[path]}
        for path, times in found.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with AppServer() as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        times = measure(browser, app.address, arguments.rounds)
        browser.close()
        print(json.dumps({"server_ready_seconds": round(app.ready_seconds, 1), "pages": times}, indent=2))


if __name__ == "__main__":
    main()

"""One server and one real Chromium."""

import os
import shutil
from collections.abc import Iterator

import pytest
from app_server import AppServer
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

TIMEOUT_MS = 240_000
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the machine, else Playwright's own; with neither the tests are skipped, unless that is banned."""
    installed = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=installed, args=list(FLAGS))
        except Error as error:
            reason = f"no Chromium on this machine and none of Playwright's: {str(error).splitlines()[0]}"
            if os.environ.get("CAMU_BROWSER_REQUIRED"):
                pytest.fail(reason)
            pytest.skip(reason)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with no images but the embedded digits, for all tests: every page is a new visitor's."""
    with AppServer(CAMU_DATA=str(tmp_path_factory.mktemp("data"))) as app:
        yield app.address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(TIMEOUT_MS)
    expect.set_options(timeout=TIMEOUT_MS)
    yield context.new_page()
    context.close()

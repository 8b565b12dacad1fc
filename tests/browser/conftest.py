"""One server and one real Chromium."""

import os
import shutil
from collections.abc import Iterator

import pytest
from app_server import AppServer
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

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
def profile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """Chromium of the machine, else Playwright's own; with neither the tests are skipped, unless that is banned.

    It has a profile, so that the app's scripts are compiled once, not at every page: a third of what a page costs.
    """
    installed = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        try:
            profile = playwright.chromium.launch_persistent_context(
                tmp_path_factory.mktemp("profile"), executable_path=installed, args=list(FLAGS)
            )
        except Error as error:
            reason = f"no Chromium on this machine and none of Playwright's: {str(error).splitlines()[0]}"
            if os.environ.get("CAMU_BROWSER_REQUIRED"):
                pytest.fail(reason)
            pytest.skip(reason)
        yield profile
        profile.close()


@pytest.fixture(scope="session")
def browser(profile: BrowserContext) -> Browser:
    """For further visitors at the same time."""
    assert profile.browser is not None
    return profile.browser


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with no images but the embedded digits, for all tests: every page is a new visitor's."""
    with AppServer(CAMU_DATA=str(tmp_path_factory.mktemp("data"))) as app:
        yield app.address


@pytest.fixture
def page(profile: BrowserContext, server: str) -> Iterator[Page]:
    """Of a visitor who comes for the first time."""
    page = profile.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.set_default_timeout(TIMEOUT_MS)
    expect.set_options(timeout=TIMEOUT_MS)
    yield page
    known = {"origin": server, "storageTypes": "cookies,local_storage"}
    profile.new_cdp_session(page).send("Storage.clearDataForOrigin", known)
    page.close()

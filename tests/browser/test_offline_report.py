"""The report in a browser without a network."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from camu_core import RunResult
from camu_core.report import html_report
from pages.components.privacy import state as state_privacy
from pages.components.shared import state

pytestmark = pytest.mark.browser


def test_the_report_opens_offline(browser: Browser, digits_result: RunResult, tmp_path: Path) -> None:
    privacy = state_privacy.report_of(state.example_run().result.spec)
    path = tmp_path / "report.html"
    path.write_text(html_report(digits_result, privacy=privacy), encoding="utf-8")
    context = browser.new_context(offline=True)
    page, errors, requests = context.new_page(), [], []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    expect(page.locator(".plotly-graph-div .main-svg").first).to_be_visible()
    expect(page.locator(".plotly-graph-div:has(.main-svg)")).to_have_count(9)
    assert errors == []
    assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()

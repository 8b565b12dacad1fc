"""The report in a browser without a network."""

import re
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
    expect(page.locator(".plotly-graph-div:has(.main-svg)")).to_have_count(2 + 9)
    told, button, slider = page.get_by_role("status"), page.locator(".player button"), page.get_by_role("slider")
    expect(told).to_contain_text(re.compile(r"Step (\d+) of \1: .* 0% of those to forget"))
    slider.press("Home")
    expect(told).to_contain_text("Step 0 of")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("Step 0 of .* 100% of those to forget"))
    forgotten = page.locator(".playing .plotly-graph-div").first.locator(".trace").last
    first = forgotten.inner_html()
    expect(button).to_have_text("Play")
    button.press("Enter")
    expect(button).to_have_text("Pause")
    expect(told).not_to_contain_text("Step 0 of")
    slider.press("End")
    expect(button).to_have_text("Play")
    expect(told).to_contain_text(re.compile(r"Step (\d+) of \1:"))
    page.wait_for_function("([box, was]) => box.innerHTML !== was", arg=[forgotten.element_handle(), first])
    assert errors == []
    assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()

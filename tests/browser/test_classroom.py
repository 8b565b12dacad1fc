"""A lesson as a class sees it: a projector moved by a clicker, and a phone."""

import pytest
import resting
from playwright.sync_api import Browser, Page, expect

from pages.components.teach import text

pytestmark = pytest.mark.browser

# The presenter's bar is not to be found until a second after the keys are listened to, as on a slow machine.
LATE_BAR = """
const find = Document.prototype.querySelector;
Document.prototype.querySelector = function (selector) {
  if (window.onkeydown) window.heardSince ??= Date.now();
  const isLate = !(Date.now() - window.heardSince > 1000);
  return selector.includes('st-key-present-') && isLate ? null : find.call(this, selector);
};
"""


def rested(page: Page) -> None:
    """And the keys are listened to."""
    resting.rested(page)
    page.wait_for_function("window.onkeydown !== null")


def test_a_clicker_and_a_phone_go_through_a_question(server: str, page: Page, browser: Browser) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{server}/teach")
    page.get_by_role("button", name=text.OPEN).click()
    code = page.locator(".lesson-code").inner_text()
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        phone = context.new_page()
        phone.goto(f"{server}/join")
        phone.get_by_label(text.JOIN_CODE).fill(code.lower())
        phone.keyboard.press("Enter")
        expect(phone.get_by_role("heading", name=text.IN)).to_be_visible()
        expect(page.get_by_text("1 phone is here")).to_be_visible()
        rested(page)
        page.keyboard.press("PageDown")
        phone.get_by_role("button", name="Most").click()
        expect(phone.get_by_text(text.TAKEN)).to_be_visible()
        phone.reload()
        expect(phone.get_by_text(text.TAKEN)).to_be_visible()
        expect(page.get_by_text("1 of 1 answered")).to_be_visible()
        rested(page)
        page.add_init_script(LATE_BAR)
        page.reload()
        expect(page.get_by_text("1 of 1 answered")).to_be_visible()
        rested(page)
        page.keyboard.press("PageDown")
        expect(page.locator(".lesson-tally .right")).to_contain_text("Hardly any")
        expect(phone.get_by_text("It is:")).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    rested(page)
    edges = """['.st-key-scene', '[data-testid=stBottom]'].map((name) => document.querySelector(name))
        .map((box) => box.getBoundingClientRect()).map(({top, bottom}) => [top, bottom])"""
    (_, end), (footer, _) = page.evaluate(edges)
    assert end <= footer
    rest = "(main) => main.scrollHeight - main.clientHeight"
    assert page.get_by_test_id("stMain").evaluate(rest) == 0, "nothing to scroll"

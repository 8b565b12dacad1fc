"""A page in a browser that moves no more."""

from playwright.sync_api import Page, expect

_TOPS = "elements => elements.map((element) => Math.round(element.getBoundingClientRect().top))"


def rested(page: Page) -> None:
    """Wait until the page's script has ended and everything it put there is drawn: parts come when it is long done."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator("[data-testid=stSkeleton]:visible")).to_have_count(0)


def tops(page: Page, selector: str) -> list[int]:
    """Where elements begin, in pixels, all at one moment."""
    return page.locator(selector).evaluate_all(_TOPS)

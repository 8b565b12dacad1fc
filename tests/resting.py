"""A page in a browser that moves no more."""

from playwright.sync_api import Page, expect

_TOPS = "elements => elements.map((element) => Math.round(element.getBoundingClientRect().top))"
# As the browser's Back button goes to an address.
_TO_ADDRESS = "address => { history.pushState({}, '', address); dispatchEvent(new PopStateEvent('popstate')); }"
_HAS_OTHER = "old => [...document.querySelectorAll('h1')].some((heading) => heading.innerText !== old)"


def rested(page: Page) -> None:
    """Wait until the page's script has ended and everything it put there is drawn: parts come when it is long done."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator("[data-testid=stSkeleton]:visible")).to_have_count(0)


def go_to(page: Page, address: str) -> None:
    """To where the app has another title, for a fraction of what loading it anew costs.

    Args:
        page: where the app is.
        address: from "/" on.
    """
    title = page.get_by_role("heading", level=1).inner_text()
    page.evaluate(_TO_ADDRESS, address)
    page.wait_for_function(_HAS_OTHER, arg=title)
    rested(page)


def tops(page: Page, selector: str) -> list[int]:
    """Where elements begin, in pixels, all at one moment."""
    return page.locator(selector).evaluate_all(_TOPS)

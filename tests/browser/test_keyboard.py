"""What only a browser can show of the keyboard: that the Tab key comes there, and what one comes to can be seen."""

import re

import pytest
from playwright.sync_api import Page, expect
from resting import go_to, rested

from pages.components.story import text, text_slow

pytestmark = pytest.mark.browser


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something of this kind has the focus."""
    for _ in range(200):  # around the whole page, where a redraw took the focus away
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the Tab key does not come to {selector}")


def test_a_group_of_points_is_selected_by_keys_alone(server: str, page: Page) -> None:
    page.goto(f"{server}/embeddings")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    rested(page)
    tab_to(page, ".modebar-btn")
    expect(page.locator(".modebar").first).to_have_css("opacity", "1")
    tab_to(page, ".st-key-select-group button")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-select-group-0 input")).to_be_visible()
    tab_to(page, ".st-key-select-group-0 input")
    page.keyboard.type("to forget")
    expect(page.get_by_role("option")).to_have_text("To forget")  # Enter before the list is ready loses the focus
    page.keyboard.press("Enter")
    expect(page.get_by_role("option")).to_have_count(0)
    press = page.get_by_role("button", name=re.compile("Select 183 images"))
    expect(press).to_be_visible()
    rested(page)
    # Tab never comes back to an open list that it left, and a redraw under load may take the focus away: open it anew.
    page.keyboard.press("Escape")
    expect(press).to_have_count(0)
    tab_to(page, ".st-key-select-group button")
    page.keyboard.press("Enter")
    expect(press).to_be_visible()
    tab_to(page, ".st-key-select-group-press button")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("selected="))
    expect(page.get_by_text("183 selected")).to_be_visible()


def test_rows_of_a_table_are_ticked_by_keys_alone(server: str, page: Page) -> None:
    page.goto(f"{server}/compare?dataset=digits&forget=3&methods=camu,retrain&seeds=0")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    rested(page)
    tab_to(page, "canvas[data-testid='data-grid-canvas']")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    expect(page.get_by_role("button", name="Open its run")).to_be_visible()


def test_arrow_keys_turn_the_scenes_after_a_click_and_choose_after_tab(server: str, page: Page) -> None:
    page.goto(f"{server}/?scene=2")
    heading, guesses = page.get_by_role("heading", level=1), page.locator(".st-key-guess [role=radiogroup]").first
    rested(page)
    tab_to(page, ".st-key-guess [role=radio]")
    page.keyboard.press("ArrowRight")
    expect(guesses.get_by_role("radio").nth(1)).to_be_focused()
    expect(heading).to_have_text(text.TITLES[1])
    guesses.get_by_role("radio").first.click()
    expect(guesses.get_by_role("radio").first).to_be_checked()
    rested(page)
    page.keyboard.press("ArrowLeft")
    expect(heading).to_have_text(text.TITLES[0])
    go_to(page, "/?scene=3")
    page.get_by_role("radio", name=text_slow.VIEWS["one"]).click()
    expect(page.locator(".slow")).to_be_visible()
    rested(page)
    page.keyboard.press("ArrowRight")
    expect(heading).to_have_text(text.TITLES[3])

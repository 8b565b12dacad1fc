"""A digit drawn with the mouse."""

import re

import pytest
from playwright.sync_api import Page, expect
from resting import rested

pytestmark = pytest.mark.browser


def test_a_drawing_is_judged_by_three_networks(server: str, page: Page) -> None:
    page.goto(f"{server}/draw")
    canvas = page.locator("canvas")
    expect(canvas).to_be_visible()
    rested(page)  # it moves no more
    box = canvas.bounding_box()

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    page.mouse.move(*at(0.5, 0.2))
    page.mouse.down()
    page.mouse.move(*at(0.5, 0.8), steps=12)
    page.mouse.up()
    expect(page.get_by_text(re.compile("Before, the network says 1"))).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Nothing to show yet")).to_be_visible()

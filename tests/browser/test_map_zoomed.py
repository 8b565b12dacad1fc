"""What only a browser can show of pictures on the map: when they are there, and what a click and a lasso do then."""

import re

import pytest
from playwright.sync_api import Page, expect
from resting import rested

pytestmark = pytest.mark.browser

# Where the panel in the middle is: left, top, width and height in pixels of the window.
PANEL = """(box) => {
  box.scrollIntoView({ block: 'center' });
  const { xaxis2: x, yaxis2: y } = box._fullLayout, { left, top } = box.getBoundingClientRect();
  return [left + x._offset, top + y._offset, x._length, y._length];
}"""
# Where the middle of the picture is that lies nearest to the middle of that panel.
PICTURE = """(box) => {
  const boxes = [...box.querySelectorAll('.imagelayer image')].map((image) => image.getBoundingClientRect());
  const { xaxis2: x, yaxis2: y } = box._fullLayout, { left, top } = box.getBoundingClientRect();
  const places = boxes.map((each) => [each.left + each.width / 2, each.top + each.height / 2]);
  const away = ([h, v]) => Math.hypot(h - left - x._offset - x._length / 2, v - top - y._offset - y._length / 2);
  return places.sort((one, other) => away(one) - away(other))[0];
}"""


def test_zooming_gives_pictures_and_takes_them_away(server: str, page: Page) -> None:
    page.goto(f"{server}/embeddings")
    tools, pictures = page.locator(".map-tools"), page.locator(".imagelayer image")
    expect(tools.get_by_role("status")).to_contain_text("Before: 1,797 images in view")
    rested(page)
    closer = tools.get_by_role("button", name="Zoom in")
    for _ in range(3):
        closer.click()
    expect(tools.get_by_role("status")).to_contain_text("images as pictures")
    assert pictures.first.get_attribute("href").startswith("data:image/png")

    box = page.locator(".moving-figure")
    page.mouse.move(*box.evaluate(PANEL)[:2])
    x, y = box.evaluate(PICTURE)
    page.mouse.move(x, y)
    expect(box.locator(".hoverlayer .hovertext")).to_be_visible()
    page.mouse.click(x, y)
    expect(page.get_by_text("How many of its 8 nearest images are of its own class:")).to_be_visible()
    expect(page).to_have_url(re.compile(r"selected=\d+$"))
    expect(pictures.first).to_be_visible()

    tools.get_by_role("button", name="Whole map").click()
    expect(tools.get_by_role("status")).to_have_text(re.compile("^Before: 1,797 images in view"))
    expect(pictures).to_have_count(0)

    left, top, width, height = box.evaluate(PANEL)
    page.mouse.move(left + 5, top + 5)
    page.mouse.down()
    for across, down in ((0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.1, 0.1)):
        page.mouse.move(left + across * width, top + down * height, steps=4)
    page.mouse.up()
    expect(page.get_by_text(re.compile(r"^1,\d+ selected; 24 of them shown"))).to_be_visible()
    slider = page.get_by_role("slider")
    slider.press("Home")
    expect(tools.get_by_role("status")).to_contain_text("After step 0:")
    slider.press("ArrowRight")
    expect(tools.get_by_role("status")).to_contain_text("After step 1:")  # a lasso's outline once stopped all points

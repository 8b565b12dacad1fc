"""Slow motion in a browser: it fits a projector, goes forward, back and by itself, and shows one force alone."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# Which arrows are drawn, by name, and where the image to forget is.
_DRAWN = """() => {
  const { data } = document.querySelector('.slow-map');
  return [data.slice(5, 10).filter(({ x }) => x.some((place) => place !== null)).map(({ name }) => name), data[3].y[0]];
}"""
_HAS_ARROWS = """(n) => document.querySelector('.slow-map').data?.slice(5, 10)
  .filter(({ x }) => x.some((place) => place !== null)).length === n"""


def test_one_image_in_slow_motion(server: str, page: Page) -> None:
    asked = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: asked.append(1)))
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{server}/?scene=3")
    page.get_by_text("One image, in slow motion").click()
    now, press = page.locator(".slow-now"), lambda name: page.get_by_role("button", name=name, exact=True).click()
    expect(page.locator(".slow-map .scatterlayer")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    scene, footer = page.evaluate(
        "['.slow', '[data-testid=stBottom]'].map((part) => document.querySelector(part).getBoundingClientRect())"
        ".map(({ top, bottom }) => [top, bottom])"
    )
    assert scene[1] <= footer[0], "it goes under the footer"

    expect(now).to_contain_text("Step 1 of 100")
    n_asked = len(asked)
    press("Step forward")
    press("Step forward")
    expect(now).to_contain_text("Step 2 of 100")
    page.wait_for_function(_HAS_ARROWS, arg=3)
    _, here = page.evaluate(_DRAWN)

    page.locator(".slow-term", has_text="hold the others").click()
    page.wait_for_function(_HAS_ARROWS, arg=1)
    assert page.evaluate(_DRAWN)[0] == ["hold the others in place"]
    page.locator(".slow-term", has_text="say the counterfactual").click()
    page.wait_for_function(_HAS_ARROWS, arg=1)
    assert page.evaluate(_DRAWN)[0] == ["say the counterfactual's label"], "of the other half, at that half"
    expect(now).to_contain_text("Step 2 of 100")
    press("Step back")
    page.wait_for_function(_HAS_ARROWS, arg=3)
    assert page.evaluate(_DRAWN)[1] == pytest.approx(here), "back where it was"

    press("Play")
    expect(now).to_contain_text("Step 3 of 100")
    press("Pause")
    assert page.evaluate(_DRAWN)[1] > here
    assert len(asked) == n_asked

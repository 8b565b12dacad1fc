"""The dial in a browser: numbers, map and curve follow the slider, and no drag asks the server."""

import pytest
from playwright.sync_api import Page, expect
from resting import rested

from camu_core import RunStore, plan_run
from camu_core.engine import LocalDriver
from camu_core.jobs import Dial, DialJob, dial_of
from camu_core.wording.format import percent

pytestmark = pytest.mark.browser

# What is drawn: the forgotten images' first coordinate, and where the line in the curves stands.
_DRAWN = """() => {
  const [map, curves] = document.querySelectorAll('.dial-picture');
  return map.data && [Array.from(map.data[1].x).slice(0, 3), curves.layout.shapes[0].x0, map.data[1].text[0]];
}"""


def test_numbers_map_and_curve_follow_the_slider_without_the_server(server: str, page: Page) -> None:
    job = DialJob(tuple(dial_of(plan_run("digits", (3,))).items()))
    found = LocalDriver(RunStore()).result(job.digest, Dial)
    asked = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: asked.append(1)))
    page.goto(f"{server}/run")
    slider, numbers = page.locator(".dial input"), page.locator(".dial dd:not(.dial-note)")
    expect(page.locator(".dial .scatterlayer")).to_have_count(2)
    rested(page)
    n_asked = len(asked)
    places = {"Home": 0, "ArrowRight": 1, "End": len(found.stops) - 1, "ArrowLeft": len(found.stops) - 2}
    for key, i in places.items():
        slider.press(key)
        stop = found.stops[i]
        shown = [percent(each["value"], digits=1) for each in (stop.recognised, stop.kept, stop.inside)]
        assert numbers.all_inner_texts() == shown, "at once"
        page.wait_for_timeout(800)  # until it has glided there
        x, line, tells = page.evaluate(_DRAWN)
        assert x == pytest.approx(found.points[i, found.is_forget, 0][:3].astype(float), abs=2e-3)
        assert line == i
        assert tells.endswith(f"says {found.said[i, found.is_forget][0]}")
        assert slider.get_attribute("aria-valuetext")
    assert len(asked) == n_asked


def test_arrow_keys_move_the_slider_and_after_a_drag_the_scenes(server: str, page: Page) -> None:
    page.goto(f"{server}/?scene=5")
    slider = page.locator(".dial input")
    expect(page.locator(".dial .scatterlayer")).to_have_count(2)
    rested(page)
    before = int(slider.input_value())
    slider.press("ArrowRight")
    assert int(slider.input_value()) == before + 1
    page.wait_for_timeout(1000)
    expect(page.get_by_role("heading", name="Turn the dial")).to_be_visible()

    box = slider.bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    assert 3 <= int(slider.input_value()) <= 8
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Why does it")).to_be_visible()

"""What the size of a window may not do, and what may not be seen to blink."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect
from resting import go_to, rested, tops

from pages.components.story import text

pytestmark = pytest.mark.browser

TILES = "[class*='st-key-tile-']"

# Notes of each frame that is painted how many points the emptiest panel of the map has; and how often points begin to
# glide.
WATCH_FRAMES = """() => {
  window.frames_seen = [];
  window.glides = 0;
  const look = () => {
    const map = [...document.querySelectorAll('.js-plotly-plot')].find((plot) => plot.checkVisibility());
    if (map && !map.isCounted) {
      map.isCounted = true;
      map.on('plotly_transitioning', () => { glides += 1; });
    }
    const panels = [...map?.querySelectorAll('.cartesianlayer .subplot') ?? []];
    frames_seen.push(Math.min(...panels.map((panel) => panel.querySelectorAll('.points path').length)));
    requestAnimationFrame(look);
  };
  look();
}"""

SCENE_FITS = """() => {
  const [end, footer] = ['.st-key-scene', '[data-testid=stBottom]']
    .map((name) => document.querySelector(name).getBoundingClientRect());
  const { scrollHeight, clientHeight } = document.querySelector('[data-testid=stMain]');
  return end.bottom <= footer.top && scrollHeight === clientHeight;
}"""
NARROW = "width => document.querySelector('h1').getBoundingClientRect().right <= width"
# Words of labels that are on more than one line.
BROKEN = """labels => labels.flatMap(({firstChild: text}) => [...text.data.matchAll(/[^\\s\\/-]+/g)].filter((word) => {
  const range = document.createRange();
  range.setStart(text, word.index);
  range.setEnd(text, word.index + word[0].length);
  return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1;
}).map(word => word[0]))"""


def test_scenes_fit_a_projector_and_a_moving_map_is_there_in_every_frame(server: str, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    owners = [f"story=owner&scene={scene}" for scene in (1, 3, 4, 5, 6)]
    page.goto(server)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for address in (*owners, *(f"scene={scene}&story=digit" for scene in (1, 4, 5, 6, 7, 8, 3))):
        go_to(page, f"/?{address}")
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
        rested(page)
        end = page.locator(".st-key-scene").bounding_box()
        footer = page.get_by_test_id("stBottom").bounding_box()
        assert end["y"] + end["height"] <= footer["y"], f"{address} goes under the footer"
    page.evaluate(WATCH_FRAMES)
    page.get_by_role("button", name="Watch again").click()
    skip = page.get_by_role("button", name="Skip to the result")
    expect(skip).to_be_visible()
    expect(skip).to_have_count(0)
    frames = page.evaluate("frames_seen")
    assert len(frames) > 10
    assert min(frames) > 100, "a map vanished, or only one of its panels"
    assert page.evaluate("glides") > 2, "points jump, they do not glide"


PRESENTED = [
    *(f"story=owner&scene={scene}&present=true" for scene in range(1, 8)),
    *(f"story=digit&scene={scene}&present=true" for scene in range(1, 9)),
]


def test_presented_scenes_fit_in_large_type_with_what_their_words_point_at(server: str, page: Page) -> None:
    page.goto(f"{server}/learn")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for address in PRESENTED:
        go_to(page, f"/?{address}")
        for width, height in ((1280, 720), (1440, 900)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(SCENE_FITS)
            size = float(page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)"))
            assert size >= height / 42
        if address.startswith("story=owner&scene=3"):
            expect(page.locator(".st-key-strip figcaption").first).to_be_visible()
        elif address.startswith("story=digit&scene=4"):
            expect(page.get_by_text(text.WHISKERS)).to_be_visible()
        elif address.startswith("story=digit&scene=6"):
            expect(page.get_by_text(text.WHY_CAPTIONS[0], exact=True)).to_be_visible()


def test_presenter_mode_keeps_the_ways_to_another_method_and_to_a_run(server: str, page: Page) -> None:
    page.goto(f"{server}/run?present=true")
    expect(page.get_by_role("combobox", name="Method")).to_be_visible()
    page.get_by_role("button", name="Forget it").click()
    page.wait_for_url(re.compile(r"run=[0-9a-f]{20}"))
    expect(page.get_by_text("Example run")).to_have_count(0)
    expect(page.locator(".st-key-verdict")).to_be_visible()
    page.goto(f"{server}/compare?present=true")
    pickers = page.get_by_test_id("stHorizontalBlock").filter(has=page.locator(".st-key-compare-dataset"))
    expect(pickers.get_by_role("combobox")).to_have_count(2)
    expect(pickers.get_by_role("combobox").first).to_be_visible()
    expect(pickers.get_by_test_id("stPopover")).to_be_visible()
    page.goto(f"{server}/runs?present=true")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()


SEEN = """() => {
    const row = document.querySelector('.st-key-live-row')?.getBoundingClientRect();
    const isInside = row?.left >= 0 && row?.right <= innerWidth && row?.bottom <= innerHeight;
    const name = document.querySelector('.st-key-judgement')?.getBoundingClientRect();
    return isInside && name.top >= 0 && name.bottom <= row.top && row.top < 150;
}"""


def test_on_a_phone_a_run_is_seen_while_it_goes_on(server: str, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for is_last in (False, False, True):  # it is played for some seconds, which a busy machine can miss
        page.goto(f"{server}/run")
        button = page.get_by_role("button", name="Forget it")
        expect(button).to_be_visible()
        rested(page)
        assert button.bounding_box()["y"] > 500, "what follows the button is below the fold"
        button.click()
        try:
            page.wait_for_function(SEEN, timeout=30_000)  # in one look: a moment later its row may be gone
            break
        except TimeoutError:
            if is_last:
                raise
    expect(page.get_by_test_id("stMain")).to_have_js_property("scrollLeft", 0)


def test_play_moves_its_slider_and_is_paused(server: str, page: Page) -> None:
    page.goto(f"{server}/embeddings")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    rested(page)
    step = page.get_by_test_id("stSliderThumbValue")
    last = step.inner_text()
    for _ in range(3):  # it is played for some seconds, which a busy machine can miss
        page.get_by_role("button", name="Play").click()
        expect(step).not_to_have_text(last)
        page.get_by_role("button", name="Pause").dispatch_event("click")
        expect(page.get_by_role("button", name="Play")).to_be_visible()
        rested(page)
        paused = step.inner_text()
        if paused != last:
            break
    assert int(paused) < int(last)
    page.wait_for_timeout(1500)
    assert step.inner_text() == paused


def test_no_word_on_a_tile_is_broken(server: str, page: Page) -> None:
    page.goto(f"{server}/run")
    page.get_by_role("radio", name="Fashion-MNIST").click()
    expect(page.get_by_role("button", name="Pullover")).to_be_visible()
    rested(page)
    labels = page.locator("[class*='st-key-tile-'] .stButton button p")
    assert "T-shirt/top" in labels.all_inner_texts()
    for width, n_rows in ((390, 2), (768, 1), (1280, 1)):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(NARROW, arg=width)
        rested(page)
        broken = labels.evaluate_all(BROKEN)
        assert broken == [], width
        assert len(set(tops(page, TILES))) <= n_rows, width


def test_a_phone_shows_whole_titles_and_five_tiles_in_a_row(server: str, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server}/run")
    expect(page.locator(".figure-title").first).to_be_visible()
    rested(page)
    title, header = page.get_by_role("heading", level=1), page.get_by_test_id("stHeader")
    assert title.bounding_box()["y"] >= sum(header.bounding_box()[side] for side in ("y", "height"))
    first, *others = tops(page, TILES)
    assert others[:4] == [first] * 4
    assert others[4] > first
    pills = page.locator(".st-key-forget-kind button").all()
    assert len(pills) == 5
    assert all(box["x"] + box["width"] <= 390 for box in map(Locator.bounding_box, pills))
    assert all(
        width <= 390 for width in page.locator(".figure-title").evaluate_all(
            "titles => titles.map((title) => title.getBoundingClientRect().left + title.scrollWidth)"
        )
    )  # fmt: skip
    for digit in ("8", "3"):
        page.get_by_role("button", name=digit, exact=True).click()
        expect(page.get_by_test_id("stBaseButton-primary").filter(has_text=digit)).to_be_visible()
    page.get_by_role("button", name="Forget it").click()
    page.wait_for_url(re.compile(r"run=[0-9a-f]{20}"))  # what follows a run of the digit 3 is shipped
    expect(page.locator(".st-key-verdict")).to_contain_text("The digit 3, new images")
    expect(page.get_by_text("Example run")).to_have_count(0)


def test_every_page_comes_with_its_style_sheet(server: str, page: Page) -> None:
    page.goto(server)
    links = page.get_by_test_id("stSidebarNavLink")
    expect(links.first).to_be_visible()
    addresses = links.evaluate_all("links => links.map((link) => link.href)")
    assert len(addresses) >= 10
    style = Path("assets/style.css").read_text()
    assert [address for address in addresses if style not in page.request.get(address).text()] == []

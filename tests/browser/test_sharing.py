"""What one person looks at, another opens by its address; and what both can take from it."""

import io
import re
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect
from pptx import Presentation
from resting import rested

pytestmark = pytest.mark.browser


def titles(page: Page) -> list[str]:
    return page.locator(".js-plotly-plot .gtitle").all_text_contents()


def drawn(page: Page) -> None:
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    rested(page)


def test_a_link_shows_a_second_person_the_same(server: str, page: Page, browser: Browser) -> None:
    page.goto(f"{server}/causal")
    drawn(page)
    page.get_by_text("Where in the network").click()
    expect(page.locator(".js-plotly-plot")).to_have_count(6)
    page.wait_for_url(re.compile("causal-part="))
    expect(page.locator(".js-plotly-plot .gtitle").filter(has_text="layer").first).to_be_attached()
    drawn(page)
    address, shown = page.url, titles(page)

    other = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    other.goto(address)
    expect(other.locator(".js-plotly-plot")).to_have_count(6)
    expect(other.locator(".js-plotly-plot .gtitle")).to_have_text(shown)
    expect(other).to_have_url(address)
    other.context.close()


def test_a_page_for_the_board_is_taken_home(server: str, page: Page) -> None:
    page.goto(f"{server}/run")
    rested(page)
    verdict = page.locator(".st-key-verdict").inner_text()
    page.get_by_role("button", name="Share and cite").click()
    made = {}
    for form in ("PPTX", "PDF", "PNG"):
        with page.expect_download() as download:
            page.get_by_role("button", name=form, exact=True).click()
        made[form] = download.value.path().read_bytes()
    (slide,) = Presentation(io.BytesIO(made["PPTX"])).slides
    assert slide.shapes.title.text_frame.text in verdict
    said = " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    digest = re.search("Run ([0-9a-f]{20})", said)[1]
    assert f"{server}/run?run={digest}" in said
    assert [made[form][:4] for form in ("PDF", "PNG")] == [b"%PDF", b"\x89PNG"]


def test_popovers_are_read_in_the_dark(server: str, browser: Browser) -> None:
    page = browser.new_context(color_scheme="dark").new_page()
    page.goto(f"{server}/run")
    page.get_by_role("button", name="Share and cite").click()
    expect(page.get_by_text("To cite or reproduce it:")).to_have_css("color", "rgb(163, 175, 188)")
    page.context.close()


def test_the_data_of_all_figures_and_presenter_mode(server: str, page: Page) -> None:
    page.goto(f"{server}/accuracy")
    drawn(page)
    page.get_by_role("button", name="Figures of this page").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Data of all figures").click()
    with ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert {"splits.csv", "per-class.csv", "attack.csv", "confusion.csv"} == set(archive.namelist())
    page.keyboard.press("Escape")
    drawn(page)
    page.get_by_text("Presenter mode").click()
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.get_by_role("button", name="Leave")).to_be_visible()
    expect(page).to_have_url(re.compile("present=true"))
    page.set_viewport_size({"width": 1280, "height": 720})
    drawn(page)
    main = page.get_by_test_id("stMain")
    main.evaluate("main => main.scrollTo(0, 0)")  # what was clicked before was scrolled to
    page.keyboard.press("PageDown")  # down the page
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 100")
    bar, figure = (page.locator(f"[class*='st-key-{name}']").first for name in ("presenter-bar", "figure-splits"))
    assert figure.bounding_box()["y"] >= bar.bounding_box()["y"] + bar.bounding_box()["height"] - 1
    assert figure.locator(".js-plotly-plot").bounding_box()["height"] > 0.8 * 720
    expect(page.get_by_role("heading", name="What it still recognises")).to_be_visible()
    drawn(page)
    main.evaluate("main => main.scrollTo(0, main.scrollHeight)")
    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", name="Why it forgot")).to_be_visible()
    expect(page).to_have_url(re.compile("present=true"))
    drawn(page)
    for _ in range(3):  # no press is lost while a page is being drawn
        page.keyboard.press("PageUp")
    expect(page.get_by_role("heading", name="Make it forget")).to_be_visible()
    drawn(page)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    expect(page).not_to_have_url(re.compile("present"))

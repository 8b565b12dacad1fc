"""What a newcomer does, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect
from resting import rested

pytestmark = pytest.mark.browser

VERDICT = ".st-key-verdict"


def test_the_story_by_arrow_keys_and_on_into_the_full_tool(server: str, page: Page) -> None:
    page.goto(server)
    expect(page.get_by_role("heading", name="ten handwritten digits")).to_be_visible()
    expect(page.get_by_role("button", name="Next")).to_be_visible()
    rested(page)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Make it forget one")).to_be_visible()
    page.get_by_role("button", name="7", exact=True).click()
    expect(page.get_by_test_id("stBaseButton-primary").filter(has_text="7")).to_be_visible()
    page.get_by_role("button", name="Forget it").click()
    page.wait_for_url(re.compile(r"run=[0-9a-f]{20}"))
    expect(page.get_by_role("button", name=re.compile("Stop|Skip")).first).to_be_visible()
    expect(page.get_by_text("The digit 7: ")).to_be_visible()
    for scene, words in enumerate(
        ("Did it forget", "Turn the dial", "Why does it", "Could somebody", "cannot promise"), start=4
    ):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("heading", name=words)).to_be_visible()
        expect(page.get_by_role("img", name=f"Scene {scene} of 8")).to_be_visible()
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name="Could somebody")).to_be_visible()

    page.get_by_role("link", name="on the Run page").click()
    expect(page.locator(VERDICT)).to_contain_text("the rest is kept")
    expect(page.locator(VERDICT)).to_contain_text("The digit 7, new images")

    address = page.url
    page.reload()
    expect(page.locator(VERDICT)).to_contain_text("The digit 7, new images")
    expect(page).to_have_url(address)
    expect(page.get_by_text("Example run")).to_have_count(0)

    tests = page.locator(".st-key-verdict-tests")
    expect(tests).to_contain_text("Old classifier")  # retrained and tested without asking
    expect(page.locator(VERDICT).get_by_role("link", name="See the figure")).to_have_count(2)
    expect(tests.get_by_role("link", name="See the figure")).to_have_count(6)
    page.get_by_role("link", name="See the figure").first.click()
    expect(page.get_by_role("heading", name="What it still recognises")).to_be_visible()
    expect(page).to_have_url(re.compile(re.escape(address.split("?")[1]) + "$"))
    expect(page.locator(".js-plotly-plot").first).to_be_visible()


def test_stop_ends_a_run_and_offers_to_try_again(server: str, page: Page) -> None:
    page.goto(f"{server}/run")
    page.get_by_role("combobox", name="Method").click()
    page.get_by_role("option", name="Retrain from scratch").click()
    page.get_by_role("button", name="Advanced").click()
    epochs = page.get_by_role("spinbutton", name="Epochs")
    expect(epochs).to_have_value("30")
    epochs.fill("900")
    epochs.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Forget it").click()
    expect(page.get_by_text(re.compile("Training a new network without them · step"))).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped. The trained network is unchanged")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_causal_page_part_by_part_and_a_batch_that_is_stopped(server: str, page: Page) -> None:
    page.goto(f"{server}/causal")
    expect(page.get_by_text("effect lost").first).to_be_visible()
    charts = page.locator(".js-plotly-plot")
    expect(charts.first).to_be_visible()

    page.get_by_text("Where in the network").click()
    expect(charts).to_have_count(6)

    page.get_by_text("Graph, and one image").click()
    expect(page.get_by_text("Put the old head back")).to_be_visible()
    page.get_by_text("Put the old head back").click()
    expect(page.get_by_text("With this change").first).to_be_visible()

    page.get_by_text("Which part of the method").click()
    page.get_by_role("button", name="Run all subsets").click()
    expect(page.get_by_text(re.compile(r"\d+ of 48 runs finished"))).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name=re.compile("Resume|Run all subsets"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"of 48 runs finished"))).to_have_count(0)


def test_images_are_clicked_on_the_wall_and_forgotten(server: str, page: Page) -> None:
    page.goto(f"{server}/run")
    page.get_by_text("Images you choose").click()
    chosen = page.get_by_text(re.compile(r"^\d+ chosen$"))
    expect(page.get_by_text("None chosen yet")).to_be_visible()
    for column, words in ((0, "1 chosen"), (4, "2 chosen"), (0, "1 chosen")):
        page.wait_for_timeout(1000)  # the figure is a new one after each click, and the old one leaves late
        expect(page.locator(".st-key-wall .nsewdrag")).to_have_count(1)
        wall = page.locator(".st-key-wall .js-plotly-plot").bounding_box()
        page.mouse.click(wall["x"] + wall["width"] / 25 * (column + 0.5), wall["y"] + 22)
        expect(chosen).to_have_text(words)
    page.get_by_role("button", name="Forget it").click()
    expect(page.get_by_text("one training image").first).to_be_visible()
    expect(page.locator(VERDICT)).to_contain_text("Forgotten images")

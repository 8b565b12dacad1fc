"""axe-core on every page: no serious violation in what is ours, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from resting import go_to, rested

pytestmark = pytest.mark.browser

PATHS = (
    "", "?scene=2", "?scene=3&watch=One+image%2C+in+slow+motion", "?scene=5", "?scene=8", "learn", "teach", "join",
    "run", "embeddings", "accuracy", "causal", "privacy", "draw", "compare", "runs",
)  # fmt: skip
PATHS_IN_THE_DARK = ("", "embeddings", "causal")  # colours are the same on the others
# Streamlit's own menu puts headings between the items of its list; nothing of ours is in it.
NOT_OURS = {"exclude": [["[data-testid='stSidebarNav']"]]}
FADING_MS = 3_000
GRAVE = ("serious", "critical")


@pytest.mark.parametrize(("scheme", "paths"), [("light", PATHS), ("dark", PATHS_IN_THE_DARK)])
def test_no_page_has_a_serious_violation(server: str, page: Page, scheme: str, paths: tuple[str, ...]) -> None:
    axe, found = Axe(), []
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{server}/{paths[0]}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    rested(page)
    for path in paths:
        if path != paths[0]:
            go_to(page, f"/{path}")
        if wrong := _violations(axe, page):  # what is only fading in or out is not there any more
            page.wait_for_timeout(FADING_MS)
            found += [(path, *each) for each in wrong & _violations(axe, page)]
    assert found == []


def _violations(axe: Axe, page: Page) -> set[tuple[str, str]]:
    """The rule that is broken, and by what."""
    return {
        (violation["id"], node["html"][:200])
        for violation in axe.run(page, context=NOT_OURS).response["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    }

"""Pictures on the map: what the browser is handed, one image among its nearest, and the way from a list to the map."""

import io
import json

import numpy as np
import pytest
from opening import open_page, words
from PIL import Image
from streamlit.testing.v1 import AppTest

from camu_core.measures import changed_answers, nearest_images
from pages.components.embeddings import changed, text
from pages.components.shared import sheets, state, state_pictures

SIZES = [(1, 8), (3, 32)]


def told(app: AppTest) -> dict:
    """What the map says to the browser about pictures."""
    return next(found["pictures"] for each in app.get("bidi_component") if (found := json.loads(each.proto.json)))


@pytest.mark.parametrize(("channels", "size"), SIZES)
def test_the_cells_of_a_sheet_are_the_images(channels: int, size: int) -> None:
    n = sheets.CELLS + 40
    steps = np.random.default_rng(0).integers(0, 256, (n, channels, 2, 2), dtype=np.uint8)
    x = steps.repeat(size // 2, axis=2).repeat(size // 2, axis=3)  # what a lossy picture can hold
    for number, n_cells in ((0, sheets.CELLS), (1, 40)):
        file, kind = sheets.sheet(x, number)
        picture = Image.open(io.BytesIO(file))
        assert kind == Image.MIME[picture.format]
        pixels = np.asarray(picture.convert("RGB"), dtype=int)
        for cell in (0, 1, sheets.COLUMNS - 1, sheets.COLUMNS, n_cells - 1):
            row, column = divmod(cell, sheets.COLUMNS)
            seen = pixels[row * size : (row + 1) * size, column * size : (column + 1) * size].transpose(2, 0, 1)
            wanted = x[number * sheets.CELLS + cell].astype(int)
            assert np.abs(seen - wanted).mean() <= (0 if channels == 1 else 25)


def test_a_sheet_is_of_a_run_that_can_be_opened_and_of_no_other() -> None:
    result = state.example_run().result
    file, _ = state_pictures.sheet_of(result.digest, 1)
    rows = np.asarray(Image.open(io.BytesIO(file)))
    assert (rows[:8, 8:16] == result.probe.x[sheets.CELLS + 1, 0]).all()
    for odd in ((result.digest, 2), (result.digest, 10**30), ("0" * 20, 0), ("..", 0), ("x" * 10_000, 0)):
        assert state_pictures.sheet_of(*odd) is None


def test_points_of_a_moment_name_their_images() -> None:
    result = state.example_run().result
    assert told(open_page("explore/embeddings"))["numbers"] is None
    app = open_page("explore/embeddings", moment=str(result.snapshots[1].index))
    assert told(app)["numbers"] == np.flatnonzero(result.probe.is_live).tolist()


@pytest.mark.parametrize(("asked", "mode"), [("Always", "always"), ("Never", "never"), ("<b>", "zoomed")])
def test_the_switch_is_in_the_address(asked: str, mode: str) -> None:
    assert told(open_page("explore/embeddings", pictures=asked))["mode"] == mode


def test_one_selected_image_is_shown_among_its_nearest_in_each_network() -> None:
    result = state.example_run().result
    retrained = state.retrained_for(result.spec)
    point = int(np.flatnonzero(result.probe.is_forget)[0])
    app = open_page("explore/embeddings", selected=str(point))
    assert not app.exception
    n_own = [
        int((result.probe.y[nearest_images(space, np.array([point]), 8)[0]] == 3).sum())
        for space in (*result.representations.values(), retrained.representations["unlearned"])
    ]
    before, after, gold = n_own
    assert f"**{before} before, {after} after forgetting and {gold} in the retrained network**" in words(app)
    rows = [element.proto.body for element in app.get("html") if element.proto.body.count("<figure") == 8]
    assert len(rows) == 3
    assert rows[0].count(">3<") == before


def test_an_image_of_several_is_chosen_from_a_list() -> None:
    app = open_page("explore/embeddings", selected="5.7.12")
    chosen = next(each for each in app.selectbox if each.label == text.ONE_IMAGE)
    chosen.set_value(7).run()
    assert not app.exception
    assert app.query_params["selected"] == "7"
    assert told(app)["focus"]["point"] == 7


def test_a_changed_answer_opens_its_image_on_the_whole_map() -> None:
    result = state.example_run().result
    probe = result.probe
    found = changed_answers(result.logits["original"], result.logits["unlearned"], probe.y, ~probe.is_forget)
    app = open_page("explore/embeddings", moment=str(result.snapshots[1].index))
    assert f"**{len(found.idx)} of {found.n:,} kept images get another answer than before**" in words(app)
    point = int(found.idx[0])
    app.button(key=f"changed-{point}").click().run()
    assert not app.exception
    assert app.query_params["selected"] == str(point)
    assert "moment" not in app.query_params
    first = told(app)["focus"]
    assert first["point"] == point
    app.button(key=f"changed-{point}").click().run()
    assert told(app)["focus"]["ask"] != first["ask"], "asked again, it goes there again"


def test_many_changed_answers_come_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(app: AppTest) -> list[str]:
        return [button.key for button in app.button if str(button.key).startswith("changed-")]

    everything = shown(open_page("explore/embeddings"))
    monkeypatch.setattr(changed, "A_PAGE", 2)
    app = open_page("explore/embeddings")
    assert shown(app) == everything[:2]
    app.session_state[f"changed-page-{state.example_run().digest}"] = 2
    assert shown(app.run()) == everything[2:4]

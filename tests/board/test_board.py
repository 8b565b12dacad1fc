"""The page for the board: what it says is what the run says, and it fits whatever it has to say."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations

import numpy as np
import pytest
from PIL import Image
from pptx import Presentation
from pptx.slide import Slide
from pypdf import PdfReader

from camu_core import DATASETS, RunResult, RunStore, plan_run
from camu_core import run as execute
from camu_core.board import WRITERS, Board, Imprint, as_pdf, as_png, as_pptx, board_of
from camu_core.board.content import Bars, Maps, _test_bars
from camu_core.board.drawing import Label, Mark, shapes_of
from camu_core.board.layout import PAGE, Box, Words, baselines, lay_out, on_paper
from camu_core.board.letters import fitted, width
from camu_core.citation import citation
from camu_core.config import ASSETS
from camu_core.engine import LocalDriver
from camu_core.jobs import PrivacyJob, PrivacyResult
from camu_core.specs import ForgetSpec
from camu_core.wording.format import capital, percent
from camu_core.wording.verdict import claims, judge

EXAMPLE = RunStore(ASSETS / "example")
IMPRINT = Imprint("0.1.0", date(2026, 11, 27), "https://camu.example.org/run?run=2c88bf746956884ecbb1")
LONG = "Pneumonoultramicroscopicsilicovolcanoconiosisofthewholelung…"
ODD_NAMES = {
    "long": LONG,
    "words": "an animal that nobody has ever seen at this hour of night…",
    "wide": "W" * 60,
    "chinese": "甲骨文中的猫",
    "arabic": "قطة صغيرة",
    "emoji": "cats 🐈 and dogs",
    "markup": "a&b '\"",
}


@pytest.fixture(scope="module")
def run() -> RunResult:
    """The example that comes with the project, and below its retraining and the tests of it."""
    return EXAMPLE.load("2c88bf746956884ecbb1")


@pytest.fixture(scope="module")
def retrained() -> RunResult:
    return EXAMPLE.load("9cbbbce19b0c01e4f358")


@pytest.fixture(scope="module")
def privacy(run: RunResult) -> dict:
    work = LocalDriver(EXAMPLE)
    return work.result(PrivacyJob.beside(run.spec, work.is_there).digest, PrivacyResult).report


@pytest.fixture(scope="module")
def board(run: RunResult, retrained: RunResult, privacy: dict) -> Board:
    return board_of(run, IMPRINT, retrained, privacy)


def slide_of(board: Board) -> Slide:
    (slide,) = Presentation(io.BytesIO(as_pptx(board))).slides
    return slide


def pdf_text(board: Board) -> str:
    (page,) = PdfReader(io.BytesIO(as_pdf(board))).pages
    return " ".join(page.extract_text().split())


def test_every_form_says_the_verdict_the_claims_and_where_they_come_from(run, retrained, privacy, board) -> None:
    verdict = judge(run, retrained, privacy)
    told = claims(run, verdict)
    assert told.may
    assert told.may_not
    sentences = [verdict.headline, *(f"{capital(claim)}." for claim in (*told.may, *told.may_not))]
    slide = slide_of(board)
    assert slide.shapes.title.text_frame.text == verdict.headline
    on_slide = [line.text for shape in slide.shapes if shape.has_text_frame for line in shape.text_frame.paragraphs]
    on_pdf = pdf_text(board)
    for sentence in (*sentences, *board.still_open, board.tested, board.imprint):
        assert sentence in on_slide
        assert sentence in on_pdf
    for known in (run.digest, IMPRINT.address, "27 November 2026", "0.1.0"):
        assert known in board.imprint
    notes = slide.notes_slide.notes_text_frame.text
    for line in (*(clause.text for clause in verdict.clauses), *citation(run).splitlines()):
        assert line in notes
    drawn = [picture.drawn for picture in board.pictures if isinstance(picture.drawn, Bars)]
    bars = [bar for each in drawn for series in each.series.values() for bar in series]
    assert len(bars) == 9
    for bar in bars:  # what the charts themselves do not show
        assert f": {bar.label} ({percent(bar.low, digits=1)} to {percent(bar.high, digits=1)})" in notes


def test_the_slide_has_charts_with_the_numbers_of_the_run(run, retrained, board) -> None:
    charts = [shape.chart for shape in slide_of(board).shapes if shape.has_chart]
    assert len(charts) == 4, "accuracies, the map before and after, a test"
    for series, metrics in zip(charts[0].plots[0].series, run.metrics_with(retrained).values(), strict=True):
        assert list(series.values) == [metrics["forget_test"], metrics["retain_test"]]
    descriptions = [shape._element.nvGraphicFramePr.cNvPr.get("descr") for shape in slide_of(board).shapes
                    if shape.has_chart]  # fmt: skip
    assert all(len(told) > 30 for told in descriptions)


def test_the_mean_of_several_networks_is_not_named_as_the_one_beside_it(board: Board) -> None:
    """Seen before: "Retrained without it" 62% in the report, of one network, and 56% on the slide, of eight."""
    charts = [shape.chart for shape in slide_of(board).shapes if shape.has_chart]
    accuracies, test = ([series.name for series in charts[i].plots[0].series] for i in (0, -1))
    assert (accuracies[-1], test[-1]) == ("Retrained without it", "8 retrained networks")
    assert "8 retrained networks: 5" in slide_of(board).notes_slide.notes_text_frame.text
    assert "8 retrained networks" in pdf_text(board)


def test_the_map_shows_points_of_the_run_and_says_how_many(run, board) -> None:
    maps = board.pictures[1].drawn
    assert isinstance(maps, Maps)
    live = run.probe.is_forget[run.probe.is_live]
    for shown, points in zip(maps.panels.values(), run.joint_points[[0, -1]], strict=True):
        at = {tuple(point): is_forget for point, is_forget in zip(points.tolist(), live, strict=True)}
        assert [at[tuple(point)] for point in shown.tolist()] == maps.is_forget.tolist()
    n_forget = int(maps.is_forget.sum())
    there = int(live.sum())
    assert f"{n_forget} of {there} to forget" in board.pictures[1].said
    box = Box(10, 20, 280, 160)
    marks = [shape for shape in shapes_of(board.pictures[1], box) if isinstance(shape, Mark)]
    assert len(marks) == 2 * len(maps.is_forget) + 2, "and the two of the legend"
    assert all(10 <= m.x <= 290 and 20 <= m.y <= 180 for m in marks)


def test_what_is_not_known_is_said(run: RunResult, make_report) -> None:
    bare = board_of(run, Imprint("0.1.0", date(2026, 1, 2)))
    for text in (pdf_text(bare), " ".join(s.text_frame.text for s in slide_of(bare).shapes if s.has_text_frame)):
        for said in ("Not tested yet.", "Not compared with a network retrained without it.", "not tested for what may",
                     "not compared with retraining", "Not yet that every trace of the digit 3 is gone."):  # fmt: skip
            assert said in text
    alone = board_of(run, IMPRINT, None, make_report(band=False))
    assert "no retrained networks to compare with" in alone.tested
    assert "Not compared" in alone.pictures[2].said
    assert set(alone.pictures[2].drawn.series) == {"original", "unlearned"}


@pytest.mark.parametrize(
    ("figures", "said", "values"),
    [
        ({}, "No easier to learn from one example", [0.95, 0.40]),
        ({"fresh_head_1": 0.94}, "Back after a single example", [0.95, 0.94]),
        ({"old_head": 1.0}, "The old classifier still finds it inside", [1.0, 1.0]),
        ({"linear_probe": 0.9}, "Easier to read inside", [0.95, 0.9]),
    ],
)
def test_the_third_picture_is_the_test_that_the_verdict_hangs_on(run, make_report, figures, said, values) -> None:
    picture = board_of(run, IMPRINT, None, make_report(**figures)).pictures[2]
    assert picture.said.startswith(said)
    assert isinstance(picture.drawn, Bars)
    assert [picture.drawn.series[name][0].value for name in ("original", "unlearned")] == values


def test_a_class_found_less_often_than_by_chance_is_drawn_as_none(run, make_report) -> None:
    """An editable chart writes the value itself; picture, words and slide agree."""
    clause = next(each for each in judge(run, privacy=make_report(old_head=-0.07)).clauses if each.name == "old_head")
    (bar,) = _test_bars(clause).series["unlearned"]
    assert (bar.value, bar.label) == (0.0, "0%")


def test_where_tests_cannot_tell_the_picture_is_of_one_that_cannot(board: Board) -> None:
    assert "tests cannot tell" in board.headline
    assert board.pictures[2].said.startswith("Cannot tell")


def test_single_images_have_a_page_too(run: RunResult, make_report) -> None:
    spec = replace(run.spec, forget=ForgetSpec("random", fraction=0.1))
    metrics = {name: {**report, "forget_test": None} for name, report in run.metrics.items()}
    images = replace(run, spec=spec, metrics=metrics)
    shown = board_of(images, IMPRINT, None, make_report(is_class=False, attack_entropy=0.8))
    assert shown.pictures[2].said.startswith("An attacker can tell")
    assert not shown.pictures[2].drawn.is_share
    assert_fits(shown)


def overlap(a: Box, b: Box) -> bool:
    across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    return across > 0.01 and down > 0.01


def assert_fits(board: Board) -> None:
    """Every line is within its box, every box within the page, and no two of them overlap."""
    for shown in (board, on_paper(board)):
        page = lay_out(shown)
        for words in page.words:
            assert not words.fit.is_cut, words.name
            assert_in_box(words)
        boxes = [*(words.box for words in page.words), *(box for _, box in page.pictures)]
        assert all(b.x >= 0 and b.y >= 0 and b.x + b.width <= PAGE[0] and b.y + b.height <= PAGE[1] for b in boxes)
        assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]
        for picture, box in page.pictures:
            for label in (shape for shape in shapes_of(picture, box) if isinstance(shape, Label)):
                half = width(label.text, label.size, label.is_bold) / 2
                left = label.x - {"left": 0, "centre": half, "right": 2 * half}[label.align]
                assert box.x - 0.5 <= left <= left + 2 * half <= box.x + box.width + 0.5, label.text


def assert_in_box(words: Words) -> None:
    indent = 11.0 if words.has_bullets else 0.0
    widest = max(width(line, words.fit.size, words.is_bold) for line, _ in words.fit.lines)
    assert indent + widest <= words.box.width + 0.01, words.name
    assert baselines(words)[-1] <= words.box.y + words.box.height, words.name


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_odd_names_fit_and_are_named(run, retrained, privacy, make_report, monkeypatch, name) -> None:
    info = DATASETS["digits"]
    names = tuple(name if label == 3 else f"{label}{name}"[:60] for label in range(10))
    odd = replace(info, class_names=names, title=f"My images of {name}"[:60], class_noun="class")
    monkeypatch.setitem(DATASETS._listed, "digits", odd)
    every = replace(run, spec=replace(run.spec, forget=ForgetSpec(classes=tuple(range(9)))))
    damaged = {**run.metrics["unlearned"], "retain_test": 0.5}
    worst = make_report(old_head=1.0, fresh_head_1=0.95, relearning=0.95, linear_probe=0.95, attack_entropy=0.8)
    for shown in (
        board_of(run, IMPRINT, retrained, privacy),
        board_of(run, IMPRINT),
        board_of(every, IMPRINT, None, worst),
        board_of(replace(run, metrics={**run.metrics, "unlearned": damaged}), IMPRINT, None, worst),
    ):
        assert_fits(shown)
    slide = slide_of(board_of(run, IMPRINT))
    assert f"That it no longer recognises the class {name}." in [
        line.text for shape in slide.shapes if shape.has_text_frame for line in shape.text_frame.paragraphs
    ]
    written = pdf_text(board_of(run, IMPRINT))
    is_latin = name.isascii() or name.startswith(("Pneu", "an "))
    assert ("class number 3" in written) != is_latin
    assert ("given by number" in written) != is_latin
    assert (re.sub(r"\s", "", name) in re.sub(r"\s", "", written)) == is_latin


def test_a_greek_or_cyrillic_name_is_written() -> None:
    assert on_paper_text("κότα, кошка, kočka, mèo") == "κότα, кошка, kočka, mèo"
    assert on_paper_text("猫 & כלב") == "□ & □□□"


def on_paper_text(text: str) -> str:
    from camu_core.board.letters import printable

    return printable(text, ())


def test_too_much_for_a_box_ends_in_three_dots() -> None:
    told = fitted(["word " * 500], (100, 50), 10, 7)
    assert told.is_cut
    assert told.lines[-1][0].endswith("…")
    assert all(width(line, told.size) <= 100 for line, _ in told.lines)
    assert len(told.lines) * told.size * 1.22 <= 50


def test_the_picture_is_drawn(board: Board) -> None:
    image = Image.open(io.BytesIO(as_png(board)))
    assert image.size == (1920, 1080)
    colors = np.asarray(image.convert("RGB")).reshape(-1, 3)
    for color in ("#009E73", "#D55E00", "#0072B2"):
        wanted = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
        assert (np.abs(colors.astype(int) - wanted).max(axis=1) < 8).sum() > 500, color


def test_the_same_board_gives_the_same_pdf_with_its_font_inside(board: Board) -> None:
    assert as_pdf(board) == as_pdf(board)
    assert len(as_pdf(board)) < 300_000
    assert all(len(write(board)) < 400_000 for write in WRITERS.values())
    (page,) = PdfReader(io.BytesIO(as_pdf(board))).pages
    for font in embedded_fonts(page):
        assert "/FontFile2" in font["/FontDescriptor"]


def embedded_fonts(page) -> Iterator[dict]:
    """All that text is set in; the one that every PDF of reportlab names beside them is not used."""
    for font in page["/Resources"]["/Font"].values():
        if "DejaVu" in font.get_object()["/BaseFont"]:
            yield font.get_object()


def test_a_slide_of_a_run_with_many_settings_of_ones_own_can_be_written(board: Board) -> None:
    """python-pptx refuses properties of more than 255 letters; nine changed settings make a line of 300."""
    for field in ("headline", "what"):
        content = as_pptx(replace(board, **{field: f"{'so long ' * 40}."}))
        properties = Presentation(io.BytesIO(content)).core_properties
        told = properties.title if field == "headline" else properties.subject
        assert told.startswith("so long")
        assert told.endswith("…")


@pytest.mark.slow
def test_of_a_planted_secret_the_third_picture_says_how_often_it_still_works(secret: ForgetSpec) -> None:
    """Which is known exactly, with tests of what is left inside or without, and what the headline begins with."""
    result = execute(plan_run("digits", secret, "nothing"))
    board = board_of(result)
    assert board.headline.startswith("Not forgotten: the mark still works")
    drawn, success = board.pictures[2].drawn, result.metrics["unlearned"]["planted"]["success"]
    (bar,) = drawn.series["unlearned"]
    assert (bar.value, bar.low, bar.high) == (success["value"], success["low"], success["high"])
    assert "mark still works" in board.pictures[2].said


def test_what_the_thin_lines_cover_is_said(board: Board) -> None:
    assert board.pictures[2].whiskers.endswith("falls in 97.5% of cases.")

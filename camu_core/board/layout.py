"""Where everything stands on the page, in points from its top left corner: as large as a slide of 16 to 9."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from camu_core.board.content import Board, Picture
from camu_core.board.letters import LINE, SUBSTITUTE, Fitted, fitted, printable
from camu_core.figures.theme import LIGHT, MODEL_COLORS

PAGE = (960.0, 540.0)
_MARGIN, _GAP, _PAD = 36.0, 16.0, 10.0
_CARD = "#F5F7F9"
# The rows of the page: top and height.
_WHAT, _HEADLINE, _PICTURES, _WORDS, _TESTED, _IMPRINT = (
    (22, 18), (42, 64), (112, 238), (362, 128), (496, 14), (512, 13)
)  # fmt: skip
_HEADLINE_SIZES = (25, 12)
_ONE_LINE = 0.85  # so much smaller may type be that stands in one line then, lest one word stand in the second
_SUBSTITUTED = f"class names in other scripts are given by number, other letters as {SUBSTITUTE}"
_HEADING, _SAID, _APART = 20.0, 45.0, 4.0  # heights within a picture, over and below what is drawn


@dataclass(frozen=True)
class Box:
    """A part of the page."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Words:
    """A box of text, which it fits into.

    Args:
        name: what it is, for screen readers and tests.
        paragraphs: as they were meant.
        fit: as they are set.
    """

    name: str
    box: Box
    paragraphs: tuple[str, ...]
    fit: Fitted
    color: str
    is_bold: bool = False
    has_bullets: bool = False


@dataclass(frozen=True)
class Card:
    """A ground with an edge on top in a colour that tells what it holds."""

    box: Box
    edge: str
    ground: str = _CARD


@dataclass(frozen=True)
class Page:
    """Cards below, then what is drawn in its boxes, then words; none of the boxes of words and pictures overlap."""

    cards: tuple[Card, ...]
    pictures: tuple[tuple[Picture, Box], ...]
    words: tuple[Words, ...]


def on_paper(board: Board) -> Board:
    """With nothing on it but letters that the font has; where some are replaced, the page says so."""
    odd = []

    def write(text: str) -> str:
        shown = printable(text, board.class_names)
        odd.append(shown != text)
        return shown

    def write_all(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(write, texts))

    paper = replace(
        board,
        headline=write(board.headline),
        what=write(board.what),
        pictures=tuple(replace(picture, said=write(picture.said)) for picture in board.pictures),
        may=write_all(board.may),
        may_not=write_all(board.may_not),
        still_open=write_all(board.still_open),
        tested=write(board.tested),
        imprint=write(board.imprint),
    )
    return replace(paper, imprint=f"{paper.imprint} · {_SUBSTITUTED}") if any(odd) else paper


def lay_out(board: Board, whiskers: str = "") -> Page:
    """The page of a board; what has much to say is set smaller, and at last cut.

    Args:
        whiskers: said instead of what thin lines are, where charts have none.
    """
    cards, pictures, words, captions = [], [], _lines(board), []
    for box, picture in zip(_columns(_PICTURES), board.pictures, strict=True):
        cards.append(Card(box, LIGHT.grid))
        inner = _inside(box)
        heading, drawn, _, said = _rows(inner, _HEADING, inner.height - _HEADING - _SAID - _APART, _APART, _SAID)
        words.append(_words("question", heading, [picture.question], (13, 9), LIGHT.text, is_bold=True))
        if picture.drawn is None:  # the words take the room of the picture
            free = Box(drawn.x, drawn.y, drawn.width, inner.height - _HEADING)
            words.append(_words("said", free, [picture.said], (16, 9), LIGHT.text))
            continue
        pictures.append((picture, drawn))
        caption = f"{picture.said} {whiskers or picture.whiskers}" if picture.whiskers else picture.said
        captions.append(_words("said", said, [caption], (9.5, 6.5), LIGHT.muted))
    claims: list[Words] = []
    lists = (
        ("may", "What may be claimed", board.may, MODEL_COLORS["unlearned"]),
        ("may not", "… and what not", board.may_not, LIGHT.forget),
        ("open", "What speaks against it or is open", board.still_open, MODEL_COLORS["original"]),
    )  # fmt: skip
    for box, (name, title, paragraphs, edge) in zip(_columns(_WORDS), lists, strict=True):
        cards.append(Card(box, edge))
        inner = _inside(box)
        heading, body = _rows(inner, _HEADING, inner.height - _HEADING)
        words.append(_words(f"{name} heading", heading, [title], (13, 9), LIGHT.text, is_bold=True))
        listed = _words(name, body, paragraphs, (11 if name == "open" else 13, 7), LIGHT.text, has_bullets=True)
        (words if name == "open" else claims).append(listed)
    return Page(tuple(cards), tuple(pictures), (*words, *_alike(captions), *_alike(claims)))


def _lines(board: Board) -> list[Words]:
    """What goes across the page; the headline in one line if it is then hardly smaller."""
    rows = (
        ("what", _WHAT, board.what, (11, 7), LIGHT.muted),
        ("tested", _TESTED, board.tested, (10, 7), LIGHT.text),
        ("imprint", _IMPRINT, board.imprint, (8.5, 6), LIGHT.muted),
    )
    across = PAGE[0] - 2 * _MARGIN
    lines = [
        _words(name, Box(_MARGIN, top, across, height), [text], sizes, color)
        for name, (top, height), text, sizes, color in rows
    ]
    box, size = Box(_MARGIN, _HEADLINE[0], across, _HEADLINE[1]), _HEADLINE_SIZES[0]
    one_line = fitted([board.headline], (across, LINE * size), size, _ONE_LINE * size, is_bold=True)
    headline = _words("headline", box, [board.headline], _HEADLINE_SIZES, LIGHT.text, is_bold=True)
    return [headline if one_line.is_cut else replace(headline, fit=one_line), *lines]


def _words(
    name: str, box: Box, paragraphs: Sequence[str], sizes: tuple[float, float], color: str, is_bold: bool = False,
    has_bullets: bool = False,
) -> Words:  # fmt: skip
    fit = fitted(paragraphs, (box.width, box.height), *sizes, is_bold, has_bullets)
    return Words(name, box, tuple(paragraphs), fit, color, is_bold, has_bullets)


def _alike(several: list[Words]) -> list[Words]:
    """In one size, the smallest of theirs."""
    size = min((words.fit.size for words in several), default=0.0)
    return [
        _words(each.name, each.box, each.paragraphs, (size, size), each.color, each.is_bold, each.has_bullets)
        for each in several
    ]


def _columns(row: tuple[float, float]) -> list[Box]:
    each = (PAGE[0] - 2 * _MARGIN - 2 * _GAP) / 3
    return [Box(_MARGIN + i * (each + _GAP), row[0], each, row[1]) for i in range(3)]


def _inside(box: Box) -> Box:
    return Box(box.x + _PAD, box.y + _PAD, box.width - 2 * _PAD, box.height - 1.5 * _PAD)


def _rows(box: Box, *heights: float) -> list[Box]:
    tops = [box.y + sum(heights[:i]) for i in range(len(heights))]
    return [Box(box.x, top, box.width, height) for top, height in zip(tops, heights, strict=True)]


def baselines(words: Words) -> list[float]:
    """Where each line of a box stands."""
    size = words.fit.size
    return [words.box.y + size * (0.95 + LINE * i) for i in range(len(words.fit.lines))]

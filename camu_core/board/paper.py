"""The page as PDF, by reportlab, and as PNG, by pillow: both drawn from one list of shapes."""

import io
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageDraw

from camu_core.board.content import Board
from camu_core.board.drawing import Area, Label, Line, Mark, Shape, shapes_of
from camu_core.board.layout import PAGE, Box, Page, Words, baselines, lay_out, on_paper
from camu_core.board.letters import FONTS, INDENT, loaded, width
from camu_core.figures.theme import LIGHT

_EDGE = 3.0  # of a card
PNG_SIZE = (1920, 1080)
_FINER = 2  # drawn so much larger, then made smaller, which smooths all edges
_FONT_NAMES = {False: "DejaVuSansCondensed", True: "DejaVuSansCondensed-Bold"}


def shapes(page: Page) -> Iterator[Shape]:
    """All of a page, in the order in which it is drawn."""
    yield Area(Box(0, 0, *PAGE), LIGHT.page)
    for card in page.cards:
        yield Area(card.box, card.ground)
        yield Area(Box(card.box.x, card.box.y, card.box.width, _EDGE), card.edge)
    for picture, box in page.pictures:
        yield from shapes_of(picture, box)
    for words in page.words:
        yield from _lines(words)


def _lines(words: Words) -> Iterator[Shape]:
    indent = INDENT if words.has_bullets else 0.0
    for (text, is_first), y in zip(words.fit.lines, baselines(words), strict=True):
        if words.has_bullets and is_first:
            yield Mark(words.box.x + 3, y - 0.35 * words.fit.size, 3.5, words.color, "circle")
        yield Label(words.box.x + indent, y, text, words.fit.size, words.color, is_bold=words.is_bold)


def as_pdf(board: Board) -> bytes:
    """One page of vectors with real text, its font inside; the same board gives the same bytes."""
    from reportlab.pdfgen.canvas import Canvas

    _register()
    shown, content = on_paper(board), io.BytesIO()
    canvas = Canvas(content, pagesize=PAGE, invariant=1, lang="en")
    canvas.setTitle(shown.headline)
    canvas.setSubject(shown.what)
    canvas.setCreator("CaMU Explorer")
    for shape in shapes(lay_out(shown)):
        _on_canvas(canvas, shape)
    canvas.showPage()
    canvas.save()
    return content.getvalue()


def _register() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for is_bold, name in _FONT_NAMES.items():
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(FONTS[is_bold])))


def _on_canvas(canvas: Any, shape: Shape) -> None:
    """A PDF counts from the bottom."""
    canvas.setFillColor(shape.color)
    high = PAGE[1]
    match shape:
        case Area(box=box):
            canvas.rect(box.x, high - box.y - box.height, box.width, box.height, stroke=0, fill=1)
        case Line():
            canvas.setStrokeColor(shape.color)
            canvas.setLineWidth(shape.width)
            canvas.line(shape.x1, high - shape.y1, shape.x2, high - shape.y2)
        case Mark(symbol="circle"):
            canvas.circle(shape.x, high - shape.y, shape.size / 2, stroke=0, fill=1)
        case Mark():
            path, (x, y), r = canvas.beginPath(), (shape.x, high - shape.y), shape.size / 2
            path.moveTo(x - r, y)
            for corner in ((x, y + r), (x + r, y), (x, y - r)):
                path.lineTo(*corner)
            path.close()
            canvas.drawPath(path, stroke=0, fill=1)
        case Label():
            canvas.setFont(_FONT_NAMES[shape.is_bold], shape.size)
            canvas.drawString(_start(shape), high - shape.y, shape.text)


def _start(label: Label) -> float:
    """Where the first letter begins."""
    share = {"left": 0.0, "centre": 0.5, "right": 1.0}[label.align]
    return label.x - share * width(label.text, label.size, label.is_bold)


def as_png(board: Board) -> bytes:
    """The same page in 1920 by 1080 pixels."""
    scale = _FINER * PNG_SIZE[0] / PAGE[0]
    image = Image.new("RGB", (_FINER * PNG_SIZE[0], _FINER * PNG_SIZE[1]))
    draw = ImageDraw.Draw(image)
    for shape in shapes(lay_out(on_paper(board))):
        _on_image(draw, shape, scale)
    content = io.BytesIO()
    image.reduce(_FINER).quantize(128).save(content, "PNG", optimize=True)
    return content.getvalue()


def _on_image(draw: ImageDraw.ImageDraw, shape: Shape, scale: float) -> None:
    match shape:
        case Area(box=box):
            corners = (box.x, box.y, box.x + box.width, box.y + box.height)
            draw.rectangle([scale * each for each in corners], fill=shape.color)
        case Line():
            ends = (shape.x1, shape.y1, shape.x2, shape.y2)
            draw.line([scale * each for each in ends], fill=shape.color, width=max(1, round(scale * shape.width)))
        case Mark():
            x, y, r = scale * shape.x, scale * shape.y, scale * shape.size / 2
            if shape.symbol == "circle":
                draw.ellipse((x - r, y - r, x + r, y + r), fill=shape.color)
            else:
                draw.polygon([(x - r, y), (x, y - r), (x + r, y), (x, y + r)], fill=shape.color)
        case Label():
            font = loaded(shape.is_bold, round(scale * shape.size, 1))
            draw.text((scale * _start(shape), scale * shape.y), shape.text, shape.color, font, anchor="ls")

"""The font of the page: which letters it has, how wide words are, and how they are set into a box."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from PIL import ImageFont

from camu_core.config import ASSETS

# DejaVu Sans Condensed: Latin, Greek, Cyrillic, Armenian, Georgian. A little wider than Arial, in which slides are set.
FONTS = {
    False: ASSETS / "fonts" / "DejaVuSansCondensed.ttf",
    True: ASSETS / "fonts" / "DejaVuSansCondensed-Bold.ttf",
}
LINE = 1.22  # height of a line, times its size
INDENT = 11.0  # points, of what has a bullet
SUBSTITUTE = "□"
_SMALLER = 0.5  # steps in which type shrinks, points


@dataclass(frozen=True)
class Fitted:
    """Paragraphs as they are set.

    Args:
        size: points.
        lines: text, and whether a paragraph begins with it.
        is_cut: not all of it had room.
    """

    size: float
    lines: tuple[tuple[str, bool], ...]
    is_cut: bool


@cache
def loaded(is_bold: bool, size: float) -> ImageFont.FreeTypeFont:
    """Letters one by one, as a PDF sets them."""
    return ImageFont.truetype(FONTS[is_bold], size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _widths(is_bold: bool) -> Mapping[int, float]:
    """Of each letter that the font has, in parts of its size."""
    from reportlab.pdfbase.ttfonts import TTFontFile

    return {code: wide / 1000 for code, wide in TTFontFile(str(FONTS[is_bold])).charWidths.items()}


def is_covered(character: str) -> bool:
    """Whether the font has it and it can be set letter by letter, which signs that join or run to the left cannot."""
    return (
        ord(character) in _widths(False)
        and ord(character) in _widths(True)
        and unicodedata.bidirectional(character) not in ("R", "AL", "AN")
        and unicodedata.category(character) not in ("Mn", "Mc", "Me")
    )


def printable(text: str, class_names: Sequence[str]) -> str:
    """With classes by number whose names the font cannot write, and a box for any other letter that it has not.

    Args:
        class_names: by number.
    """
    text = unicodedata.normalize("NFC", text)
    if all(map(is_covered, text)):
        return text
    odd = {name: label for label, name in enumerate(class_names) if not all(map(is_covered, name))}
    for name in sorted(odd, key=len, reverse=True):
        text = text.replace(name, f"number {odd[name]}")
    return "".join(character if is_covered(character) else SUBSTITUTE for character in text)


def width(text: str, size: float, is_bold: bool = False) -> float:
    """In points, without kerning; letters that the font has not are taken for square."""
    letters = _widths(is_bold)
    return size * sum(letters.get(ord(character), 1.0) for character in text)


def wrapped(text: str, room: float, size: float, is_bold: bool = False) -> list[str]:
    """In lines that are no wider than there is room; words that are, are broken."""
    lines, line = [], ""
    for word in text.split():
        if line and width(f"{line} {word}", size, is_bold) <= room:
            line = f"{line} {word}"
            continue
        if line:
            lines.append(line)
        while width(word, size, is_bold) > room and len(word) > 1:
            n = max(k for k in range(1, len(word)) if k == 1 or width(word[:k], size, is_bold) <= room)
            lines.append(word[:n])
            word = word[n:]
        line = word
    return [*lines, line]


def fitted(
    paragraphs: Sequence[str],
    room: tuple[float, float],
    largest: float,
    smallest: float,
    is_bold: bool = False,
    has_bullets: bool = False,
) -> Fitted:
    """As large as a box has room for; in the smallest size what is too long ends in three dots.

    Args:
        room: width and height, points.
        largest, smallest: size, points.
    """
    across, down = room[0] - (INDENT if has_bullets else 0), room[1]
    size = largest
    while True:
        lines = [
            (line, i == 0)
            for paragraph in paragraphs
            for i, line in enumerate(wrapped(paragraph, across, size, is_bold))
        ]
        n_lines = max(1, int(down / (LINE * size) + 1e-6))
        if len(lines) <= n_lines:
            return Fitted(size, tuple(lines), False)
        if size <= smallest:
            break
        size = max(smallest, size - _SMALLER)
    last, is_first = lines[n_lines - 1]
    while last and width(f"{last}…", size, is_bold) > across:
        last = last[:-1]
    return Fitted(size, (*lines[: n_lines - 1], (f"{last.rstrip()}…", is_first)), True)

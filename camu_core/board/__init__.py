"""One page of a finished run for people who present it to others: as PDF, PNG and PPTX.

What is on it is decided first (`content`), then where it stands (`layout`), then it is drawn (`paper`, `slide`).
"""

from collections.abc import Callable

from camu_core.board.content import Board, Imprint, board_of, described
from camu_core.board.paper import as_pdf, as_png
from camu_core.board.slide import as_pptx

# ending of the file -> what writes it
WRITERS: dict[str, Callable[[Board], bytes]] = {"pdf": as_pdf, "png": as_png, "pptx": as_pptx}

__all__ = ["WRITERS", "Board", "Imprint", "as_pdf", "as_png", "as_pptx", "board_of", "described"]

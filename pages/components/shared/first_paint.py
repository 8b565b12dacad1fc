"""The style sheet is in the page before anything is painted.

Streamlit puts it there too, but only once a script of its own has been fetched: on a phone up to two seconds after the
first words, and then everything jumps.
"""

from functools import cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

STYLE = Path("assets/style.css")
_INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
_PAGES = ["", *(path.stem for path in Path("pages").glob("*/*.py") if path.parent.name != "components")]


@cache
def _page() -> str:
    return _INDEX.read_text(encoding="utf-8").replace("<body>", f"<body><style>{STYLE.read_text()}</style>", 1)


async def page(request: Request) -> Response:
    """Streamlit's page, which is the same at each address, and our style sheet in it."""
    return HTMLResponse(_page(), headers={"Cache-Control": "no-cache"})


ROUTES = [Route(f"/{name}", page) for name in _PAGES]

"""Pages opened without a browser, by their own address."""

from functools import cache
from pathlib import Path

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[1]

# Every AppTest searches all installed packages for components, which takes longer than most pages: once is enough.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def new_app() -> AppTest:
    """Of a visitor who has seen nothing yet; the first page is the first of the story."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


def open_page(page: str, **parameters: str) -> AppTest:
    """Args: page: such as "explore/run". parameters: of the address."""
    app = new_app().switch_page(f"pages/{page}.py")
    app.query_params.update(parameters)
    return app.run()


def words(app: AppTest) -> str:
    """All that a page says in texts."""
    return " ".join(str(element.value) for kind in ("markdown", "caption", "info", "error", "warning", "subheader")
                    for element in app.get(kind))  # fmt: skip

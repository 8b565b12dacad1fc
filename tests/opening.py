"""Pages opened without a browser, by their own address."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[1]


def open_page(page: str, **parameters: str) -> AppTest:
    """Args: page: such as "explore/run". parameters: of the address."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params.update(parameters)
    app.run()
    return app.switch_page(f"pages/{page}.py").run()


def words(app: AppTest) -> str:
    """All that a page says in texts."""
    return " ".join(str(element.value) for kind in ("markdown", "caption", "info", "error", "warning", "subheader")
                    for element in app.get(kind))  # fmt: skip

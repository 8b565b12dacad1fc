"""Who may import whom (design, section 3), read from the source; the list of public names; docstrings for tools."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import camu_core

ROOT = Path(__file__).resolve().parent.parent

PUBLIC_NAMES = [
    "DATASETS",
    "METHODS",
    "CamuError",
    "ForgetSpec",
    "RunResult",
    "RunSpec",
    "RunStore",
    "Snapshot",
    "Step",
    "__version__",
    "drain",
    "execute",
    "plan_run",
    "run",
]

# Group of modules -> groups it may import. A group is a module or sub-package of camu_core; "camu_core" is the package
# itself, the public menu; "pages.components", "pages" and "app" are the interface. "*" is all of the core.
ALLOWED = {
    "errors": "",
    "files": "",
    "progress": "",
    "threads": "",
    "config": "errors",
    "specs": "errors",
    "data": "config errors files progress specs",
    "settings": "errors specs",
    "networks": "config data errors files progress settings specs threads",
    "measures": "data networks progress threads",
    "methods": "config data errors networks progress settings specs",
    "causal": "data errors measures networks specs",
    "planning": "config data errors methods networks settings specs",
    "privacy": "data measures networks progress",
    "runs": "config data errors files measures methods networks planning progress settings specs threads",
    "citation": "config data methods planning runs specs",
    "comparison": "config data errors measures methods networks runs specs",
    "jobs": "causal config data errors measures networks planning privacy progress runs specs threads",
    "engine": "comparison config data errors files jobs measures methods networks planning progress runs settings "
    "specs",
    "wording": "comparison data measures methods privacy runs specs",
    "classroom": "causal data errors measures methods privacy runs wording",
    "export": "data measures runs specs wording",
    "figures": "measures progress wording",
    "board": "citation config data figures measures methods planning privacy runs specs wording",
    "report": "board citation data figures runs specs wording",
    "bench": "*",
    "commands": "*",
    "__main__": "*",
    "camu_core": "*",
    "pages.components": "*",
    "pages": "* pages.components",
    "app": "* pages.components",
}
# Methods know what a method is and their common steps, and nothing of each other; only the registry knows them all.
METHOD_ALLOWED = {"camu_core.methods.base", "camu_core.methods.steps"}

# Third-party package -> groups that may import it.
CONFINED = {
    "streamlit": {"pages", "pages.components", "app"},
    "plotly": {"figures", "report", "bench", "commands", "pages", "pages.components"},
    "reportlab": {"board"},
    "pptx": {"board"},
    "distributed": {"engine", "bench", "commands"},
    "dask": {"engine", "bench", "commands"},
}
# Modules that only pass on or draw what is finished: no network is run in them.
WITHOUT_TORCH = (
    "camu_core.errors",
    "camu_core.config",
    "camu_core.progress",
    "camu_core.specs",
    "camu_core.settings",
    "camu_core.runs.results",
    "camu_core.runs.store",
    "camu_core.figures",
    "camu_core.wording",
    "camu_core.report",
    "camu_core.export",
    "camu_core.board",
)


def sources() -> dict[str, str]:
    """Dotted name -> source of every module of the project but its tests."""
    files = [*ROOT.glob("camu_core/**/*.py"), *ROOT.glob("pages/**/*.py"), ROOT / "app.py"]
    return {_name(path.relative_to(ROOT)): path.read_text() for path in files if path.exists()}


def _name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def group_of(module: str) -> str:
    """The row of the table to which a module belongs."""
    parts = module.split(".")
    if parts[0] == "camu_core":
        return parts[1] if len(parts) > 1 else "camu_core"
    if parts[0] == "components" or parts[:2] == ["pages", "components"]:
        return "pages.components"
    return parts[0]


@cache
def statements_of(source: str) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]


def imports_of(module: str, source: str, modules: set[str]) -> Iterator[str]:
    """Every module that a source names in an import, wherever in the file, `from package import module` resolved."""
    packages = {name.rpartition(".")[0] for name in modules}
    for node in statements_of(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            base = node.module or ""
            if node.level:
                own = module.split(".") if module in packages else module.split(".")[:-1]
                base = ".".join([*own[: len(own) - node.level + 1], *([base] if base else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield inner if inner in modules else base


def wrong_arrows(sources: dict[str, str]) -> list[str]:
    """A sentence for each import that the table does not allow."""
    modules, wrong = set(sources), []
    for module, source in sources.items():
        group = group_of(module)
        if group not in ALLOWED:
            wrong.append(f"{module} belongs to no group: add '{group}' to the table")
            continue
        allowed = set(ALLOWED[group].split())
        for target in set(imports_of(module, source, modules)):
            if not _is_fine(module, group, target, allowed):
                wrong.append(f"{module} must not import {target}")
    return sorted(wrong)


def _is_fine(module: str, group: str, target: str, allowed: set[str]) -> bool:
    top, target_group = target.split(".")[0], group_of(target)
    if top not in ("camu_core", "pages", "components", "app"):
        return group in CONFINED.get(top, {group}) and not (top == "torch" and module.startswith(WITHOUT_TORCH))
    if module.startswith("camu_core.methods.") and target.startswith("camu_core.methods"):
        return target in METHOD_ALLOWED
    if top == "camu_core" and "*" in allowed:
        return True
    if group == "pages" and target_group == "pages":
        return target == module
    return target_group == group or target_group in allowed


def test_no_import_points_the_wrong_way():
    found = sources()
    assert len(found) > 25
    assert {"camu_core.runs.execution", "camu_core.methods.camu", "camu_core"} <= set(found)
    assert wrong_arrows(found) == []


def test_the_table_lists_only_arrows_that_exist_and_goes_one_way():
    found = sources()
    arrows = {(group_of(module), group_of(target))
              for module, source in found.items() for target in imports_of(module, source, set(found))}  # fmt: skip
    above = set()
    for group, allowed in ALLOWED.items():
        for target in set(allowed.split()) - {"*"}:
            assert (group, target) in arrows, f"{group} imports nothing of {target}: take it out of the table"
            assert target in above, f"{target} must stand above {group}"
        above.add(group)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("camu_core.specs", "from camu_core.data import DATASETS"),
        ("camu_core.specs", "import camu_core.runs.execution"),
        ("camu_core.specs", "from camu_core import DATASETS"),
        ("camu_core.errors", "from camu_core.specs import RunSpec"),
        ("camu_core.data.splits", "from camu_core.methods import METHODS"),
        ("camu_core.data.splits", "from ..runs.store import RunStore"),
        ("camu_core.networks.models", "from camu_core.runs.execution import execute"),
        ("camu_core.networks.models", "from camu_core import engine"),
        ("camu_core.methods.camu", "from camu_core.methods.retrain import Retrain"),
        ("camu_core.methods.camu", "from camu_core.methods import METHODS"),
        ("camu_core.methods.camu", "from . import retrain"),
        ("camu_core.methods.camu", "from .retrain import Retrain"),
        ("camu_core.methods.camu", "import camu_core.methods.retrain as other"),
        ("camu_core.methods.camu", "from camu_core.measures import accuracy_report"),
        ("camu_core.measures.accuracy", "from camu_core.runs.execution import execute"),
        ("camu_core.figures.accuracy", "from camu_core.runs.execution import execute"),
        ("camu_core.figures.accuracy", "from camu_core.methods import METHODS"),
        ("camu_core.figures.accuracy", "from camu_core.networks.models import predict"),
        ("camu_core.figures.accuracy", "from camu_core.networks.training import training"),
        ("camu_core.figures.accuracy", "import torch"),
        ("camu_core.figures.accuracy", "from camu_core import run"),
        ("camu_core.runs.store", "from camu_core.engine import Engine"),
        ("camu_core.runs.execution", "from camu_core.jobs import RunJob"),
        ("camu_core.runs.execution", "from camu_core.engine import Engine"),
        ("camu_core.runs.execution", "import distributed"),
        ("camu_core.runs.execution", "from pages.components.shared import state"),
        ("camu_core.runs.execution", "import app"),
        ("camu_core.wording.verdict", "import streamlit as st"),
        ("camu_core.engine", "def late():\n    from streamlit import session_state"),
        ("camu_core.engine", "if TYPE_CHECKING:\n    import streamlit.runtime"),
        ("camu_core.accuracy_of_tomorrow", "import json"),
        ("pages.explore.run", "from pages.explore.accuracy import draw"),
        ("pages.explore.run", "import app"),
        ("pages.components.shared.state", "from pages.explore import run"),
        ("pages.components.shared.state", "import app"),
    ],
)
def test_a_wrong_arrow_is_caught(module, line):
    neighbours = {
        "camu_core": "",
        "camu_core.data": "",
        "camu_core.data.splits": "",
        "camu_core.engine": "",
        "camu_core.methods": "",
        "camu_core.methods.base": "",
        "camu_core.methods.retrain": "",
        "camu_core.runs.store": "",
        "pages.explore": "",
        "pages.explore.run": "",
        "pages.explore.accuracy": "",
    }
    (sentence,) = wrong_arrows({**neighbours, module: line})
    assert sentence.startswith(module)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("camu_core.methods.camu", "from camu_core.methods.base import UnlearningTask"),
        ("camu_core.methods.camu", "from .base import UnlearningTask"),
        ("camu_core.methods.scrub", "from camu_core.methods.steps import Passes"),
        ("camu_core.methods", "from camu_core.methods.camu import CaMU"),
        ("camu_core.methods.camu", "import torch\nfrom torch import nn\nimport numpy as np"),
        ("camu_core.figures.accuracy", "from camu_core.figures.theme import FORGET\nimport plotly.graph_objects as go"),
        (
            "camu_core.runs.execution",
            "from camu_core.methods import METHODS\nfrom camu_core.measures import accuracy_report",
        ),
        ("camu_core.commands.run", "from camu_core import __version__"),
        ("pages.explore.run", "import streamlit as st\nfrom pages.components.shared import state\nimport camu_core"),
        ("app", "from pages.components.shared import state\nfrom camu_core.engine import Engine"),
    ],
)
def test_right_arrows_pass(module, line):
    modules = {"camu_core": "", "camu_core.methods": "", "camu_core.methods.base": "", "camu_core.methods.camu": ""}
    assert wrong_arrows({**modules, module: line}) == []


def test_table_has_no_circle():
    """What a group may import may not, by any way round, import the group."""
    cored = {group: set(allowed.split()) for group, allowed in ALLOWED.items() if "*" not in allowed}
    for group in cored:
        reached, waiting = set(), list(cored[group])
        while waiting:
            other = waiting.pop()
            if other not in reached:
                reached.add(other)
                waiting += cored.get(other, ())
        assert group not in reached


def test_public_names():
    assert camu_core.__all__ == PUBLIC_NAMES
    assert all(hasattr(camu_core, name) for name in PUBLIC_NAMES)


def _documented(tree: ast.AST) -> Iterator[tuple[str, set[str], str]]:
    """Name, parameters and fields, and docstring of every class and function that has one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            names = {line.target.id for line in node.body if isinstance(line, ast.AnnAssign)
                     and isinstance(line.target, ast.Name)}  # fmt: skip
        elif isinstance(node, ast.FunctionDef):
            names = {a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
        else:
            continue
        if text := ast.get_docstring(node):
            yield node.name, names, text


def test_documentation_tools_find_every_parameter():
    """One parameter an entry: a second one within its line would be part of the first one's text."""
    found = []
    for module, source in sources().items():
        for name, parameters, text in _documented(ast.parse(source)):
            entries = text.partition("Args:\n")[2].partition("\n\n")[0]
            second = rf"\S[.;] (?:{'|'.join(parameters or ['-'])})(?:, \w+)*: "
            found += [f"{module}.{name}: {match}" for match in re.findall(second, entries)]
    assert not found

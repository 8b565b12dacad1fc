"""The one door through which parameters of the address come in: each has a form and a length; what fails is left out.

Nothing that failed is ever shown: an address is made by whoever sends the link.
"""

import re
from collections.abc import Iterable

import streamlit as st

_DIGEST = "[0-9a-f]{20}"
_NUMBER = "[0-9]{1,9}"  # longer ones are no step, point or seed of anything here
_RANGES = f"{_NUMBER}(-{_NUMBER})?(,{_NUMBER}(-{_NUMBER})?){{0,49}}"
# Parameter -> what it must be, whole. Those that widgets are bound to are checked by Streamlit against their options.
_FORMS = {
    "run": _DIGEST,
    "b": _DIGEST,
    "upload": _DIGEST,
    "dataset": "[a-z0-9_]{1,40}|folder-" + _DIGEST,
    "moment": _NUMBER,
    "selected": rf"{_NUMBER}(\.{_NUMBER}){{0,199}}(~{_NUMBER})?",
    "scene": _NUMBER,
    "story": "[a-z]{1,10}",
    "guess": rf"(-?{_NUMBER})?(\.(-?{_NUMBER})?)?",
    "part": "[a-z]{1,20}",
    "forget": r"[0-9]{1,4}|[0-9]{1,3}(\.[0-9]{1,6})?%|(trigger|swap):[0-9]{1,4}(-[0-9]{1,4})?(x[0-9]{1,6})?",
    "methods": "[A-Za-z0-9_-]{1,60}(,[A-Za-z0-9_-]{1,60}){0,49}",
    "seeds": _RANGES,
    "trainings": _RANGES,
    "trials": _NUMBER,
    "room": "[A-Za-z]{1,12}",
    "me": "[0-9a-f]{32}",
}


def read(name: str) -> str:
    """A parameter of the address; empty if it is not there, or not of its form."""
    value = st.query_params.get(name, "")
    return value if re.fullmatch(_FORMS[name], value) else ""


def is_digest(text: object) -> bool:
    """Whether this can name a run."""
    return isinstance(text, str) and re.fullmatch(_DIGEST, text) is not None


def write(name: str, value: str) -> None:
    """Put a parameter into the address, or out of it if empty or not of its form; nothing is sent if it stays."""
    value = value if isinstance(value, str) and re.fullmatch(_FORMS[name], value) else ""
    if value and st.query_params.get(name) != value:
        st.query_params[name] = value
    elif not value and name in st.query_params:
        del st.query_params[name]


def take_out(names: Iterable[str]) -> list[str]:
    """Take parameters that a page does not read out of the address; returns those that were there."""
    found = [name for name in names if name in st.query_params]
    for name in found:
        del st.query_params[name]
    return found


def check() -> bool:
    """Take out of the address what is not of its form; once at the beginning of every script run.

    Returns:
        whether all of it was.
    """
    wrong = [name for name in _FORMS if name in st.query_params and not read(name)]
    for name in wrong:
        del st.query_params[name]
    return not wrong

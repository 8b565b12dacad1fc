"""Who this visitor is, and what is theirs: the browser's key (see `gate.py`), or who signed in."""

import hashlib
import hmac
import re
import time
import uuid

import streamlit as st

from camu_core.config import admin_key, admin_users
from camu_core.engine.owners import Thing, Visitor
from camu_core.engine.service import engine
from pages.components.shared.gate import COOKIE


def visitor() -> Visitor:
    """The same after a reload and in every tab of a browser; without cookies, of this session alone."""
    user = st.user.to_dict()
    if user.get("is_logged_in"):
        email = str(user.get("email", "")).lower()
        key, is_known = f"user {user.get('iss', '')} {user.get('sub') or email}", email in admin_users()
    else:
        key, is_known = browser_key() or _of_session(), False
    name = hashlib.sha256(f"camu visitor {key}".encode()).hexdigest()[:20]
    st.session_state["watcher"] = name
    return Visitor(name, is_known or bool(st.session_state.get("is-operator")))


def browser_key() -> str:
    """Of this browser, whoever signed in; empty if it keeps no cookies."""
    cookie = st.context.cookies.get(COOKIE)
    return cookie if isinstance(cookie, str) and re.fullmatch("[0-9a-f]{64}", cookie) else ""


def _of_session() -> str:
    return st.session_state.setdefault("visitor-key", uuid.uuid4().hex)


def become_operator(key: str) -> bool:
    """Compare what was typed in with CAMU_ADMIN_KEY; slowly where it is wrong."""
    expected = admin_key()
    is_right = bool(expected) and hmac.compare_digest(key.encode(), expected.encode())
    if is_right:
        st.session_state["is-operator"] = True
    else:
        time.sleep(1)
    return is_right


def may_change(kind: str, name: str) -> bool:
    """Whether this visitor may delete, pin or unpin a thing."""
    return engine().owners.may_change(Thing(kind, name), visitor())


def is_hidden(kind: str, name: str) -> bool:
    """Whether lists leave it out, for it was deleted."""
    return engine().owners.is_hidden(Thing(kind, name), visitor())


def leave(kind: str, name: str) -> bool:
    """Delete a thing for this visitor; whether they had the right."""
    return engine().owners.leave(Thing(kind, name), visitor())


def left() -> list[Thing]:
    """What this visitor has just deleted."""
    return engine().owners.left_by(visitor())


def take_back() -> None:
    """Undo every deletion of the last minute; in a callback."""
    for thing in left():
        engine().owners.come_back(thing, visitor())


def own(kind: str, name: str) -> None:
    """Note that this visitor asked for a thing."""
    engine().owners.note(Thing(kind, name), visitor().name)


def is_watching(digest: str) -> bool:
    """Whether a job is under way for this visitor, so that they can stop it."""
    return engine().is_watched(digest, visitor().name)

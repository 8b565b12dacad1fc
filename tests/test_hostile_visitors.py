"""What one visitor sends must not hurt another: raw messages to a real server, beside a victim in mid-run."""

import time
from collections.abc import Iterator

import pytest
import streamlit as st
from app_server import AppServer
from streamlit.proto.BackMsg_pb2 import BackMsg
from visitor import Visitor, new_cookie

from pages.components import state

PRESS = "Forget it"
VERDICT = "Test images that the network still recognises"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[AppServer]:
    with AppServer() as server:
        yield server


def arrive(server: AppServer, page: str = "run", cookie: str = "", **query: str) -> Visitor:
    return Visitor(server.address, page, cookie or new_cookie(server.address), **query)


def test_a_message_that_clears_the_caches_destroys_no_work(server: AppServer) -> None:
    with arrive(server) as victim, arrive(server) as stranger:
        n_workers = server.n_workers()
        victim.press("7")
        victim.press(PRESS)
        clear = BackMsg()
        clear.clear_cache = True
        for _ in range(3):
            stranger.send(clear)
            stranger.wait_finished(stranger.rerun())
            time.sleep(0.3)
        victim.watch_until(VERDICT)
    assert server.n_workers() == n_workers


def test_the_engine_is_no_cache() -> None:
    before = state.engine()
    st.cache_resource.clear()
    st.cache_data.clear()
    assert state.engine() is before


def running(server: AppServer) -> list[str]:
    return [path.stem for path in (server.home / "pending").glob("*.json")]


def start_long(visitor: Visitor, digit: str, seed: int) -> str:
    """Press for a run that takes a while; its digest."""
    visitor.press(digit)
    values = {"epochs": 200.0, "Seed": float(seed)}
    widgets = {visitor.widget("number_input", label).id: ("double_value", value) for label, value in values.items()}
    visitor.wait_finished(visitor.rerun(**widgets))
    visitor.press(PRESS)
    return visitor.parameter("run")


def wait_for(condition, what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def test_a_stranger_cannot_stop_a_run_and_its_owner_can_after_a_reload(server: AppServer) -> None:
    cookie = new_cookie(server.address)
    with arrive(server, cookie=cookie) as owner:
        digest = start_long(owner, "4", seed=41)
    with arrive(server, run=digest) as stranger:
        assert stranger.widget("button", "Stop").disabled
        stranger.rerun(**{stranger.buttons["Stop"]: ("trigger_value", True)})
        time.sleep(1.5)
        assert digest in running(server), "the stranger's press did nothing"
        with arrive(server, cookie=cookie, run=digest) as again:
            assert not again.widget("button", "Stop").disabled
            again.press("Stop")
            wait_for(lambda: digest not in running(server), "the end of the run", 10)

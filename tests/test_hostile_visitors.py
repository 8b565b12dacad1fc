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

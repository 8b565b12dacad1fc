"""What one visitor sends must not hurt another: raw messages to a real server, beside a victim in mid-run."""

import os
import random
import time
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pyarrow as pa
import pytest
import streamlit as st
from app_server import AppServer
from streamlit.proto.BackMsg_pb2 import BackMsg
from visitor import Visitor, new_cookie

from pages.components.shared import state

PRESS = "Forget it"
N_FUZZED = int(os.environ.get("CAMU_FUZZ", "30"))  # 300 takes some minutes
VERDICT = "Test images the network still recognises"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[AppServer]:
    with AppServer(CAMU_MAX_ZIP_MB="0.02") as server:
        yield server


def arrive(server: AppServer, page: str = "run", cookie: str = "", **query: str) -> Visitor:
    return Visitor(server.address, page, cookie or new_cookie(server.address), **query)


def test_a_message_that_clears_the_caches_destroys_no_work(server: AppServer) -> None:
    with arrive(server) as victim, arrive(server) as stranger:
        wait_for(lambda: len(server.workers()) == os.cpu_count(), "all workers")
        workers = server.workers()
        start(victim, "3", Seed=40.0)  # retrained networks of this digit are shipped: little follows
        clear = BackMsg()
        clear.clear_cache = True
        for _ in range(3):
            stranger.send(clear)
            stranger.wait_finished(stranger.rerun())
            time.sleep(0.3)
        victim.watch_until(VERDICT)
    assert server.workers() == workers


def test_the_engine_is_no_cache() -> None:
    before = state.engine()
    st.cache_resource.clear()
    st.cache_data.clear()
    assert state.engine() is before


def running(server: AppServer) -> list[str]:
    return [path.stem for path in (server.home / "pending").glob("*.json")]


def start(visitor: Visitor, digit: str, **values: float) -> str:
    """Press for a run with these settings; its digest."""
    visitor.press(digit)
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
        digest = start(owner, "4", Epochs=200.0, Seed=41.0)  # which takes a while
    with arrive(server, run=digest) as stranger:
        assert stranger.widget("button", "Stop").disabled
        stranger.rerun(**{stranger.buttons["Stop"]: ("trigger_value", True)})
        time.sleep(1.5)
        assert digest in running(server), "the stranger's press did nothing"
        with arrive(server, cookie=cookie, run=digest) as again:
            assert not again.widget("button", "Stop").disabled
            again.press("Stop")
            wait_for(lambda: digest not in running(server), "the end of the run", 10)


def test_a_sweep_of_a_thousand_blocks_neither_its_page_nor_a_person(server: AppServer) -> None:
    with arrive(server, "runs") as stranger, arrive(server) as victim:
        values = {"What to forget, one at a time": "all", "Seeds": "1000-1049"}
        fields = {stranger.widget("text_input", name).id: ("string_value", text) for name, text in values.items()}
        press = {stranger.buttons["Start the sweep"]: ("trigger_value", True)}
        started = time.monotonic()
        stranger.wait_finished(stranger.rerun(**fields, **press))
        took = time.monotonic() - started
        stranger.wait_for(lambda: "of 1000 runs finished" in stranger.texts, "the sweep on the list", 20)
        assert took < 20, "it took 36 s; 2 s here on an idle machine"
        wait_for(lambda: len(running(server)) >= 2, "all workers busy with the sweep")
        start(victim, "3", Seed=42.0)
        victim.watch_until(VERDICT, 30)
        assert len(running(server)) < 10, "what waits leaves no files"
        assert "Stop" in stranger.buttons
        with arrive(server, "runs") as other:
            assert "Stop" not in other.buttons, "the sweep of somebody else"
            assert "Remove" not in other.texts
        stranger.press("Stop")
        wait_for(lambda: not running(server), "the end of the sweep")


def test_nobody_deletes_a_run_of_somebody_else(server: AppServer) -> None:
    cookie = new_cookie(server.address)
    with arrive(server, cookie=cookie) as victim:
        victim.press(PRESS)  # for the digit 3: what follows its run is shipped, so that no other run joins the list
        victim.watch_until(VERDICT)
        digest = victim.parameter("run")
    rows = '{"selection": {"rows": [%s], "columns": [], "cells": []}}'

    def table(visitor: Visitor) -> tuple[str, list[str]]:
        """The list of runs: its name, and how their digests begin."""
        found = next(e.dataframe for e in visitor.elements if e.WhichOneof("type") == "dataframe")
        return found.id, pa.ipc.open_stream(found.arrow_data.data).read_all()["run"].to_pylist()

    def tick(visitor: Visitor, row: str = "") -> None:
        """A row of the list, the run's own if none is named: again, if another visitor's run joined it meanwhile."""
        ticked = None
        while ticked != (place := (table(visitor)[0], row or str(table(visitor)[1].index(digest[:8])))):
            visitor.wait_finished(visitor.rerun(**{place[0]: ("string_value", rows % place[1])}))
            ticked = place

    with arrive(server, "runs") as stranger:
        for row in ("", "999999", "-5", '"x"'):
            tick(stranger, row)
            buttons = [e.button for e in stranger.elements if e.WhichOneof("type") == "button"]
            assert all(button.disabled for button in buttons if button.label in ("Pin", "Unpin"))
            assert "Yes, delete" not in stranger.buttons or not row
            if "Yes, delete" in stranger.buttons:
                stranger.press("Yes, delete")
        assert (server.home / "runs" / digest / "manifest.json").is_file()
        assert "Undo" not in stranger.buttons
    with arrive(server, "runs", cookie=cookie) as owner:
        tick(owner)
        owner.press("Yes, delete")
        assert "Undo" in owner.buttons
        owner.press("Undo")
        assert "Undo" not in owner.buttons
    assert (server.home / "runs" / digest / "manifest.json").is_file()


def test_one_session_cannot_fill_the_memory_with_files(server: AppServer) -> None:
    with urlopen(f"{server.address}/_stcore/health") as answer:  # which gives the token
        token = next(part for part in answer.headers["Set-Cookie"].split(";") if "_xsrf" in part)
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n%s\r\n--x--\r\n' % bytes(16_000)
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Cookie": token, "X-Xsrftoken": token.split("=")[1]}
    with arrive(server, "learn") as visitor:  # where nothing is uploaded
        answers = []
        for i in range(3):
            address = f"{server.address}/_stcore/upload_file/{visitor.session}/{i}"
            try:
                with urlopen(Request(address, form, headers, method="PUT")) as answer:
                    answers.append(answer.status)
            except HTTPError as error:
                answers.append(error.code)
    assert answers == [204, 204, 413]


PAGES = ("", "learn", "teach", "join", "run", "embeddings", "accuracy", "causal", "privacy", "draw", "compare", "runs")
PARAMETERS = (
    "run", "b", "dataset", "moment", "selected", "scene", "guess", "part", "forget", "methods", "seeds", "trainings",
    "present", "color-by", "privacy-part", "causal-part", "intervention", "draw-source", "room", "me", "watch",
    "story", "nonsense",
)  # fmt: skip
PROBE = "zq9probe"
BAD = (
    f"[{PROBE}](http://127.0.0.1:9) ![x](http://127.0.0.1:9/{PROBE}.png)", f"<img src=x alt={PROBE}>", PROBE * 40,
    "9" * 5000, "-1", "1e9", "5-2", "0-99999999", ",".join(["0-999"] * 30), "", " ", "\x00", "../../../etc/passwd",
    "f" * 20, "folder-" + "0" * 20, "\u202e" + PROBE, "%s%s%n", "true", "0", "3",
)  # fmt: skip
KINDS = ("trigger_value", "bool_value", "double_value", "int_value", "string_value", "string_array_value",
         "double_array_value", "int_array_value", "json_value", "bytes_value", "string_trigger_value")  # fmt: skip


def hostile_value(kind: str, rng: random.Random) -> object:
    """A value of this kind that no page asked for."""
    if kind in ("trigger_value", "bool_value"):
        return rng.random() < 0.5
    number = rng.choice((-1, 0, 7, 2**31, -(2**62)))
    text = rng.choice((*BAD, "{}", "[]", "null", '{"selection": 3}', '{"selection": {"points": [{"x": 1}]}}'))
    values = {
        "double_value": rng.choice((float("nan"), float("inf"), -1e308, 3.5)), "int_value": number,
        "string_array_value": [text, text], "double_array_value": [float("nan"), 1e300],
        "int_array_value": [number, 99],
        "bytes_value": b"\xff\x00",
    }  # fmt: skip
    return values.get(kind, text)


def assert_no_harm(server: AppServer, visitor: Visitor, what: object) -> None:
    assert "Traceback" not in server.log, f"{server.log[-1500:]}: {what}"
    assert not visitor.failures, what
    assert PROBE not in visitor.texts, what


def test_no_address_breaks_a_page_or_is_echoed(server: AppServer) -> None:
    rng = random.Random(17)
    for _ in range(N_FUZZED):
        query = {name: rng.choice(BAD) for name in rng.sample(PARAMETERS, rng.randint(1, 4))}
        page = rng.choice(PAGES)
        with arrive(server, page, cookie="x=y", **query) as visitor:
            assert_no_harm(server, visitor, (page, query))


def test_no_widget_message_breaks_a_page(server: AppServer) -> None:
    rng, n_sent = random.Random(18), 0
    while n_sent < N_FUZZED:
        page = PAGES[n_sent // 3 % len(PAGES)]
        with arrive(server, page) as visitor:  # anew: the sender's own page may show but the sentence afterwards
            for _ in range(3):
                if not (ids := sorted(visitor.widget_ids())):
                    break
                chosen = {rng.choice(ids): rng.choice(KINDS) for _ in range(3)}
                values = {name: (kind, hostile_value(kind, rng)) for name, kind in chosen.items()}
                visitor.wait_finished(visitor.rerun(**values))
                n_sent += 1
                assert_no_harm(server, visitor, (page, values))

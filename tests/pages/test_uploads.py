"""How much of uploaded files the server's memory takes, of one session and of all."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from opening import open_page
from starlette.exceptions import HTTPException
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from pages.components.own_images import state as state_own
from pages.components.own_images import text as text_own
from pages.components.shared import state, text, uploads

MB = 1_000_000
T = TypeVar("T")


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, UploadedFileRec]]:
    """What Streamlit keeps, where the largest zip file has 1 MB."""
    files: dict[str, dict[str, UploadedFileRec]] = {}
    monkeypatch.setattr(uploads, "_kept", lambda: files)
    monkeypatch.setenv("CAMU_MAX_ZIP_MB", "1")
    return files


@pytest.fixture
def limit(kept) -> uploads.UploadLimit:
    """Before an application that keeps what it is sent, as Streamlit does."""

    async def keep(scope, receive, send) -> None:
        *_, session, name = scope["path"].split("/")
        data, is_more = b"", True
        while is_more:
            message = await receive()
            data, is_more = data + message["body"], message["more_body"]
        kept.setdefault(session, {})[name] = UploadedFileRec(name, "photos.zip", "", data)

    return uploads.UploadLimit(keep)


def finished(work: Coroutine[None, None, T]) -> T:
    """What it returns; in a thread of its own, as a browser's tests leave an event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def put(limit: uploads.UploadLimit, session: str, name: str, n_bytes: int, announced: bool = True) -> str:
    """Send a file in two parts; the refusal, if there is one."""
    messages = iter([{"type": "http.request", "body": bytes(n_bytes // 2), "more_body": i == 0} for i in range(2)])

    async def receive() -> dict:
        await asyncio.sleep(0)  # others come in between
        return next(messages)

    headers = [(b"content-length", str(n_bytes).encode())] * announced
    path = f"/base/_stcore/upload_file/{session}/{name}"
    try:
        await limit({"type": "http", "method": "PUT", "path": path, "headers": headers}, receive, None)
    except HTTPException as error:
        return str(error)
    return ""


@pytest.mark.parametrize("announced", [True, False])
def test_a_session_holds_two_of_the_largest_files_until_it_lets_one_go(limit, kept, announced: bool) -> None:
    def send(session: str, name: str) -> str:
        return finished(put(limit, session, name, 900_000, announced))

    assert [send("a", name) for name in "12"] == ["", ""]
    assert send("a", "3") == f"413: {text.UPLOADED_ENOUGH.format(most_mb=2)}"
    assert send("b", "3") == "", "the limit is of one session"
    del kept["a"]["1"]
    assert send("a", "3") == ""


def test_files_that_are_sent_at_the_same_time_count_together(limit, kept) -> None:
    async def send_all() -> list[str]:
        return await asyncio.gather(*(put(limit, "a", str(i), 900_000, announced=False) for i in range(8)))

    assert finished(send_all()).count("") <= 2
    assert sum(len(file.data) for file in kept.get("a", {}).values()) <= 2 * MB
    assert not limit._arriving


def test_all_sessions_together_hold_sixteen(limit, kept) -> None:
    said = [finished(put(limit, str(i), "1", MB)) for i in range(17)]
    assert said.count("") == 15, "each has a name as well"
    assert said[-1] == f"413: {text.UPLOADS_FULL}"


def test_empty_files_without_end_are_too_many(limit, kept) -> None:
    kept["a"] = {str(i): UploadedFileRec(str(i), "", "", b"") for i in range(2000)}
    assert finished(put(limit, "a", "one more", 1))
    kept["a"] = {"1": UploadedFileRec("1", "n" * 2 * MB, "", b"")}
    assert finished(put(limit, "a", "one more", 1)), "a name takes memory too"


def test_what_was_read_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    taken, freed = [], []
    monkeypatch.setattr(state_own, "start_import", lambda *given: taken.append(given) or len(taken) > 1)
    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", lambda *given: freed.append(given))
    app = open_page("explore/run")
    app.segmented_control(key="dataset").set_value(state.OWN_IMAGES).run()
    app.file_uploader(key="own-zip").upload("photos.zip", b"content", "application/zip").run()
    for n_freed in range(2):
        next(each for each in app.button if each.label == text_own.READ).click().run()
        assert not app.exception
        assert len(freed) == n_freed, "what was not taken stays"
    assert [content for content, *_ in taken] == [b"content"] * 2

"""Uploaded files in the server's memory: Streamlit keeps each until its session ends, whatever page it was sent to."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import cast

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from camu_core.config import import_limits
from pages.components.shared import text

_PATH = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")
_OF_ONE, _OF_ALL = 2, 16  # times the largest zip file: the share of a session, and of all together
_ENTRY_BYTES = 1000  # what a file takes besides its content and its name


class UploadLimit:
    """ASGI middleware: answers an upload with 413 when its session, or all together, would hold too much."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._arriving: Counter[str] = Counter()  # bytes of uploads under way, by session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_upload = scope["type"] == "http" and scope["method"] in ("PUT", "POST")
        found = _PATH.search(scope["path"]) if is_upload else None
        if found is None:
            await self._app(scope, receive, send)
            return
        session, n_arrived, n_counted = found[1], 0, 0

        async def receive_some() -> Message:
            nonlocal n_arrived, n_counted
            message = await receive()
            n_arrived += len(message.get("body", b""))
            n_bytes = max(n_arrived, int(Headers(scope=scope).get("content-length", 0)))
            if n_bytes > n_counted:
                self._arriving[session] += n_bytes - n_counted
                n_counted = n_bytes
                self._check(session)
            return message

        try:
            await self._app(scope, receive_some, send)
        finally:
            self._arriving[session] -= n_counted
            if not self._arriving[session]:
                del self._arriving[session]

    def _check(self, session: str) -> None:
        """Raises: HTTPException: it is too much, with what is still arriving; Starlette makes the answer of it."""
        most_bytes = import_limits().zip_mb * 1e6
        kept = {name: _n_bytes(files.values()) for name, files in _kept().items()}
        if kept.get(session, 0) + self._arriving[session] > _OF_ONE * most_bytes:
            raise HTTPException(413, text.UPLOADED_ENOUGH.format(most_mb=_OF_ONE * most_bytes / 1e6))
        if sum(kept.values()) + self._arriving.total() > _OF_ALL * most_bytes:
            raise HTTPException(413, text.UPLOADS_FULL)


def let_go(*files: UploadedFile) -> None:
    """Free files of this session that have been read; their uploader is empty the next time it is shown."""
    context = get_script_run_ctx()
    for file in files:
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def _kept() -> Mapping[str, Mapping[str, UploadedFileRec]]:
    """By session, and by the id of each."""
    return cast(MemoryUploadedFileManager, get_instance().uploaded_file_mgr).file_storage


def _n_bytes(files: Iterable[UploadedFileRec]) -> int:
    return sum(sum(map(len, file)) + _ENTRY_BYTES for file in files)

"""What stands before Streamlit: it gives each browser a key of its own, and keeps visitors from what concerns all."""

import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

COOKIE = "camu_visitor"
_KEY_BYTES = 32
_KEPT_SECONDS = 400 * 24 * 3600  # the longest that browsers allow
_STREAMLITS_METRICS = "/_stcore/metrics"  # for anybody; ours are in `probes.py`, for the operator
# Messages of a client that concern everybody: emptying the caches, watching files, reading the repository.
_NOT_FOR_VISITORS = {"clear_cache", "set_run_on_save", "load_git_info"}


class Gate:
    """ASGI middleware.

    The key is a cookie that scripts cannot read; it survives a reload and is the same in all tabs of a browser.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._app(scope, _listening(receive), send)
        elif scope["type"] == "http" and scope["path"].endswith(_STREAMLITS_METRICS):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
        elif scope["type"] == "http" and _is_first_visit(Headers(scope=scope)):
            await self._app(scope, receive, _greeting(scope, send))
        else:
            await self._app(scope, receive, send)


def _is_first_visit(headers: Headers) -> bool:
    """A browser that asks for a page and has no key."""
    return "text/html" in headers.get("accept", "") and COOKIE not in cookie_parser(headers.get("cookie", ""))


def _greeting(scope: Scope, send: Send) -> Send:
    """Send, and a new key with it."""
    is_secure = "https" in (scope.get("scheme"), Headers(scope=scope).get("x-forwarded-proto"))
    value = f"{COOKIE}={secrets.token_hex(_KEY_BYTES)}; Path=/; Max-Age={_KEPT_SECONDS}; HttpOnly; SameSite=Lax"

    async def greet(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", value + ("; Secure" if is_secure else ""))
        await send(message)

    return greet


def _listening(receive: Receive) -> Receive:
    """Receive what a visitor may say; the rest is dropped."""

    async def listen() -> Message:
        while True:
            message = await receive()
            content = message.get("bytes") if message["type"] == "websocket.receive" else None
            if content is None or not _is_for_all(content):
                return message

    return listen


def _is_for_all(content: bytes) -> bool:
    message = BackMsg()
    try:
        message.ParseFromString(content)
    except Exception:  # not of the protocol: Streamlit closes the connection
        return False
    return message.WhichOneof("type") in _NOT_FOR_VISITORS

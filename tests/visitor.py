"""A visitor without a browser: speaks Streamlit's websocket protocol, well or badly, against a real server."""

import threading
import time
import urllib.request
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

WAIT_SECONDS = 120
COOKIE = "camu_visitor"


def new_cookie(address: str) -> str:
    """What the server gives a browser that comes for the first time, "name=value"."""
    request = urllib.request.Request(address, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:
        cookies = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    return next(cookie.split(";")[0] for cookie in cookies if cookie.startswith(COOKIE))


class Visitor:
    """One session; a context manager.

    Args:
        address: "http://127.0.0.1:PORT". page: its url path. cookie: "name=value" or nothing.
        query: parameters of the address.

    Attributes:
        texts: everything readable that was shown since the last full run of the page, in one string.
        buttons: widget id by label.
        fragments: of the widgets that are in one, by widget id.
        elements: everything shown since then.
        session: Streamlit's name of it.
    """

    def __init__(self, address: str, page: str = "", cookie: str = "", **query: str) -> None:
        headers = {"Cookie": cookie} if cookie else None
        self._socket = connect(
            address.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit"], additional_headers=headers,
            max_size=None, open_timeout=WAIT_SECONDS, proxy=None, compression=None,
        )  # fmt: skip
        self.query, self.page_hash = urlencode(query), ""
        self.elements: list[Element] = []
        self.timers: dict[str, float] = {}
        self.fragments: dict[str, str] = {}
        self.n_finished, self.is_closed, self.is_page_not_found, self.failures = 0, False, False, []
        self._news = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()
        self.rerun(page_name=page)
        self.wait_finished()

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.close()

    @property
    def buttons(self) -> dict[str, str]:
        return {e.button.label: e.button.id for e in self.elements if e.WhichOneof("type") == "button"}

    def widget_ids(self) -> set[str]:
        """Of everything that takes a value."""
        shown = [getattr(e, e.WhichOneof("type")) for e in self.elements if e.WhichOneof("type")]
        return {widget.id for widget in shown if getattr(widget, "id", "")}

    def widget(self, kind: str, label: str):
        """The newest widget of a kind, such as "number_input", with this label."""
        found = [getattr(e, kind) for e in self.elements if e.WhichOneof("type") == kind]
        return next(widget for widget in reversed(found) if widget.label == label)

    def parameter(self, name: str) -> str:
        """Of the address as it is now."""
        self.wait_for(lambda: name in parse_qs(self.query), f"'{name}' in the address")
        return parse_qs(self.query)[name][0]

    @property
    def texts(self) -> str:
        return "\n".join(str(element) for element in self.elements)

    def send(self, message: BackMsg) -> None:
        self._socket.send(message.SerializeToString())

    def rerun(self, page_name: str = "", fragment: str = "", **values: tuple[str, object]) -> int:
        """Ask for a run of the page. Args: values: (kind of value, value) by widget id."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_name = self.query, page_name
        state.page_script_hash = "" if page_name else self.page_hash
        state.context_info.timezone = "UTC"
        state.widget_states.SetInParent()
        if fragment:
            state.fragment_id, state.is_auto_rerun = fragment, not values
        for widget, (kind, value) in values.items():
            entry = state.widget_states.widgets.add(id=widget)
            if isinstance(value, list):
                getattr(entry, kind).data.extend(value)
            elif kind == "string_trigger_value":
                entry.string_trigger_value.data = value
            else:
                setattr(entry, kind, value)
        asked = self.n_finished
        self.send(message)
        return asked

    def press(self, label: str) -> None:
        """Press a button and wait for the page."""
        button = self.wait_for(lambda: self.buttons.get(label), f"a button '{label}'")
        self.wait_finished(self.rerun(**{button: ("trigger_value", True)}))

    def tap(self, label: str) -> None:
        """Press a button of a fragment as a browser does: nothing else is drawn anew."""
        button = self.wait_for(lambda: self.buttons.get(label), f"a button '{label}'")
        fragment = self.fragments[button]
        self.wait_finished(self.rerun(fragment=fragment, **{button: ("trigger_value", True)}))

    def wait_finished(self, asked: int = 0) -> None:
        self.wait_for(lambda: self.n_finished > asked, "the end of the script")

    def poll(self) -> None:
        """What a browser does while a page moves by itself: run its fragments again."""
        for fragment in list(self.timers):
            self.rerun(fragment=fragment)
        time.sleep(0.4)

    def wait_for(self, condition: Callable[[], object], what: str, seconds: float = WAIT_SECONDS):
        deadline = time.monotonic() + seconds
        with self._news:
            while not (found := condition()):
                if self.is_closed or time.monotonic() > deadline:
                    raise AssertionError(f"no {what} within {seconds} s; shown: {self.texts[-3000:]}")
                self._news.wait(0.5)
        return found

    def watch_until(self, word: str, seconds: float = WAIT_SECONDS) -> None:
        """Poll as a browser does until a word is shown."""
        deadline = time.monotonic() + seconds
        while word not in self.texts:
            if time.monotonic() > deadline:
                raise AssertionError(f"'{word}' was not shown within {seconds} s; shown: {self.texts[-3000:]}")
            self.poll()

    def _listen(self) -> None:
        try:
            for content in self._socket:
                message = ForwardMsg()
                message.ParseFromString(content)
                with self._news:
                    self._take(message)
                    self._news.notify_all()
        except ConnectionClosed:
            pass
        with self._news:
            self.is_closed = True
            self._news.notify_all()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self.elements.clear()
            self.timers.clear()
            self.session = message.new_session.initialize.session_id
        elif kind == "navigation":
            self.page_hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self.timers[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "page_not_found":
            self.is_page_not_found = True
        elif kind == "script_finished":
            if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self.n_finished += 1
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            self.elements.append(element)
            if message.delta.fragment_id and element.WhichOneof("type") == "button":
                self.fragments[element.button.id] = message.delta.fragment_id
            if element.WhichOneof("type") == "exception":
                self.failures.append(element.exception)

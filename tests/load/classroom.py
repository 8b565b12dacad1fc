"""A classroom on one small server: many sessions press at once. Prints its figures as JSON; not part of pytest.

    python tests/load/classroom.py --scenario same     # 30 sessions and 2 browsers press the same button within 2 s
    python tests/load/classroom.py --scenario many     # 10 sessions press 10 different buttons, others load pages

Sessions speak Streamlit's websocket protocol directly, since on two processors browsers themselves would be the limit.
It starts its own server on loopback with an empty CAMU_HOME, and ends it.
"""

import argparse
import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
from playwright.async_api import async_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from tornado.websocket import WebSocketClientConnection, websocket_connect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from app_server import AppServer

TIMEOUT_SECONDS = 150
PRESS = "Forget it"
VERDICT = "Test images the network still recognises"
MAX_MESSAGE_BYTES = 200_000_000


@dataclass
class Session:
    """One visitor without a browser: keeps what a browser keeps, answers what a browser answers."""

    socket: WebSocketClientConnection
    page_script_hash: str = ""
    query_string: str = ""
    buttons: dict[str, str] = field(default_factory=dict)
    seen_verdict: float | None = None
    timers: dict[str, asyncio.Task] = field(default_factory=dict)
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    listener: asyncio.Task | None = None
    last: str = ""

    @classmethod
    async def open(cls, port: int, page: str) -> "Session":
        url = f"ws://127.0.0.1:{port}/_stcore/stream"
        socket = await websocket_connect(url, subprotocols=["streamlit"], max_message_size=MAX_MESSAGE_BYTES)
        session = cls(socket)
        session.listener = asyncio.ensure_future(session._listen())
        await session.rerun(page_name=page)
        return session

    async def rerun(self, page_name: str = "", press: str = "", fragment: str = "") -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_name = self.query_string, page_name
        state.page_script_hash = "" if page_name else self.page_script_hash
        state.context_info.timezone = "UTC"
        if fragment:
            state.fragment_id, state.is_auto_rerun = fragment, True
        if press:
            widget = state.widget_states.widgets.add()
            widget.id, widget.trigger_value = self.buttons[press], True
        else:
            state.widget_states.SetInParent()
        if not fragment:
            self.finished.clear()
        await self.socket.write_message(message.SerializeToString(), binary=True)

    async def load(self) -> float:
        """Wait until the running script has finished; seconds."""
        started = time.monotonic()
        done = asyncio.ensure_future(self.finished.wait())
        await asyncio.wait({done, self.listener}, timeout=TIMEOUT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not done.done():
            done.cancel()
            why = self.listener.exception() if self.listener.done() else "no end of the script"
            raise RuntimeError(f"page load after {time.monotonic() - started:.0f} s: {why}; last: {self.last}")
        return time.monotonic() - started

    async def _listen(self) -> None:
        while (content := await self.socket.read_message()) is not None:
            message = ForwardMsg()
            message.ParseFromString(content)
            self._take(message)

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        self.last = kind if kind != "script_finished" else f"{kind} {message.script_finished}"
        if kind == "new_session":
            if not message.metadata.run.fragment_ids:
                self._stop_timers()
        elif kind == "navigation":
            self.page_script_hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query_string = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            rerun = message.auto_rerun
            if rerun.fragment_id not in self.timers:
                self.timers[rerun.fragment_id] = asyncio.ensure_future(self._poll(rerun.fragment_id, rerun.interval))
        elif kind == "script_finished":
            self.finished.set()
        elif kind == "delta":
            element = message.delta.new_element
            if element.WhichOneof("type") == "button":
                self.buttons[element.button.label] = element.button.id
            elif element.WhichOneof("type") == "markdown" and VERDICT in element.markdown.body:
                self.seen_verdict = time.monotonic()

    async def _poll(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self.rerun(fragment=fragment)

    def _stop_timers(self) -> None:
        for timer in self.timers.values():
            timer.cancel()
        self.timers.clear()

    def close(self) -> None:
        self._stop_timers()
        self.socket.close()


class Server(AppServer):
    """With how much memory its whole tree takes, and what it has computed."""

    def memory_mb(self) -> dict[str, float]:
        """Of the process tree: proportional set size (shared pages counted once) and resident set size."""
        tree = [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]
        infos = [process.memory_full_info() for process in tree if process.is_running()]
        return {"pss": sum(info.pss for info in infos) / 1e6, "rss": sum(info.rss for info in infos) / 1e6}

    def n_runs(self, method: str = "camu") -> int:
        """Finished computations of one method, by what is in the store."""
        summaries = (json.loads(path.read_text()) for path in self.home.glob("runs/*/summary.json"))
        return sum(summary["spec"]["method"] == method for summary in summaries)


async def watch_memory(server: Server, peak: dict[str, float]) -> None:
    while True:
        for name, value in server.memory_mb().items():
            peak[name] = max(peak.get(name, 0.0), round(value))
        await asyncio.sleep(1)


async def press_and_wait(sessions: list[Session], labels: list[str]) -> list[float]:
    """Everybody presses within 2 s; seconds from each press to its verdict."""

    async def one(session: Session, delay: float) -> float:
        await asyncio.sleep(delay)
        session.seen_verdict = None
        started = time.monotonic()
        await session.rerun(press=PRESS)
        while session.seen_verdict is None:
            await asyncio.sleep(0.05)
        return session.seen_verdict - started

    for session, label in zip(sessions, labels, strict=True):
        await session.rerun(press=label)
        await session.load()
    delays = np.linspace(0, 2, len(sessions))
    waits = [asyncio.ensure_future(one(s, delay)) for s, delay in zip(sessions, delays, strict=True)]
    finished, late = await asyncio.wait(waits, timeout=TIMEOUT_SECONDS)
    for task in late:
        task.cancel()
    return [task.result() for task in finished]


async def browsers_press(server: Server, n: int, label: str) -> list[float]:
    """Real Chromium contexts press the same button; seconds to the verdict."""
    flags = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)

        async def one() -> float:
            page = await (await browser.new_context()).new_page()
            page.set_default_timeout(TIMEOUT_SECONDS * 1000)
            await page.goto(f"http://127.0.0.1:{server.port}/run")
            await page.get_by_role("button", name=label, exact=True).click()
            await page.get_by_role("button", name=PRESS).click()
            started = time.monotonic()
            await page.wait_for_selector(".st-key-verdict >> text=recognised")
            return time.monotonic() - started

        return await asyncio.gather(*(one() for _ in range(n)))


async def load_pages(port: int, until: asyncio.Future, found: list[float]) -> None:
    """A visitor who looks at one page after another; seconds of each load."""
    while not until.done():
        for page in ("run", "embeddings", "accuracy"):
            started = time.monotonic()
            session = await Session.open(port, page)
            await session.load()
            found.append(time.monotonic() - started)
            session.close()
            await asyncio.sleep(0.5)


def faults(found: dict) -> list[str]:
    """What of the figures fails the aims that hold on any machine, in sentences."""
    wrong = []
    if found["verdicts"] < found["verdicts_expected"]:
        wrong.append(f"{found['verdicts']} verdicts of {found['verdicts_expected']} came")
    n_expected = 1 if found["scenario"] == "same" else min(found["sessions"], 10)
    if found["camu_computations"] != n_expected:
        wrong.append(f"{found['camu_computations']} computations instead of {n_expected}")
    return wrong


async def run(scenario: str, n_sessions: int, n_browsers: int) -> dict:
    with Server() as server:
        peak: dict[str, float] = {}
        memory = asyncio.ensure_future(watch_memory(server, peak))
        loads: list[float] = []
        first = await Session.open(server.port, "run")
        await first.load()
        sessions = [await Session.open(server.port, "run") for _ in range(n_sessions)]
        await asyncio.gather(*(session.load() for session in sessions))
        if scenario == "same":
            work = asyncio.gather(press_and_wait(sessions, ["7"] * n_sessions), browsers_press(server, n_browsers, "7"))
        else:
            work = asyncio.gather(press_and_wait(sessions, [str(i % 10) for i in range(n_sessions)]))
            visitor = asyncio.ensure_future(load_pages(server.port, work, loads))
        verdicts = [seconds for part in await work for seconds in part]
        if scenario == "many":
            await visitor
        memory.cancel()
        for session in sessions:
            session.close()
        return {
            "scenario": scenario,
            "sessions": n_sessions,
            "server_ready_seconds": round(server.ready_seconds, 1),
            "verdicts": len(verdicts),
            "verdicts_expected": n_sessions + (n_browsers if scenario == "same" else 0),
            "verdict_seconds": {"median": round(np.median(verdicts), 1), "max": round(max(verdicts), 1)}
            if verdicts
            else None,
            "camu_computations": server.n_runs(),
            "page_load_p95_seconds": round(float(np.percentile(loads, 95)), 2) if loads else None,
            "page_loads": len(loads),
            "peak_memory_mb": peak,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", choices=("same", "many"), default="same")
    parser.add_argument("--sessions", type=int, default=None)
    parser.add_argument("--browsers", type=int, default=2, help="that press too, in the scenario 'same'")
    arguments = parser.parse_args()
    n_sessions = arguments.sessions or {"same": 30, "many": 10}[arguments.scenario]
    found = asyncio.run(run(arguments.scenario, n_sessions, arguments.browsers))
    print(json.dumps(found, indent=2))
    problems = faults(found)
    print(*problems, sep="\n", file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()

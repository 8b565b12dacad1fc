"""A lesson under load: a projector and many phones against a real server, each a session of its own.

python tests/load/lesson.py --phones 40 prints what was counted and how long taps and answers took, and exits with 1 if
a guess was lost or counted twice.
"""

import argparse
import json
import random
import re
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
from websockets.exceptions import ConnectionClosed

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from app_server import AppServer  # noqa: E402
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: E402
from visitor import Visitor, new_cookie  # noqa: E402

from pages.components.teach import phone as phone_views  # noqa: E402
from pages.components.teach import text  # noqa: E402

HASTE_SECONDS = 2.0  # within which the whole class taps


class Phone(Visitor):
    """A phone in a room that asks for news by itself, as its browser does; a context manager."""

    def __init__(self, address: str, code: str, cookie: str) -> None:
        super().__init__(address, "join", cookie, room=code)
        self.cookie, self._is_left = cookie, threading.Event()
        threading.Thread(target=self._ask, daemon=True).start()

    def __exit__(self, *error: object) -> None:
        self._is_left.set()
        super().__exit__(*error)

    @property
    def texts(self) -> str:
        return "\n".join(e.markdown.body for e in self.elements if e.WhichOneof("type") == "markdown")

    def _take(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "new_session":  # the fragment draws all that matters
            self.elements.clear()
        super()._take(message)

    def _ask(self) -> None:
        self._is_left.wait(random.random() * phone_views.TICK_SECONDS)
        while not self._is_left.is_set() and not self.is_closed:
            with suppress(ConnectionClosed):  # it was left a moment ago
                for fragment in list(self.timers):
                    self.rerun(fragment=fragment)
            self._is_left.wait(phone_views.TICK_SECONDS)

    def options(self) -> list[str]:
        """What the question offers, once it is here."""
        return self.wait_for(lambda: text.TAP in self.texts and list(self.buttons), "a question")

    def guess(self, option: str) -> float:
        """Tap; seconds until the phone says that it counts."""
        time.sleep(random.random() * HASTE_SECONDS)
        started = time.monotonic()
        self.tap(option)
        self.wait_for(lambda: text.TAKEN in self.texts, "the confirmation")
        return time.monotonic() - started

    def answer(self, started: float) -> float:
        """Seconds from the teacher's press until the answer is on this phone."""
        self.wait_for(lambda: text.IT_IS.split(":")[0] in self.texts, "the answer")
        return time.monotonic() - started


def run(n_phones: int) -> dict:
    """A question of a lesson: all guess, all change their minds, half of them load their page again."""
    with AppServer() as server, Visitor(server.address, "teach", new_cookie(server.address)) as teacher:
        teacher.press(text.OPEN)
        code = re.search(r"lesson-code[^>]*>([A-Z]+)<", teacher.texts)[1]
        cookies = [new_cookie(server.address) for _ in range(n_phones)]
        with ThreadPoolExecutor(n_phones) as pool:
            phones = list(pool.map(lambda cookie: Phone(server.address, code, cookie), cookies))
            teacher.press(text.START)
            options = phones[0].options()
            list(pool.map(Phone.options, phones))
            cost_ms = poll_cost_ms(server, phones)
            taps = list(pool.map(Phone.guess, phones, [options[0]] * n_phones))
            last = [options[i % len(options)] for i in range(n_phones)]
            taps += list(pool.map(Phone.guess, phones, last))
            again = range(0, n_phones, 2)
            for i in again:
                phones[i].__exit__()
                phones[i] = Phone(server.address, code, cookies[i])
            kept = [bool(phones[i].wait_for(lambda i=i: text.TAKEN in phones[i].texts, "the guess")) for i in again]
            counted = counts(teacher, n_phones)
            started = time.monotonic()
            teacher.press(text.REVEAL)
            answers = list(pool.map(lambda phone: phone.answer(started), phones))
            failures = [str(failure) for each in (teacher, *phones) for failure in each.failures]
            for phone in phones:
                phone.__exit__()
        wanted = Counter(last)
        return {
            "phones": n_phones,
            "counted": counted,
            "expected": [wanted[option] for option in options],
            "reloads": len(kept),
            "reloads_that_kept_their_guess": sum(kept),
            "failures": failures + (["Traceback"] if "Traceback" in server.log else []),
            "poll_cpu_ms": round(cost_ms, 1),
            "tap_p95_seconds": round(float(np.percentile(taps, 95)), 3),
            "tap_median_seconds": round(float(np.median(taps)), 3),
            "answer_on_phones_p95_seconds": round(float(np.percentile(answers, 95)), 3),
        }


def poll_cost_ms(server: AppServer, phones: list[Phone], seconds: float = 6.0) -> float:
    """Processor time of the server for one poll of a phone that shows a question, milliseconds."""

    def used() -> tuple[float, int]:
        return sum(psutil.Process(server.pid).cpu_times()[:2]), sum(phone.n_finished for phone in phones)

    before = used()
    time.sleep(seconds)
    cpu_seconds, n_polls = np.subtract(used(), before)
    return 1000 * cpu_seconds / max(n_polls, 1)


def counts(teacher: Visitor, n_phones: int) -> list[int]:
    """The tally on the projector, once it has as many guesses as there are phones."""
    teacher.watch_until(text.ANSWERED.format(n=n_phones, total=n_phones))
    newest = [e.html.body for e in teacher.elements if "lesson-tally" in e.html.body][-1]
    return [int(count) for count in re.findall(r"<b>(\d+)</b>", newest)]


def faults(found: dict) -> list[str]:
    """What went wrong, in sentences; times are for people to judge."""
    wrong = []
    if found["counted"] != found["expected"]:
        wrong.append(f"counted {found['counted']} instead of {found['expected']}")
    if found["reloads_that_kept_their_guess"] < found["reloads"]:
        wrong.append(f"{found['reloads_that_kept_their_guess']} of {found['reloads']} reloads kept their guess")
    return wrong + found["failures"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--phones", type=int, default=40)
    found = run(parser.parse_args().phones)
    print(json.dumps(found, indent=2))
    problems = faults(found)
    print(*problems, sep="\n", file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()

"""Rooms in which a class guesses: in the memory of one server process, and gone with it.

A room belongs to one teacher, whose key nobody else has, and ends with the teacher's tab. A phone is known by a key
that says nothing of its owner; a room keeps what it guessed, and nothing else.
"""

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from camu_core.errors import TooMuchAsked

MOST_ROOMS, MOST_PHONES = 100, 200
ROOM_SECONDS = 3 * 3600.0
# Without a sign of the teacher's tab: enough for a reload, and for a tab in the background, which browsers wake up once
# a minute.
GRACE_SECONDS = 180.0
PHONE_SECONDS = 60.0  # without a sign of a phone, until it is not counted as being here
CODE_LENGTH = 5
CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so that no code is a word; none that is taken for a digit


@dataclass(frozen=True)
class Place:
    """Where a lesson stands.

    Args:
        question: from 0 on; None before the first and after the last.
        is_revealed: its answer is shown, and guesses are not taken any more.
    """

    question: int | None
    is_revealed: bool = False
    is_over: bool = False


@dataclass
class Room:
    """One lesson. Only `Rooms` makes and ends one; all its methods may be called by any thread.

    Args:
        code: by which phones find it.
        lesson: what is asked, for the pages to draw; the room does not look into it.
        n_options: of each question.
        clock: seconds, never back.
    """

    code: str
    teacher: str = field(repr=False)
    lesson: Any
    n_options: tuple[int, ...]
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._step = 0  # 0 is before the first question; then two of each question, asked and revealed; then the end
        self._revealed: set[int] = set()
        self._seen: dict[str, float] = {}  # when each phone was last here
        self._guesses: dict[str, dict[int, int]] = {}  # phone -> question -> option
        self.opened = self.teacher_seen = self.clock()

    @property
    def n_questions(self) -> int:
        return len(self.n_options)

    @property
    def place(self) -> Place:
        return self._place_of(self._step)

    def _place_of(self, step: int) -> Place:
        last = 2 * self.n_questions + 1
        if step in (0, last):
            return Place(None, is_over=step == last)
        return Place((step - 1) // 2, is_revealed=step % 2 == 0)

    def turn(self, teacher: str, by: int) -> bool:
        """Go on or back by one; what was revealed is not asked again.

        Returns:
            whether there was somewhere to go, and it was the teacher who asked.
        """
        if not self.is_of(teacher):
            return False
        with self._lock:
            step = self._step + by
            if self._place_of(step).question in self._revealed and step % 2:
                step += by
            if not 0 <= step <= 2 * self.n_questions + 1:
                return False
            self._step = step
            place = self._place_of(step)
            if place.question is not None and place.is_revealed:
                self._revealed.add(place.question)
            return True

    def is_of(self, teacher: str) -> bool:
        return secrets.compare_digest(self.teacher, teacher)

    def come_in(self, phone: str) -> bool:
        """A phone is here, for the first time or still; whether there was room for it."""
        now = self.clock()
        with self._lock:
            if phone not in self._seen and len(self._seen) >= MOST_PHONES:
                for gone in [each for each, seen in self._seen.items() if now - seen > PHONE_SECONDS]:
                    del self._seen[gone]
                    self._guesses.pop(gone, None)
                if len(self._seen) >= MOST_PHONES:
                    return False
            self._seen[phone] = now
            return True

    def guess(self, phone: str, question: int, option: int) -> bool:
        """Take a guess, in place of an earlier one of this phone.

        Returns:
            whether it counts: the question is being asked, it has such an option, and the phone came in.
        """
        with self._lock:
            is_asked = self.place == Place(question)
            if not is_asked or option not in range(self.n_options[question]) or phone not in self._seen:
                return False
            self._guesses.setdefault(phone, {})[question] = option
            return True

    def guess_of(self, phone: str, question: int) -> int | None:
        return self._guesses.get(phone, {}).get(question)

    def tally(self, question: int) -> list[int]:
        """How many phones guess each option."""
        counts = [0] * self.n_options[question]
        with self._lock:
            for guesses in self._guesses.values():
                if question in guesses:
                    counts[guesses[question]] += 1
        return counts

    def n_phones(self, question: int | None = None) -> int:
        """How many are here. Args: question: whoever guessed in it counts, too."""
        now = self.clock()
        with self._lock:
            return sum(
                now - seen <= PHONE_SECONDS or question in self._guesses.get(phone, {})
                for phone, seen in self._seen.items()
            )

    def is_over(self, now: float) -> bool:
        return now - self.opened > ROOM_SECONDS or now - self.teacher_seen > GRACE_SECONDS


class Rooms:
    """All rooms of a server; may be called by any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._rooms: dict[str, Room] = {}  # by code

    def open(self, teacher: str, lesson: Any, n_options: Sequence[int]) -> Room:
        """A room for a teacher, who has one at a time: the one before ends.

        Args:
            teacher: whoever has this key may turn and end it.
            lesson, n_options: see `Room`.
        Raises:
            TooMuchAsked: there are as many rooms as a server keeps.
        """
        with self._lock:
            self._tidy()
            self._end(teacher)
            if len(self._rooms) >= MOST_ROOMS:
                raise TooMuchAsked(f"All {MOST_ROOMS} rooms of this server are taken; try again in a few minutes.")
            code = _code()
            while code in self._rooms:
                code = _code()
            room = self._rooms[code] = Room(code, teacher, lesson, tuple(n_options), self._clock)
            return room

    def find(self, code: str) -> Room | None:
        """The open room of a code as people type it; None if there is none."""
        with self._lock:
            self._tidy()
            return self._rooms.get(code.strip().upper())

    def of(self, teacher: str) -> Room | None:
        """The teacher's open room; asking is the sign that the teacher's tab is there."""
        with self._lock:
            self._tidy()
            room = next((room for room in self._rooms.values() if room.is_of(teacher)), None)
            if room is not None:
                room.teacher_seen = self._clock()
            return room

    def end(self, teacher: str) -> None:
        """End the teacher's room, with all that was guessed in it."""
        with self._lock:
            self._end(teacher)

    def _end(self, teacher: str) -> None:
        for code in [code for code, room in self._rooms.items() if room.is_of(teacher)]:
            del self._rooms[code]

    def _tidy(self) -> None:
        now = self._clock()
        for code in [code for code, room in self._rooms.items() if room.is_over(now)]:
            del self._rooms[code]


def _code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


# In this module, not in a cache of the pages, which a message of any visitor could empty.
_rooms = Rooms()


def rooms() -> Rooms:
    """Those of this server process."""
    return _rooms

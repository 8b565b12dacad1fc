"""Rooms of a class: who may do what, what is counted, and when it ends."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from camu_core.classroom import rooms as module
from camu_core.classroom.rooms import CODE_LETTERS, GRACE_SECONDS, PHONE_SECONDS, ROOM_SECONDS, Place, Room, Rooms
from camu_core.errors import TooMuchAsked

TEACHER, STRANGER = "a" * 20, "b" * 20
OPTIONS = (4, 2, 3)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rooms(clock: Clock) -> Rooms:
    return Rooms(clock)


@pytest.fixture
def room(rooms: Rooms) -> Room:
    return rooms.open(TEACHER, "lesson", OPTIONS)


def places(room: Room, by: int) -> list[tuple[int | None, bool, bool]]:
    """Where it stands after each turn, until there is no next."""
    found = []
    while room.turn(TEACHER, by):
        found.append((room.place.question, room.place.is_revealed, room.place.is_over))
    return found


def test_a_lesson_asks_and_reveals_each_question_and_ends(room: Room) -> None:
    assert room.place == Place(None)
    asked = [(question, is_revealed, False) for question in range(3) for is_revealed in (False, True)]
    assert places(room, 1) == [*asked, (None, False, True)]


def test_what_was_revealed_is_not_asked_again(room: Room) -> None:
    places(room, 1)
    assert places(room, -1) == [(2, True, False), (1, True, False), (0, True, False), (None, False, False)]
    assert places(room, 1)[:2] == [(0, True, False), (1, True, False)]
    room.come_in("phone")
    assert not room.guess("phone", 0, 0)


def test_a_question_that_was_left_unrevealed_is_still_open(room: Room) -> None:
    room.turn(TEACHER, 1)
    room.turn(TEACHER, -1)
    room.turn(TEACHER, 1)
    assert room.place == Place(0)


def test_a_phone_counts_once_and_its_last_guess_counts(room: Room) -> None:
    room.turn(TEACHER, 1)
    for phone in ("one", "two"):
        assert room.come_in(phone)
        assert room.come_in(phone), "a reload"
    for option in (3, 1, 1):
        assert room.guess("one", 0, option)
    assert room.guess("two", 0, 3)
    assert room.tally(0) == [0, 1, 0, 1]
    assert room.guess_of("one", 0) == 1
    assert room.n_phones() == 2


@pytest.mark.parametrize(("question", "option"), [(0, 4), (0, -1), (1, 0), (-1, 0), (7, 0)])
def test_only_what_is_asked_can_be_guessed(room: Room, question: int, option: int) -> None:
    room.turn(TEACHER, 1)
    room.come_in("phone")
    assert not room.guess("phone", question, option)
    assert room.tally(0) == [0, 0, 0, 0]


def test_who_did_not_come_in_does_not_guess(room: Room) -> None:
    room.turn(TEACHER, 1)
    assert not room.guess("forged", 0, 0)


def test_nobody_guesses_before_the_question_or_after_the_answer(room: Room) -> None:
    room.come_in("phone")
    assert not room.guess("phone", 0, 0)
    room.turn(TEACHER, 1)
    assert room.guess("phone", 0, 0)
    room.turn(TEACHER, 1)
    assert not room.guess("phone", 0, 1)
    assert room.tally(0) == [1, 0, 0, 0]


def test_only_the_teacher_turns_and_ends(rooms: Rooms, room: Room) -> None:
    assert not room.turn(STRANGER, 1)
    rooms.end(STRANGER)
    assert rooms.of(STRANGER) is None
    rooms.open(STRANGER, "another", OPTIONS)
    assert rooms.find(room.code) is room
    assert TEACHER not in repr(room)
    rooms.end(TEACHER)
    assert rooms.find(room.code) is None


def test_a_teacher_has_one_room(rooms: Rooms, room: Room) -> None:
    newer = rooms.open(TEACHER, "lesson", OPTIONS)
    assert rooms.find(room.code) is None
    assert rooms.of(TEACHER) is newer


def test_it_is_found_however_its_code_is_typed(rooms: Rooms, room: Room) -> None:
    assert set(room.code) <= set(CODE_LETTERS)
    assert rooms.find(f" {room.code.lower()} ") is room
    assert rooms.find("") is None


def test_it_ends_with_the_teachers_tab_but_not_with_a_reload(rooms: Rooms, room: Room, clock: Clock) -> None:
    clock.now += GRACE_SECONDS - 1
    assert rooms.of(TEACHER) is room
    clock.now += GRACE_SECONDS - 1
    assert rooms.find(room.code) is room, "a phone's look is no sign of the teacher"
    clock.now += 2
    assert rooms.find(room.code) is None
    assert rooms.of(TEACHER) is None


def test_it_ends_after_three_hours(rooms: Rooms, room: Room, clock: Clock) -> None:
    while clock.now < 1000.0 + ROOM_SECONDS:
        assert rooms.of(TEACHER) is room
        clock.now += 60
    clock.now += 1
    assert rooms.of(TEACHER) is None


def test_there_are_only_so_many_rooms_and_phones(rooms: Rooms, clock: Clock, monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_ROOMS", 2)
    monkeypatch.setattr(module, "MOST_PHONES", 3)
    mine = rooms.open(TEACHER, "lesson", OPTIONS)
    rooms.open(STRANGER, "lesson", OPTIONS)
    with pytest.raises(TooMuchAsked, match="taken"):
        rooms.open("c" * 20, "lesson", OPTIONS)
    assert rooms.find(mine.code) is mine
    mine.turn(TEACHER, 1)
    assert all(mine.come_in(f"phone {i}") for i in range(3))
    assert mine.guess("phone 0", 0, 0)
    assert not mine.come_in("phone 3")
    clock.now += PHONE_SECONDS
    mine.come_in("phone 1")
    clock.now += 1
    assert mine.come_in("phone 3"), "the place of one that has left"
    assert mine.n_phones() == 2
    assert mine.tally(0) == [0, 0, 0, 0], "its guess left with it"


def test_a_phone_that_guessed_and_fell_asleep_is_still_of_the_question(room: Room, clock: Clock) -> None:
    room.turn(TEACHER, 1)
    room.come_in("phone")
    room.guess("phone", 0, 2)
    clock.now += PHONE_SECONDS + 1
    assert (room.n_phones(), room.n_phones(0)) == (0, 1)


def test_guesses_of_many_threads_are_all_counted(room: Room) -> None:
    room.turn(TEACHER, 1)

    def of(i: int) -> None:
        for option in (0, 1, i % 4):
            room.come_in(f"phone {i}")
            room.guess(f"phone {i}", 0, option)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(of, range(100)))
    assert room.tally(0) == [25, 25, 25, 25]

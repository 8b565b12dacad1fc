"""A lesson without a browser: a teacher and phones, each a session of its own in this process."""

import re
from collections.abc import Iterator

import pytest
from opening import open_page, words
from streamlit.testing.v1 import AppTest

from camu_core.classroom import rooms as module
from camu_core.classroom.rooms import Room, Rooms
from pages.components.teach import text


@pytest.fixture(autouse=True)
def rooms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rooms]:
    fresh = Rooms()
    monkeypatch.setattr(module, "_rooms", fresh)
    return fresh


@pytest.fixture
def teacher() -> AppTest:
    """Who has opened a room about the example."""
    app = open_page("story/teach")
    button(app, text.OPEN).click().run()
    assert not app.exception
    return app


@pytest.fixture
def room(teacher: AppTest, rooms: Rooms) -> Room:
    (only,) = rooms._rooms.values()
    return only


def button(app: AppTest, label: str):
    return next(each for each in app.button if each.label == label)


def go_on(teacher: AppTest) -> None:
    teacher.button(key="lesson-next").click().run()
    assert not teacher.exception


def arrive(room: Room, **parameters: str) -> AppTest:
    phone = open_page("story/join", room=room.code, **parameters)
    assert not phone.exception
    return phone


def tap(phone: AppTest, option: int) -> None:
    phone.button(key=f"guess-0-{option}").click().run()
    assert not phone.exception


def page_of(app: AppTest) -> str:
    """All that it says, in texts and in HTML."""
    return words(app) + " ".join(each.proto.body for each in app.get("html"))


def test_a_lesson_from_the_code_to_the_answer(teacher: AppTest, room: Room) -> None:
    assert f"room={room.code}" in page_of(teacher)
    phone = arrive(room)
    assert phone.title[0].value == text.IN
    asked = room.lesson.questions[0]
    go_on(teacher)
    phone.run()
    assert phone.subheader[0].value == asked.prompt
    assert [each.label for each in phone.button] == list(asked.options)
    tap(phone, 1)
    assert text.TAKEN in words(phone)
    teacher.run()
    assert text.ANSWERED.format(n=1, total=1) in words(teacher)
    for app in (teacher, phone):
        assert asked.why[0] not in words(app), "before the answer is shown"
    go_on(teacher)
    phone.run()
    assert [each in words(app) for app in (teacher, phone) for each in asked.why] == [True] * 4
    assert not phone.button
    assert text.IT_IS.format(answer=asked.options[asked.right]) in words(phone)


def test_a_reload_is_no_second_phone_and_keeps_the_guess(teacher: AppTest, room: Room) -> None:
    go_on(teacher)
    phone = arrive(room)
    tap(phone, 2)
    again = arrive(room, me=phone.query_params["me"])
    assert text.TAKEN in words(again)
    tap(again, 3)
    assert room.tally(0) == [0, 0, 0, 1]
    assert room.n_phones() == 1


def test_a_session_that_changes_its_word_is_no_second_phone(teacher: AppTest, room: Room) -> None:
    go_on(teacher)
    phone = arrive(room)
    for i in range(3):
        phone.query_params["me"] = f"{i:032x}"
        phone.run()
        tap(phone, i)
    assert room.tally(0) == [0, 0, 1, 0]
    assert room.n_phones() == 1


def test_a_tap_that_comes_after_the_answer_does_not_count(teacher: AppTest, room: Room) -> None:
    go_on(teacher)
    phone = arrive(room)
    go_on(teacher)
    tap(phone, 0)
    assert room.tally(0) == [0, 0, 0, 0]
    assert text.VERDICTS[None] in words(phone)


def test_the_teachers_screen_comes_back_after_another_page_and_phones_part_at_the_end(teacher: AppTest, room) -> None:
    phone = arrive(room)
    teacher.switch_page("pages/explore/accuracy.py").run()
    assert text.RETURN in [link.proto.label for link in teacher.get("page_link")]
    teacher.switch_page("pages/story/teach.py").run()
    assert teacher.title[0].value == text.LOBBY
    teacher.button(key="lesson-end").click().run()
    assert teacher.title[0].value == text.TITLE
    assert not teacher.info, "it was asked to end"
    phone.run()
    assert phone.info[0].value == text.HAS_ENDED
    assert arrive(room).info[0].value == text.NO_ROOM


def test_a_stranger_has_no_controls_and_no_room_by_a_wrong_code(teacher: AppTest, room: Room) -> None:
    stranger = open_page("story/teach", room=room.code)
    assert stranger.title[0].value == text.TITLE
    wrong = open_page("story/join", room="ZZZZZ")
    assert wrong.info[0].value == text.NO_ROOM
    assert "ZZZZZ" not in words(wrong)
    wrong.text_input[0].set_value(f" {room.code.lower()} ")
    wrong.button[0].click().run()
    assert wrong.title[0].value == text.IN


def test_a_room_that_has_run_out_is_said(teacher: AppTest, rooms: Rooms, monkeypatch) -> None:
    monkeypatch.setattr(module, "ROOM_SECONDS", -1.0)
    teacher.run()
    assert teacher.info[0].value == text.RAN_OUT
    teacher.run()
    assert not teacher.info


def test_a_full_room_says_so(teacher: AppTest, room: Room, monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_PHONES", 1)
    arrive(room)
    assert re.search("full", arrive(room).warning[0].value)


def test_in_presenter_mode_the_clicker_turns_the_lesson(teacher: AppTest, room: Room) -> None:
    for key, question in (("present-next", 0), ("present-back", None)):
        teacher.button(key=key).click().run()
        assert room.place.question == question
        assert teacher.title[0].value == (room.lesson.questions[0].prompt if question == 0 else text.LOBBY)

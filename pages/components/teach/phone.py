"""What a phone shows: a code to type, a question to answer with one tap, and its answer."""

import streamlit as st

from camu_core.classroom.lesson import Question
from camu_core.classroom.rooms import MOST_PHONES, Place, Room
from pages.components.shared import state
from pages.components.teach import pictures, text
from pages.components.teach import state as state_teach

TICK_SECONDS = 0.75
_PIXELS = 80  # of an image: three in a row


def entrance() -> None:
    """Without an open room: what is wrong, and where a code is typed."""
    st.title(text.JOIN_TITLE, anchor=False)
    if state_teach.code():
        st.info(
            text.HAS_ENDED if state_teach.was_in(state_teach.code()) else text.NO_ROOM, icon=":material/door_front:"
        )
    with st.form("join-form"):
        st.text_input(text.JOIN_CODE, key="typed-code", max_chars=12)
        st.form_submit_button(text.JOIN, type="primary", on_click=state_teach.type_code, width="stretch")


def inside(room: Room) -> None:
    """Where the lesson stands; drawn anew by itself, figures apart."""
    phone, place = state_teach.phone(room), room.place
    if not room.come_in(phone):
        st.warning(text.FULL.format(most=MOST_PHONES), icon=":material/block:")
        return
    state_teach.note_presence(room)
    st.fragment(run_every=TICK_SECONDS)(_view)(room, phone, place)
    if place.question is not None and place.is_revealed:
        question = room.lesson.questions[place.question]
        pictures.strip(question.name, state.find_result(room.lesson.digest), True, _PIXELS)


def _view(room: Room, phone: str, drawn: Place) -> None:
    """All words and buttons, at every tick: Streamlit drops what was drawn if the next request comes in that moment."""
    if state_teach.entered_room() is not room or room.place != drawn or not room.come_in(phone):
        st.rerun()
    if drawn.is_over:
        _over(room, phone)
    elif drawn.question is None:
        _waiting(room)
    else:
        draw = _answer if drawn.is_revealed else _ask
        draw(room, phone, drawn.question, room.lesson.questions[drawn.question])


def _waiting(room: Room) -> None:
    st.title(text.IN, anchor=False)
    st.markdown(room.lesson.about)
    st.markdown(text.IN_WAIT)


def _ask(room: Room, phone: str, number: int, question: Question) -> None:
    st.caption(text.WHERE.format(number=number + 1, total=room.n_questions))
    st.subheader(question.prompt, anchor=False)
    chosen = room.guess_of(phone, number)
    for option, words in enumerate(question.options):
        is_chosen = option == chosen
        st.button(
            words, key=f"guess-{number}-{option}", type="primary" if is_chosen else "secondary", width="stretch",
            icon=":material/check:" if is_chosen else None, on_click=room.guess, args=(phone, number, option),
        )  # fmt: skip
    st.markdown(text.TAP if chosen is None else text.TAKEN)


def _answer(room: Room, phone: str, number: int, question: Question) -> None:
    guess = room.guess_of(phone, number)
    st.caption(text.WHERE.format(number=number + 1, total=room.n_questions))
    st.subheader(text.VERDICTS[None if guess is None else guess == question.right], anchor=False)
    st.markdown(question.prompt)
    st.markdown(text.IT_IS.format(answer=question.options[question.right]))
    if guess is not None and guess != question.right:
        st.markdown(text.YOU_SAID.format(answer=question.options[guess]))
    for line in question.why:
        st.markdown(line)
    if number < room.n_questions - 1:
        st.caption(text.NEXT_COMES)


def _over(room: Room, phone: str) -> None:
    st.title(text.OVER, anchor=False)
    guesses = [room.guess_of(phone, number) for number in range(room.n_questions)]
    made = [guess == question.right for guess, question in zip(guesses, room.lesson.questions, strict=True)
            if guess is not None]  # fmt: skip
    st.markdown(text.SCORE.format(right=sum(made), n=len(made)) if made else text.SCORE_NONE)
    for question in room.lesson.questions:
        st.markdown(f"{question.prompt}  \n**{question.options[question.right]}**")
    st.page_link("pages/story/start.py", label=text.TRY_IT, icon=":material/ink_eraser:")

"""What the teacher's screen shows: opening a room, and the lesson, a question on each screen."""

import html

import segno
import streamlit as st

from camu_core import DATASETS, METHODS, RunResult, RunSpec
from camu_core.classroom.lesson import Question
from camu_core.classroom.rooms import Place, Room
from camu_core.wording.verdict import forget_phrase
from pages.components.privacy import state as state_privacy
from pages.components.shared import state
from pages.components.teach import pictures, text
from pages.components.teach import state as state_teach

TICK_SECONDS = 1.0
_MINUTES_A_QUESTION = 2


# --- before a lesson --------------------------------------------------------------------------------------------------


def opening() -> None:
    """Choose the run, see what will be asked and how phones come in, and open the room."""
    if state_teach.has_run_out():
        st.info(text.RAN_OUT, icon=":material/door_front:")
    runs = state_teach.runs_to_teach()
    left, right = st.columns([6, 5], gap="large")
    with left:
        lead = st.empty()
        digest = st.selectbox(text.RUN, list(runs), format_func=lambda digest: _named(digest, runs[digest]))
        digest = digest if digest in runs else next(iter(runs))  # a client may send any
        questions = state_teach.lesson_about(digest).questions
        lead.markdown(text.LEAD.format(n=len(questions), minutes=_MINUTES_A_QUESTION * len(questions)))
        if state_privacy.report_of(runs[digest]) is None:
            st.caption(text.SHORTER)
            st.page_link("pages/explore/privacy.py", label=text.SHORTER_LINK, query_params={"run": digest})
        st.button(
            text.OPEN, type="primary", icon=":material/meeting_room:", on_click=state_teach.open_room, args=(digest,),
        )  # fmt: skip
        _reach_line()
    with right:
        st.markdown(text.HOW_IT_GOES)
        with st.expander(text.PREPARE, icon=":material/checklist:"):
            for question in questions:
                answer = f"**{question.options[question.right]}.** {' '.join(question.why)}"
                st.markdown(f"**{question.prompt}**  \n{answer}")


def _named(digest: str, spec: RunSpec) -> str:
    method = METHODS.title(spec.method, spec.method_sha256)
    what = f"{DATASETS[spec.dataset].title}: forget {forget_phrase(spec)}, {method}, seed {spec.seed}"
    return text.RUN_EXAMPLE.format(what=what) if digest == state.example_run().digest else what


def _reach_line() -> None:
    """By which address phones come in, or why they cannot."""
    reach, listening = state_teach.how_reached(), state_teach.listening()
    line = text.REACH[reach.how].format(
        short=html.escape(reach.short), address=listening.address, command=listening.command
    )
    if reach.base:
        st.markdown(f":material/smartphone: {line}")
    else:
        st.warning(line, icon=":material/wifi_off:")


# --- the lesson -------------------------------------------------------------------------------------------------------


def lesson(room: Room) -> None:
    """Where the lesson stands, and the buttons that go on."""
    place, questions = room.place, room.lesson.questions
    result = state.find_result(room.lesson.digest)
    _navigation(room)
    with st.container(key="scene"):
        if place.question is not None:
            _question(room, questions[place.question], result)
        elif place.is_over:
            _end(room)
        else:
            _lobby(room)


def _lobby(room: Room) -> None:
    st.title(text.LOBBY, anchor=False)
    reach = state_teach.how_reached()
    left, right = st.columns([5, 7], gap="large", vertical_alignment="center")
    with left:
        if reach.base:
            st.html(_qr(reach.join(room.code)))
        else:
            _reach_line()
    with right:
        if reach.base:
            st.html(
                f"<div class='lesson-join'><p>{text.LOBBY_SCAN}</p><p class='lesson-address'>{html.escape(reach.short)}"
                f"</p><p>{text.LOBBY_CODE}</p><p class='lesson-code'>{room.code}</p></div>"
            )
            if reach.how == "network":
                st.caption(text.REACH[reach.how].format(short=html.escape(reach.short)))
        else:
            st.html(f"<div class='lesson-join'><p class='lesson-code'>{room.code}</p></div>")
            st.page_link("pages/story/join.py", label=text.TRY, query_params={"room": room.code})
        with st.container(key="lesson-why"):
            st.markdown(room.lesson.about)
        st.fragment(run_every=TICK_SECONDS)(_here)(room, room.place)


def _qr(url: str) -> str:
    """As HTML: dark on white in both themes, for cameras."""
    address = segno.make(url, error="m", micro=False).svg_data_uri(border=3, dark="#000", light="#fff")
    return f"<img class='lesson-qr' src=\"{address}\" alt='{html.escape(text.QR.format(url=url), quote=True)}'>"


def _question(room: Room, question: Question, result: RunResult) -> None:
    is_revealed = room.place.is_revealed
    st.title(question.prompt, anchor=False)
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.fragment(run_every=TICK_SECONDS)(_tally)(room, question, room.place)
        if is_revealed:
            with st.container(key="lesson-why"):
                for line in question.why:
                    st.markdown(line)
    with right:
        pictures.picture(question.name, result, is_revealed)


def _here(room: Room, drawn: Place) -> None:
    """How many phones are in the room, and that the teacher's tab is open."""
    _stay(room, drawn)
    n = room.n_phones()
    st.markdown(text.N_PHONES.get(n, text.N_PHONES[2]).format(n=n))


def _tally(room: Room, question: Question, place: Place) -> None:
    """The guesses as they come in; drawn anew every second, so nothing but words."""
    _stay(room, place)
    counts, n_phones = room.tally(place.question), room.n_phones(place.question)
    n_answers, rows = max(1, sum(counts)), []
    for option, (words, count) in enumerate(zip(question.options, counts, strict=True)):
        is_right = place.is_revealed and option == question.right
        state_class = "right" if is_right else "wrong" if place.is_revealed else ""
        mark = "✓ " if is_right else ""
        rows.append(
            f"<div class='{state_class}' role='listitem'><span>{mark}{html.escape(words)}</span><b>{count}</b>"
            f"<i style='width:{100 * count / n_answers:.0f}%'></i></div>"
        )
    st.html(f"<div class='lesson-tally' role='list'>{''.join(rows)}</div>")
    if n_phones:
        st.markdown(text.ANSWERED.format(n=sum(counts), total=n_phones))
    else:
        st.markdown(text.N_PHONES[0])


def _stay(room: Room, drawn: Place) -> None:
    """The sign that the teacher's tab is open; where the lesson goes on elsewhere, or has ended, all is drawn anew."""
    if state_teach.taught_room() is not room or room.place != drawn:
        st.rerun()


def _end(room: Room) -> None:
    """How many were right in each question."""
    st.title(text.OVER, anchor=False)
    rows = []
    for number, question in enumerate(room.lesson.questions):
        counts = room.tally(number)
        n = sum(counts)
        share = text.OVER_SHARE.format(right=counts[question.right], n=n) if n else text.OVER_NOBODY
        rows.append(
            f"<div role='listitem'><span>{html.escape(question.prompt)}<br><strong>"
            f"{html.escape(question.options[question.right])}</strong></span><b>{share}</b></div>"
        )
    st.html(f"<div class='lesson-tally lesson-end' role='list'>{''.join(rows)}</div>")
    st.fragment(run_every=TICK_SECONDS)(_here)(room, room.place)


def _navigation(room: Room) -> None:
    """Back and on, also by the arrow keys, as in the story; beside them how late-comers come in."""
    place, n = room.place, room.n_questions
    is_lobby = place.question is None and not place.is_over
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="story-nav"):
        st.button(
            text.BACK, shortcut="Left", key="lesson-back", disabled=is_lobby, on_click=state_teach.turn, args=(-1,),
        )  # fmt: skip
        if place.question is not None:
            st.markdown(text.WHERE.format(number=place.question + 1, total=n), width="content")
        if place.is_over:
            st.button(text.END, icon=":material/logout:", key="lesson-end", on_click=state_teach.end_room)
        else:
            label = text.START if is_lobby else text.REVEAL
            if place.is_revealed:
                label = text.FINISH if place.question == n - 1 else text.NEXT
            st.button(
                label, type="primary", shortcut="Right", key="lesson-next", on_click=state_teach.turn, args=(1,),
            )  # fmt: skip
        if is_lobby:
            st.button(text.CANCEL, type="tertiary", key="lesson-end", on_click=state_teach.end_room)
        st.space("stretch")
        if not is_lobby:
            reach = state_teach.how_reached()
            line = text.LATE if reach.base else text.LATE_CODE
            st.markdown(line.format(short=html.escape(reach.short), code=room.code), width="content")

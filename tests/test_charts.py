"""Figures as pages show them: two take turns where one would blink, and titles have the room they need."""

import plotly.graph_objects as go
import pytest
import streamlit as st

from camu_core.figures.theme import styled, title_layout
from pages.components import charts, state_figures

LONG = "Forgotten images lost 99.8% of their pull on the right answer; the others kept 99% of theirs, and so on."


@pytest.fixture
def session(monkeypatch) -> dict:
    session: dict = {}
    monkeypatch.setattr(st, "session_state", session)
    return session


def test_a_changed_figure_takes_the_turn_and_the_last_one_stays(session) -> None:
    one, two, three = (go.Figure(go.Scatter(y=[value])) for value in (1, 2, 3))
    assert state_figures.take_turn("live", one) == (0, [one, None])
    assert state_figures.take_turn("live", go.Figure(one)) == (0, [one, None]), "the same figure: nothing moves"
    assert state_figures.take_turn("live", two) == (1, [one, two])
    assert state_figures.take_turn("live", three) == (0, [three, two])
    assert state_figures.take_turn("other", two) == (0, [two, None])


def test_a_long_title_makes_the_figure_higher_and_leaves_the_plot_its_room() -> None:
    short, long = (styled(go.Figure(), False, title, height=300, headroom=30) for title in ("How?", LONG))
    assert "<br>" not in short.layout.title.text
    assert long.layout.title.text.replace("<br>", " ") == LONG
    assert short.layout.height == 300
    assert short.layout.height - short.layout.margin.t == long.layout.height - long.layout.margin.t
    assert title_layout("")[1] == title_layout("How?")[1]


def test_presented_titles_are_larger_and_on_shorter_lines() -> None:
    figure = styled(go.Figure(go.Bar(x=[1], y=[1])), False, LONG, height=300)
    larger = charts._enlarged(figure)
    assert larger.layout.title.text.count("<br>") > figure.layout.title.text.count("<br>")
    assert larger.layout.margin.t > figure.layout.margin.t
    assert figure.layout.title.font.size == 16, "the figure itself is left alone"

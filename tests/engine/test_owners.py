"""Whose things are: who may delete, what comes back within a minute, and what goes when."""

from pathlib import Path

import pytest

from camu_core.engine.owners import RUNS, UNDO_SECONDS, Owners, Thing, Visitor

ANNA, BEN, OPERATOR = Visitor("a" * 20), Visitor("b" * 20), Visitor("c" * 20, is_operator=True)
RUN = Thing(RUNS, "0123456789abcdef0123")
LATER = 4e9  # seconds since 1970


@pytest.fixture
def owners(tmp_path: Path) -> Owners:
    return Owners(tmp_path)


def test_only_its_owners_and_the_operator_delete_a_run(owners: Owners) -> None:
    owners.note(RUN, ANNA.name)
    assert not owners.leave(RUN, BEN)
    assert owners.settle(LATER) == []
    assert owners.of(RUN) == {ANNA.name}
    assert owners.leave(RUN, OPERATOR)
    assert owners.is_hidden(RUN, ANNA)
    assert owners.settle(LATER) == [RUN]


def test_a_run_of_two_goes_when_the_last_leaves(owners: Owners) -> None:
    owners.note(RUN, ANNA.name)
    owners.note(RUN, BEN.name)
    assert owners.leave(RUN, ANNA)
    assert owners.is_hidden(RUN, ANNA)
    assert not owners.is_hidden(RUN, BEN)
    assert owners.settle(LATER) == []
    assert owners.leave(RUN, BEN)
    assert owners.settle(LATER) == [RUN]


def test_a_deletion_is_taken_back_within_a_minute_also_after_a_restart(owners: Owners, tmp_path: Path) -> None:
    owners.note(RUN, ANNA.name)
    owners.leave(RUN, ANNA)
    again = Owners(tmp_path)
    assert again.left_by(ANNA) == [RUN]
    assert again.left_by(BEN) == []
    assert again.settle() == [], f"not before {UNDO_SECONDS} s are over"
    again.come_back(RUN, ANNA)
    assert again.settle(LATER) == []
    assert Owners(tmp_path).of(RUN) == {ANNA.name}


def test_what_nobody_owns_is_everybodys_unless_strangers_come(owners: Owners, monkeypatch: pytest.MonkeyPatch) -> None:
    assert owners.may_change(RUN, ANNA)
    monkeypatch.setenv("CAMU_PUBLIC", "1")
    assert not owners.may_change(RUN, ANNA)
    assert owners.may_change(RUN, OPERATOR)


def test_a_damaged_book_costs_nothing_else(owners: Owners, tmp_path: Path) -> None:
    owners.note(RUN, ANNA.name)
    for i, content in enumerate(("", "[]", '{"a": 3}', '{"a": ["x", 1]}')):
        (tmp_path / "owners" / RUNS / f"{i}.json").write_text(content)
    assert Owners(tmp_path).of(RUN) == {ANNA.name}

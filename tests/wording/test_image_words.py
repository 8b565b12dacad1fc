"""What is said of single images is what was counted."""

import numpy as np
import pytest

from camu_core.measures import ChangedAnswers
from camu_core.measures.estimates import wilson_interval
from camu_core.wording.format import percent
from camu_core.wording.images import changed_line, neighbours_line


def changed(n: int, was: list[int], now: list[int], y: list[int]) -> ChangedAnswers:
    return ChangedAnswers(n, np.arange(len(y)), *map(np.array, (was, now)), np.full(len(y), 0.9), np.array(y))


@pytest.mark.parametrize(
    ("n_own", "is_forget", "reading"),
    [
        ({"original": 8, "unlearned": 8}, True, "It still lies among its own class."),
        ({"original": 3, "unlearned": 6}, True, "It came to lie among its own class."),
        ({"original": 8, "unlearned": 8, "retrained": 8}, True, "as it does in the network that never saw it."),
        ({"original": 8, "unlearned": 8, "retrained": 3}, True, "in the network that never saw it, it does not."),
        ({"original": 8, "unlearned": 4, "retrained": 5}, True, "in the network that never saw it, it does."),
        ({"original": 8, "unlearned": 0, "retrained": 0}, True, "neither does it in the network that never saw it."),
        ({"original": 0, "unlearned": 0}, True, "already before."),
        ({"original": 8, "unlearned": 7}, False, "It stayed among its own class."),
        ({"original": 8, "unlearned": 1}, False, "It lost its place among its own class."),
        ({"original": 2, "unlearned": 7}, False, "It came to lie among its own class."),
        ({"original": 2, "unlearned": 1}, False, "It lay apart from its own class before, too."),
    ],
)
def test_neighbours(n_own: dict[str, int], is_forget: bool, reading: str) -> None:
    line = neighbours_line(n_own, 8, is_forget)
    assert line.endswith(reading)
    assert line.startswith(f"How many of its 8 nearest images are of its own class: **{n_own['original']} before")


def test_changed_answers_are_counted_with_their_interval() -> None:
    ours = changed(200, [1, 1, 0, 2], [0, 2, 1, 0], [1, 1, 1, 1])
    low, high = wilson_interval(4 / 200, 200)
    line = changed_line(ours, changed(200, [1], [0], [1]))
    assert "**4 of 200 kept images get another answer than before**" in line
    assert f"2%, 95% interval {percent(low, 1)} to {percent(high, 1)}" in line
    assert "2 from right to wrong, 1 from wrong to right and 1 from one wrong answer to another." in line
    assert "Retraining without the forgotten images changes 1 answer to the same 200 images (0.5%, " in line


def test_none_is_said_plainly() -> None:
    line = changed_line(changed(200, [], [], []))
    assert line == "**None of 200 kept images gets another answer than before** (0%, 95% interval 0% to 1.9%)."

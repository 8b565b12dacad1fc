"""The classroom in small: several sessions press the same button, one computation is made, and all see its verdict."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "load"))
import classroom

pytestmark = pytest.mark.slow


def test_sessions_that_press_the_same_button_share_one_computation() -> None:
    with ThreadPoolExecutor(1) as pool:  # the browser tests leave a running event loop in this thread
        found = pool.submit(asyncio.run, classroom.run("same", 4, n_browsers=0)).result()
    assert classroom.faults(found) == []


def test_fewer_verdicts_than_sessions_are_a_fault() -> None:
    found = {"scenario": "same", "sessions": 30, "verdicts": 2, "verdicts_expected": 32, "camu_computations": 1}
    assert classroom.faults(found) == ["2 verdicts of 32 came"]

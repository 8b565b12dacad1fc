"""What the engine tells of a job under way."""

from types import SimpleNamespace

import pytest

from camu_core.engine import monitor
from camu_core.engine.monitor import Progress
from camu_core.progress import Step


@pytest.mark.parametrize("before", [0, 900])
def test_time_left_counts_the_steps_of_this_job_alone(before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not those of an earlier one, from whose checkpoint it goes on."""
    now = [0.0]
    monkeypatch.setattr(monitor.time, "monotonic", lambda: now[0])
    progress = Progress(SimpleNamespace(digest="a"), {"me"})
    progress.see("first", [Step(1, 1, stage="data").to_message()])
    for done in range(1, 11):
        now[0] += 2.0
        progress.see("first", [Step(before + done, 1000, stage="train").to_message()])
        assert (progress.view(0).seconds_left is None) == (done == 1), "the first tells no pace: it would be 0 s left"
    assert progress.view(0).seconds_left == pytest.approx(2.0 * (1000 - before - 10))

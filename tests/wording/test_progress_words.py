"""What a page says while something goes on is true of it: its unit, and what is done."""

from dataclasses import replace

import pytest

from camu_core import RunResult, plan_run
from camu_core.engine import JobView
from camu_core.engine.monitor import Progress
from camu_core.jobs import RunJob
from camu_core.progress import STAGES, STEPPED
from pages.components.shared import state, text


@pytest.fixture
def view(digits_result: RunResult) -> JobView:
    return Progress(RunJob(digits_result.spec)).view(0)


@pytest.mark.parametrize("stage", STAGES)
def test_only_what_is_done_in_steps_is_counted_in_steps(stage: str, view: JobView) -> None:
    line = text.stage_line(replace(view, stage=stage, index=12_000, total=140_000), STAGES[stage])
    assert line.startswith(STAGES[stage])
    assert ("step 12,000 of 140,000" in line) == (stage in STEPPED)
    assert ("9%" in line) == (stage not in STEPPED)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 second"), (1.4, "1 second"), (1.6, "2 seconds"), (9.6, "10 seconds"), (24, "20 seconds"),
     (100, "2 minutes"), (2 * 3600, "2 hours")],
)  # fmt: skip
def test_a_time_to_wait_is_of_one_second_or_of_several(seconds: float, said: str) -> None:
    assert text.about(seconds) == said


def test_a_job_without_a_total_has_done_nothing_yet(view: JobView) -> None:
    assert text.stage_line(replace(view, stage="data", index=0, total=0), "Getting").endswith("0%")


def test_a_shipped_network_is_loaded_and_not_trained(view: JobView) -> None:
    shipped, trained = (state.retraining_of(plan_run(name, [3])) for name in ("mnist", "digits"))
    assert state.retraining_doing(shipped, replace(view, stage="unlearn")) == "is being loaded"
    assert state.retraining_doing(trained, replace(view, stage="unlearn")) == "is being trained"
    for spec in (shipped, trained):
        assert state.retraining_doing(spec, replace(view, stage="measure")) == "is being measured"

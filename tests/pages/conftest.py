"""An engine for each test, and finished runs that forget single images."""

import pytest

from camu_core import ForgetSpec, RunResult, plan_run, run


@pytest.fixture(autouse=True)
def own_engine(fresh_engine: None) -> None:
    """See there."""


@pytest.fixture(scope="session")
def random_result() -> RunResult:
    """A tenth of the images, drawn at random. Look at it, do not change it; so for the other."""
    return run(plan_run("digits", ForgetSpec("random", fraction=0.1), settings={"epochs": 1}))


@pytest.fixture(scope="session")
def one_image_result() -> RunResult:
    return run(plan_run("digits", ForgetSpec("samples", samples=(17,)), settings={"epochs": 1}))

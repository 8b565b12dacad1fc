"""Shares of one visitor, and a server that only shows: what is refused, and that nothing was started."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from opening import open_page

from camu_core import RunResult, RunStore, plan_run
from camu_core.engine import BACKGROUND_PRIORITY, Engine, service
from camu_core.engine.owners import RUNS, Owners, Thing, Visitor
from camu_core.errors import TooMuchAsked
from camu_core.jobs import RunJob
from camu_core.specs import GIVEN
from pages.components.shared import state, state_visitor, text

pytestmark = pytest.mark.usefixtures("fresh_engine")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """One without workers, so that jobs wait."""
    monkeypatch.setattr(Engine, "start", lambda engine: None)
    return Engine(RunStore(tmp_path), owners=Owners(tmp_path))


def jobs(n: int, seed: int = 0) -> list[RunJob]:
    return [RunJob(plan_run("digits", [3], seed=seed + i)) for i in range(n)]


def test_waiting_jobs_of_a_visitor_and_of_all_are_limited(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMU_MAX_WAITING_JOBS", "3")
    monkeypatch.setenv("CAMU_MAX_QUEUE", "5")
    engine.submit_all(jobs(3), "anna")
    with pytest.raises(TooMuchAsked, match="at most 3 waiting runs of one visitor; there would be 4"):
        engine.submit_all(jobs(1, 10), "anna")
    engine.submit_all(jobs(3), "anna")  # those that wait already
    engine.submit_all(jobs(2, 20), "ben")
    with pytest.raises(TooMuchAsked, match="queue of this server is full"):
        engine.submit_all(jobs(1, 30), "carla")


def test_who_stores_too_much_starts_nothing_new(engine: Engine, digits_result: RunResult, monkeypatch) -> None:
    engine.store.save(digits_result)
    engine.owners.note(Thing(RUNS, digits_result.digest), "anna")
    monkeypatch.setenv("CAMU_MAX_STORED_MB", "0")
    with pytest.raises(TooMuchAsked, match="Delete some"):
        engine.submit(jobs(1, 5)[0], "anna")
    engine.submit(jobs(1, 5)[0], "ben")


def test_a_thousand_waiting_runs_are_quick_and_leave_no_files(engine: Engine, tmp_path: Path) -> None:
    many, started = jobs(1000), time.process_time()
    engine.submit_all(many, "anna", BACKGROUND_PRIORITY)
    views = [engine.watch(job.digest) for job in many]
    assert time.process_time() - started < 5, "0.1 s"
    assert not any(view.is_over for view in views)
    assert not list(tmp_path.glob("pending/*"))


def test_who_asks_for_what_is_finished_owns_it_too(engine: Engine, digits_result: RunResult) -> None:
    engine.store.save(digits_result)
    engine.submit(RunJob(digits_result.spec), "anna")
    assert engine.owners.of(Thing(RUNS, digits_result.digest)) == {"anna"}


def test_a_kept_run_and_one_that_waits_need_their_networks(digits_result: RunResult) -> None:
    given = replace(digits_result.spec, method=GIVEN, method_sha256="1" * 64)
    kept = replace(digits_result, spec=replace(given, method_sha256="2" * 64))
    service.engine().store.save(kept)
    service.engine().submit(RunJob(given), "anna")
    assert service.weights_needed() == {digits_result.spec.weights, "1" * 64, "2" * 64}


def test_a_server_that_only_shows_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMU_READ_ONLY", "1")
    app = open_page("explore/run")
    app.button(key="press").click().run()
    assert not app.exception
    assert any("shows finished runs" in warning.value for warning in app.warning)
    assert service.engine().figures()["waiting"] == 0
    library = open_page("library/runs")
    assert text.READ_ONLY in [info.value for info in library.info]


def test_pins_of_a_visitor_are_limited(digits_result: RunResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMU_MAX_PINS", "0")
    RunStore().save(digits_result)
    state.pin_runs([digits_result.digest], True)
    assert not RunStore().pins(digits_result.digest)


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch):
    """Be another visitor from here on."""
    return lambda visitor: monkeypatch.setattr(state_visitor, "visitor", lambda: visitor)


def test_pins_of_one_visitor_are_no_other_visitors_to_lift(digits_result: RunResult, become, monkeypatch) -> None:
    monkeypatch.setenv("CAMU_PUBLIC", "1")
    anna, ben, operator = Visitor("a" * 20), Visitor("b" * 20), Visitor("c" * 20, is_operator=True)
    run, store, owners = Thing(RUNS, digits_result.digest), RunStore(), service.engine().owners
    store.save(digits_result)
    for visitor in (anna, ben):
        owners.note(run, visitor.name)

    def is_pinned() -> bool:
        (summary,) = state.finished_runs()
        return summary["is_pinned"]

    become(anna)
    state.pin_runs([run.name], True)
    assert is_pinned()
    become(ben)
    assert not is_pinned()
    state.pin_runs([run.name], False)
    assert store.pins(run.name) == {anna.name}
    state.pin_runs([run.name], True)
    become(anna)
    state.pin_runs([run.name], False)
    assert (is_pinned(), store.pins(run.name)) == (False, {ben.name})
    become(operator)
    assert is_pinned()
    state.pin_runs([run.name], False)
    assert store.pins(run.name) == set()


def test_who_leaves_a_run_to_others_pins_it_no_longer(digits_result: RunResult, become) -> None:
    anna, ben = Visitor("a" * 20), Visitor("b" * 20)
    run, store, owners = Thing(RUNS, digits_result.digest), RunStore(), service.engine().owners
    store.save(digits_result)
    for visitor in (anna, ben):
        owners.note(run, visitor.name)
        become(visitor)
        state.pin_runs([run.name], True)
    owners.leave(run, ben)
    service.tidy()
    assert store.pins(run.name) == {anna.name, ben.name}, "it can be taken back for a minute"
    service.tidy(now=4e9)
    assert store.pins(run.name) == {anna.name}

"""The engine with real worker processes on loopback: sharing, stopping, failing, keeping."""

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import cloudpickle
import numpy as np
import psutil
import pytest
import torch

from camu_core import RunResult, RunStore, Step, drain, plan_run
from camu_core.engine import BACKGROUND_PRIORITY, Engine, JobView
from camu_core.engine.engine import GONE
from camu_core.engine.monitor import JobState
from camu_core.errors import RunDiverged, RunNotFound
from camu_core.jobs import Job, JobPayload, RunJob
from camu_core.networks.weights import from_arrays, to_bytes
from camu_core.runs.given import plan_given

TIMEOUT_SECONDS = 240
LONG = {"epochs": 200}

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers cannot import tests


@dataclass(frozen=True)
class FailingJob(Job):
    name: str
    error: Exception
    result_type: ClassVar[type] = RunResult

    @property
    def digest(self) -> str:
        return self.name

    def execute(self, payload: JobPayload) -> Iterator[Step]:
        yield Step(1, 2)
        raise self.error


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory):
    engine = Engine(RunStore(tmp_path_factory.mktemp("engine-home")), n_workers=2)
    engine.start()
    yield engine
    engine.close()


def wait(engine: Engine, digest: str, until=lambda view: view.is_over) -> JobView:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        view = engine.watch(digest)
        if view is not None and until(view):
            return view
        time.sleep(0.02)
    raise AssertionError(f"still {engine.watch(digest)} after {TIMEOUT_SECONDS} s")


def has_begun(view: JobView) -> bool:
    return view.stage == "unlearn" and view.index > 1


@pytest.fixture
def crowd(engine: Engine) -> Iterator[tuple[list[RunJob], list[RunJob]]]:
    """Two long runs that keep both workers busy, and two for the queue; all are stopped at the end."""
    jobs = [RunJob(plan_run("digits", [label], "retrain", LONG, seed=14)) for label in range(4)]
    for job in jobs[:2]:
        wait(engine, engine.submit(job, "me"), has_begun)
    yield jobs[:2], jobs[2:]
    for job in jobs:
        for watcher in ("me", "sweep"):
            engine.stop(job.digest, watcher)
        wait(engine, job.digest)


def test_a_run_in_a_worker_gives_the_numbers_of_a_run_here(engine: Engine, digits_result: RunResult) -> None:
    digest = engine.submit(RunJob(digits_result.spec))
    view = wait(engine, digest)
    assert (view.state, view.message, view.notice) == ("done", "", "")
    result = engine.result(digest, RunResult)
    assert result.metrics == digits_result.metrics
    for name, weights in digits_result.weights.items():
        np.testing.assert_array_equal(result.weights[name], weights)


@pytest.mark.skipif(sys.platform != "linux" or torch.accelerator.is_available(), reason="nothing is forked here")
def test_workers_share_one_process_that_has_imported_what_they_need(engine: Engine) -> None:
    while not engine.connection.n_threads:
        time.sleep(0.05)
    workers = [psutil.Process(nanny.pid) for nanny in engine.connection.cluster.workers.values()]
    (parent,) = {worker.ppid() for worker in workers}
    assert psutil.Process(parent).ppid() == os.getpid()
    libraries = {region.path for region in psutil.Process(parent).memory_maps()}
    assert any("libtorch" in path for path in libraries)


@pytest.mark.slow
def test_a_network_that_was_given_is_judged_in_a_worker(engine: Engine, digits_result: RunResult) -> None:
    weights = to_bytes(from_arrays(digits_result.weights, "digits", "cnn"))
    job = RunJob(plan_given("digits", [3], weights, "theirs"))
    view = wait(engine, engine.submit(job, "me"))
    assert (view.state, view.message) == ("done", "")
    assert engine.result(job.digest, RunResult).metrics == digits_result.metrics


@pytest.mark.slow
def test_steps_and_snapshots_are_seen_on_the_way(engine: Engine) -> None:
    job = RunJob(plan_run("digits", [1], seed=11))
    view = wait(engine, engine.submit(job))
    result = engine.result(job.digest, RunResult)
    assert set(view.losses) == set(result.losses)
    np.testing.assert_allclose(view.losses["retain_label"], result.losses["retain_label"])
    assert [s.index for s in view.snapshots] == [s.index for s in result.snapshots]
    np.testing.assert_array_equal(view.snapshots[-1].points, result.snapshots[-1].points)


def test_equal_requests_are_one_computation(engine: Engine) -> None:
    job = RunJob(plan_run("digits", [2], "retrain", LONG, seed=12))
    digest = engine.submit(job, "anna")
    wait(engine, digest, has_begun)
    steps = engine.watch(digest).index
    assert engine.submit(job, "ben") == digest
    assert engine.watch(digest).index >= steps
    assert engine.watch(digest).attempt == 1

    assert not engine.stop(digest, "anna"), "ben still watches"
    assert not engine.watch(digest).is_over
    assert engine.stop(digest, "ben")
    assert wait(engine, digest).state == "stopped"


def test_stop_takes_effect_within_a_second_and_the_run_can_be_started_again(engine: Engine) -> None:
    job = RunJob(plan_run("digits", [4], "retrain", LONG, seed=13))
    digest = engine.submit(job, "me")
    wait(engine, digest, has_begun)
    steps = engine.watch(digest).index
    stopped = time.monotonic()
    engine.stop(digest, "me")
    view = wait(engine, digest)
    assert time.monotonic() - stopped < 1.0
    assert view.state == "stopped"
    assert view.index < steps + view.total / 2, "it ended long before the run would have"
    assert not engine.has(job)

    engine.submit(job, "me")
    assert wait(engine, digest, has_begun).state == "running"
    engine.stop(digest, "me")
    wait(engine, digest)


@pytest.mark.slow
def test_a_waiting_run_shows_its_place_and_can_be_stopped(engine: Engine, crowd) -> None:
    _, waiting = crowd
    for job in waiting:
        engine.submit(job, "me")
    assert [engine.watch(job.digest).queue_position for job in waiting] == [1, 2]
    engine.stop(waiting[0].digest, "me")
    assert wait(engine, waiting[0].digest).state == "stopped"
    assert engine.watch(waiting[1].digest).queue_position == 1


@pytest.mark.slow
def test_a_waiting_run_moves_up_when_a_person_wants_it_too(engine: Engine, crowd) -> None:
    busy, swept = crowd
    for job in swept:
        engine.submit(job, "sweep", BACKGROUND_PRIORITY)
    engine.submit(swept[1], "me")
    assert [engine.watch(job.digest).queue_position for job in swept] == [2, 1]
    engine.stop(busy[0].digest, "me")
    assert wait(engine, swept[1].digest, has_begun).state == "running"
    assert engine.watch(swept[0].digest).state == "queued"


@pytest.mark.slow
def test_stopping_and_asking_again_never_hangs_and_never_tells_an_old_outcome(engine: Engine) -> None:
    jobs = [RunJob(plan_run("digits", [label], seed=17)) for label in range(3)]
    rng = np.random.default_rng(0)
    for _ in range(60):
        job = jobs[rng.integers(3)]
        engine.stop(job.digest, "me") if rng.random() < 0.5 else engine.submit(job, "me")
        time.sleep(rng.uniform(0, 0.03))
    for job in jobs:
        engine.submit(job, "me")
    for job in jobs:
        assert engine.has(job) or wait(engine, job.digest).state == "done"
        assert engine.result(job.digest, RunResult).spec == job.spec


def test_requests_in_the_moment_in_which_the_connection_goes_are_kept(tmp_path: Path, monkeypatch) -> None:
    engine = Engine(RunStore(tmp_path))
    monkeypatch.setattr(engine, "start", lambda: None)
    engine.connection.n_threads = 1  # the client is gone already, the threads are not known to be
    wanted, unwanted = (RunJob(plan_run("digits", [c], seed=18)).digest for c in (0, 1))
    for label in (0, 1):
        engine.submit(RunJob(plan_run("digits", [label], seed=18)), "me")
    engine._progress[unwanted].future = SimpleNamespace(client="the lost one")
    assert engine.stop(unwanted, "me")
    assert engine.watch(unwanted).is_stopping
    engine._on_change()
    assert engine.watch(unwanted).state == "stopped"
    assert engine.watch(wanted).state == "queued"


def test_a_run_whose_result_the_cluster_lost_is_said_to_be_lost(tmp_path: Path, monkeypatch) -> None:
    engine = Engine(RunStore(tmp_path))
    monkeypatch.setattr(engine, "start", lambda: None)
    digest = engine.submit(RunJob(plan_run("digits", [0], seed=18)), "me")
    client = engine.connection.client = SimpleNamespace(sync=lambda *_: None)
    lost = SimpleNamespace(client=client, status="lost", release=lambda: None)
    engine._progress[digest].future = lost
    engine._on_done(engine._progress[digest], lost)
    view = engine.watch(digest)
    assert (view.state, view.message) == ("failed", "The cluster lost what the run made. Try again.")


def test_a_failure_is_remembered_whatever_is_done_after_it(tmp_path: Path, monkeypatch) -> None:
    engine = Engine(RunStore(tmp_path))
    monkeypatch.setattr(engine, "start", lambda: None)
    first, *others = (RunJob(plan_run("digits", [3], seed=seed)) for seed in range(60))
    following = engine.follow_all([first, *others], "sweep")
    next(following)
    engine._finish(engine._progress[first.digest], JobState.FAILED, "Its loss became nan.")
    for job in others:
        engine._finish(engine._progress[job.digest], JobState.DONE)
    monkeypatch.setattr(engine, "is_there", lambda digest, _: digest not in (first.digest, others[0].digest))
    assert drain(following) == {first.digest: "Its loss became nan.", others[0].digest: GONE}


def test_a_loss_that_blows_up_is_explained(engine: Engine) -> None:
    view = wait(
        engine, engine.submit(FailingJob("a" * 20, RunDiverged("Its loss became nan. Lower the learning rates.")))
    )
    assert (view.state, view.message) == ("failed", "Its loss became nan. Lower the learning rates.")


def test_a_bug_is_told_in_one_line_and_its_traceback_goes_to_the_log(engine: Engine, caplog) -> None:
    while not engine.connection.n_threads:
        time.sleep(0.05)
    caplog.handler.setLevel(0)  # the embedded cluster silences the handlers that it finds
    view = wait(engine, engine.submit(FailingJob("b" * 20, ZeroDivisionError("division by zero"))))
    assert view.state == "failed"
    assert view.message == "The run ended unexpectedly (ZeroDivisionError: division by zero). Try again."
    assert "Traceback" in caplog.text


@pytest.mark.slow
def test_an_unwritable_store_is_told_and_the_run_is_still_seen(engine: Engine, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setattr(engine, "store", RunStore(tmp_path / "file"))
    job = RunJob(plan_run("digits", [6], seed=15))
    view = wait(engine, engine.submit(job))
    assert view.state == "done"
    assert "Cannot keep the run" in view.notice
    assert engine.result(job.digest, RunResult).spec == job.spec


def test_what_nobody_asked_for_is_unknown(engine: Engine) -> None:
    assert engine.watch("0" * 20) is None
    assert not engine.stop("0" * 20)
    with pytest.raises(RunNotFound):
        engine.result("0" * 20, RunResult)


@pytest.mark.slow
def test_background_work_gives_a_worker_up_to_a_person_and_goes_on_afterwards(engine: Engine) -> None:
    swept = [RunJob(plan_run("digits", [label], "retrain", LONG, seed=19)) for label in range(2)]
    for job in swept:
        wait(engine, engine.submit(job, "sweep", BACKGROUND_PRIORITY), has_begun)
    asked = time.monotonic()
    mine = engine.submit(RunJob(plan_run("digits", [5], seed=19)), "me")
    assert wait(engine, mine).state == "done"
    assert time.monotonic() - asked < 30, "not after the hundreds of epochs of the others"
    assert [engine.watch(job.digest).is_over for job in swept] == [False, False]
    for job in swept:
        wait(engine, job.digest, has_begun)
        engine.stop(job.digest, "sweep")
        assert wait(engine, job.digest).state == "stopped"


@pytest.mark.slow
def test_a_job_that_computes_too_long_is_ended_with_a_sentence(engine: Engine) -> None:
    job = RunJob(plan_run("digits", [6], "retrain", LONG, seed=20))
    wait(engine, engine.submit(job, "me"), has_begun)
    engine.end_overdue(0)
    engine.end_overdue(0.01)
    view = wait(engine, job.digest)
    assert (view.state, view.message.split(".")[0]) == (
        "failed",
        "It computed longer than the 0 s that this server allows",
    )

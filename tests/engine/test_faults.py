"""What goes wrong on a busy day: killed workers, no worker left, a scheduler that goes away, an app that is killed."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from camu_core import RunResult, RunStore, plan_run, run
from camu_core.engine import Engine, JobView, connection
from camu_core.engine.engine import LOST
from camu_core.jobs import RunJob
from camu_core.networks.models import build_model
from camu_core.networks.weights import to_bytes

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 300
SHORT = {"epochs": 2}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Whose workers are killed; it starts others."""
    engine = Engine(RunStore(tmp_path_factory.mktemp("home")), n_workers=1)
    yield engine
    engine.close()


def wait_for(condition: Callable[[], object], what: str, why_not: Callable[[], object] = str):
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what}: not after {TIMEOUT_SECONDS} s {why_not()}")


def wait_over(engine: Engine, digest: str) -> JobView:
    wait_for(lambda: engine.watch(digest).is_over, "the end of the run", lambda: (engine.figures(), engine.problem()))
    return engine.watch(digest)


def wait_begun(engine: Engine, digest: str, attempt: int = 1) -> None:
    def has_begun() -> bool:
        view = engine.watch(digest)
        return view.attempt == attempt and view.stage == "unlearn" and view.index > 20

    wait_for(has_begun, f"attempt {attempt}")


def worker_pids(engine: Engine) -> list[int]:
    return [nanny.pid for nanny in engine.connection.cluster.workers.values() if nanny.pid]


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_a_killed_worker_costs_time_and_nothing_else(engine: Engine) -> None:
    spec = plan_run("digits", [3], "retrain", {"epochs": 20}, seed=21)
    digest = engine.submit(RunJob(spec))
    wait_begun(engine, digest)
    kill(worker_pids(engine)[0])
    view = wait_over(engine, digest)
    assert (view.state, view.attempt) == ("done", 2)
    assert engine.result(digest, RunResult).metrics == run(spec).metrics


def test_a_worker_killed_twice_ends_in_a_plain_message_and_can_be_tried_again(engine: Engine) -> None:
    job = RunJob(plan_run("digits", [3], "retrain", {"epochs": 300}, seed=22))
    digest = engine.submit(job, "me")
    for attempt in (1, 2):
        wait_begun(engine, digest, attempt)
        kill(worker_pids(engine)[0])
    view = wait_over(engine, digest)
    assert (view.state, view.message) == ("failed", LOST)

    engine.submit(job, "me")
    wait_begun(engine, digest)
    engine.stop(digest, "me")
    assert wait_over(engine, digest).state == "stopped"


def test_an_engine_without_any_worker_builds_itself_up_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_NO_WORKER_SECONDS", 2.0)
    engine.start()
    wait_for(lambda: engine.connection.client is not None and worker_pids(engine), "workers")
    first = engine.connection.cluster
    digest = engine.submit(RunJob(plan_run("digits", [3], seed=23)))

    def kill_all_of_the_first_cluster() -> bool:  # faster than they restart
        for pid in [nanny.pid for nanny in first.workers.values() if nanny.pid]:
            with suppress(ProcessLookupError):
                kill(pid)
        return engine.connection.cluster is not None and engine.connection.cluster is not first

    wait_for(kill_all_of_the_first_cluster, "another cluster")
    if wait_over(engine, digest).state == "failed":  # it was on two of those that were killed
        assert engine.watch(digest).message == LOST
        engine.submit(RunJob(plan_run("digits", [3], seed=23)))
    assert wait_over(engine, digest).state == "done"


def test_an_app_that_is_killed_leaves_finished_runs_and_names_the_broken_one(tmp_path: Path) -> None:
    home = tmp_path / "home"
    broken = plan_run("digits", [4], "retrain", {"epochs": 500}, seed=24)
    program = textwrap.dedent(f"""
        import time
        from camu_core import RunStore, plan_run
        from camu_core.engine import Engine
        from camu_core.jobs import RunJob

        if __name__ == "__main__":
            engine = Engine(RunStore(), n_workers=1)
            done = engine.submit(RunJob(plan_run("digits", [4], settings={SHORT}, seed=24)))
            while not engine.watch(done).is_over:
                time.sleep(0.05)
            broken = engine.submit(RunJob(plan_run("digits", [4], "retrain", {{"epochs": 500}}, seed=24)))
            while engine.watch(broken).index < 20:
                time.sleep(0.05)
            print(*(nanny.pid for nanny in engine.connection.cluster.workers.values()), flush=True)
            time.sleep({TIMEOUT_SECONDS})
    """)
    script = tmp_path / "app.py"
    script.write_text(program)
    environment = {**os.environ, "CAMU_HOME": str(home), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True) as app:
        pids = [int(pid) for pid in app.stdout.readline().split()]
        app.kill()
    assert pids
    wait_for(lambda: not any(map(is_alive, pids)), "the end of the orphaned workers")

    store = RunStore(home)
    finished = plan_run("digits", [4], settings=SHORT, seed=24)
    assert store.digests() == [finished.digest]
    assert store.load(finished.digest).spec == finished
    assert store.interrupted(broken.digest) == broken
    assert store.interrupted(finished.digest) is None

    engine = Engine(store, n_workers=1)
    try:
        digest = engine.submit(RunJob(broken), "me")
        wait_begun(engine, digest)
        engine.stop(digest, "me")
        wait_over(engine, digest)
    finally:
        engine.close()
    assert store.interrupted(broken.digest) is None


# ------------------------------------------------------------------------------------------------- a cluster elsewhere


def start_scheduler(folder: Path, port: int = 0) -> tuple[subprocess.Popen, str]:
    """And its address. Port 0 takes a free one, which nothing else can take before it does."""
    said = folder / "scheduler.json"
    said.unlink(missing_ok=True)
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port)]
    process = start([*command, "--scheduler-file", str(said), "--no-dashboard"], folder)
    wait_for(lambda: said.exists() or process.poll() is not None, "the scheduler")
    assert process.poll() is None
    wait_for(lambda: said.read_text().endswith("}"), "its address")
    return process, json.loads(said.read_text())["address"]


def start_worker(address: str, folder: Path, *options: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
    return start([*command, "--local-directory", str(folder), *options], folder)


def start(command: list[str], folder: Path) -> subprocess.Popen:
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "CAMU_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=folder, env=environment)  # pytest shows what it says where a test fails


def end(*processes: subprocess.Popen) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass
class Cluster:
    address: str
    folder: Path  # of its processes' files


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A real `dask scheduler` and two `dask worker` processes, each with a CAMU_HOME of its own."""
    folder = tmp_path_factory.mktemp("cluster")
    scheduler, address = start_scheduler(folder / "scheduler")
    workers = [start_worker(address, folder / f"worker-{i}") for i in range(2)]
    yield Cluster(address, folder)
    end(*workers)
    end(scheduler)


def test_app_and_command_line_use_a_cluster_that_shares_no_folder(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, camu_home: Path
) -> None:
    monkeypatch.setenv("CAMU_SCHEDULER", cluster.address)
    engine = Engine(RunStore())
    spec, *others = (plan_run("digits", [label], settings=SHORT, seed=31) for label in (3, 5, 6))
    try:
        digests = [engine.submit(RunJob(each)) for each in (spec, others[0])]
        assert [wait_over(engine, digest).state for digest in digests] == ["done", "done"]
        assert engine.connection.cluster is None
        assert engine.result(spec.digest, RunResult).metrics == run(spec).metrics
    finally:
        engine.close()
    assert not any((cluster.folder / f"worker-{i}" / "home" / "runs").exists() for i in range(2))

    line = "run --forget-class 6 --set epochs=2 --seed 31 --quick --json -"
    command = [sys.executable, "-m", "camu_core", *line.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
    assert done.returncode == 0, done.stderr
    assert RunStore(camu_home).has(others[1].digest)


def test_weights_of_ones_own_travel_to_the_workers(cluster: Cluster, tmp_path: Path) -> None:
    path = tmp_path / "own.safetensors"
    path.write_bytes(to_bytes(build_model("cnn", (1, 8, 8), 10, seed=99)))
    engine = Engine(RunStore(), scheduler=cluster.address)
    try:
        digest = engine.submit(RunJob(plan_run("digits", [3], weights=path)))
        assert wait_over(engine, digest).state == "done"
    finally:
        engine.close()


def test_a_scheduler_that_goes_away_is_told_and_found_again(tmp_path: Path) -> None:
    scheduler, address = start_scheduler(tmp_path / "scheduler")
    worker = start_worker(address, tmp_path / "worker-0", "--no-nanny")
    engine = Engine(RunStore(), scheduler=address)
    try:
        digest = engine.submit(RunJob(plan_run("digits", [3], "retrain", {"epochs": 25}, seed=32)), "me")
        wait_begun(engine, digest)
        kill(scheduler.pid)
        scheduler.wait()
        wait_for(engine.problem, "a word about it")
        assert address in engine.problem()
        assert engine.watch(digest).state == "queued"
        scheduler, _ = start_scheduler(tmp_path / "scheduler", port=int(address.rpartition(":")[2]))
        end(worker)
        worker = start_worker(address, tmp_path / "worker-1", "--no-nanny")
        assert wait_over(engine, digest).state == "done"
        assert engine.problem() == ""
    finally:
        engine.close()
        end(worker)
        end(scheduler)

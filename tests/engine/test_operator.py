"""What an operator sees, /readyz, /metrics, frozen workers; and the first visitor of a fresh server."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from app_server import AppServer
from visitor import Visitor

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[AppServer]:
    with AppServer(CAMU_METRICS="1") as server:
        yield server


def get(server: AppServer, path: str, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(server.address + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def wait_ready(server: AppServer, expected: int = 200, seconds: float = 60) -> dict:
    deadline = time.monotonic() + seconds
    while (answer := get(server, "/readyz"))[0] != expected:
        assert time.monotonic() < deadline, answer
        time.sleep(0.2)
    return json.loads(answer[1])


def test_the_first_visitor_may_come_by_the_address_of_any_page(server: AppServer) -> None:
    with Visitor(server.address, "embeddings") as visitor:
        assert "Example run" in visitor.texts
        assert not visitor.is_page_not_found


def test_ready_once_there_are_workers(server: AppServer) -> None:
    assert wait_ready(server) == {"ready": True, "workers": True, "store_writable": True, "disk_nearly_full": False}


def test_metrics_for_this_machine_alone(server: AppServer) -> None:
    wait_ready(server)
    status, text = get(server, "/metrics")
    figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert status == 200
    assert figures["camu_ready"] == "1"
    assert float(figures["camu_disk_free_bytes"]) > 0
    assert 'camu_jobs_ended_total{how="failed"}' in figures
    assert get(server, "/metrics", **{"X-Forwarded-For": "203.0.113.9"})[0] == 404, "it came through a proxy"
    assert get(server, "/_stcore/metrics")[0] == 404, "Streamlit's own, for anybody"


def test_frozen_workers_are_noticed_within_15_seconds(server: AppServer) -> None:
    wait_ready(server)
    workers = server.workers()
    assert workers
    for worker in workers:
        os.kill(worker.pid, signal.SIGSTOP)
    try:
        assert wait_ready(server, expected=503, seconds=15)["workers"] is False
    finally:
        for worker in workers:
            os.kill(worker.pid, signal.SIGCONT)
    wait_ready(server)

"""What runs inside a worker process: one job, its reports, and its ear for Stop."""

import time
import uuid
from collections.abc import Callable
from typing import Any

from distributed import Event, get_worker

from camu_core.errors import RunStopped
from camu_core.jobs import Job, JobPayload
from camu_core.progress import Step
from camu_core.runs.results import Storable

TOPIC = "camu-progress"
_STOP_POLL_SECONDS = 0.1
_REPORT_SECONDS = 0.05


def work(job: Job[Storable], payload: JobPayload, stop_name: str) -> Storable:
    """Run a job, report its steps as events, end it soon after the event `stop_name` is set.

    Raises:
        RunStopped: it was stopped; and whatever the job raises.
    """
    worker, attempt, stop = get_worker(), uuid.uuid4().hex, Event(stop_name)
    report = _Reporter(
        lambda steps: worker.log_event(TOPIC, {"digest": job.digest, "attempt": attempt, "steps": steps})
    )
    steps = job.execute(payload)
    report.send()
    polled = 0.0
    while True:
        if time.monotonic() - polled > _STOP_POLL_SECONDS:
            if stop.is_set():
                steps.close()
                raise RunStopped("The run was stopped.")
            polled = time.monotonic()
        try:
            report.add(next(steps))
        except StopIteration as end:
            report.send()
            return end.value


def warm_up() -> None:
    """Import what runs need and step an optimiser once: the first press then does not wait for it."""
    from camu_core.planning import plan_run
    from camu_core.progress import drain
    from camu_core.runs.execution import execute

    drain(execute(plan_run("digits", [0], settings={"epochs": 1})))


class _Reporter:
    """Sends steps in small parcels, at most one every 50 ms."""

    def __init__(self, send: Callable[[list[dict[str, Any]]], None]) -> None:
        self._send, self._sent = send, 0.0
        self._parcel: list[dict[str, Any]] = []

    def add(self, step: Step) -> None:
        self._parcel.append(step.to_message())
        if time.monotonic() - self._sent > _REPORT_SECONDS:
            self.send()

    def send(self) -> None:
        self._send(self._parcel)
        self._parcel, self._sent = [], time.monotonic()

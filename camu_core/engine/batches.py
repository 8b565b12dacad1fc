"""Many runs as one request: what a sweep, a comparison, a map or an attribution needs, started, stopped and counted.

Finished runs stay when a batch is stopped or one of its runs fails; the same batch again goes on where it was.
"""

import hashlib
import json
from collections.abc import Generator, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from camu_core.engine import BACKGROUND_PRIORITY, Driver, Engine
from camu_core.engine.engine import NOT_KEPT
from camu_core.engine.monitor import JobState
from camu_core.errors import RunNotFound
from camu_core.files import write_atomically
from camu_core.jobs import RunJob
from camu_core.planning import settings_phrase
from camu_core.progress import Step
from camu_core.runs.results import RunResult
from camu_core.runs.store import RunStore
from camu_core.specs import RunSpec

KINDS = ("sweep", "compare", "map", "terms", "tune", "dial")
_NAMED_AT_MOST = 10  # failures
_UNLEARNING = 0.95  # of the time a run takes


@dataclass(frozen=True)
class BatchProgress:
    """How a batch stands.

    Args:
        done: runs that are there.
        active: under way, or waiting.
        failed: why, by run.
        fraction: 0..1, parts of running ones counted.
    """

    done: tuple[RunSpec, ...]
    active: tuple[RunSpec, ...]
    failed: dict[RunSpec, str]
    total: int
    fraction: float


@dataclass(frozen=True)
class Batch:
    """Runs that one table or picture needs.

    Args:
        kind: in KINDS, under which the list of all runs folds them; empty if it should not.
        key: names it among those of its kind.
    """

    kind: str
    key: str
    specs: tuple[RunSpec, ...]

    def submit(self, engine: Engine, watcher: str = "") -> None:
        """Hand every run that is not there to the engine, behind what people are waiting for.

        Args:
            watcher: who wants it, and can stop it.
        Raises:
            TooMuchAsked: see `Engine.submit_all`.
        """
        missing = [spec for spec in self.specs if not engine.is_there(spec.digest, RunResult)]
        engine.submit_all([RunJob(spec) for spec in missing], watcher, BACKGROUND_PRIORITY)
        self.note(engine.store)

    def stop(self, engine: Engine, watcher: str = "") -> None:
        """Stop what is under way and nobody else wants."""
        engine.stop_all([spec.digest for spec in self.specs], watcher)

    def progress(self, engine: Engine) -> BatchProgress:
        """Safe to call often."""
        is_there = {spec: engine.is_there(spec.digest, RunResult) for spec in self.specs}
        done = tuple(spec for spec in self.specs if is_there[spec])
        views = {spec: view for spec in self.specs if not is_there[spec] and (view := engine.watch(spec.digest))}
        active = {spec: view for spec, view in views.items() if not view.is_over}
        parts = sum(view.index / view.total for view in active.values() if view.stage == "unlearn" and view.total)
        fraction = min(1.0, (len(done) + _UNLEARNING * parts) / max(1, len(self.specs)))
        failed = {spec: view.message for spec, view in views.items() if view.state == JobState.FAILED}
        return BatchProgress(done, tuple(active), failed, len(self.specs), fraction)

    def running(self, work: Driver, stage: str = "sweep") -> Generator[Step, None, dict[RunSpec, str]]:
        """Do all; closing the generator stops what is under way.

        Returns:
            why runs failed; the others are finished.
        """
        failed = yield from work.follow_all([RunJob(spec) for spec in self.specs], stage)
        return {spec: failed[spec.digest] for spec in self.specs if spec.digest in failed}

    def note(self, store: RunStore) -> None:
        """Remember its runs but those that somebody has made by themselves before, so that lists can fold them.

        Without effect where that cannot be written.
        """
        if not self.kind:
            return
        name = hashlib.sha256(f"{self.kind} {self.key}".encode()).hexdigest()[:20]
        known = next((noted.runs for noted in noted_batches(store) if noted.name == name), ())
        new = (spec.digest for spec in self.specs if not store.has(spec.digest))
        together = list(dict.fromkeys([*known, *new]))
        if len(together) > len(known):
            with suppress(OSError):
                content = json.dumps({"kind": self.kind, "runs": together}).encode()
                write_atomically(store.root / "batches" / f"{name}.json", content, is_private=True)


@dataclass(frozen=True)
class NotedBatch:
    """Args: name: 20 hex digits. kind: in KINDS. runs: digests."""

    name: str
    kind: str
    runs: tuple[str, ...]


def noted_batches(store: RunStore) -> list[NotedBatch]:
    """All that were noted, the newest first; unreadable ones are left out."""
    found = []
    for path in (store.root / "batches").glob("*.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            noted = json.loads(path.read_text())
            batch = NotedBatch(path.stem, str(noted["kind"]), tuple(map(str, noted["runs"])))
            found.append((path.stat().st_mtime, batch))
    return [batch for _, batch in sorted(found, key=lambda pair: -pair[0]) if batch.kind in KINDS]


def run_name(spec: RunSpec) -> str:
    """A run among others: "digits, forget 3, camu, seed 0", and which settings are unusual."""
    parts = (spec.dataset, f"forget {spec.forget.short}", spec.method, f"seed {spec.seed}", settings_phrase(spec))
    return ", ".join(filter(None, parts))


def summaries(specs: Iterable[RunSpec], engine: Engine, failed: dict[RunSpec, str]) -> list[dict[str, Any]]:
    """The JSON part of each run that did not fail.

    Args:
        failed: why, by run; gets those of which nothing is there any more.
    """
    found = []
    for spec in specs:
        if spec not in failed:
            try:
                found.append(engine.summary(spec.digest))
            except RunNotFound:  # cleared away for those that came later, or never kept
                failed[spec] = NOT_KEPT
    return found


def failures_text(failed: Mapping[RunSpec, str], total: int) -> str:
    """One sentence for all, and a line for each of the first."""
    lines = [f"{run_name(spec)}: {why}" for spec, why in failed.items()]
    more = [f"and {len(lines) - _NAMED_AT_MOST} more"] if len(lines) > _NAMED_AT_MOST else []
    return "\n".join([f"{len(failed)} of {total} runs failed; the others are kept.", *lines[:_NAMED_AT_MOST], *more])

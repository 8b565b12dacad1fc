"""The figures by which a tuning judges a finished run, of the same images and draws as those of the reference band."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from camu_core.data import loading, split
from camu_core.jobs.base import Find, Job, digest_of
from camu_core.jobs.payload import JobPayload
from camu_core.measures import SPLIT_NAMES
from camu_core.networks.weights import from_arrays, load_weights
from camu_core.privacy import Battery, quick_figures
from camu_core.progress import Step
from camu_core.runs.results import RunResult, Storable
from camu_core.specs import RunSpec
from camu_core.threads import one_thread

_VERSION = 1


@dataclass(frozen=True)
class Trial(Storable):
    """Args: run: digest. measures: the four accuracies, and those of `quick_figures`; None of an empty split."""

    digest: str
    run: str
    measures: dict[str, float | None]
    folder: ClassVar[str] = "trials"

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest, "run": self.run, "measures": self.measures}

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "Trial":
        return cls(summary["digest"], summary["run"], summary["measures"])


@dataclass(frozen=True)
class TrialJob(Job[Trial]):
    """Judge a finished run."""

    spec: RunSpec
    result_type: ClassVar[type[Trial]] = Trial

    @property
    def digest(self) -> str:
        return digest_of("trial", _VERSION, self.spec.digest)

    def pack(self, find: Find) -> JobPayload:
        return JobPayload.of(self.spec, [find(self.spec.digest, RunResult)])

    def execute(self, payload: JobPayload) -> Generator[Step, None, Trial]:
        """Raises: DatasetUnavailable, WeightsError: images or the original model are not here."""
        payload.unpack()
        spec, result = self.spec, payload.result(self.spec.digest, RunResult)
        with one_thread():
            dataset = yield from loading(spec.trained_on)
            splits = split(dataset, spec.forget, spec.seed)
            original = load_weights(spec.weights, spec.dataset, spec.model).to(spec.device)
            battery = Battery.of(dataset, splits, spec.forget.classes, original)
            yield Step(0, 1, stage="battery")
            model = from_arrays(result.weights, spec.dataset, spec.model).to(spec.device)
            figures = quick_figures(battery, model)
            yield Step(1, 1, stage="battery")
        accuracies = {name: result.metrics["unlearned"][name] for name in SPLIT_NAMES}
        return Trial(self.digest, spec.digest, accuracies | figures)

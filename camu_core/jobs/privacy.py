"""Attacks, relearning and what is left inside of a finished run, as a job that can run anywhere."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from camu_core.data import DATASETS, Dataset, Splits, loading, split
from camu_core.jobs.band import Band, beside
from camu_core.jobs.base import Find, IsThere, Job, digest_of
from camu_core.jobs.payload import JobPayload
from camu_core.measures import SPLIT_NAMES, AttackGroups, attack_rng, distance_to_retrained
from camu_core.measures.estimates import Estimate
from camu_core.networks.models import BlockModel, build_model, predict
from camu_core.networks.weights import from_arrays, load_weights
from camu_core.privacy import (
    SCORES,
    UNTRAINED,
    Answers,
    Battery,
    Findings,
    Scored,
    attack_report,
    epsilon_beside,
    epsilon_report,
    epsilon_within,
    evaluation_split,
    likeness_report,
    nearby_report,
    relearning_report,
    run_battery,
    score_answers,
)
from camu_core.progress import Step
from camu_core.runs.results import RunResult, Storable
from camu_core.specs import RunSpec
from camu_core.threads import one_thread

_IMAGES_PER_STEP = 500
_VERSION = 4


@dataclass(frozen=True)
class PrivacyResult(Storable):
    """What the attacks found.

    Args:
        report: `attack`: network -> score -> of `attack_report`, None of groups too small to attack; `epsilon`: of
            `epsilon_report`; `distance`: of `distance_to_retrained`, None without a retrained network; `relearning`: of
            `relearning_report`, and `exam`, the split it is judged on; `linear_probe`: network -> estimate; `cka`: of
            `likeness_report`; `battery`: network -> measure -> estimate, see `run_battery`, and "epsilon" beside the
            reference band; `nearby`: of `nearby_report`; `reference`: `about` and `measures` of the band, None without
            one.
        images: by group "members" (forgotten, trained on) and "others" (never trained on), uint8 (n, channels, H, W).
        idx: their indices into the training and the test set, int64 (n,).
        y: their classes.
        scores: float64 (n,) by "network/score/group".
    """

    digest: str
    report: dict[str, Any]
    images: dict[str, np.ndarray]
    idx: dict[str, np.ndarray]
    y: dict[str, np.ndarray]
    scores: dict[str, np.ndarray]
    folder: ClassVar[str] = "privacy"

    def summary(self) -> dict[str, Any]:
        return {"digest": self.digest, "report": self.report}

    def arrays(self) -> dict[str, np.ndarray]:
        groups = {"images": self.images, "idx": self.idx, "y": self.y, "scores": self.scores}
        return {f"{group}/{name}": array for group, members in groups.items() for name, array in members.items()}

    @classmethod
    def from_parts(cls, summary: dict[str, Any], arrays: dict[str, np.ndarray]) -> "PrivacyResult":
        parts: dict[str, dict[str, np.ndarray]] = {"images": {}, "idx": {}, "y": {}, "scores": {}}
        for key, array in arrays.items():
            group, name = key.split("/", 1)
            parts[group][name] = array
        return cls(summary["digest"], summary["report"], **parts)


@dataclass(frozen=True)
class PrivacyJob(Job[PrivacyResult]):
    """All tests on one run's network, beside its retraining and the reference band.

    Args:
        spec: of the run.
        retrained, band: digests of those that it is compared with; None without one.
    """

    spec: RunSpec
    retrained: str | None = None
    band: str | None = None
    result_type: ClassVar[type[PrivacyResult]] = PrivacyResult

    @classmethod
    def beside(cls, spec: RunSpec, is_there: IsThere) -> "PrivacyJob":
        """With the retraining and the band, if they are there."""
        return cls(spec, *beside(spec, is_there))

    @property
    def sources(self) -> tuple[str, ...]:
        """Digests of what it comes from."""
        return (self.spec.digest, *(digest for digest in (self.retrained, self.band) if digest))

    @property
    def digest(self) -> str:
        return digest_of("privacy", _VERSION, self.sources)

    def pack(self, find: Find) -> JobPayload:
        runs = [find(digest, RunResult) for digest in (self.spec.digest, self.retrained) if digest]
        bands = [find(self.band, Band)] if self.band else []
        return JobPayload.of(self.spec, [*runs, *bands])

    def execute(self, payload: JobPayload) -> Generator[Step, None, PrivacyResult]:
        """Raises: DatasetUnavailable, WeightsError: images or the original model are not here."""
        payload.unpack()
        runs = {"unlearned": payload.result(self.spec.digest, RunResult)}
        if self.retrained:
            runs["retrained"] = payload.result(self.retrained, RunResult)
        band = payload.result(self.band, Band).reference_for(self.spec) if self.band else None
        with one_thread():
            return (yield from _Tests(self.digest, self.spec, runs, band).execute())


@dataclass(frozen=True)
class _Tests:
    """Args: runs: of the networks, "unlearned" and perhaps "retrained"."""

    digest: str
    spec: RunSpec
    runs: dict[str, RunResult]
    band: Band | None

    def execute(self) -> Generator[Step, None, PrivacyResult]:
        spec = self.spec
        dataset = yield from loading(spec.trained_on)
        splits = split(dataset, spec.forget, spec.seed)
        models = self._models()
        battery = Battery.of(dataset, splits, spec.forget.classes, models["original"])
        groups = battery.groups
        answers = yield from _all_answers(models, dataset, groups)
        scored = {} if groups.are_too_small else {name: score_answers(answers[name]) for name in models}
        attack = yield from self._attack(scored, splits, dataset)
        found = {}
        for name, model in {**models, UNTRAINED: self._untrained()}.items():
            found[name] = yield from run_battery(battery, model)
        likeness = yield from likeness_report(models, battery.probe, spec.seed)
        nearby = yield from nearby_report(models, dataset, splits)
        scores = {name: each.scores for name, each in found.items() if name not in ("retrained", UNTRAINED)}
        probe = battery.probe
        curves = self.band.curves if self.band else None
        learned = {name: each for name, each in found.items() if name != UNTRAINED}
        report = {
            "attack": attack or None,
            "epsilon": epsilon_report(scores, found["retrained"].scores if "retrained" in found else None),
            "distance": self._distance(models, torch.from_numpy(probe.x), probe.is_forget),
            "relearning": {
                **relearning_report(learned, len(battery.relearning_data.y_evaluation), curves),
                "exam": evaluation_split(splits),
            },
            "linear_probe": {name: each.measures["linear_probe"] for name, each in found.items()},
            "cka": likeness,
            "nearby": nearby,
            "battery": self._measures(found),
            "reference": self._reference(),
        }
        return PrivacyResult(
            digest=self.digest,
            report=report,
            images={
                "members": dataset.x_train[groups.members].numpy(), "others": dataset.x_test[groups.others].numpy()
            },
            idx={"members": groups.members, "others": groups.others},
            y={"members": dataset.y_train.numpy()[groups.members], "others": dataset.y_test.numpy()[groups.others]},
            scores={
                f"{name}/{score}/{group}": getattr(of_one[score], group)
                for name, of_one in scored.items() for score in SCORES for group in ("members", "others")
            },
        )  # fmt: skip

    def _models(self) -> dict[str, BlockModel]:
        spec = self.spec
        return {
            "original": load_weights(spec.weights, spec.dataset, spec.model).to(spec.device),
            **{
                name: from_arrays(run.weights, spec.dataset, spec.model).to(spec.device)
                for name, run in self.runs.items()
            },
        }

    def _untrained(self) -> BlockModel:
        spec, info = self.spec, DATASETS[self.spec.dataset]
        return build_model(spec.model, info.shape, info.n_classes, spec.seed).eval().to(spec.device)

    def _attack(
        self, scored: dict[str, dict[str, Scored]], splits: Splits, dataset: Dataset
    ) -> Generator[Step, None, dict[str, Any]]:
        """Network -> score -> of `attack_report`, a step each."""
        report: dict[str, dict[str, Any]] = {name: {} for name in scored}
        rngs = {name: attack_rng(splits, len(dataset.x_test)) for name in scored}
        pairs = [(name, score) for score in SCORES for name in scored]
        for i, (name, score) in enumerate(pairs, start=1):
            report[name][score] = attack_report(scored[name][score], rngs[name])
            yield Step(i, len(pairs), stage="intervals")
        return report

    def _measures(self, found: dict[str, Findings]) -> dict[str, dict[str, Estimate]]:
        """Every figure of every network, with its worst case against the reference band."""
        measures = {name: dict(each.measures) for name, each in found.items()}
        if self.band is not None:
            for name, each in found.items():
                if name != "retrained":
                    measures[name]["epsilon"] = epsilon_beside(each.scores, self.band.scores)
        return measures

    def _reference(self) -> dict[str, Any] | None:
        """`about` and `measures` of the band, with each of its networks' worst case against the others."""
        if self.band is None:
            return None
        measures = {**self.band.measures, "epsilon": epsilon_within(self.band.scores)}
        return {"about": self.band.about, "measures": measures}

    def _distance(self, models: dict[str, BlockModel], x: Tensor, is_forget: np.ndarray) -> dict[str, Any] | None:
        if "retrained" not in models:
            return None
        logits = {name: predict(models[name], x)[0].numpy() for name in self.runs}
        accuracy = {
            name: {part: run.metrics["unlearned"][part] for part in SPLIT_NAMES} for name, run in self.runs.items()
        }
        return distance_to_retrained(
            accuracy["unlearned"], accuracy["retrained"], logits["unlearned"], logits["retrained"], is_forget,
            self.spec.seed,
        )  # fmt: skip


def _all_answers(
    models: dict[str, BlockModel], dataset: Dataset, groups: AttackGroups
) -> Generator[Step, None, dict[str, Answers]]:
    """Every network's logits for the images of the attack, a step each 500 images."""
    sources = {
        "known_members": dataset.x_train, "known_others": dataset.x_test, "members": dataset.x_train,
        "others": dataset.x_test,
    }  # fmt: skip
    total, n_seen = len(models) * sum(len(getattr(groups, name)) for name in sources), 0
    answers = {}
    for model_name, model in models.items():
        logits = {}
        for name, x in sources.items():
            parts = []
            for idx in torch.from_numpy(getattr(groups, name)).split(_IMAGES_PER_STEP):
                parts.append(predict(model, x[idx])[0])
                n_seen += len(idx)
                yield Step(n_seen, total, stage="attack")
            logits[name] = torch.cat(parts).numpy()
        answers[model_name] = Answers(**logits)
    return answers

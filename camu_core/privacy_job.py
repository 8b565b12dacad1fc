"""Attacks, relearning and what is left inside of a finished run, as a job that can run anywhere."""

import hashlib
import json
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from camu_core.data import DATASETS, Dataset, Splits, draw_probe_set, loading, split
from camu_core.luggage import Luggage
from camu_core.measures import SPLIT_NAMES, AttackGroups, Lesson, attack_groups, distance_to_retrained
from camu_core.models import BlockModel, build_model, predict
from camu_core.privacy import (
    SCORES,
    Answers,
    Scored,
    attack_report,
    epsilon_report,
    inside_report,
    relearning_report,
    score_answers,
)
from camu_core.progress import Step
from camu_core.results import RunResult, Storable
from camu_core.specs import RunSpec
from camu_core.threads import one_thread
from camu_core.weights import from_arrays, load_weights

EXAM_IMAGES = 300  # at most, that relearning is judged on
_IMAGES_PER_STEP = 500
_VERSION = 1


@dataclass(frozen=True)
class PrivacyResult:
    """What the attacks found.

    Args:
        report: `attack`: network -> score -> of `attack_report`, None of groups too small to attack; `epsilon`: of
            `epsilon_report`; `distance`: of `distance_to_retrained`, None without a retrained network; `relearning`: of
            `relearning_report`, and `exam`, the split it is judged on; `linear_probe` and `cka`: of `inside_report`.
        images: by group "members" (forgotten, trained on) and "others" (never trained on), uint8 (n, channels, H, W).
        idx: their indices into the training and the test set, int64 (n,); y: their classes.
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
class PrivacyJob:
    """All attacks on one run's networks, beside its retraining if there is one.

    Args:
        spec: of the run. weights: by network, "unlearned" and perhaps "retrained", then by parameter name.
        accuracy: fraction 0..1, by the same networks, then by split; None of an empty split.
        sources: digests of the runs they come from.
    """

    spec: RunSpec
    weights: dict[str, dict[str, np.ndarray]]
    accuracy: dict[str, dict[str, float | None]]
    sources: tuple[str, ...]
    luggage: Luggage
    result_type: ClassVar[type[Storable]] = PrivacyResult

    @classmethod
    def of(cls, result: RunResult, retrained: RunResult | None = None) -> "PrivacyJob":
        """Raises: see `Luggage.of`."""
        runs = {"unlearned": result, **({"retrained": retrained} if retrained else {})}
        return cls(
            spec=result.spec,
            weights={name: run.weights for name, run in runs.items()},
            accuracy={
                name: {part: run.metrics["unlearned"][part] for part in SPLIT_NAMES} for name, run in runs.items()
            },
            sources=tuple(run.digest for run in runs.values()),
            luggage=Luggage.of(result.spec),
        )

    @property
    def digest(self) -> str:
        named = json.dumps(["privacy", _VERSION, self.sources])
        return hashlib.sha256(named.encode()).hexdigest()[:20]

    def execute(self) -> Generator[Step, None, PrivacyResult]:
        """Raises: DatasetUnavailable, WeightsError: images or the original model are not here."""
        self.luggage.unpack(self.spec)
        with one_thread():
            return (yield from self._execute())

    def _execute(self) -> Generator[Step, None, PrivacyResult]:
        spec = self.spec
        dataset = yield from loading(spec.dataset)
        splits = split(dataset, spec.forget, spec.seed)
        probe = draw_probe_set(dataset, splits, spec.seed)
        models = self._models()
        groups = attack_groups(splits, len(dataset.x_test), np.random.default_rng(spec.seed))
        answers = yield from _all_answers(models, dataset, groups)
        scored = {} if groups.are_too_small else {name: score_answers(answers[name]) for name in models}
        attack = yield from self._attack(scored, splits, dataset)
        y_members = dataset.y_train.numpy()[groups.members]
        epsilon = epsilon_report({name: part.members for name, part in answers.items()}, y_members, spec.seed)
        inside = yield from inside_report(models, self._untrained(), probe, spec.seed)
        lesson, exam = _lesson(dataset, splits, spec.seed)
        relearned = yield from relearning_report(models, lesson, spec.seed)
        report = {
            "attack": attack or None,
            "epsilon": epsilon,
            "distance": self._distance(models, torch.from_numpy(probe.x), probe.is_forget),
            "relearning": {**relearned, "exam": exam},
            **inside,
        }
        return PrivacyResult(
            digest=self.digest,
            report=report,
            images={
                "members": dataset.x_train[groups.members].numpy(), "others": dataset.x_test[groups.others].numpy()
            },
            idx={"members": groups.members, "others": groups.others},
            y={"members": y_members, "others": dataset.y_test.numpy()[groups.others]},
            scores={
                f"{name}/{score}/{group}": getattr(of_one[score], group)
                for name, of_one in scored.items() for score in SCORES for group in ("members", "others")
            },
        )  # fmt: skip

    def _models(self) -> dict[str, BlockModel]:
        spec = self.spec
        return {
            "original": load_weights(spec.weights, spec.dataset, spec.model),
            **{name: from_arrays(arrays, spec.dataset, spec.model) for name, arrays in self.weights.items()},
        }

    def _untrained(self) -> BlockModel:
        info = DATASETS[self.spec.dataset]
        return build_model(self.spec.model, info.shape, info.n_classes, self.spec.seed).eval()

    def _attack(
        self, scored: dict[str, dict[str, Scored]], splits: Splits, dataset: Dataset
    ) -> Generator[Step, None, dict[str, Any]]:
        """Network -> score -> of `attack_report`, a step each."""
        report = {name: {} for name in scored}
        rngs = {name: self._bootstrap(splits, dataset) for name in scored}
        pairs = [(name, score) for score in SCORES for name in scored]
        for i, (name, score) in enumerate(pairs, start=1):
            report[name][score] = attack_report(scored[name][score], rngs[name])
            yield Step(i, len(pairs), stage="intervals")
        return report

    def _bootstrap(self, splits: Splits, dataset: Dataset) -> np.random.Generator:
        """The draws as `membership_attack` makes them, so that both report the same interval."""
        rng = np.random.default_rng(self.spec.seed)
        attack_groups(splits, len(dataset.x_test), rng)
        return rng

    def _distance(self, models: dict[str, BlockModel], x: Tensor, is_forget: np.ndarray) -> dict[str, Any] | None:
        if "retrained" not in models:
            return None
        logits = {name: predict(models[name], x)[0].numpy() for name in self.accuracy}
        return distance_to_retrained(
            self.accuracy["unlearned"], self.accuracy["retrained"], logits["unlearned"], logits["retrained"], is_forget,
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


def _lesson(dataset: Dataset, splits: Splits, seed: int) -> tuple[Lesson, str]:
    """The forget set, and an exam on the new images it stands for, or on itself if it stands for none."""
    name = "forget_test" if len(splits.forget_test) else "forget_train"
    x, y = (dataset.x_test, dataset.y_test) if name == "forget_test" else (dataset.x_train, dataset.y_train)
    idx = np.random.default_rng(seed).permutation(getattr(splits, name).numpy())[:EXAM_IMAGES]
    learn = splits.forget_train
    return Lesson(dataset.x_train[learn], dataset.y_train[learn], x[idx], y[idx]), name

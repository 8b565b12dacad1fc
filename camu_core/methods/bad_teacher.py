"""Bad Teacher: imitate an untrained network on the forget set, and the original on the rest."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from camu_core.methods.base import UnlearningTask
from camu_core.methods.steps import Mixture, Normalising, defaults, descend, terms_by_part
from camu_core.progress import Step
from camu_core.settings import setting


@dataclass(frozen=True)
class BadTeacherConfig(Normalising):
    """Adam on the divergence from two teachers."""

    epochs: int = setting(1, 1, 200, "Passes over the forget set and its share of the retain set")
    batch_size: int = setting(256, 1, 4096, "Samples per step")
    lr: float = setting(1e-4, 0.0, 1.0, "Learning rate")
    retain_fraction: float = setting(0.3, 0.0, 1.0, "Share of the retain set that is used")
    temperature: float = setting(1.0, 0.1, 100.0, "Softens both teachers' answers")
    forget_teacher_weight: float = setting(1.0, 0.0, 100.0, "Answer forget samples as the untrained network does")
    retain_teacher_weight: float = setting(1.0, 0.0, 100.0, "Answer retain samples as the original does")


# Digits, ours by trial: assets/results/tuning.md
_DIGITS = BadTeacherConfig(epochs=4, batch_size=16, lr=1e-3)
# MNIST, ours by trial, likewise.
_CNN = BadTeacherConfig(batch_size=64, lr=1e-3, bfloat16=1)


class BadTeacher:
    name = "bad_teacher"
    title = "Bad Teacher"
    summary = (
        "Has two teachers: for the forget set a network that never learned anything, for the rest the original. It "
        "needs no labels; its guesses on the forget set are more even than those of a network that never saw it."
    )
    source = (
        "V. S. Chundawat, A. K. Tarun, M. Mandal, M. Kankanhalli, Can bad teaching induce forgetting?, AAAI 2023, "
        "arXiv:2205.08096, and its code: 1 epoch of Adam at 1e-4, 30% of the retain set, temperature 1. Deviations: "
        "the divergence is summed over the classes, where their code takes the mean over them; rates and passes "
        "for the small networks are ours."
    )
    uses_retain_data = True
    uses_labels = False

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> BadTeacherConfig:
        return defaults(
            dataset, model, digits=_DIGITS, cnn=_CNN, resnet=BadTeacherConfig(authors_batch_norm=1, bfloat16=1)
        )

    def unlearn(self, task: UnlearningTask, config: BadTeacherConfig) -> Iterator[Step]:
        rng = torch.Generator().manual_seed(task.seed)
        model = config.ready(task.model)
        untrained = copy.deepcopy(task.original)
        untrained.reset(int(torch.randint(2**31, (), generator=rng)))
        optimizer = torch.optim.Adam(model.parameters(), lr=config.lr, fused=True)
        n_retain = round(config.retain_fraction * len(task.y_retain))
        retain_idx = torch.randperm(len(task.y_retain), generator=rng)[:n_retain]
        batches = Mixture(
            task, task.y_forget, retain_idx, config.batch_size, config.epochs, rng, joins_one=config.joins_one
        )
        for i, (x, _, is_forget) in enumerate(batches, start=1):
            with torch.no_grad():
                taught = task.original(x)[0]
                if is_forget.any():
                    taught[is_forget] = untrained(x[is_forget])[0]
            log_answers = F.log_softmax(model(x)[0] / config.temperature, dim=1)
            taught = F.softmax(taught / config.temperature, dim=1)
            distance = F.kl_div(log_answers, taught, reduction="none").sum(dim=1)
            terms = terms_by_part(
                distance, is_forget, "teacher", config.forget_teacher_weight, config.retain_teacher_weight
            )
            yield Step(i, len(batches), descend(optimizer, terms))

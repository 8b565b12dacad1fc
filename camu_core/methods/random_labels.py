"""Random labels: teach wrong answers for the forget set, and the right ones for the rest, in one mixture."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from camu_core.methods.base import UnlearningTask
from camu_core.methods.steps import Mixture, Normalising, defaults, descend, other_labels, terms_by_part
from camu_core.progress import Step
from camu_core.settings import setting


@dataclass(frozen=True)
class RandomLabelsConfig(Normalising):
    """Adam on the cross-entropy of relabelled forget samples and retain samples together."""

    epochs: int = setting(3, 1, 200, "Passes over all samples")
    batch_size: int = setting(256, 1, 4096, "Samples per step")
    lr: float = setting(1e-4, 0.0, 1.0, "Learning rate")
    forget_label_weight: float = setting(1.0, 0.0, 100.0, "Learn the wrong labels of forget samples")
    retain_label_weight: float = setting(1.0, 0.0, 100.0, "Keep the right labels of retain samples")


# Digits, ours by trial: assets/results/tuning.md
_DIGITS = RandomLabelsConfig(batch_size=32, lr=3e-4)
# MNIST, ours by trial, likewise.
_CNN = RandomLabelsConfig(epochs=1, batch_size=128, lr=3e-4, bfloat16=1)


class RandomLabels:
    name = "random_labels"
    title = "Random labels"
    summary = (
        "Gives every sample to forget a wrong label drawn at random, and trains on with all of the data. It forgets "
        "fast; being unsure in an unusual way, the network can still show what it was made to forget."
    )
    source = (
        "L. Graves, V. Nagisetty, V. Ganesh, Amnesiac machine learning, AAAI 2021, arXiv:2010.10981 (its first method, "
        "'unlearning'); 3 epochs of Adam at 1e-4, batch 256, as V. S. Chundawat et al., AAAI 2023, ran it. Deviations: "
        "rates and passes for the small networks are ours."
    )
    uses_retain_data = True
    uses_labels = True

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> RandomLabelsConfig:
        return defaults(
            dataset, model, digits=_DIGITS, cnn=_CNN, resnet=RandomLabelsConfig(authors_batch_norm=1, bfloat16=1)
        )

    def unlearn(self, task: UnlearningTask, config: RandomLabelsConfig) -> Iterator[Step]:
        """The wrong labels are drawn once."""
        rng = torch.Generator().manual_seed(task.seed)
        model = config.ready(task.model)
        optimizer = torch.optim.Adam(model.parameters(), lr=config.lr, fused=True)
        wrong = other_labels(task.y_forget, task.n_classes, rng)
        everything = torch.arange(len(task.y_retain))
        batches = Mixture(task, wrong, everything, config.batch_size, config.epochs, rng, joins_one=config.joins_one)
        for i, (x, y, is_forget) in enumerate(batches, start=1):
            error = F.cross_entropy(model(x)[0], y, reduction="none")
            terms = terms_by_part(error, is_forget, "label", config.forget_label_weight, config.retain_label_weight)
            yield Step(i, len(batches), descend(optimizer, terms))

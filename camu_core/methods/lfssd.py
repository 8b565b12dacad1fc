"""LFSSD: weaken the weights that the answers to the forget set hang on far more than all answers; no labels."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from camu_core.methods.base import UnlearningTask
from camu_core.methods.steps import dampen, defaults, largest_selection
from camu_core.progress import Step
from camu_core.settings import Settings, setting


@dataclass(frozen=True)
class LFSSDConfig(Settings):
    """The paper's alpha is selection, its lambda dampening."""

    selection: float = setting(10.0, 0.0, 1e6, "Weaken weights this many times as important for the forget set",
                               searched=(1.0, 100.0))  # fmt: skip
    dampening: float = setting(1.0, 0.0, 1e6, "Smaller weakens the chosen weights more; they never grow",
                               searched=(0.1, 10.0))  # fmt: skip
    batch_size: int = setting(64, 1, 4096, "Samples whose gradients are averaged before their size is taken")
    by_class: int = setting(1, 0, 1, "1 passes all of the data class by class, as the authors' code does; 0 mixes them")


# By trial on validation images: assets/results/tuning.md
_DIGITS = LFSSDConfig(selection=2.5)
_CNN = LFSSDConfig(selection=2.0, bfloat16=1)
_RESNET = LFSSDConfig(bfloat16=1)
_OF_IMAGES = {"selection": 3.5, "by_class": 0}


class LFSSD:
    name = "lfssd"
    title = "Loss-free SSD (LFSSD)"
    summary = (
        "Selective dampening without labels: it measures how much the network's answers to the forget set, and to all "
        "of the data, depend on each weight, and weakens those that matter mostly for the first. It trains nothing."
    )
    source = (
        "J. Foster, S. Schoepf, A. Brintrup, Loss-free machine unlearning, ICLR 2024 (tiny papers), arXiv:2402.19308, "
        "and its code (two lines that change that of SSD): importance is the mean over batches of 64 of the absolute "
        "gradient of the squared length of the logits. Lambda 1; alpha 10 for a class of CIFAR-100, 5 of CIFAR-20, so "
        "a quarter of the number of classes for fewer, 3.5 for images, as supreme-unlearning (GitHub) has them from "
        "the paper; for a class with one class after another (by_class), an order that labels give. Deviations: the "
        "small networks take alpha 2.5 (digits) and 2 for a class, by trials on validation images (21 on digits, 10 on "
        "MNIST, 7 on Fashion-MNIST)."
    )
    uses_retain_data = True
    uses_labels = True  # for the order alone; with by_class 0 it needs none

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> LFSSDConfig:
        resnet = replace(_RESNET, selection=largest_selection(dataset, 0.25, _RESNET.selection))
        config = defaults(dataset, model, digits=_DIGITS, cnn=_CNN, resnet=resnet)
        return config if forget_kind == "class" else config.with_values(_OF_IMAGES)

    def unlearn(self, task: UnlearningTask, config: LFSSDConfig) -> Iterator[Step]:
        def length(x: Tensor, _: Tensor) -> Tensor:
            return task.model(x)[0].square().sum(dim=1).mean()

        return dampen(
            task, config.batch_size, bool(config.by_class), config.selection, config.dampening,
            "length", length, torch.abs,
        )  # fmt: skip

"""CF-k: train on with the retain set alone, and only the last k layers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch.nn import functional as F
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

from camu_core.methods.base import UnlearningTask
from camu_core.methods.steps import Augmenting, Passes, batch_of, defaults, descend, training_only
from camu_core.progress import Step
from camu_core.settings import setting


@dataclass(frozen=True)
class CFkConfig(Augmenting):
    """SGD on the cross-entropy of the retain set."""

    n_layers: int = setting(3, 1, 100, "How many layers, counted from the output, are trained on", label="Last layers")
    epochs: int = setting(10, 1, 200, "Passes over the retain set")
    batch_size: int = setting(128, 1, 4096, "Retain samples per step")
    lr: float = setting(0.1, 0.0, 1.0, "Learning rate")
    lowest_lr: float = setting(
        0.0, 0.0, 1.0, "Where it is not 0: the rate goes to this from pass to pass, as a cosine does, and starts "
        "again after 1, 3, 7, 15 ... passes", label="Lowest learning rate",
    )  # fmt: skip
    momentum: float = setting(0.9, 0.0, 0.99, "Momentum")
    weight_decay: float = setting(5e-4, 0.0, 1.0, "L2 penalty")


# Ours by trial on validation images: assets/results/tuning.md
_DIGITS = CFkConfig(epochs=20, batch_size=32)
_FASHION_SMALL = replace(_DIGITS, lr=0.05)
_CNN = CFkConfig(epochs=2, bfloat16=1)
_RESNET = CFkConfig(
    epochs=30, batch_size=64, lowest_lr=0.005, weight_decay=5e-5, authors_batch_norm=1, augment=1, bfloat16=1
)
# Half of the convolutions and linear layers, as the paper's 50 of 110 are.
_N_LAYERS = {"resnet20": 10, "resnet18": 9}


class CFk:
    name = "cf_k"
    title = "CF-k"
    summary = (
        "Goes on training the last layers with the data to keep, and freezes the others. What it knows of the forget "
        "set fades only where it is trained, and slowly."
    )
    source = (
        "S. Goel, A. Prabhu, A. Sanyal, S.-N. Lim, P. Torr, P. Kumaraguru, Towards adversarial evaluations for inexact "
        "machine unlearning, arXiv:2201.06640, and its code: the last k convolutions and linear layers and what "
        "normalises them, k half of the layers as in its 50 of 110; 30 epochs of SGD, the rate from 0.1 to 0.005 with "
        "warm restarts; on ResNets batch statistics of all layers go on following the retain set, as there. "
        "Deviations: shortcuts count among the layers; gradients are not clipped at 10; a constant rate and passes of "
        "ours in the small networks, by trials on validation images (5 on digits, 1 on MNIST)."
    )
    uses_retain_data = True
    uses_labels = True

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> CFkConfig:
        resnet = replace(_RESNET, n_layers=_N_LAYERS.get(model, 3))
        return defaults(dataset, model, digits=_DIGITS, fashion_small=_FASHION_SMALL, cnn=_CNN, resnet=resnet)

    def unlearn(self, task: UnlearningTask, config: CFkConfig) -> Iterator[Step]:
        rng = torch.Generator().manual_seed(task.seed)
        augmenting = config.augmenting(rng)
        model = config.ready(task.model)
        layers = model.last_layers(config.n_layers)
        optimizer = torch.optim.SGD(
            [weight for layer in layers for weight in layer.parameters()],
            lr=config.lr, momentum=config.momentum, weight_decay=config.weight_decay,
        )  # fmt: skip
        batches = Passes(len(task.y_retain), config.batch_size, config.epochs, rng, joins_one=config.joins_one)
        per_epoch = len(batches) // config.epochs
        lowest = config.lowest_lr or config.lr
        schedule = CosineAnnealingWarmRestarts(optimizer, T_0=1, T_mult=2, eta_min=lowest)
        with training_only(model, layers):
            for i, batch in enumerate(batches, start=1):
                x, y = batch_of(task.x_retain, task.y_retain, batch, task.device, augmenting)
                losses = descend(optimizer, {"retain_label": (1.0, F.cross_entropy(model(x)[0], y))})
                if i % per_epoch == 0:
                    schedule.step()
                yield Step(i, len(batches), losses)

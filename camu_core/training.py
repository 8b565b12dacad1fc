"""Training a model from scratch: the original, and, without the forget set, the retrained gold standard."""

from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from camu_core.models import BlockModel, to_input
from camu_core.progress import Step
from camu_core.settings import Settings, setting


@dataclass(frozen=True)
class TrainingConfig(Settings):
    """Adam with cross-entropy and a one-cycle schedule, which moves the learning rate and Adam's first momentum."""

    epochs: int = setting(8, 1, 1000, "Passes over the training samples")
    batch_size: int = setting(128, 1, 4096, "Samples per step")
    max_lr: float = setting(3e-3, 0.0, 1.0, "Peak learning rate of the one-cycle schedule")
    weight_decay: float = setting(1e-4, 0.0, 1.0, "L2 penalty of Adam")


# One recipe per dataset serves the original and the retrained model, so that only the data differ between them.
RECIPES: dict[str, TrainingConfig] = {
    "digits": TrainingConfig(epochs=30, batch_size=32),
    "mnist": TrainingConfig(epochs=8),
    "fashion_mnist": TrainingConfig(epochs=10),
}


def training(model: BlockModel, x: Tensor, y: Tensor, config: TrainingConfig, seed: int) -> Generator[Step, None, None]:
    """Train `model` in place, one `Step` a batch.

    Args:
        x: uint8 (N, channels, H, W).
        y: int64 (N,).
        seed: of the order of the samples.
    """
    rng = torch.Generator().manual_seed(seed)
    device = next(model.parameters()).device
    steps_per_epoch = -(-len(x) // config.batch_size)
    total = config.epochs * steps_per_epoch
    optimizer = torch.optim.Adam(model.parameters(), weight_decay=config.weight_decay, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=config.max_lr, total_steps=total)
    model.train()
    for epoch in range(config.epochs):
        order = torch.randperm(len(x), generator=rng)
        for i, batch in enumerate(order.split(config.batch_size)):
            loss = F.cross_entropy(model(to_input(x[batch], device))[0], y[batch].to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            yield Step(epoch * steps_per_epoch + i + 1, total, {"cross_entropy": loss.item()}, stage="train")

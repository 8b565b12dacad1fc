"""Small models and probe sets for the causal tests."""

import numpy as np
import torch
from torch import nn

from camu_core.data import ProbeSet
from camu_core.networks.models import BlockModel


class Residual(nn.Module):
    """A residual block with batch normalisation, so that a pass in train mode gives other numbers."""

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.path = nn.Sequential(nn.Conv2d(n_channels, n_channels, 3, padding=1), nn.BatchNorm2d(n_channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.path(x))


def residual_model(seed: int) -> BlockModel:
    """Five blocks, a representation of 6 features, 3 classes; batch statistics far from their initial values."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = BlockModel(
            {
                "stem": nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU()),
                "stage1": Residual(6),
                "stage2": Residual(6),
                "pool": nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
                "output": nn.Linear(6, 3),
            },
            representation="pool",
        )
        with torch.no_grad():
            for module in model.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.running_mean.normal_(0, 0.2)
                    module.running_var.uniform_(0.02, 0.2)
    return model.train()


def linear_model(weight: list[list[float]], bias: list[float]) -> BlockModel:
    """softmax(W x + b), the representation being the pixels themselves."""
    output = nn.Linear(len(weight[0]), len(weight))
    with torch.no_grad():
        output.weight.copy_(torch.tensor(weight))
        output.bias.copy_(torch.tensor(bias))
    return BlockModel({"pixels": nn.Flatten(), "output": output}, representation="pixels")


def made_up_probe(n: int, n_classes: int, forgotten: list[int], seed: int = 0) -> ProbeSet:
    rng = np.random.default_rng(seed)
    y = np.arange(n) % n_classes
    brightness = rng.uniform(size=(n, 1, 1, 1))
    return ProbeSet(
        x=(brightness * rng.integers(0, 256, (n, 1, 6, 6))).astype(np.uint8),
        y=y,
        idx=np.arange(n),
        in_train=np.ones(n, dtype=bool),
        is_forget=np.isin(y, forgotten),
        is_live=np.ones(n, dtype=bool),
    )

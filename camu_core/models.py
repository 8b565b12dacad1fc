"""The networks: named blocks in order, one of which gives the representation.

To add a model: one function that returns a `BlockModel`, one line in `MODELS`.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

N_GREY_LEVELS = 255


def to_input(x: Tensor, device: str | torch.device = "cpu") -> Tensor:
    """Images as models see them.

    Args:
        x: uint8 (N, channels, H, W).
    Returns:
        float32 (N, channels, H, W), 0..1.
    """
    # channels_last halves the time of a convolution on a CPU
    return x.to(device, torch.float32, memory_format=torch.channels_last).div_(N_GREY_LEVELS)


class BlockModel(nn.Module):
    """A classifier as a chain of named blocks, so that the causal measures can transplant them one by one.

    Args:
        blocks: in order; each maps a batch to a batch.
        representation: name of the block whose output is the representation, float32 (N, D).
    """

    def __init__(self, blocks: dict[str, nn.Module], representation: str) -> None:
        super().__init__()
        self.blocks = nn.ModuleDict(blocks)
        self.n_encoder_blocks = list(blocks).index(representation) + 1

    def reset(self, seed: int) -> None:
        """Draw all weights anew from `seed` alone."""
        with torch.random.fork_rng(devices=[]):  # torch's initialisers know only the global generator
            torch.manual_seed(seed)
            for module in self.modules():
                if hasattr(module, "reset_parameters"):
                    module.reset_parameters()

    @property
    def encoder(self) -> list[nn.Module]:
        return list(self.blocks.values())[: self.n_encoder_blocks]

    @property
    def head(self) -> list[nn.Module]:
        return list(self.blocks.values())[self.n_encoder_blocks :]

    def encode(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> representation (N, D), raw: no activation, not normalised."""
        for block in self.encoder:
            x = block(x)
        return x

    def decide(self, representation: Tensor) -> Tensor:
        """Representation (N, D) -> logits (N, C)."""
        for block in self.head:
            representation = block(representation)
        return representation

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, channels, H, W) -> logits (N, C), representation (N, D)."""
        representation = self.encode(x)
        return self.decide(representation), representation


def _cnn(shape: tuple[int, int, int], n_classes: int) -> BlockModel:
    """The paper's network for 28x28 images; for 8x8 the same with 3x3 kernels.

    As in the paper's reference code, nothing non-linear follows the second convolution.
    Source: arXiv:2401.17504, experiments; the authors' Model.py.
    """
    channels, height, width = shape
    kernel = 5 if min(height, width) >= 16 else 3

    def convolution(n_in: int, n_out: int) -> nn.Module:
        # pooling before the ReLU gives the same values and gradients as after it, and a quarter of the ReLUs
        return nn.Sequential(
            nn.Conv2d(n_in, n_out, kernel, padding=kernel // 2), nn.MaxPool2d(2), nn.ReLU(inplace=True)
        )

    blocks = {
        "conv1": convolution(channels, 16),
        "conv2": convolution(16, 32),
        "representation": nn.Sequential(nn.Flatten(), nn.Linear(32 * (height // 4) * (width // 4), 256)),
        "hidden": nn.Linear(256, 128),
        "output": nn.Linear(128, n_classes),
    }
    return BlockModel(blocks, representation="representation")


MODELS: dict[str, Callable[[tuple[int, int, int], int], BlockModel]] = {"cnn": _cnn}


def build_model(name: str, shape: tuple[int, int, int], n_classes: int, seed: int = 0) -> BlockModel:
    """A freshly initialised model in train mode, with weights drawn from `seed` alone.

    Args:
        name: in `MODELS`.
        shape: (channels, H, W) of one image.
    """
    with torch.random.fork_rng(devices=[]):
        model = MODELS[name](shape, n_classes)
    model.reset(seed)
    return model.to(memory_format=torch.channels_last)


@torch.no_grad()
def predict(model: BlockModel, x: Tensor, batch_size: int = 100) -> tuple[Tensor, Tensor]:
    """Logits and representation of many images in eval mode; the model's mode is left as it was.

    Args:
        x: uint8 (N, channels, H, W).
    Returns:
        float32 (N, C) and float32 (N, D), on the CPU.
    """
    was_training = model.training
    device = next(model.parameters()).device
    model.eval()
    outputs = [model(to_input(batch, device)) for batch in x.split(batch_size)]
    model.train(was_training)
    logits, representation = (torch.cat(part).cpu() for part in zip(*outputs, strict=True))
    return logits, representation

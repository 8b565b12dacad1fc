"""Many small networks of one kind as one: a tiny network keeps a processor waiting, a stack of them keeps it busy.

All sums are those of each network by itself, up to the order in which they are added up. A convolution of all is one
with a group of channels a network, a linear map of all is a batch of matrix products; `python -m camu_core bench` says
how much faster that is than one network after the other.
"""

from collections.abc import Callable, Generator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from camu_core.networks.models import N_GREY_LEVELS, BlockModel
from camu_core.networks.training import TrainingConfig, batch_sizes_of, one_cycle, optimizer_of
from camu_core.progress import Step
from camu_core.settings import Settings
from camu_core.threads import clock_of

# Larger images fill a processor by themselves.
_LARGEST_IMAGE = 256
_IMAGES_PER_STEP = 300


def can_stack(model: BlockModel, shape: tuple[int, int, int], config: Settings) -> bool:
    """Whether networks of this kind can be computed together, and gain by it.

    Args:
        shape: (channels, H, W) of an image.
        config: of what is to be done with them.
    """
    is_plain = not (config.bfloat16 or getattr(config, "crop_padding", 0) or getattr(config, "flip_fraction", 0))
    is_small = shape[1] * shape[2] <= _LARGEST_IMAGE
    return is_plain and is_small and all(_is_known(part) for block in model.blocks.values() for part in _parts(block))


class StackedModel(nn.Module):
    """S networks with weights of their own; weights are those of the networks, with S in front.

    Images and what convolutions make of them are (N, S * channels, H, W), the rest (S, features, N).

    Args:
        models: of one kind, see `can_stack`.
    """

    def __init__(self, models: Sequence[BlockModel]) -> None:
        super().__init__()
        first = models[0]
        self.n_encoder_blocks = first.n_encoder_blocks
        self._plan = [
            [_operation(name, part, len(models)) for name, part in _named_parts(first, block)] for block in first.blocks
        ]
        states = [dict(model.named_parameters()) for model in models]
        self.stacked = nn.ParameterDict(
            {
                _key(name): nn.Parameter(torch.stack([state[name].detach() for state in states]).contiguous())
                for name in states[0]
            }
        )
        self._names = list(states[0])

    def encode(self, x: Tensor) -> Tensor:
        """(N, S * channels, H, W) -> representation (S, D, N)."""
        return self._through(self._plan[: self.n_encoder_blocks], x)

    def decide(self, representation: Tensor) -> Tensor:
        """Representation (S, D, N) -> logits (S, C, N)."""
        return self._through(self._plan[self.n_encoder_blocks :], representation)

    def forward(self, x: Tensor) -> Tensor:
        """(N, S * channels, H, W) -> logits (S, C, N)."""
        return self.decide(self.encode(x))

    def encoder_parameters(self) -> list[nn.Parameter]:
        names = {name for block in self._plan[: self.n_encoder_blocks] for operation in block for name in operation[1]}
        return [self.stacked[_key(name)] for name in self._names if name in names]

    def to_input(self, x: Tensor) -> Tensor:
        """uint8 (S, N, channels, H, W) as the stack takes it in: (N, S * channels, H, W), channels last, 0..1."""
        weight = self.stacked[_key(self._names[0])]
        groups = x.transpose(0, 1).flatten(1, 2).to(weight.device, weight.dtype, memory_format=torch.channels_last)
        return groups.div_(N_GREY_LEVELS)

    @torch.no_grad()
    def copy_to(self, models: Sequence[BlockModel]) -> None:
        """Give the networks, in their order, the weights that they have in the stack."""
        for i, model in enumerate(models):
            for name, weight in model.named_parameters():
                weight.copy_(self.stacked[_key(name)][i])

    def _through(self, blocks: list[list[tuple[Callable, tuple[str, ...]]]], x: Tensor) -> Tensor:
        for block in blocks:
            for operation, names in block:
                x = operation(x, *(self.stacked[_key(name)] for name in names))
        return x


def train_together(
    models: Sequence[BlockModel],
    x: Tensor,
    y: Tensor,
    config: TrainingConfig,
    seeds: Sequence[int],
    rows: Tensor | None = None,
) -> Generator[Step, None, float]:
    """`training` of every network with its own seed, all at once and in place.

    Args:
        models: see `can_stack`.
        x, y: as in `training`.
        seeds: of the order of the samples, one a network.
        rows: int64 (S, n), which samples each network learns; None for all.
    Returns:
        Seconds for all, see `clock_of`.
    """
    stack = StackedModel(models)
    rngs = [torch.Generator().manual_seed(seed) for seed in seeds]
    device = next(stack.parameters()).device
    rows = torch.arange(len(x)).expand(len(models), -1) if rows is None else rows
    n = rows.shape[1]
    sizes = batch_sizes_of(n, config.batch_size, models[0])
    total = config.epochs * len(sizes)
    optimizer = optimizer_of(stack, config)
    schedule = one_cycle(optimizer, config, total)
    clock = clock_of(device)
    started = clock()
    for epoch in range(config.epochs):
        orders = rows.gather(1, torch.stack([torch.randperm(n, generator=rng) for rng in rngs]))
        for i, batch in enumerate(orders.split(sizes, dim=1)):
            logits = stack(stack.to_input(x[batch]))
            loss = mean_cross_entropy(logits, y[batch].to(device), config.label_smoothing)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            schedule.step()
            yield Step(epoch * len(sizes) + i + 1, total, {"cross_entropy": loss.mean().item()}, stage="train")
    stack.copy_to(models)
    return clock() - started


@torch.no_grad()
def predict_together(models: Sequence[BlockModel], x: Tensor) -> Tensor:
    """Logits of the same images by every network, float32 (S, N, C) on the processor.

    Args:
        models: see `can_stack`.
        x: uint8 (N, channels, H, W).
    """
    stack = StackedModel(models)
    pieces = [
        stack(stack.to_input(part.expand(len(models), *part.shape))).transpose(1, 2).cpu()
        for part in x.split(_IMAGES_PER_STEP)
    ]
    return torch.cat(pieces, dim=1)


def mean_cross_entropy(logits: Tensor, y: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Each network's mean over its batch, (S,).

    Args:
        logits: (S, C, N).
        y: int64 (S, N).
    """
    return F.cross_entropy(logits, y, reduction="none", label_smoothing=label_smoothing).mean(dim=1)


def _key(name: str) -> str:
    """As torch allows names in a dict of parameters."""
    return name.replace(".", "/")


def _parts(block: nn.Module) -> list[nn.Module]:
    return [part for part in block.modules() if not isinstance(part, nn.Sequential)]


def _named_parts(model: BlockModel, block: str) -> list[tuple[str, nn.Module]]:
    return [
        (f"blocks.{block}.{name}".rstrip("."), part)
        for name, part in model.blocks[block].named_modules()
        if not isinstance(part, nn.Sequential)
    ]


def _is_known(part: nn.Module) -> bool:
    if isinstance(part, nn.Conv2d):
        same = tuple(size // 2 for size in part.kernel_size)
        return (part.padding, part.stride, part.groups, part.dilation) == (same, (1, 1), 1, (1, 1))
    if isinstance(part, nn.MaxPool2d):
        return part.kernel_size == part.stride and part.padding == 0
    return isinstance(part, nn.Linear | nn.ReLU | nn.Flatten)


def _operation(name: str, part: nn.Module, n_networks: int) -> tuple[Callable[..., Tensor], tuple[str, ...]]:
    """What a part of a network does to a stack of activations, and which weights it needs."""
    weights = tuple(f"{name}.{own}" for own, _ in part.named_parameters())
    if isinstance(part, nn.Conv2d):
        return _convolve, weights
    if isinstance(part, nn.Linear):
        return _map, weights
    if isinstance(part, nn.MaxPool2d | nn.ReLU):
        return part, ()
    return lambda x: x.reshape(len(x), n_networks, -1).permute(1, 2, 0), ()


def _map(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """(S, D, N) -> (S, E, N)."""
    return torch.baddbmm(bias[:, :, None], weight, x)


def _convolve(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """(N, S * C, H, W) -> (N, S * D, H, W)."""
    return F.conv2d(x, weight.flatten(0, 1), bias.flatten(), padding="same", groups=len(weight))

"""The networks: named blocks in order, one of which gives the representation.

To add a model: one function that returns a `BlockModel`, one line in `MODELS`.
"""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache, partial

import torch
from torch import Tensor, nn

from camu_core.errors import SpecError

N_GREY_LEVELS = 255
_global_generator = threading.Lock()


def pick_device(wanted: str) -> str:
    """The device to compute on.

    Args:
        wanted: "cpu", "cuda", "mps" or whatever torch finds here; "auto" is the accelerator if there is one.
    Raises:
        SpecError: there is no such device here.
    """
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    here = ["cpu"] if accelerator is None else ["cpu", accelerator.type]
    if wanted == "auto":
        return here[-1]
    if wanted not in here:
        raise SpecError(f"There is no device '{wanted}' here; expected one of auto, {', '.join(here)}.")
    return wanted


def device_title(device: str) -> str:
    """The accelerator as its maker calls it, "cpu", or what is given where there is no such device."""
    is_here = device.startswith("cuda") and torch.cuda.is_available()
    return torch.cuda.get_device_name(device) if is_here else device


def to_input(x: Tensor, device: str | torch.device = "cpu") -> Tensor:
    """Images as models see them.

    Args:
        x: uint8 (N, channels, H, W).
    Returns:
        float32 (N, channels, H, W), 0..1.
    """
    # channels_last halves the time of a convolution on a CPU
    return x.to(device, torch.float32, memory_format=torch.channels_last).div_(N_GREY_LEVELS)


def authors_noise(n_channels: int) -> float:
    """How much noise CaMU's authors add to a counterfactual at most, in pixels of 0..1.

    They add U[0, 1) to what the network takes in; only coloured images are normalised before, to a standard deviation
    of 1 where pixels have 0.227.
    """
    return 1.0 if n_channels == 1 else 0.227


@contextmanager
def _borrowed_generator() -> Iterator[None]:
    """Leave torch's global generator as it was. Its initialisers know no other, and threads would mix their draws."""
    with _global_generator, torch.random.fork_rng(devices=[]):
        yield


class BlockModel(nn.Module):
    """A classifier as a chain of named blocks, so that the causal measures can transplant them one by one.

    Args:
        blocks: in order; each maps a batch to a batch.
        representation: name of the block whose output is the representation, float32 (N, D).
    Attributes:
        in_bfloat16: whether the blocks compute in bfloat16 where torch holds that to be safe; weights stay float32.
            See `half_precision`.
    """

    def __init__(self, blocks: dict[str, nn.Module], representation: str) -> None:
        super().__init__()
        self.blocks = nn.ModuleDict(blocks)
        self.n_encoder_blocks = list(blocks).index(representation) + 1
        self.in_bfloat16 = False

    def reset(self, seed: int) -> None:
        """Draw all weights anew from `seed` alone."""
        with _borrowed_generator():
            torch.manual_seed(seed)
            _draw_weights(self)

    def reset_head(self, seed: int) -> None:
        """Draw the weights after the representation anew from `seed` alone."""
        with _borrowed_generator():
            torch.manual_seed(seed)
            for block in self.head:
                _draw_weights(block)

    def last_layers(self, n: int) -> list[nn.Module]:
        """The last n convolutions and linear layers, the last one first, each after what normalises its output."""
        chosen: list[nn.Module] = []
        for module in reversed([*self.modules()]):
            if isinstance(module, nn.BatchNorm2d | nn.Conv2d | nn.Linear) and n > 0:
                chosen.append(module)
                n -= not isinstance(module, nn.BatchNorm2d)
        return chosen

    def reset_last_layers(self, n: int, seed: int) -> None:
        """Draw the weights of the last n layers anew from `seed` alone; all of them: as `reset` does."""
        with _borrowed_generator():
            torch.manual_seed(seed)
            for layer in reversed(self.last_layers(n)):
                _draw_weights(layer)

    @property
    def encoder(self) -> list[nn.Module]:
        return list(self.blocks.values())[: self.n_encoder_blocks]

    @property
    def head(self) -> list[nn.Module]:
        return list(self.blocks.values())[self.n_encoder_blocks :]

    def encode(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> representation (N, D), raw: no activation, not normalised."""
        return self._through(self.encoder, x)

    def decide(self, representation: Tensor) -> Tensor:
        """Representation (N, D) -> logits (N, C)."""
        return self._through(self.head, representation)

    def _through(self, blocks: list[nn.Module], x: Tensor) -> Tensor:
        """One block after another; what comes out is float32 even where the blocks work in bfloat16."""
        with torch.autocast(x.device.type, torch.bfloat16, enabled=self.in_bfloat16):
            for block in blocks:
                x = block(x)
        return x.float() if self.in_bfloat16 else x

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, channels, H, W) -> logits (N, C), representation (N, D)."""
        representation = self.encode(x)
        return self.decide(representation), representation


def _draw_weights(part: nn.Module) -> None:
    """On the processor, wherever the part is: an accelerator would draw other numbers, by a generator of its own."""
    devices = {weight.device for weight in part.parameters()}
    part.cpu()
    for module in part.modules():
        if callable(reset := getattr(module, "reset_parameters", None)):
            reset()
    for device in devices:
        part.to(device)


# What torch calls it on processors: x86, x86 in matrices, newer x86 without AVX-512, Arm.
_BFLOAT16_OF_PROCESSORS = ("avx512_bf16", "amx_bf16", "avx_ne_convert", "bf16")


@lru_cache(maxsize=8)
def knows_bfloat16(device_type: str) -> bool:
    """Whether a kind of device computes in bfloat16 itself, in half the time; emulated, it takes twelve times it."""
    if device_type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    known = torch.cpu.get_capabilities() if device_type == "cpu" else {}
    return any(known.get(name, False) for name in _BFLOAT16_OF_PROCESSORS)


@contextmanager
def half_precision(is_on: bool, *models: BlockModel) -> Iterator[None]:
    """Let the models compute in bfloat16 meanwhile, if their device knows it; else they stay in float32."""
    for model in models:
        model.in_bfloat16 = is_on and knows_bfloat16(next(model.parameters()).device.type)
    try:
        yield
    finally:
        for model in models:
            model.in_bfloat16 = False


def _cnn(shape: tuple[int, int, int], n_classes: int) -> BlockModel:
    """The paper's network for 28x28 images; for 8x8 the same with 3x3 kernels.

    As in the paper's reference code, the representation and what follows it are linear.
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


def _resnet(shape: tuple[int, int, int], n_classes: int, widths: tuple[int, ...], n_blocks: int) -> BlockModel:
    """A residual network for small images: 3x3 first convolution, no pooling before the end, `n_blocks` a stage.

    The blocks are torchvision's: each but a stage's first adds to its input, and none changes its input in place, so
    the causal measures can exchange them one by one.

    Args:
        widths: channels of each stage; each stage but the first halves height and width.
    Source: He, Zhang, Ren, Sun, Deep residual learning, CVPR 2016, arXiv:1512.03385, section 4.2. Deviation: where the
        width changes, the shortcut is a 1x1 convolution (their option B) as in torchvision, not padding (option A).
    """
    from torchvision.models.resnet import BasicBlock  # takes two seconds to import, and only this function needs it

    n_in = widths[0]
    blocks: dict[str, nn.Module] = {"conv1": nn.Sequential(*_convolution(shape[0], n_in, 3), nn.ReLU(inplace=True))}
    for i, width in enumerate(widths):
        for j in range(n_blocks):
            stride = 2 if i and not j else 1
            shortcut = nn.Sequential(*_convolution(n_in, width, 1, stride)) if stride > 1 else None
            blocks[f"stage{i + 1}_{j + 1}"] = BasicBlock(n_in, width, stride, shortcut)
            n_in = width
    blocks["representation"] = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    blocks["output"] = nn.Linear(n_in, n_classes)
    return BlockModel(blocks, representation="representation")


def _convolution(n_in: int, n_out: int, kernel: int, stride: int = 1) -> tuple[nn.Module, nn.Module]:
    convolution = nn.Conv2d(n_in, n_out, kernel, stride, padding=kernel // 2, bias=False)
    return convolution, nn.BatchNorm2d(n_out)


MODELS: dict[str, Callable[[tuple[int, int, int], int], BlockModel]] = {
    "cnn": _cnn,
    "resnet20": partial(_resnet, widths=(16, 32, 64), n_blocks=3),
    "resnet18": partial(_resnet, widths=(64, 128, 256, 512), n_blocks=2),
}


def models_for(shape: tuple[int, int, int]) -> tuple[str, ...]:
    """The models that suit images of (channels, H, W), the usual one first: ResNets if they have colours."""
    return ("resnet20", "resnet18") if shape[0] == 3 else ("cnn",)


def usual_model(shape: tuple[int, int, int]) -> str:
    """The model for images of (channels, H, W) unless another is asked for."""
    return models_for(shape)[0]


@lru_cache(maxsize=32)
def n_weights(model: str, shape: tuple[int, int, int], n_classes: int) -> int:
    """How many numbers a model learns."""
    return sum(weight.numel() for weight in build_model(model, shape, n_classes).parameters())


@lru_cache(maxsize=32)
def activation_bytes(model: str, shape: tuple[int, int, int], n_classes: int) -> int:
    """What the outputs of all layers for one image of (channels, H, W) take in float32; learning from it keeps them."""
    sizes: list[int] = []
    with torch.device("meta"):  # shapes alone, nothing is computed
        network, x = MODELS[model](shape, n_classes).eval(), torch.empty(1, *shape)
    for module in network.modules():
        if not any(module.children()):
            module.register_forward_hook(lambda module, taken, given: sizes.append(given.nbytes))
    for block in network.blocks.values():
        x = block(x)
    return sum(sizes)


def build_model(name: str, shape: tuple[int, int, int], n_classes: int, seed: int = 0) -> BlockModel:
    """A freshly initialised model in train mode, with weights drawn from `seed` alone.

    Args:
        name: in `MODELS`.
        shape: (channels, H, W) of one image.
    """
    with _borrowed_generator():
        model = MODELS[name](shape, n_classes)
    model.reset(seed)
    return model.to(memory_format=torch.channels_last)


def predict(model: BlockModel, x: Tensor, batch_size: int = 100) -> tuple[Tensor, Tensor]:
    """Logits and representation of many images in eval mode; the model's mode is left as it was.

    Args:
        x: uint8 (N, channels, H, W).
    Returns:
        float32 (N, C) and float32 (N, D), on the CPU.
    """
    was_training = model.training
    device = next(model.parameters()).device

    @torch.no_grad()  # which holds for one thread
    def answer(batch: Tensor) -> tuple[Tensor, Tensor]:
        return model(to_input(batch, device))

    model.eval()
    # batch by batch on all processors: quicker than all processors on one batch, and the sums come out the same
    with ThreadPoolExecutor(os.cpu_count() if device.type == "cpu" else 1) as pool:
        outputs = list(pool.map(answer, x.split(batch_size)))
    model.train(was_training)
    logits, representation = (torch.cat(part).cpu() for part in zip(*outputs, strict=True))
    return logits, representation

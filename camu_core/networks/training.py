"""Training a model from scratch: the original, and, without the forget set, the retrained gold standard."""

import math
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import OneCycleLR

from camu_core.data import DATASETS, origin_of
from camu_core.errors import StoreUnwritable
from camu_core.networks.checkpoints import Checkpoint
from camu_core.networks.models import BlockModel, half_precision, to_input
from camu_core.progress import Step
from camu_core.settings import Settings, setting
from camu_core.threads import clock_of

# Of a retraining. Original models are trained with small seeds; starting from the very same weights would make the two
# look alike.
SEED_OFFSET = 1_000_003


@dataclass(frozen=True)
class TrainingConfig(Settings):
    """Cross-entropy, and a one-cycle schedule which moves the learning rate and the optimiser's (first) momentum."""

    epochs: int = setting(8, 1, 1000, "Passes over the training samples")
    batch_size: int = setting(128, 1, 4096, "Samples per step")
    max_lr: float = setting(3e-3, 0.0, 1.0, "Peak learning rate of the one-cycle schedule")
    weight_decay: float = setting(1e-4, 0.0, 1.0, "L2 penalty of the optimiser")
    sgd: int = setting(0, 0, 1, "1: SGD with Nesterov momentum; 0: Adam")
    label_smoothing: float = setting(0.0, 0.0, 1.0, "Share of each label that is spread over all classes")
    crop_padding: int = setting(0, 0, 32, "Pixels by which images are moved at random, up or down and sideways")
    flip_fraction: float = setting(0.0, 0.0, 1.0, "Share of images shown as in a mirror, at random")


# The usual augmentation of CIFAR, see `augment`.
CROP_PADDING, FLIP_FRACTION = 4, 0.5
_PHOTOS = TrainingConfig(
    epochs=30, max_lr=0.2, weight_decay=5e-4, sgd=1, crop_padding=CROP_PADDING, flip_fraction=FLIP_FRACTION, bfloat16=1
)
# By dataset and model, else by model.
_RECIPES = {
    ("digits", "cnn"): TrainingConfig(epochs=30, batch_size=32),
    ("fashion_small", "cnn"): TrainingConfig(epochs=20, batch_size=32),
    ("mnist", "cnn"): TrainingConfig(epochs=8),
    ("fashion_mnist", "cnn"): TrainingConfig(epochs=10),
}
# On images of one's own: where there would be fewer steps than the first, they are made smaller, for a start.
_FEW_STEPS, _MIN_STEPS = 1000, 200
_RECIPES_BY_MODEL = {"resnet20": _PHOTOS, "resnet18": _PHOTOS}


def recipe_for(dataset: str, model: str) -> TrainingConfig:
    """How to train: one recipe serves the original and the retrained model, so that only the data differ between them.

    Args:
        dataset: by name, with or without a recipe of its own.
        model: a name in `MODELS`.
    """
    recipe = _RECIPES.get((origin_of(dataset), model)) or _RECIPES_BY_MODEL.get(model, TrainingConfig())
    info = DATASETS.get(dataset)
    return _for_few(recipe, sum(info.n_train)) if info is not None and info.n_train else recipe


def _for_few(recipe: TrainingConfig, n_train: int) -> TrainingConfig:
    """More, smaller steps where there are few images, by trial: assets/results/tuning.md."""
    if recipe.epochs * math.ceil(n_train / recipe.batch_size) < _FEW_STEPS:
        recipe = replace(recipe, batch_size=32, max_lr=recipe.max_lr / 2 if recipe.sgd else recipe.max_lr)
    return replace(recipe, epochs=max(recipe.epochs, math.ceil(_MIN_STEPS / math.ceil(n_train / recipe.batch_size))))


def augment(x: Tensor, crop_padding: int, flip_fraction: float, rng: torch.Generator) -> Tensor:
    """Move and mirror each image of a batch at random; what comes in from outside is black.

    Args:
        x: uint8 (N, channels, H, W).
    Returns:
        uint8 (N, channels, H, W), channels_last.
    Source: the usual augmentation of CIFAR (He et al., arXiv:1512.03385, section 4.2). torchvision's transforms would
        crop a whole batch alike, and draw from the global generator.
    """
    n, _, height, width = x.shape
    top, left = torch.randint(0, 2 * crop_padding + 1, (2, n, 1), generator=rng)
    rows, columns = top + torch.arange(height), left + torch.arange(width)
    is_flipped = torch.rand(n, 1, generator=rng) < flip_fraction
    columns = torch.where(is_flipped, columns.flip(1), columns)
    padded = F.pad(x, [crop_padding] * 4)
    images = padded[torch.arange(n)[:, None, None], :, rows[:, :, None], columns[:, None, :]]  # (N, H, W, channels)
    return images.permute(0, 3, 1, 2)


def training(
    model: BlockModel, x: Tensor, y: Tensor, config: TrainingConfig, seed: int, checkpoint: Checkpoint | None = None
) -> Generator[Step, None, float]:
    """Train `model` in place, one `Step` a batch.

    Args:
        x: uint8 (N, channels, H, W).
        y: int64 (N,).
        seed: of the order of the samples and of their augmentation.
        checkpoint: written after each epoch, and where the generator is closed; if it holds something, the training
            continues there, to the same bits.
    Returns:
        Seconds, see `clock_of`, those before an interruption included.
    """
    rng = torch.Generator().manual_seed(seed)
    device = next(model.parameters()).device
    batch_sizes = batch_sizes_of(len(x), config.batch_size, model)
    steps_per_epoch = len(batch_sizes)
    total = config.epochs * steps_per_epoch
    optimizer = optimizer_of(model, config)
    schedule = one_cycle(optimizer, config, total)
    n_steps_done, order, seconds_before = 0, None, 0.0
    if checkpoint and (saved := checkpoint.load()):
        of_model, of_optimizer, of_schedule = saved["parts"]
        model.load_state_dict(of_model)
        optimizer.load_state_dict(of_optimizer)
        schedule.load_state_dict(of_schedule)
        rng.set_state(saved["rng"])
        # one that was written after an epoch may lack the steps of the next one, as all did once
        n_steps_done = saved["n_epochs_done"] * steps_per_epoch + saved.get("n_steps_more", 0)
        order, seconds_before = saved.get("order"), saved["seconds"]

    clock = clock_of(device)
    started = clock()

    def keep(checkpoint: Checkpoint) -> None:
        parts = [part.state_dict() for part in (model, optimizer, schedule)]
        n_epochs_done, n_steps_more = divmod(n_steps_done, steps_per_epoch)
        checkpoint.save({
            "parts": parts, "rng": rng.get_state(), "order": order if n_steps_more else None,
            "n_epochs_done": n_epochs_done, "n_steps_more": n_steps_more,
            "seconds": seconds_before + clock() - started,
        })  # fmt: skip

    model.train()
    try:
        while n_steps_done < total:
            if order is None:
                order = torch.randperm(len(x), generator=rng)
            for batch in order.split(batch_sizes)[n_steps_done % steps_per_epoch :]:
                images = x[batch]
                if config.crop_padding or config.flip_fraction:
                    images = augment(images, config.crop_padding, config.flip_fraction, rng)
                with half_precision(bool(config.bfloat16), model):
                    logits = model(to_input(images, device))[0]
                loss = F.cross_entropy(logits, y[batch].to(device), label_smoothing=config.label_smoothing)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                n_steps_done += 1
                yield Step(n_steps_done, total, {"cross_entropy": loss.item()}, stage="train")
            order = None
            if checkpoint:
                keep(checkpoint)
    except GeneratorExit:
        if checkpoint:
            with suppress(StoreUnwritable):  # whoever stops it is not kept waiting for a reason
                keep(checkpoint)
        raise
    return seconds_before + clock() - started


def batch_sizes_of(n: int, batch_size: int, model: BlockModel) -> list[int]:
    """How samples are cut, with batch normalisation in mind where there is any."""
    return batch_sizes(n, batch_size, any(isinstance(module, nn.BatchNorm2d) for module in model.modules()))


def batch_sizes(n: int, batch_size: int, joins_one: bool) -> list[int]:
    """How n samples are cut.

    Args:
        joins_one: one alone at the end, which batch normalisation cannot normalise, joins those before.
    """
    n_full, rest = divmod(n, batch_size)
    sizes = [batch_size] * n_full + [rest] * (rest > 0)
    if joins_one and rest == 1 and n_full:
        sizes[-2:] = [batch_size + 1]
    return sizes


def optimizer_of(model: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    """That of a recipe."""
    if config.sgd:
        return torch.optim.SGD(
            model.parameters(), lr=config.max_lr, momentum=0.9, nesterov=True, weight_decay=config.weight_decay
        )
    return torch.optim.Adam(model.parameters(), weight_decay=config.weight_decay, fused=True)


def one_cycle(optimizer: torch.optim.Optimizer, config: TrainingConfig, n_steps: int) -> OneCycleLR:
    """The schedule of a recipe, for so many steps."""
    return OneCycleLR(optimizer, max_lr=config.max_lr, total_steps=n_steps)

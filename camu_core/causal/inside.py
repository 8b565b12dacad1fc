"""Look inside: which weights changed, what the first layers make of an image, which pixels its answer hangs on."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import Tensor

from camu_core.causal.responses import evaluating
from camu_core.networks.models import BlockModel, to_input

_N_LAYERS = 2


@dataclass(frozen=True)
class InsideView:
    """One image inside several networks, each by its name.

    Args:
        maps: by layer, the first ones that keep the image's shape, float32 (channels, h, w) of each network.
        order: by layer, its channels, those first that changed most from `original` to `unlearned`.
        changes: by layer, how far its maps changed from `original` to `unlearned`, as a fraction of their norm.
        saliency: float32 (H, W) of each network.
        likeness: of each network but `original`, the rank correlation of its saliency with the original's; NaN where
            one is the same everywhere.
    """

    maps: dict[str, dict[str, np.ndarray]]
    order: dict[str, np.ndarray]
    changes: dict[str, float]
    saliency: dict[str, np.ndarray]
    likeness: dict[str, float]


def look_inside(models: Mapping[str, BlockModel], image: np.ndarray, label: int) -> InsideView:
    """What every network makes of one image.

    Args:
        models: `original`, `unlearned` and others, of one architecture.
        image: uint8 (channels, H, W).
        label: whose score the saliency explains.
    """
    x = torch.from_numpy(image.copy())[None]
    by_network = {name: feature_maps(model, x) for name, model in models.items()}
    layers = list(by_network["original"])
    maps = {layer: {name: found[layer] for name, found in by_network.items()} for layer in layers}
    apart = {layer: _by_channel(each["unlearned"] - each["original"]) for layer, each in maps.items()}
    pixels = {name: saliency(model, x, label) for name, model in models.items()}
    return InsideView(
        maps=maps,
        order={layer: np.argsort(-way, kind="stable") for layer, way in apart.items()},
        changes={
            layer: _relative(float(np.linalg.norm(apart[layer])), float(np.linalg.norm(maps[layer]["original"])))
            for layer in layers
        },
        saliency=pixels,
        likeness={name: _alike(pixels["original"], each) for name, each in pixels.items() if name != "original"},
    )


@torch.no_grad()
def feature_maps(model: BlockModel, x: Tensor) -> dict[str, np.ndarray]:
    """What the first layers put out, those that keep the image's shape.

    Args:
        x: uint8 (1, channels, H, W).
    Returns:
        float32 (channels, h, w) by name of the block.
    """
    found: dict[str, np.ndarray] = {}
    with evaluating(model):
        here = to_input(x, str(next(model.parameters()).device))
        for name, block in model.blocks.items():
            here = block(here)
            if here.ndim != 4 or len(found) == _N_LAYERS:
                break
            found[name] = here[0].cpu().numpy().copy()  # a later block may change it in place
    return found


def saliency(model: BlockModel, x: Tensor, label: int) -> np.ndarray:
    """How much a class's score changes with each pixel: the size of its gradient, of the strongest channel.

    Args:
        x: uint8 (1, channels, H, W).
    Returns:
        float32 (H, W).
    Source: K. Simonyan, A. Vedaldi, A. Zisserman, arXiv:1312.6034, section 3.
    """
    with evaluating(model), torch.enable_grad():
        inputs = to_input(x, str(next(model.parameters()).device)).requires_grad_(True)
        score = model(inputs)[0][0, label]
        (gradient,) = torch.autograd.grad(score, inputs)
    return gradient[0].abs().amax(dim=0).cpu().numpy()


@torch.no_grad()
def weight_changes(before: BlockModel, after: BlockModel) -> dict[str, float]:
    """How far the weights of each block moved, as a fraction of their norm before; of blocks that have any."""
    found = {}
    for name, block in before.blocks.items():
        old = [weight.flatten().cpu().double() for weight in block.parameters()]
        if old:
            new = [weight.flatten().cpu().double() for weight in after.blocks[name].parameters()]
            found[name] = _relative(float((torch.cat(new) - torch.cat(old)).norm()), float(torch.cat(old).norm()))
    return found


def _by_channel(maps: np.ndarray) -> np.ndarray:
    return np.linalg.norm(maps.reshape(len(maps), -1), axis=1)


def _relative(change: float, size: float) -> float:
    return change / size if size > 0 else float("nan")


def _alike(one: np.ndarray, other: np.ndarray) -> float:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(spearmanr(one.ravel(), other.ravel()).statistic)

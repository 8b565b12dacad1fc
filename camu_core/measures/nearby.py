"""How near forgotten images lie to what a network still recognises: it may know them again after a slight change."""

from collections.abc import Generator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from camu_core.networks.models import BlockModel, to_input
from camu_core.progress import Step

STEP_SIZE = 0.01  # of the range of a pixel
N_STEPS = 30


def pixel_distance(model: BlockModel, x: Tensor, y: Tensor) -> Generator[Step, None, np.ndarray]:
    """By how much pixels must change at most, until the network answers with the true class.

    From the image, every step moves all pixels by STEP_SIZE in the direction that makes the true class likelier.

    Args:
        model: in eval mode; its weights stay as they are.
        x: uint8 (N, channels, H, W).
        y: int64 (N,), the true classes.
    Returns:
        float64 (N,), in parts of the range of a pixel: 0 where it is recognised as it is, infinite where
        N_STEPS do not suffice.
    Source: residual knowledge, H. Hsu et al., arXiv:2601.22359: images near a forgotten one are recognised though a
        retrained network does not. Steps: A. Kurakin et al., arXiv:1607.02533, towards a class. Deviation: how far one
        must go is measured for each network by itself, where the paper compares both at one distance.
    """
    device = next(model.parameters()).device
    images, y = to_input(x, device), y.to(device)
    found, left = np.full(len(x), np.inf), np.arange(len(x))
    for i in range(N_STEPS + 1):
        yield Step(i, N_STEPS + 1, stage="nearby")
        with torch.enable_grad():
            images.requires_grad_()
            logits = model(images)[0]
            gradient = torch.autograd.grad(F.cross_entropy(logits, y, reduction="sum"), images)[0]
        is_wrong = logits.detach().argmax(dim=1) != y
        found[left[~is_wrong.cpu().numpy()]] = i * STEP_SIZE
        left, y = left[is_wrong.cpu().numpy()], y[is_wrong]
        if not len(left):
            break
        images = (images.detach() - STEP_SIZE * gradient.sign())[is_wrong].clamp_(0, 1)
    return found

"""What models answer, kept in full precision, always in eval mode."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import softmax
from torch import Tensor

from camu_core.networks.models import BlockModel

BATCH_SIZE = 500


@dataclass(frozen=True)
class Response:
    """One model's answer to N inputs.

    Args:
        probabilities: float64 (N, C), softmax of the logits.
        representation: float32 (N, D), raw.
    """

    probabilities: np.ndarray
    representation: np.ndarray


@contextmanager
def evaluating(*models: BlockModel) -> Iterator[None]:
    """Eval mode and no gradients; each model's mode is put back afterwards."""
    was_training = [model.training for model in models]
    try:
        for model in models:
            model.eval()
        with torch.no_grad():
            yield
    finally:
        for model, training in zip(models, was_training, strict=True):
            model.train(training)


def respond(model: BlockModel, inputs: Tensor) -> Response:
    """Pass inputs through a model.

    Args:
        inputs: float32 (N, channels, H, W), in model input space.
    """
    device = next(model.parameters()).device
    with evaluating(model):
        outputs = [model(batch.to(device)) for batch in inputs.split(BATCH_SIZE)]
    logits, representation = (torch.cat(part).cpu() for part in zip(*outputs, strict=True))
    return Response(to_probabilities(logits.numpy()), representation.numpy())


def decide(model: BlockModel, representation: np.ndarray) -> np.ndarray:
    """The model's head on any representation.

    Args:
        representation: float32 (N, D), possibly another model's.
    Returns:
        float64 (N, C), probabilities.
    """
    with evaluating(model):
        logits = model.decide(torch.from_numpy(representation).to(next(model.parameters()).device))
    return to_probabilities(logits.cpu().numpy())


def to_probabilities(scores: np.ndarray) -> np.ndarray:
    """float32 (N, K) -> softmax of each row in float64, so that sums of effects are exact to rounding."""
    return softmax(scores.astype(np.float64), axis=1)


def of_true_class(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(N, C), (N,) -> float64 (N,), the probability each sample's own class gets."""
    return probabilities[np.arange(len(y)), y]

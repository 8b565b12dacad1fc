"""Mediation: through which part of the network forgetting works, by swapping parts of the two models.

The outcome is always the probability of the true class. Y(a, b) is its mean with the encoder of model a and the head
of model b; o = original, u = unlearned.

This says something only where the unlearned model was made from the original: two networks trained apart do not share
features, so a head does not understand the other's encoder, whatever was forgotten.
"""

import numpy as np
import torch
from torch import Tensor, nn

from camu_core.causal.responses import BATCH_SIZE, Response, decide, evaluating, of_true_class, to_probabilities
from camu_core.networks.models import BlockModel

PARTS = ("total", "representation", "head", "interaction")


def swap_samples(
    original: BlockModel, unlearned: BlockModel, before: Response, after: Response, y: np.ndarray
) -> np.ndarray:
    """What forgetting did to each sample, and through which part.

    total = Y(u,u) - Y(o,o); representation = Y(u,o) - Y(o,o), the new encoder alone; head = Y(o,u) - Y(o,o), the new
    head alone; interaction = total - representation - head: what only both together do.

    Args:
        before: the original's answers.
        after: the unlearned model's. Only the two heads are run again.
        y: int64 (N,).
    Returns:
        float64 (4, N), rows as in `PARTS`, fractions -1..1; the last three sum to the first.
    Source: J. Pearl, Direct and indirect effects, UAI 2001: head is the natural direct effect of replacing the
        original by the unlearned model, representation the natural indirect effect.
    """
    outcomes = (
        after.probabilities,
        before.probabilities,
        decide(original, after.representation),
        decide(unlearned, before.representation),
    )
    y_uu, y_oo, y_uo, y_ou = (of_true_class(probabilities, y) for probabilities in outcomes)
    total, representation, head = y_uu - y_oo, y_uo - y_oo, y_ou - y_oo
    return np.stack([total, representation, head, total - representation - head])


def transplant_samples(original: BlockModel, unlearned: BlockModel, inputs: Tensor, y: np.ndarray) -> np.ndarray:
    """The probability of the true class while the original receives the unlearned model's blocks one after another.

    The step from j - 1 to j is what the j-th block adds to those before it, so the steps sum to the total effect.

    Args:
        inputs: float32 (N, channels, H, W), in model input space.
        y: int64 (N,).
    Returns:
        float64 (K + 1, N), row j: the first j of K blocks are the unlearned model's; fractions 0..1.
    """
    device = next(original.parameters()).device
    rest, replaced = list(original.blocks.values()), list(unlearned.blocks.values())
    logits: list[list[Tensor]] = [[] for _ in range(len(rest) + 1)]
    with evaluating(original, unlearned):
        for batch in inputs.split(BATCH_SIZE):
            activations = batch.to(device)  # after the first j blocks, all replaced
            for j in range(len(rest) + 1):
                logits[j].append(nn.Sequential(*rest[j:])(activations).cpu())
                activations = nn.Sequential(*replaced[j : j + 1])(activations)
    return np.stack([of_true_class(to_probabilities(torch.cat(parts).numpy()), y) for parts in logits])

"""Data effects: how much a model's answer depends on what the image shows.

Every probe image x gets an alternative x' by an intervention; the effect is how far the answer moves from x' to x.
To add an intervention: one function, one line in `INTERVENTIONS`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from camu_core.causal.responses import Response, of_true_class, to_probabilities
from camu_core.measures import divergence_bits
from camu_core.measures.estimates import Estimate, estimate_means, estimate_ratios
from camu_core.networks.models import authors_noise

MEASURES = ("true_class", "prediction_bits", "representation_bits")

# (inputs, is_forget, rng) -> inputs; float32 (N, channels, H, W) in model input space, and bool (N,)
Intervention = Callable[[Tensor, Tensor, torch.Generator], Tensor]


def _counterfactual(inputs: Tensor, is_forget: Tensor, rng: torch.Generator) -> Tensor:
    """Another image of the retain part, plus noise, as CaMU draws its counterfactuals.

    Source: arXiv:2401.17504; deviation: drawn from the probe set, and never the sample itself.
    """
    is_retain = (~is_forget).long()
    pool = is_retain.nonzero().flatten()
    place = is_retain.cumsum(0) - 1  # of each retain sample in the pool
    # a retain sample moves 1..P-1 places on, around the circle: uniform over the others; a forget sample 0..P-1
    further = (torch.rand(len(inputs), generator=rng) * (len(pool) - is_retain)).long() + is_retain
    return _add_noise(inputs[pool[(place + further) % len(pool)]], is_forget, rng)


def _add_noise(inputs: Tensor, is_forget: Tensor, rng: torch.Generator) -> Tensor:
    """The image itself, plus noise of the authors' range in each pixel, not clamped."""
    return inputs + authors_noise(inputs.shape[1]) * torch.rand(inputs.shape, generator=rng)


def _mean_image(inputs: Tensor, is_forget: Tensor, rng: torch.Generator) -> Tensor:
    """The mean of all probe images, the same for every sample."""
    return inputs.mean(dim=0, keepdim=True).expand_as(inputs)


INTERVENTIONS: dict[str, Intervention] = {"camu": _counterfactual, "noise": _add_noise, "mean": _mean_image}


def intervene(name: str, inputs: Tensor, is_forget: np.ndarray, seed: int) -> Tensor:
    """The alternative of every image.

    Args:
        name: in `INTERVENTIONS`.
        inputs: float32 (N, channels, H, W), in model input space.
        is_forget: bool (N,).
        seed: of the draw alone; nothing else shares it.
    Returns:
        float32 (N, channels, H, W).
    """
    return INTERVENTIONS[name](inputs, torch.from_numpy(is_forget), torch.Generator().manual_seed(seed))


def effect_samples(factual: Response, alternative: Response, y: np.ndarray) -> np.ndarray:
    """One model's effect on each sample.

    true_class: p(y|x) - p(y|x'); prediction_bits: JS(p(.|x), p(.|x'));
    representation_bits: JS(softmax h(x), softmax h(x')).

    Args:
        factual: the answers to x.
        alternative: the answers to x'.
        y: int64 (N,).
    Returns:
        float64 (3, N), rows as in `MEASURES`: a fraction -1..1, then bits 0..1.
    """
    representations = [to_probabilities(response.representation) for response in (factual, alternative)]
    return np.stack(
        [
            of_true_class(factual.probabilities, y) - of_true_class(alternative.probabilities, y),
            divergence_bits(factual.probabilities, alternative.probabilities),
            divergence_bits(*representations),
        ]
    )


def mean_effects(samples: Mapping[str, np.ndarray], members: np.ndarray, seed: int) -> dict[str, dict[str, Estimate]]:
    """Mean effects of each model over some of the samples: model name -> measure -> estimate.

    Args:
        samples: `effect_samples` of each model by name.
        members: bool (N,), the samples to look at.
        seed: of the bootstrap.
    """
    rows = np.concatenate([sample[:, members] for sample in samples.values()])
    estimates = iter(estimate_means(rows, seed))
    return {name: {measure: next(estimates) for measure in MEASURES} for name in samples}


def effect_shares(
    samples: Mapping[str, np.ndarray], is_forget: np.ndarray, is_kept: np.ndarray, seed: int
) -> dict[str, Any]:
    """The headline: how much of the original model's effect is gone on forget samples, and still there on retain ones.

    eliminated = (E_original - E_model) / E_original over the forget samples; preserved = E_model / E_original over
    the retain samples. Both may leave 0..1: the model may react more than the original did, or the other way round.
    None where the original's own effect cannot be told from zero, see `estimate_ratios`.

    Args:
        samples: `effect_samples` by name, of "original" and of the models to compare to it.
        is_forget, is_kept: bool (N,), over which samples.
        seed: of the bootstrap.
    Returns:
        {"eliminated", "preserved"} -> model name -> measure -> estimate.
    """
    original = samples["original"]
    others = {name: sample for name, sample in samples.items() if name != "original"}

    def shares(parts: Mapping[str, np.ndarray], members: np.ndarray) -> dict[str, dict[str, Estimate]]:
        return {
            name: dict(zip(MEASURES, estimate_ratios(part[:, members], original[:, members], seed), strict=True))
            for name, part in parts.items()
        }

    return {
        "eliminated": shares({name: original - sample for name, sample in others.items()}, is_forget),
        "preserved": shares(others, is_kept),
    }

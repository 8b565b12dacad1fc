"""What comes out when one reaches in: another image, the old encoder, the old head, alone or together.

A scenario is (image, encoder, head): the image is "own" or "alternative", encoder and head are "original" or
"unlearned". The causal graph and the sample inspector of the page read these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from camu_core.causal.effects import intervene
from camu_core.causal.responses import Response, decide, of_true_class, respond, to_probabilities
from camu_core.data import ProbeSet
from camu_core.measures import divergence_bits
from camu_core.measures.estimates import Estimate, estimate_means
from camu_core.networks.models import BlockModel, to_input

IMAGES = ("own", "alternative")
MODELS = ("original", "unlearned")


def scenario_name(image: str, encoder: str, head: str) -> str:
    """The key of a scenario where JSON wants a text."""
    return f"{image}/{encoder}/{head}"


def scenario_table(
    original: BlockModel, unlearned: BlockModel, probe: ProbeSet, intervention: str, seed: int
) -> dict[str, dict[str, Estimate]]:
    """How probable the right answer is in every scenario.

    Args:
        intervention: in `INTERVENTIONS`.
        seed: of its draw and of the bootstrap, as in `causal_report`.
    Returns:
        forget / retain -> `scenario_name` -> estimate of the mean probability of the true class.
    """
    inputs = to_input(torch.from_numpy(probe.x))
    alternatives = intervene(intervention, inputs, probe.is_forget, seed)
    models = {"original": original, "unlearned": unlearned}
    answers = {
        (image, name): respond(model, shown)
        for image, shown in zip(IMAGES, (inputs, alternatives), strict=True)
        for name, model in models.items()
    }
    outcomes = {name: of_true_class(p, probe.y) for name, p in _swapped(models, answers).items()}
    groups = {"forget": probe.is_forget, "retain": ~probe.is_forget}
    return {
        group: dict(
            zip(outcomes, estimate_means(np.stack([row[members] for row in outcomes.values()]), seed), strict=True)
        )
        for group, members in groups.items()
    }


@dataclass(frozen=True)
class SampleView:
    """One probe image, and what every model makes of it.

    Args:
        alternative: uint8 (channels, H, W), what the intervention made of it; noise beyond white is clamped here,
            for the eye only.
        probabilities: float64 (C,) by `scenario_name`; of the retrained model only with its own encoder and head.
        effect: by model, how much more probable the right answer is for the image than for its alternative, -1..1.
        prediction_bits, representation_bits: Jensen-Shannon divergence between the answers (representations) to the
            image and to its alternative, by model.
        moved_bits: divergence between the original's and the unlearned model's representation of the image.
    """

    alternative: np.ndarray
    probabilities: dict[str, np.ndarray]
    effect: dict[str, float]
    prediction_bits: dict[str, float]
    representation_bits: dict[str, float]
    moved_bits: float


def view_sample(
    models: Mapping[str, BlockModel], probe: ProbeSet, idx: int, intervention: str, seed: int
) -> SampleView:
    """Look at one image of the probe set.

    Args:
        models: "original", "unlearned", and "retrained" if there is one.
        idx: 0..N-1 into the probe set.
    """
    # the draw is of the whole probe set at once, so all of it is needed for the very alternative of the report
    inputs = to_input(torch.from_numpy(probe.x))
    alternative = intervene(intervention, inputs, probe.is_forget, seed)[idx : idx + 1]
    shown = dict(zip(IMAGES, (inputs[idx : idx + 1], alternative), strict=True))
    answers = {(image, name): respond(model, x) for image, x in shown.items() for name, model in models.items()}
    states = {key: to_probabilities(answer.representation) for key, answer in answers.items()}
    return SampleView(
        alternative=(alternative[0].clamp(0, 1) * 255).round().to(torch.uint8).numpy(),
        probabilities={name: p[0] for name, p in _swapped(models, answers).items()},
        effect={
            name: float(np.subtract(*(answers[image, name].probabilities[0, probe.y[idx]] for image in IMAGES)))
            for name in models
        },
        prediction_bits={
            name: _bits(answers["own", name].probabilities, answers["alternative", name].probabilities)
            for name in models
        },
        representation_bits={name: _bits(states["own", name], states["alternative", name]) for name in models},
        moved_bits=_bits(states["own", "original"], states["own", "unlearned"]),
    )


def _swapped(models: Mapping[str, BlockModel], answers: Mapping[tuple[str, str], Response]) -> dict[str, np.ndarray]:
    """Probabilities, float64 (N, C), of every scenario; a head of its own encoder is not run again."""
    swapped: dict[str, Any] = {}
    for image, encoder in answers:
        answer = answers[image, encoder]
        swapped[scenario_name(image, encoder, encoder)] = answer.probabilities
        if encoder in MODELS:
            head = MODELS[1 - MODELS.index(encoder)]
            swapped[scenario_name(image, encoder, head)] = decide(models[head], answer.representation)
    return swapped


def _bits(p: np.ndarray, q: np.ndarray) -> float:
    return float(divergence_bits(p, q)[0])

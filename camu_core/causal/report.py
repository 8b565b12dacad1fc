"""Parts 1 and 2 of the decomposition of one run, as one JSON object."""

from collections.abc import Collection
from typing import Any

import numpy as np
import torch

from camu_core.causal.effects import INTERVENTIONS, effect_samples, effect_shares, intervene, mean_effects
from camu_core.causal.mediation import PARTS, swap_samples, transplant_samples
from camu_core.causal.responses import respond
from camu_core.data import ProbeSet
from camu_core.errors import SpecError
from camu_core.measures.estimates import Estimate, estimate_means, estimate_ratios
from camu_core.networks.models import BlockModel, to_input


def causal_report(
    original: BlockModel,
    unlearned: BlockModel,
    probe: ProbeSet,
    n_classes: int,
    retrained: BlockModel | None = None,
    seed: int = 0,
    intervention: str = "camu",
    forget_classes: Collection[int] = (),
) -> dict[str, Any]:
    """Effects of the data on each model, and of each part of the model on forgetting, over the probe set.

    An "estimate" is {value, low, high, n} with a 95% interval. Probabilities are fractions.

    Args:
        n_classes: C.
        seed: of the intervention's draw and of the bootstrap; independent of the run's.
        intervention: in `INTERVENTIONS`.
        forget_classes: forgotten as a whole.
    Returns:
        `effects`: forget / retain -> model -> measure -> estimate;
        `shares`: eliminated / preserved -> model but the original -> measure -> estimate, see `effect_shares`; None
        preserved where all retain samples are of one class and CaMU's intervention replaces each by another of them;
        `mediation`: forget / retain -> part -> number; `mediation_intervals`: the same as estimates;
        `mediation_shares`: forget / retain -> representation / head / interaction -> estimate, the part's share of the
        total; None where the total cannot be told from zero;
        `layers.forget`: `total`, `increments` (block -> number, in the order of the blocks), and `curve`, the mean
        outcome after 0..K blocks; `layers_intervals.forget.increments`: block -> estimate, and
        `shares`, of the total;
        `per_class`: `effects` and `mediation`, a list with an entry for each class, of the same shape as a group's: of
        its images to keep, and of a class of `forget_classes` of those to forget.
    Raises:
        SpecError: an unknown intervention, or models that are not made of the same blocks.
    """
    if intervention not in INTERVENTIONS:
        raise SpecError(f"There is no intervention '{intervention}'; expected one of {', '.join(INTERVENTIONS)}.")
    if list(original.blocks) != list(unlearned.blocks):
        raise SpecError(
            "Original and unlearned model must consist of the same blocks to swap them; "
            f"got {', '.join(original.blocks)} and {', '.join(unlearned.blocks)}."
        )
    inputs, y, is_forget = to_input(torch.from_numpy(probe.x)), probe.y, probe.is_forget
    models = {"original": original, "unlearned": unlearned} | ({"retrained": retrained} if retrained else {})
    alternatives = intervene(intervention, inputs, is_forget, seed)
    answers = {name: respond(model, inputs) for name, model in models.items()}
    effects = {name: effect_samples(answers[name], respond(model, alternatives), y) for name, model in models.items()}
    swaps = swap_samples(original, unlearned, answers["original"], answers["unlearned"], y)
    curve = transplant_samples(original, unlearned, inputs[torch.from_numpy(is_forget)], y[is_forget])

    groups = {"forget": is_forget, "retain": ~is_forget}
    classes = [(y == label) & (is_forget == (label in forget_classes)) for label in range(n_classes)]
    mediation = {name: _parts(swaps[:, members], seed) for name, members in groups.items()}
    return {
        "intervention": intervention,
        "seed": seed,
        "effects": {name: mean_effects(effects, members, seed) for name, members in groups.items()},
        "shares": effect_shares(effects, is_forget, replaced_by_others(probe, intervention), seed),
        "mediation": {name: _values(parts) for name, parts in mediation.items()},
        "mediation_intervals": mediation,
        "mediation_shares": {name: _part_shares(swaps[:, members], seed) for name, members in groups.items()},
        **_layers(curve, list(original.blocks), seed),
        "per_class": {
            "effects": [mean_effects(effects, members, seed) for members in classes],
            "mediation": [_parts(swaps[:, members], seed) for members in classes],
        },
    }


def share_figures(original: BlockModel, model: BlockModel, probe: ProbeSet, seed: int = 0) -> dict[str, float | None]:
    """The shares of `causal_report` under CaMU's intervention, of one network, as plain numbers.

    Args:
        model: retrained, say.
    Returns:
        "eliminated_true_class" and so on -> share; None where there was nothing to lose.
    """
    inputs = to_input(torch.from_numpy(probe.x))
    alternatives = intervene("camu", inputs, probe.is_forget, seed)
    samples = {
        name: effect_samples(respond(each, inputs), respond(each, alternatives), probe.y)
        for name, each in (("original", original), ("other", model))
    }
    shares = effect_shares(samples, probe.is_forget, replaced_by_others(probe, "camu"), seed)
    return {f"{key}_{measure}": share["value"] for key, of in shares.items() for measure, share in of["other"].items()}


def replaced_by_others(probe: ProbeSet, intervention: str) -> np.ndarray:
    """The retain samples, bool (N,); none where their alternatives show what they show themselves, but for the noise.

    Args:
        intervention: in `INTERVENTIONS`.
    """
    is_retain = ~probe.is_forget
    shows_itself = intervention == "camu" and len(np.unique(probe.y[is_retain])) < 2
    return is_retain & (not shows_itself)


def _parts(swaps: np.ndarray, seed: int) -> dict[str, Estimate]:
    return dict(zip(PARTS, estimate_means(swaps, seed), strict=True))


def _part_shares(swaps: np.ndarray, seed: int) -> dict[str, Estimate]:
    return dict(zip(PARTS[1:], estimate_ratios(swaps[1:], swaps[:1], seed), strict=True))


def _layers(curve: np.ndarray, blocks: list[str], seed: int) -> dict[str, Any]:
    """Args: curve: float64 (K + 1, N), see `transplant_samples`."""
    whole, steps = curve[-1:] - curve[:1], np.diff(curve, axis=0)
    total, *levels = estimate_means(np.concatenate([whole, curve]), seed)
    increments = dict(zip(blocks, estimate_means(steps, seed), strict=True))
    shares = dict(zip(blocks, estimate_ratios(steps, whole, seed), strict=True))
    numbers = {
        "total": total["value"],
        "increments": _values(increments),
        "curve": [level["value"] for level in levels],
    }
    return {
        "layers": {"forget": numbers},
        "layers_intervals": {"forget": {"total": total, "increments": increments, "shares": shares, "curve": levels}},
    }


def _values(estimates: dict[str, Estimate]) -> dict[str, float | None]:
    return {name: estimate["value"] for name, estimate in estimates.items()}

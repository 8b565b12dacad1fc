"""How alike two networks see the same images, layer by layer."""

from collections.abc import Mapping

import numpy as np
import torch
from scipy.stats import t
from torch import Tensor

from camu_core.measures.estimates import CONFIDENCE, Estimate
from camu_core.networks.models import BlockModel, to_input

SMALLEST_GROUP = 8  # a parted group has to keep the four images that the estimator needs
_N_PARTS = 20
_BATCH_SIZE = 100


def layer_grams(model: BlockModel, x: np.ndarray) -> dict[str, np.ndarray]:
    """For every block, how alike its outputs are for each pair of images: float64 (N, N), block by block in order.

    Args:
        x: uint8 (N, channels, H, W); the model is in eval mode.
    """
    device = next(model.parameters()).device
    batches, grams = [to_input(batch, device) for batch in torch.from_numpy(x).split(_BATCH_SIZE)], {}
    with torch.no_grad():
        for name, block in model.blocks.items():
            batches = [block(batch) for batch in batches]
            grams[name] = _gram(torch.cat([batch.flatten(1).cpu() for batch in batches]))
    return grams


def _gram(features: Tensor) -> np.ndarray:
    centred = (features - features.mean(dim=0)).double()  # changes no CKA, and keeps large means from eating digits
    return (centred @ centred.T).numpy()


def cka(one: np.ndarray, other: np.ndarray) -> float:
    """Unbiased centred kernel alignment; 1: alike up to rotation and scale, about 0: unrelated, or slightly below.

    CKA = HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)), each HSIC by the unbiased estimator.

    Args:
        one: float64 (N, N), products of all pairs of rows, as of `layer_grams`; other likewise; N at least 4.
    Returns:
        NaN where one of them is the same for all images.
    Source: Kornblith et al., ICML 2019, arXiv:1905.00414; unbiased: Song et al., JMLR 13, 2012, equation 5; Nguyen,
        Raghu, Kornblith, ICLR 2021, arXiv:2010.15327, equation 3.
    """
    own = _hsic(one, one), _hsic(other, other)
    if min(own) <= 0:
        return float("nan")
    return float(_hsic(one, other) / np.sqrt(own[0] * own[1]))


def _hsic(one: np.ndarray, other: np.ndarray) -> float:
    n = len(one)
    k, m = one - np.diag(np.diag(one)), other - np.diag(np.diag(other))
    middle = k.sum() * m.sum() / ((n - 1) * (n - 2))
    return float(((k * m).sum() + middle - 2 / (n - 2) * (k.sum(axis=0) @ m.sum(axis=0))) / (n * (n - 3)))


def cka_by_layer(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> dict[str, Estimate]:
    """`cka` of each layer with its counterpart, with an interval from leaving out a twentieth of the images at a time.

    Args:
        one: of `layer_grams`.
        other: of the same images and blocks.
    Returns:
        layer -> estimate; None where there are fewer than SMALLEST_GROUP images or a layer is constant.
    Source: interval: delete-a-group jackknife, J. Shao, D. Tu, The Jackknife and Bootstrap, 1995, section 2.3.
    """
    return {name: _with_interval(gram, other[name]) for name, gram in one.items()}


def _with_interval(one: np.ndarray, other: np.ndarray) -> Estimate:
    n = len(one)
    value = cka(one, other) if n >= SMALLEST_GROUP else np.nan
    if np.isnan(value):
        return Estimate(value=None, low=None, high=None, n=n)
    n_parts = min(_N_PARTS, n)
    part = np.arange(n) % n_parts
    without = np.array([cka(*(gram[np.ix_(part != i, part != i)] for gram in (one, other))) for i in range(n_parts)])
    if np.isnan(without).any():
        return Estimate(value=value, low=None, high=None, n=n)
    error = np.sqrt((n_parts - 1) / n_parts * ((without - without.mean()) ** 2).sum())
    reach = float(t.ppf((1 + CONFIDENCE) / 2, n_parts - 1) * error)
    return Estimate(value=value, low=value - reach, high=min(1.0, value + reach), n=n)

"""What a network still shows inside: can a straight line through its representation tell the forgotten images?"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from camu_core.estimates import Estimate
from camu_core.measures.accuracy import wilson_interval

N_FOLDS = 5
MAX_ITERATIONS = 2000


def linear_probe(representation: np.ndarray, is_forget: np.ndarray, seed: int) -> Estimate:
    """How often a linear classifier on the frozen representation tells a forgotten image from another; 0.5 is guessing.

    As many of the others as there are forgotten images, or the other way round, drawn at random. Five-fold
    cross-validation: every image is judged once, by a classifier that was fitted without it.

    Args:
        representation: float32 (N, D), eval mode; each feature is standardised on the images of the fit.
        is_forget: bool (N,).
        seed: of the draw and of the folds; equal seeds draw equal images, whatever the network.
    Returns:
        fraction 0..1 with its Wilson interval; `n`: images judged. None where a group has fewer than five images.
    Source: G. Alain, Y. Bengio, Understanding intermediate layers using linear classifier probes, arXiv:1610.01644.
    """
    rng = np.random.default_rng(seed)
    n = min(int(is_forget.sum()), int((~is_forget).sum()))
    if n < N_FOLDS:
        return Estimate(value=None, low=None, high=None, n=2 * n)
    idx = np.concatenate([rng.permutation(np.flatnonzero(group))[:n] for group in (is_forget, ~is_forget)])
    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=MAX_ITERATIONS))
    said = cross_val_predict(probe, representation[idx].astype(np.float64), is_forget[idx], cv=folds)
    value = float((said == is_forget[idx]).mean())
    low, high = wilson_interval(value, 2 * n)
    return Estimate(value=value, low=low, high=high, n=2 * n)

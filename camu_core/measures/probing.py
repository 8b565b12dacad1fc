"""What a network still shows inside: can a straight line through its representation tell the forgotten images?"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from camu_core.measures.estimates import Estimate, estimate_share

SMALLEST_GROUP = 5
MAX_ITERATIONS = 2000


def linear_probe(representation: np.ndarray, is_forget: np.ndarray, seed: int) -> Estimate:
    """How often a linear classifier on the frozen representation tells a forgotten image from another; 0.5 is guessing.

    As many of the others as there are forgotten images, or the other way round, drawn at random. Fitted on one half of
    both, asked about the other half: its answers are then independent of one another, as the interval supposes. (Those
    of cross-validation are not: of 30 of its intervals around 0.5 under no effect, 4 missed it.)

    Args:
        representation: float32 (N, D), eval mode; each feature is standardised on the images of the fit.
        is_forget: bool (N,).
        seed: of the draw and of the halves; equal seeds draw equal images, whatever the network.
    Returns:
        fraction 0..1 with its Wilson interval; `n`: images asked about. None where a group has fewer than five images.
    Source: G. Alain, Y. Bengio, Understanding intermediate layers using linear classifier probes, arXiv:1610.01644.
    """
    rng = np.random.default_rng(seed)
    n = min(int(is_forget.sum()), int((~is_forget).sum()))
    if n < SMALLEST_GROUP:
        return Estimate(value=None, low=None, high=None, n=n)
    idx = np.concatenate([rng.permutation(np.flatnonzero(group))[:n] for group in (is_forget, ~is_forget)])
    fitted, asked = train_test_split(idx, test_size=0.5, stratify=is_forget[idx], random_state=seed)
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=MAX_ITERATIONS))
    with threadpool_limits(1):
        probe.fit(representation[fitted].astype(np.float64), is_forget[fitted])
        said = probe.predict(representation[asked].astype(np.float64))
    return estimate_share(float((said == is_forget[asked]).mean()), len(asked))

"""How images lie in a representation: do the forgotten ones still form a group?"""

import numpy as np
from sklearn.neighbors import NearestNeighbors

N_NEIGHBOURS = 10


def neighbour_share(representation: np.ndarray, is_forget: np.ndarray) -> np.ndarray:
    """Of each forgotten image's ten nearest neighbours, the share that is forgotten too.

    Args:
        representation: float32 (N, D).
        is_forget: bool (N,), of at least two forgotten images.
    Returns:
        float64 (N_forget,), 0..1, by Euclidean distance; fewer neighbours where there are no ten other images.
    """
    n = min(N_NEIGHBOURS, len(representation) - 1)
    nearest = NearestNeighbors(n_neighbors=n + 1).fit(representation)
    idx = nearest.kneighbors(representation[is_forget], return_distance=False)
    own = np.flatnonzero(is_forget)[:, None]
    others = np.stack([row[row != me][:n] for row, me in zip(idx, own, strict=True)])  # copies may come before itself
    return is_forget[others].mean(axis=1)

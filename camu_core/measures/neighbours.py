"""How images lie in a representation: which are nearest, and do the forgotten ones still form a group?"""

import numpy as np
from sklearn.neighbors import NearestNeighbors

N_NEIGHBOURS = 10


def nearest_images(representation: np.ndarray, of: np.ndarray, n: int = N_NEIGHBOURS) -> np.ndarray:
    """The nearest neighbours of some images among all others, the nearest first.

    By Euclidean distance, as in `neighbour_share`: what follows is continuous in it, and PCA and the alignment of
    retrained networks only turn and project it, so that what is near here gets similar answers and is near on the map.

    Args:
        representation: float32 (N, D).
        of: int64 (M,), the images, 0..N-1.
        n: how many; fewer where there are no n others.
    Returns:
        int64 (M, n).
    """
    n = min(n, len(representation) - 1)
    nearest = NearestNeighbors(n_neighbors=n + 1).fit(representation)
    idx = nearest.kneighbors(representation[of], return_distance=False)
    return np.stack([row[row != me][:n] for row, me in zip(idx, of, strict=True)])  # copies may come before itself


def neighbour_share(representation: np.ndarray, is_forget: np.ndarray) -> np.ndarray:
    """Of each forgotten image's ten nearest neighbours, the share that is forgotten too.

    Args:
        representation: float32 (N, D).
        is_forget: bool (N,), of at least two forgotten images.
    Returns:
        float64 (N_forget,), 0..1, by Euclidean distance; fewer neighbours where there are no ten other images.
    """
    return is_forget[nearest_images(representation, np.flatnonzero(is_forget))].mean(axis=1)

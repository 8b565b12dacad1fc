"""Two-dimensional pictures of representations, in one frame shared by all models."""

import io
import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from scipy.linalg import orthogonal_procrustes
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from camu_core.runs.results import RunResult

# Methods that draw the layer of the representation anew: it has axes of its own, so that maps are turned onto those of
# the original, and that parts of both networks do not understand each other.
DRAWN_ANEW = frozenset({"retrain", "eu_k", "random_weights"})
PROJECTIONS = {"pca": "PCA", "umap": "UMAP", "axis": "Forget axis"}

# UMAP on 50 principal components takes half the time and gives the same picture (findings on 3,000 x 256).
_UMAP_INPUT_FEATURES = 50
_UMAP_NEIGHBORS = 15


def fit_pca(representations: Iterable[np.ndarray], seed: int = 0) -> PCA:
    """A PCA frame fitted once on the representations of all models together.

    Args:
        representations: float32 (N_i, D) each.
    """
    return PCA(n_components=2, random_state=seed).fit(np.concatenate(list(representations)))


def aligned(representation: np.ndarray, reference: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """Turn a separately trained model's representation onto the reference's axes, so that one frame can hold both.

    Two trainings end in representations that differ by a rotation at least; drawn unturned, their distance would
    mean nothing. Centre and rotation come from the anchors alone (the retain samples); nothing is scaled.

    Args:
        representation: float32 (N, D), to be turned.
        reference: float32 (N, D), of the same samples.
        anchors: bool (N,), samples on which the two are made to agree.
    Source: P. Schoenemann, Psychometrika 31, 1966 (orthogonal Procrustes), computed by scipy.
    """
    centre, target = representation[anchors].mean(axis=0), reference[anchors].mean(axis=0)
    rotation, _ = orthogonal_procrustes(representation[anchors] - centre, reference[anchors] - target)
    return (representation - centre) @ rotation + target


def representations_with(result: RunResult, retrained: RunResult | None = None) -> dict[str, np.ndarray]:
    """The probe set as each model sees it, on axes that can be drawn together.

    Args:
        retrained: the run's gold standard.
    Returns:
        float32 (N, D) by model name: original, unlearned and, if given, retrained; one that was drawn anew is turned
        onto the original on the retain samples.
    """
    parts, anchors = dict(result.representations), ~result.probe.is_forget
    if retrained is not None:
        parts["retrained"] = retrained.representations["unlearned"]
    apart = {"retrained"} | ({"unlearned"} if result.spec.method in DRAWN_ANEW else set())
    return {name: aligned(part, parts["original"], anchors) if name in apart else part for name, part in parts.items()}


def frame_of(result: RunResult) -> PCA:
    """The one PCA frame of a run's pictures, which original and unlearned model span."""
    return fit_pca(representations_with(result).values(), result.spec.seed)


def run_points(result: RunResult, retrained: RunResult | None = None) -> dict[str, np.ndarray]:
    """`representations_with` in the run's `frame_of`.

    Returns:
        float (N, 2) by model name.
    """
    frame = frame_of(result)
    return {name: frame.transform(part) for name, part in representations_with(result, retrained).items()}


def along_forget_axis(representation: np.ndarray, is_forget: np.ndarray) -> np.ndarray:
    """Seen from the side on which the forgotten images lie, if they lie on one: each network by its own axis.

    Args:
        representation: float32 (N, D), of one network.
        is_forget: bool (N,), some of both.
    Returns:
        float64 (N, 2): along the line from the other images' mean to the forgotten ones', and along the first principal
        component of what is left; both less the mean of the others, in standard deviations of the others.
    """
    x = representation.astype(np.float64) - representation[~is_forget].mean(axis=0)
    axis = x[is_forget].mean(axis=0)
    axis /= max(np.linalg.norm(axis), np.finfo(float).tiny)
    along = x @ axis
    rest = PCA(n_components=1, random_state=0).fit_transform(x - along[:, None] * axis)[:, 0]
    points = np.stack([along, rest - rest[~is_forget].mean()], axis=1)
    return points / np.maximum(points[~is_forget].std(axis=0), np.finfo(float).tiny)


def project_umap(
    representations: Sequence[np.ndarray], seed: int = 0, see: Callable[[int, int], None] = lambda done, total: None
) -> list[np.ndarray]:
    """One UMAP of several models' representations together; the same seed gives the same picture.

    Args:
        representations: float32 (N_i, D) each.
        see: told how many epochs of how many are done, from the layout on; what it raises ends the work.
    Returns:
        float32 (N_i, 2) each.
    Source: L. McInnes, J. Healy, J. Melville, arXiv:1802.03426, by umap-learn with its default settings, but for
        neighbours, which are exact: to compile the search for approximate ones takes longer than all the rest.
    """
    import umap  # takes seconds to import, and only this function needs it

    together = np.concatenate(representations)
    n_features = min(_UMAP_INPUT_FEATURES, *together.shape)
    reduced = PCA(n_components=n_features, random_state=seed).fit_transform(together)
    n_neighbors = min(_UMAP_NEIGHBORS, len(reduced) - 1)
    distances, neighbors = NearestNeighbors(n_neighbors=n_neighbors).fit(reduced).kneighbors(reduced)
    drawing = umap.UMAP(
        random_state=seed, n_jobs=1, n_neighbors=n_neighbors, precomputed_knn=(neighbors, distances),
        tqdm_kwds={"file": _Epochs(see), "disable": False, "mininterval": 0.2},
    )  # fmt: skip
    points = drawing.fit_transform(reduced).astype(np.float32)
    return np.split(points, np.cumsum([len(part) for part in representations])[:-1])


class _Epochs(io.TextIOBase):
    """What umap-learn's progress bar is written to: the only way in which it tells how far it is."""

    def __init__(self, see: Callable[[int, int], None]) -> None:
        self._see = see

    def write(self, bar: str) -> int:
        for done, total in re.findall(r"(\d+)/(\d+)", bar)[:1]:
            self._see(int(done), int(total))
        return len(bar)

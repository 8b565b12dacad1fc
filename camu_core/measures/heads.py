"""What a classifier can still read from a representation: the original's own, and a fresh one taught with few images.

An output mask, or anything else done to the last layers alone, leaves the representation as it was, and both tests
see that: neither uses the network's own head.
"""

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from camu_core.measures.estimates import Estimate, difference_interval
from camu_core.networks.models import BlockModel

RETAIN_PER_CLASS = 20
_MAX_ITERATIONS = 1000


def old_head_recognition(
    original: BlockModel, representation: np.ndarray, y: np.ndarray, classes: tuple[int, ...]
) -> Estimate:
    """How well the original's head recognises the forgotten classes from another network's representation.

    Recall less false alarms (Youden's J), so that a head that takes everything for the class recognises nothing.

    Args:
        representation: float32 (N, D), of the network to judge.
        y: int64 (N,), with images of the forgotten classes and of others.
        classes: the forgotten ones.
    Returns:
        -1..1, 1 being perfect and 0 chance, with its interval, of the class that is recognised best; `n`: its images.
    Source: the encoder of one and the head of another network, as in `camu_core.causal.mediation`; W. J. Youden,
        Cancer 3, 1950.
    """
    device = next(original.parameters()).device
    with torch.no_grad():
        said = original.decide(torch.from_numpy(representation).to(device)).argmax(dim=1).cpu().numpy()
    is_other, found = ~np.isin(y, classes), []
    for label in classes:
        recognised, taken = said[y == label] == label, said[is_other] == label
        if not len(recognised):
            continue
        low, high = difference_interval(int(recognised.sum()), len(recognised), int(taken.sum()), len(taken))
        value = float(recognised.mean() - taken.mean())
        found.append((value, Estimate(value=value, low=low, high=high, n=len(recognised))))
    return max(found, key=lambda pair: pair[0])[1]


def fresh_head_recall(
    pool: tuple[np.ndarray, np.ndarray],
    evaluation: tuple[np.ndarray, np.ndarray],
    classes: tuple[int, ...],
    n_images: int,
    seeds: range,
) -> np.ndarray:
    """How much of the forgotten classes a new linear head finds, taught with a few of their images.

    Each time `n_images` of each forgotten class and 20 of each other class are drawn from the pool; a logistic
    regression over all classes, each of equal weight, is fitted on them. Features are standardised on the pool's other
    classes, so neither their scale nor their offset matters.

    Args:
        pool: representation float32 (N, D) and classes int64 (N,), to draw from.
        evaluation: likewise, of new images.
        classes: the forgotten ones.
        seeds: one a draw; equal seeds draw equal images, whatever the network.
    Returns:
        float64 (draws,), recall of the forgotten classes, mean over them, 0..1.
    Source: few-shot evaluation of a frozen representation; for unlearning, the linear-probe and "relearn" tests of
        A. Golatkar et al., CVPR 2020, arXiv:1911.04933, with a head over all classes.
    """
    x, y = pool
    scaler = StandardScaler().fit(x[~np.isin(y, classes)].astype(np.float64))
    x, asked = (scaler.transform(part.astype(np.float64)) for part in (x, evaluation[0]))
    of_class = {label: np.flatnonzero(y == label) for label in np.unique(y)}
    recalls = []
    with threadpool_limits(1):  # 200 rows: more threads take 25 times as long
        for seed in seeds:
            rng = np.random.default_rng(seed)
            idx = np.concatenate([
                rng.permutation(members)[: n_images if label in classes else RETAIN_PER_CLASS]
                for label, members in of_class.items()
            ])  # fmt: skip
            head = LogisticRegression(class_weight="balanced", max_iter=_MAX_ITERATIONS).fit(x[idx], y[idx])
            said = head.predict(asked)
            recalls.append(np.mean([(said[evaluation[1] == label] == label).mean() for label in classes]))
    return np.array(recalls)

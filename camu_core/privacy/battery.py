"""The battery of tests: every figure a verdict rests on, of one network, by the same images and draws for all.

Run alike on the unlearned network, on the original (positive control: what each test says if nothing was forgotten),
on an untrained one (negative control) and on the retrained ones of the reference band.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from camu_core.data import Dataset, ProbeSet, Splits, draw_probe_set
from camu_core.measures import (
    AttackGroups,
    RelearningData,
    attack_groups,
    confidence_scores,
    entropy_scores,
    fresh_head_recall,
    label_scores,
    linear_probe,
    neighbour_share,
    old_head_recognition,
    relearning,
    relearning_area,
)
from camu_core.measures.estimates import Estimate, as_fraction, estimate_means, estimate_over_seeds
from camu_core.networks.models import BlockModel, predict
from camu_core.privacy.attacks import Answers, score_answers
from camu_core.progress import Step

SEED = 0  # of everything drawn: one for all networks and runs, so that their figures are of equal images
FEW = (1, 5, 20)  # forgotten images a class that a fresh head sees
HEAD_DRAWS = 10
RELEARNING_SEEDS = 4
EVALUATION_IMAGES = 300  # at most, of what was forgotten, and as many of the rest
EPSILON_IMAGES = 400  # at most, of the forget set, whose answers are compared with the retrained networks'
_POOL_PER_CLASS = 100


@dataclass(frozen=True)
class Battery:
    """What all networks are asked.

    Args:
        classes: that are forgotten whole; empty of single images.
        groups: of the membership attack.
        probe: of the linear probe and of the neighbours.
        asked: uint8, forgotten images whose answers are compared.
        y_asked: int64, their classes.
        pool, y_pool: training images of all classes, for a fresh head.
        relearning_data: what is taught again.
        original: for its head.
    """

    dataset: Dataset
    splits: Splits
    classes: tuple[int, ...]
    groups: AttackGroups
    probe: ProbeSet
    asked: Tensor
    y_asked: np.ndarray
    pool: Tensor
    y_pool: np.ndarray
    relearning_data: RelearningData
    original: BlockModel

    @classmethod
    def of(cls, dataset: Dataset, splits: Splits, classes: tuple[int, ...], original: BlockModel) -> "Battery":
        rng = np.random.default_rng(SEED)
        y_train = dataset.y_train.numpy()
        asked = torch.from_numpy(rng.permutation(splits.forget_train.numpy())[:EPSILON_IMAGES])
        pool = np.concatenate(
            [rng.permutation(np.flatnonzero(y_train == label))[:_POOL_PER_CLASS] for label in np.unique(y_train)]
        )
        return cls(
            dataset=dataset,
            splits=splits,
            classes=classes,
            groups=attack_groups(splits, len(dataset.x_test)),
            probe=draw_probe_set(dataset, splits, SEED),
            asked=dataset.x_train[asked],
            y_asked=dataset.y_train[asked].numpy(),
            pool=dataset.x_train[torch.from_numpy(pool)],
            y_pool=y_train[pool],
            relearning_data=_relearning_data(dataset, splits, rng),
            original=original,
        )


@dataclass(frozen=True)
class Findings:
    """One network's figures.

    Args:
        measures: name -> its estimate: of every network "attack_attacker", "attack_confidence", "attack_entropy"
            (unless there are too few images), "relearning" and "linear_probe"; where classes are forgotten also
            "old_head", "fresh_head_1", "fresh_head_5", "fresh_head_20" and "neighbours".
        curves, rest_curves: float64 (RELEARNING_SEEDS, K), accuracy while relearning at CHECKPOINTS, on what was
            forgotten and on the rest, one row a fresh head.
        scores: float64 (n,) by score, of the forgotten images asked about: "right", "confidence" and "entropy".
    """

    measures: dict[str, Estimate]
    curves: np.ndarray
    rest_curves: np.ndarray
    scores: dict[str, np.ndarray]


def run_battery(battery: Battery, model: BlockModel) -> Generator[Step, None, Findings]:
    """Every test on one network, a step for each part of them."""
    total = 5 if battery.classes else 4
    yield Step(0, total, stage="battery")
    measures = _attacks(battery, model)
    yield Step(1, total, stage="battery")
    measures |= _inside(battery, model)
    yield Step(2, total, stage="battery")
    if battery.classes:
        measures |= _heads(battery, model)
        yield Step(3, total, stage="battery")
    curves = []
    for seed in range(RELEARNING_SEEDS):
        curves.append((yield from _silently(relearning(model, battery.relearning_data, seed), total)))
    evaluation, rest = (np.stack(rows) for rows in zip(*curves, strict=True))
    measures["relearning"] = as_fraction(estimate_over_seeds(relearning_area(evaluation)))
    logits = predict(model, battery.asked)[0].numpy()
    scores = {
        "right": label_scores(logits, battery.y_asked),
        "confidence": confidence_scores(logits),
        "entropy": entropy_scores(logits),
    }
    yield Step(total, total, stage="battery")
    return Findings(measures, evaluation, rest, scores)


def _silently(work: Generator[Step, None, tuple], total: int) -> Generator[Step, None, tuple]:
    """Steps of relearning, so that it can be stopped, without moving the bar."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value
        yield Step(total - 1, total, stage="battery")


def _attacks(battery: Battery, model: BlockModel) -> dict[str, Estimate]:
    """Area under the ROC curve by each score; no interval here, since the band tells how much it varies."""
    groups = battery.groups
    if groups.are_too_small:
        return {}
    train, test = battery.dataset.x_train, battery.dataset.x_test
    sources = {"known_members": train, "known_others": test, "members": train, "others": test}
    answers = Answers(
        **{name: predict(model, x[torch.from_numpy(getattr(groups, name))])[0].numpy() for name, x in sources.items()}
    )
    return {f"attack_{name}": scored.area() for name, scored in score_answers(answers).items()}


def _inside(battery: Battery, model: BlockModel) -> dict[str, Estimate]:
    probe = battery.probe
    representation = predict(model, torch.from_numpy(probe.x))[1].numpy()
    found = {"linear_probe": linear_probe(representation, probe.is_forget, SEED)}
    if battery.classes:
        shares = neighbour_share(representation, probe.is_forget)
        found["neighbours"] = estimate_means(shares[None], SEED)[0]
    return found


def quick_figures(battery: Battery, model: BlockModel) -> dict[str, float | None]:
    """What `run_battery` finds in a second: the attacks, the old head, and a fresh one shown one image a class."""
    measures = _attacks(battery, model) | (_heads(battery, model, FEW[:1]) if battery.classes else {})
    return {name: estimate["value"] for name, estimate in measures.items()}


def _heads(battery: Battery, model: BlockModel, few: Sequence[int] = FEW) -> dict[str, Estimate]:
    examined = _examined(battery, model)
    found = {"old_head": old_head_recognition(battery.original, *examined[1], battery.classes)}
    return found | {f"fresh_head_{n}": _fresh_head(battery, examined, n) for n in few}


def fresh_head(battery: Battery, model: BlockModel, n_images: int = FEW[0]) -> Estimate:
    """One of the tests of the battery alone: what a new classifier finds, taught with so many images of each class."""
    return _fresh_head(battery, _examined(battery, model), n_images)


_Labelled = tuple[np.ndarray, np.ndarray]


def _fresh_head(battery: Battery, examined: tuple[_Labelled, _Labelled], n_images: int) -> Estimate:
    recalls = fresh_head_recall(*examined, battery.classes, n_images, range(HEAD_DRAWS))
    return as_fraction(estimate_over_seeds(recalls))


def _examined(battery: Battery, model: BlockModel) -> tuple[_Labelled, _Labelled]:
    """Representations and classes of the images that heads are taught with, and of those they are judged on."""
    data = battery.relearning_data
    x, y = torch.cat([data.x_evaluation, data.x_rest]), torch.cat([data.y_evaluation, data.y_rest]).numpy()
    evaluation, pool = (predict(model, images)[1].numpy() for images in (x, battery.pool))
    return (pool, battery.y_pool), (evaluation, y)


def evaluation_split(splits: Splits) -> str:
    """The split that stands for what was forgotten: new images of its classes, or, of single images, themselves."""
    return "forget_test" if len(splits.forget_test) else "forget_train"


def _of_each_class(order: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The same order, or, where a class would have no image among the first, with one of each class in front."""
    _, firsts = np.unique(labels[order], return_index=True)
    if firsts.max() < EVALUATION_IMAGES:
        return order
    return np.concatenate([order[firsts], np.delete(order, firsts)])


def _relearning_data(dataset: Dataset, splits: Splits, rng: np.random.Generator) -> RelearningData:
    """All classes are taught; of classes forgotten in part, by the forgotten images."""
    name = evaluation_split(splits)
    x, y = (dataset.x_test, dataset.y_test) if name == "forget_test" else (dataset.x_train, dataset.y_train)
    evaluation, rest, level = (
        torch.from_numpy(order[:EVALUATION_IMAGES])
        for order in (
            _of_each_class(rng.permutation(getattr(splits, name).numpy()), y.numpy()),
            rng.permutation(splits.retain_test.numpy()),
            rng.permutation(splits.retain_train.numpy()),
        )
    )
    forgotten = dataset.y_train[splits.forget_train]
    others = splits.retain_train[~torch.isin(dataset.y_train[splits.retain_train], forgotten)]
    taught = torch.cat([splits.forget_train, others])
    return RelearningData(
        dataset.x_train[taught], dataset.y_train[taught], x[evaluation], y[evaluation],
        dataset.x_test[rest], dataset.y_test[rest], dataset.x_train[level],
    )  # fmt: skip

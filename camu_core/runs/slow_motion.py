"""CaMU in slow motion: what each of its four terms does to one image to forget, and to one to keep.

The run is made again by the method itself, from its own seed; only the watching is added.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call

from camu_core.data import DATASETS, load_dataset, split
from camu_core.errors import SpecError
from camu_core.methods.base import UnlearningTask
from camu_core.methods.camu import CaMU, CaMUConfig, HalfStep, draw_counterfactuals, kl_divergence
from camu_core.networks.models import half_precision, to_input
from camu_core.networks.weights import load_weights
from camu_core.runs.projection import frame_of
from camu_core.runs.results import RunResult
from camu_core.specs import RunSpec
from camu_core.threads import one_thread

# Of each half of a step, the terms of its loss.
HALVES = {
    "representation": ("forget_representation", "retain_representation"),
    "label": ("forget_label", "retain_label"),
}
# What else moves an image: Adam goes on in the direction of the steps before, and weights decay.
CARRIED = "carried"
N_IMAGES = 12
_N_STEPS = 6  # after these, hardly anything moves far enough to be seen
_ARROW_FRACTION = 0.22  # of the map, the longest arrow
_MOST_TIMES = 1000  # what does not move has no arrow, however long it is drawn


@dataclass(frozen=True)
class Half:
    """One of the two steps that CaMU takes on a batch, seen on two images: the one to forget and the one to keep.

    Args:
        index: of the step, 1..total.
        name: of `HALVES`.
        losses: its terms over the batch, unweighted, as the run reports them.
        before, after: float32 (2, D), the images' representations around it.
        logits: float32 (2, C), before it.
        moves: by term, and `CARRIED`, float32 (2, D): how far the images move if only this part of the step is taken.
        is_in_batch: whether the image to forget is in the batch.
    """

    index: int
    name: str
    losses: dict[str, float]
    before: np.ndarray
    after: np.ndarray
    logits: np.ndarray
    moves: dict[str, np.ndarray]
    is_in_batch: bool


@dataclass(frozen=True)
class SlowMotion:
    """The first steps of a run, and its end, seen on one image to forget and one to keep.

    Args:
        x: float32 (3, channels, H, W): the image to forget, its counterfactual, the image to keep; 0..1 and beyond.
        y: their labels; of the counterfactual the one that the image is to take.
        target: float32 (D,), where the original network sees the counterfactual.
        halves: of each of the first steps both, in order; the loss of one whose weights are 0 is not there.
        end: float32 (2, D), the images' representations after the run.
        end_logits: float32 (2, C), likewise.
        distances: from the image to forget to its counterfactual before and after the run: the KL divergence that the
            run descends.
        end_losses: the terms of the last step, as in `Half`.
        weights: of the terms in the loss.
        batch_size: images to forget in a batch, and as many to keep.
        total: steps of the run.
    """

    x: np.ndarray
    y: tuple[int, int, int]
    target: np.ndarray
    halves: tuple[Half, ...]
    end: np.ndarray
    end_logits: np.ndarray
    distances: tuple[float, float]
    end_losses: dict[str, float]
    weights: dict[str, float]
    batch_size: int
    total: int

    def loss(self, losses: Mapping[str, float]) -> float:
        """The sum that a step descends. Args: losses: its terms, unweighted."""
        return sum(self.weights[term] * loss for term, loss in losses.items())


def slow_motion(spec: RunSpec, image: int = 0) -> SlowMotion:
    """Make a run of CaMU again, on the processor, and watch one image of its first batch.

    Args:
        image: which of the first batch's images to forget, 0..N_IMAGES-1; the one farthest from its counterfactual is
            the first.
    Raises:
        SpecError: the run is another method's, or takes no steps: all its weights are 0.
        DatasetUnavailable, WeightsError: see `execute`.
    """
    method = CaMU()
    if spec.method != method.name:
        raise SpecError(f"Slow motion shows {method.title}, and this is a run of '{spec.method}'.")
    with one_thread():
        dataset = load_dataset(spec.trained_on)
        task = UnlearningTask.of(
            load_weights(spec.weights, spec.dataset, spec.model), dataset,
            split(dataset, spec.forget, spec.seed), DATASETS[spec.dataset].n_classes, spec.seed, spec.training_seed,
        )  # fmt: skip
        config = method.default_config(spec.dataset, spec.forget.kind, spec.model).with_values(dict(spec.settings))
        return watch(task, config, image)


def watch(task: UnlearningTask, config: CaMUConfig, image: int = 0) -> SlowMotion:
    """Unlearn, and film the first steps.

    Args:
        task: its model is changed as by a run.
        image: see `slow_motion`.
    """
    camera = _Camera(task, config, image)
    steps = CaMU().unlearn_watched(task, config, camera.around)
    while True:
        with half_precision(bool(config.bfloat16), task.original, task.model):
            step = next(steps, None)
        if step is None:
            return camera.film()
        camera.n_done, camera.losses = step.index, step.losses


class _Camera:
    """Looks at two images before and after the half steps that are filmed."""

    def __init__(self, task: UnlearningTask, config: CaMUConfig, image: int) -> None:
        self._task, self._config, self._image = task, config, image
        self._pairs, self._counterfactuals = draw_counterfactuals(task, config)
        self._names = {id(weight): name for name, weight in task.model.named_parameters()}
        self._halves: list[Half] = []
        self._watched: tuple[int, int] | None = None  # places of the two images among the pairs
        self.n_done = 0
        self.losses: dict[str, float] = {}  # of the last step

    @contextmanager
    def around(self, half: HalfStep) -> Iterator[None]:
        if self._watched is None:
            self._watched = self._choose(half)
            self._x = self._images(*self._watched)
        if self.n_done >= _N_STEPS:
            yield
            return
        weights = half.optimizer.param_groups[0]["params"]
        started = {self._names[id(weight)]: weight.detach().clone() for weight in weights}
        pushes = {
            term: torch.autograd.grad(self._weight_of(term) * loss, weights, retain_graph=True)
            for term, loss in half.losses.items()
        }
        before, logits = self._look()
        yield
        moves = {}
        for part, changes in parts_of_step(half.optimizer, pushes).items():
            pairs = zip(started.items(), changes, strict=True)
            moves[part] = self._look({name: weight + change for (name, weight), change in pairs})[0] - before
        after, _ = self._look()
        is_in_batch = bool((half.forget_places == self._watched[0]).any())
        name = next(name for name, terms in HALVES.items() if set(terms) == set(half.losses))
        losses = {term: loss.item() for term, loss in half.losses.items()}
        self._halves.append(Half(self.n_done + 1, name, losses, before, after, logits, moves, is_in_batch))

    def film(self) -> SlowMotion:
        if self._watched is None:
            raise SpecError("There is nothing to see in slow motion: all four weights are 0.")
        task, pairs, (place, kept) = self._task, self._pairs, self._watched
        counterfactual = self._counterfactuals[place]
        end, end_logits = self._look()
        with torch.no_grad():
            target = task.original.encode(counterfactual[None])
        goal = target.cpu().softmax(dim=1)
        ways = [kl_divergence(torch.from_numpy(seen[:1]), goal).item() for seen in (self._halves[0].before, end)]
        return SlowMotion(
            x=torch.stack([self._x[0], counterfactual, self._x[1]]).cpu().numpy(),
            y=(
                int(task.y_forget[pairs.forget_idx[place]]),
                int(pairs.counterfactual_y[place]),
                int(task.y_retain[pairs.retain_idx[kept]]),
            ),
            target=target[0].cpu().numpy(),
            halves=tuple(self._halves),
            end=end,
            end_logits=end_logits,
            distances=(ways[0], ways[1]),
            end_losses=dict(self.losses),
            weights={term: self._weight_of(term) for terms in HALVES.values() for term in terms},
            batch_size=self._config.batch_size,
            total=self.n_done,
        )

    def _weight_of(self, term: str) -> float:
        return getattr(self._config, f"{term}_weight")

    @torch.no_grad()
    def _choose(self, half: HalfStep) -> tuple[int, int]:
        """One of the batch's images to forget, and of those to keep the one that the network sees as most alike."""
        task, pairs, places = self._task, self._pairs, half.forget_places
        see = task.original.encode
        own = see(to_input(task.x_forget[pairs.forget_idx[places]], task.device))
        others = see(to_input(task.x_retain[pairs.retain_idx[half.retain_places]], task.device))
        targets = see(self._counterfactuals[places]).softmax(dim=1)
        ways = [kl_divergence(*pair).item() for pair in zip(own.split(1), targets.split(1), strict=True)]
        chosen = np.argsort(ways)[::-1][self._image % len(ways)]
        nearest = int(torch.cdist(own[chosen][None], others)[0].argmin())
        return int(places[chosen]), int(half.retain_places[nearest])

    def _images(self, place: int, kept: int) -> Tensor:
        """Both, as the network takes them. Args: place, kept: among the pairs."""
        task, pairs = self._task, self._pairs
        images = task.x_forget[pairs.forget_idx[place]], task.x_retain[pairs.retain_idx[kept]]
        return to_input(torch.stack(images), task.device)

    @torch.no_grad()
    def _look(self, weights: dict[str, Tensor] | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Representations (2, D) and logits (2, C). Args: weights: by name, instead of the model's own."""
        model = self._task.model
        was_training = model.training
        logits, representation = functional_call(model.eval(), weights or {}, (self._x,))
        model.train(was_training)
        return representation.cpu().numpy(), logits.cpu().numpy()


def parts_of_step(optimizer: torch.optim.Adam, pushes: dict[str, Sequence[Tensor]]) -> dict[str, list[Tensor]]:
    """Divide the step that Adam has just taken among the gradients that it was taken from; the parts sum to the step.

    Each weight's step is its running mean of gradients, times a factor; the mean is a sum, and the factor all share.

    Args:
        pushes: by term, a gradient for each of the optimizer's weights; their sum was descended.
    Returns:
        By term and `CARRIED`, a change of each weight; the latter is all that is not of these gradients.
    Source: D. Kingma and J. Ba, Adam, arXiv:1412.6980, algorithm 1, with the L2 penalty of torch.
    """
    (group,) = optimizer.param_groups
    momentum, decay = group["betas"]
    parts: dict[str, list[Tensor]] = {part: [] for part in (*pushes, CARRIED)}
    for i, weight in enumerate(group["params"]):
        state = optimizer.state[weight]
        n_steps = state["step"].item()
        spread = (state["exp_avg_sq"] / (1 - decay**n_steps)).sqrt() + group["eps"]
        factor = -group["lr"] / (1 - momentum**n_steps) / spread
        rest = state["exp_avg"].clone()
        for term, gradients in pushes.items():
            share = (1 - momentum) * gradients[i]
            parts[term].append(factor * share)
            rest -= share
        parts[CARRIED].append(factor * rest)
    return parts


@dataclass(frozen=True)
class Moment:
    """What is drawn at once: both images before a half step, and where its parts push them.

    Args:
        half: what is about to happen; None at the end of the run.
        points: float (2, 2), where the images are.
        moves: by part of the half, float (2, 2).
        snapshot: of the run, the one that shows all other images.
    """

    half: Half | None
    points: np.ndarray
    moves: dict[str, np.ndarray]
    snapshot: int


@dataclass(frozen=True)
class FilmOnMap:
    """A film in the run's PCA frame.

    Args:
        target: float (2,), the counterfactual's place.
        magnification: how many times as long as the moves arrows are drawn, so that the longest can be seen.
    """

    moments: tuple[Moment, ...]
    target: np.ndarray
    magnification: int


def on_map(film: SlowMotion, result: RunResult) -> FilmOnMap:
    """Places and moves in the frame of `run_points`; that is linear, so that a move has one direction wherever it is.

    Args:
        film: of this run.
    """
    frame = frame_of(result)
    axes = frame.components_.T
    steps = [snapshot.index for snapshot in result.snapshots]
    moments = [
        Moment(
            half, frame.transform(half.before), {part: move @ axes for part, move in half.moves.items()},
            max(i for i, step in enumerate(steps) if step < half.index),
        )
        for half in film.halves
    ]  # fmt: skip
    moments.append(Moment(None, frame.transform(film.end), {}, len(steps) - 1))
    longest = max(np.linalg.norm(move, axis=1).max() for moment in moments for move in moment.moves.values())
    extent = np.ptp(result.joint_points.reshape(-1, 2), axis=0).max()
    magnification = max(1, round(_ARROW_FRACTION * extent / max(longest, extent / _MOST_TIMES)))
    return FilmOnMap(tuple(moments), frame.transform(film.target[None])[0], magnification)

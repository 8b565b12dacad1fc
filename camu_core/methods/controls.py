"""Controls: what each test says when the answer is known. No method of unlearning; they show what a test can see."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from camu_core.errors import SpecError
from camu_core.methods.base import UnlearningTask
from camu_core.methods.steps import Mixture, defaults, descend, other_labels
from camu_core.progress import Step
from camu_core.settings import Settings, setting


@dataclass(frozen=True)
class ControlConfig(Settings):
    """Nothing to set."""


class Nothing:
    name = "nothing"
    title = "Nothing done"
    summary = "Leaves the network as it is. A test that calls this forgotten says nothing."
    source = "Control: the original network, the positive control of every test."
    uses_retain_data = False
    uses_labels = False

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> ControlConfig:
        return ControlConfig()

    def unlearn(self, task: UnlearningTask, config: ControlConfig) -> Iterator[Step]:
        yield Step(1, 1)


@dataclass(frozen=True)
class MaskConfig(Settings):
    bias: float = setting(1e4, 0.0, 1e6, "What is taken off the output of each class to forget")


class Mask:
    name = "mask"
    title = "Output mask"
    summary = (
        "Bars the classes to forget from the answer, and changes nothing inside. A test that calls this forgotten "
        "looks at the answers alone."
    )
    source = "Control: the bias of the output, lowered by so much that the class never wins."
    uses_retain_data = False
    uses_labels = True
    forget_kinds = ("class",)

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> MaskConfig:
        return MaskConfig()

    @torch.no_grad()
    def unlearn(self, task: UnlearningTask, config: MaskConfig) -> Iterator[Step]:
        """Raises: SpecError if not whole classes are forgotten."""
        forgotten = task.y_forget.unique()
        if torch.isin(task.y_retain, forgotten).any():
            raise SpecError("A mask hides whole classes; expected --forget-class, choose another method for images.")
        output = task.model.head[-1]
        if not isinstance(output, nn.Linear):
            raise TypeError(f"expected the last block to be linear, got {type(output).__name__}")
        output.bias[forgotten.to(task.device)] -= config.bias
        yield Step(1, 1)


@dataclass(frozen=True)
class LastLayerConfig(Settings):
    epochs: int = setting(2, 1, 200, "Passes over all samples")
    batch_size: int = setting(128, 1, 4096, "Samples per step")
    lr: float = setting(1e-3, 0.0, 1.0, "Learning rate")


_DIGITS = LastLayerConfig(epochs=30, batch_size=32, lr=3e-3)


class LastLayer:
    name = "last_layer"
    title = "Last layer only"
    summary = (
        "Teaches the classifier alone to give other answers for what is to be forgotten; the representation stays as "
        "it was, with all that it knows."
    )
    source = "Control: random labels (L. Graves et al., arXiv:2010.10981), with all layers frozen but the last."
    uses_retain_data = True
    uses_labels = True

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> LastLayerConfig:
        return defaults(dataset, model, digits=_DIGITS, cnn=LastLayerConfig(), resnet=LastLayerConfig())

    def unlearn(self, task: UnlearningTask, config: LastLayerConfig) -> Iterator[Step]:
        rng = torch.Generator().manual_seed(task.seed)
        model = task.model.eval()
        last = model.head[-1]
        optimizer = torch.optim.Adam(last.parameters(), lr=config.lr)
        wrong, everything = other_labels(task.y_forget, task.n_classes, rng), torch.arange(len(task.y_retain))
        batches = Mixture(task, wrong, everything, config.batch_size, config.epochs, rng)
        for i, (x, y, _) in enumerate(batches, start=1):
            terms = {"label": (1.0, F.cross_entropy(model(x)[0], y))}
            yield Step(i, len(batches), descend(optimizer, terms))


class RandomWeights:
    name = "random_weights"
    title = "Fresh random weights"
    summary = "Throws everything away and learns nothing. It forgets, and knows nothing else either."
    source = "Control: an untrained network, the negative control of every test."
    uses_retain_data = False
    uses_labels = False

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> ControlConfig:
        return ControlConfig()

    def unlearn(self, task: UnlearningTask, config: ControlConfig) -> Iterator[Step]:
        task.model.reset(task.seed)
        yield Step(1, 1)


CONTROLS = (Nothing(), Mask(), LastLayer(), RandomWeights())

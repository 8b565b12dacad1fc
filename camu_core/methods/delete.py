"""DELETE: answer each forget sample as the original would if the sample's own class did not exist."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from camu_core.methods.base import UnlearningTask
from camu_core.methods.steps import Augmenting, Passes, batch_of, defaults, descend
from camu_core.progress import Step
from camu_core.settings import setting


@dataclass(frozen=True)
class DeleteConfig(Augmenting):
    """SGD on the divergence from the original's masked answers."""

    epochs: int = setting(20, 1, 200, "Passes over the forget set")
    batch_size: int = setting(128, 1, 4096, "Forget samples per step")
    lr: float = setting(1e-4, 0.0, 1.0, "Learning rate")
    momentum: float = setting(0.9, 0.0, 0.99, "Momentum")


# Ours by trial on validation images: assets/results/tuning.md
_DIGITS = DeleteConfig(batch_size=16, lr=3e-4)
_CNN = DeleteConfig(epochs=4, lr=3e-4, bfloat16=1)


class Delete:
    name = "delete"
    title = "DELETE"
    summary = (
        "Strikes the right class out of the original's answers on the forget set, and teaches what is left of them. It "
        "sees nothing of the other data, and it is for whole classes only."
    )
    source = (
        "Y. Zhou, D. Zheng, Q. Mo, R. Lu, K.-Y. Lin, W.-S. Zheng, Decoupled distillation to erase (DELETE), CVPR 2025, "
        "arXiv:2503.23751, and its code for CIFAR-10, enlarged to 224 pixels: 20 epochs of SGD at 1e-4, batch 128, "
        "divergence from the softmax of the original's logits without that of its own label. It is for classes: on "
        "single images of all classes it destroys most of the knowledge; and as only an image's own class is struck "
        "out, several classes can be taught for one another. Deviations: batch normalisation keeps the original's "
        "statistics; rates and passes for the small networks are ours, by trials on validation images (5 on digits, 2 "
        "on MNIST)."
    )
    uses_retain_data = False
    uses_labels = True
    forget_kinds = ("class",)

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> DeleteConfig:
        return defaults(dataset, model, digits=_DIGITS, cnn=_CNN, resnet=DeleteConfig(augment=1, bfloat16=1))

    def unlearn(self, task: UnlearningTask, config: DeleteConfig) -> Iterator[Step]:
        rng = torch.Generator().manual_seed(task.seed)
        augmenting = config.augmenting(rng)
        model = config.ready(task.model)
        optimizer = torch.optim.SGD(model.parameters(), lr=config.lr, momentum=config.momentum)
        batches = Passes(len(task.y_forget), config.batch_size, config.epochs, rng, joins_one=config.joins_one)
        for i, batch in enumerate(batches, start=1):
            x, y = batch_of(task.x_forget, task.y_forget, batch, task.device, augmenting)
            with torch.no_grad():
                taught = without_own_class(task.original(x)[0], y)
            distance = F.kl_div(F.log_softmax(model(x)[0], dim=1), taught, reduction="batchmean")
            yield Step(i, len(batches), descend(optimizer, {"forget_masked": (1.0, distance)}))


def without_own_class(logits: Tensor, y: Tensor) -> Tensor:
    """float32 (n, C): probabilities of the other classes; the own one has 0.

    Args:
        logits: float32 (n, C).
        y: int64 (n,), the class that is struck out of each.
    """
    return logits.scatter(1, y[:, None], -torch.inf).softmax(dim=1)

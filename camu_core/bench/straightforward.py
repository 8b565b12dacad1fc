"""CaMU as one would write it down first. It is slow, gives the same, and is what `bench` measures our speed against."""

import copy
from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from camu_core.methods.base import UnlearningTask
from camu_core.methods.camu import CaMUConfig, CounterfactualPairs, draw_pairs


class _Pairs(Dataset):
    """Sample by sample: forget image, its label, its counterfactual and that one's label; all as floats."""

    def __init__(self, task: UnlearningTask, pairs: CounterfactualPairs, noise: float, rng: torch.Generator) -> None:
        self._task, self._pairs = task, pairs
        self._noise = noise * torch.rand(len(pairs.forget_idx), *task.x_forget.shape[1:], generator=rng)

    def __len__(self) -> int:
        return len(self._pairs.forget_idx)

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor, Tensor]:
        task, pairs = self._task, self._pairs
        counterfactual = _to_float(task.x_retain[pairs.counterfactual_idx[i]]) + self._noise[i]
        return _to_float(task.x_forget[pairs.forget_idx[i]]), counterfactual, pairs.counterfactual_y[i]


class _Sample(Dataset):
    """The retain sample S, image by image."""

    def __init__(self, task: UnlearningTask, pairs: CounterfactualPairs) -> None:
        self._task, self._idx = task, pairs.retain_idx

    def __len__(self) -> int:
        return len(self._idx)

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        return _to_float(self._task.x_retain[self._idx[i]]), self._task.y_retain[self._idx[i]]


def _to_float(image: Tensor) -> Tensor:
    return image.float() / 255


def straightforward_camu(task: UnlearningTask, config: CaMUConfig) -> Iterator[int]:
    """Unlearn in place: data loaders, float32 in torch's usual layout, the teacher asked anew in each step, forget and
    retain samples one after the other. Yields the number of steps done.

    The draws are of the same distributions as those of `CaMU`, not the same draws.
    Source: arXiv:2401.17504, as in `CaMU`.
    """
    rng = torch.Generator().manual_seed(task.seed)
    pairs = draw_pairs(task, config.batch_size, rng, config.repeats)
    original = copy.deepcopy(task.original).to(memory_format=torch.contiguous_format)
    model = task.model.to(memory_format=torch.contiguous_format).eval()
    forget, retain = (
        DataLoader(data, config.batch_size, shuffle=True, generator=rng)
        for data in (_Pairs(task, pairs, config.noise, rng), _Sample(task, pairs))
    )
    representation_step, label_step = (
        torch.optim.Adam(model.parameters(), lr=lr, weight_decay=config.weight_decay)
        for lr in (config.representation_lr, config.label_lr)
    )
    n_done = 0
    for _ in range(config.epochs):
        for (x_f, counterfactual, counterfactual_y), (x_r, y_r) in zip(forget, retain, strict=True):
            with torch.no_grad():
                taught_r, taught_f = (F.softmax(original.encode(x), dim=1) for x in (x_r, counterfactual))
            representation_step.zero_grad()
            (
                config.retain_representation_weight * _divergence(model.encode(x_r), taught_r)
                + config.forget_representation_weight * _divergence(model.encode(x_f), taught_f)
            ).backward()
            representation_step.step()
            label_step.zero_grad()
            (
                config.retain_label_weight * F.cross_entropy(model(x_r)[0], y_r)
                + config.forget_label_weight * F.cross_entropy(model(x_f)[0], counterfactual_y)
            ).backward()
            label_step.step()
            n_done += 1
            yield n_done


def _divergence(representation: Tensor, taught: Tensor) -> Tensor:
    return F.kl_div(F.log_softmax(representation, dim=1), taught, reduction="sum")

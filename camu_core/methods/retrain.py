"""The gold standard: train again from scratch, without the forget set."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from camu_core.methods.base import UnlearningTask
from camu_core.networks.stacked import train_together
from camu_core.networks.training import TrainingConfig, recipe_for, training
from camu_core.progress import Step


class Retrain:
    name = "retrain"
    title = "Retrain from scratch"
    summary = (
        "Throws the network away and trains a new one that never sees the forget set. "
        "It is what every faster method is measured against."
    )
    source = "No paper: exact unlearning by definition. Same settings as the original model."
    uses_retain_data = True
    uses_labels = True

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> TrainingConfig:
        return recipe_for(dataset, model)

    def unlearn(self, task: UnlearningTask, config: TrainingConfig) -> Iterator[Step]:
        """Fresh weights drawn from the task's seeds, then training on the retain set alone."""
        seed = task.retraining_seed
        task.model.reset(seed)
        for step in training(task.model, task.x_retain, task.y_retain, config, seed):
            yield replace(step, stage="unlearn")

    def unlearn_together(self, tasks: Sequence[UnlearningTask], config: TrainingConfig) -> Iterator[Step]:
        """`unlearn` of many networks with one retain set at once; see `camu_core.networks.stacked`."""
        models, seeds = [task.model for task in tasks], [task.retraining_seed for task in tasks]
        for model, seed in zip(models, seeds, strict=True):
            model.reset(seed)
        for step in train_together(models, tasks[0].x_retain, tasks[0].y_retain, config, seeds):
            yield replace(step, stage="unlearn")

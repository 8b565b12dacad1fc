"""EU-k: throw the last k layers away, and train them again without the forget set; the others stay."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from camu_core.methods.base import UnlearningTask
from camu_core.methods.steps import training_only
from camu_core.networks.training import TrainingConfig, recipe_for, training
from camu_core.progress import Step
from camu_core.settings import setting


@dataclass(frozen=True)
class EUkConfig(TrainingConfig):
    """The recipe of the original, on the last layers."""

    n_layers: int = setting(
        3, 1, 100, "How many layers, counted from the output, are trained again", label="Last layers"
    )


# Half of the convolutions and linear layers, as the paper's 50 of 110 are. The small network has 5: 3 by trial.
_N_LAYERS = {"cnn": 3, "resnet20": 10, "resnet18": 9}


class EUk:
    name = "eu_k"
    title = "EU-k"
    summary = (
        "Throws the last layers away and trains them again without the forget set, as exact unlearning would. What the "
        "first layers know of it stays."
    )
    source = (
        "S. Goel, A. Prabhu, A. Sanyal, S.-N. Lim, P. Torr, P. Kumaraguru, Towards adversarial evaluations for inexact "
        "machine unlearning, arXiv:2201.06640, and its code: the last k convolutions and linear layers reinitialised "
        "and trained on the retain set with the original's recipe, the weights of the others frozen (their batch "
        "statistics go on following the retain set, as in its code). Deviations: batch normalisation between these "
        "layers is reinitialised, too; layers are drawn as torch does, theirs by Kaiming's rule with no biases; "
        "shortcuts count among the layers; the recipe is ours. k is half of them, as in the paper's 50 of 110; 3 of 5 "
        "in the small network by 3 trials on validation images of digits."
    )
    uses_retain_data = True
    uses_labels = True

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> EUkConfig:
        return EUkConfig(**asdict(recipe_for(dataset, model)), n_layers=_N_LAYERS.get(model, 3))

    def unlearn(self, task: UnlearningTask, config: EUkConfig) -> Iterator[Step]:
        """With as many layers as there are it is retraining, to the same bits."""
        seed = task.retraining_seed
        task.model.reset_last_layers(config.n_layers, seed)
        with training_only(task.model, task.model.last_layers(config.n_layers)):
            for step in training(task.model, task.x_retain, task.y_retain, config, seed):
                yield replace(step, stage="unlearn")

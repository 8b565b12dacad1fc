"""Train an original model, or one that never sees a class, and save its weights with a card.

The state is kept after every epoch: an interrupted training, asked for again, goes on where it was.
"""

import argparse
from pathlib import Path

from camu_core.commands.images import CLASS_HELP, add_argument, classes_named, dataset_named
from camu_core.commands.run import values_of
from camu_core.commands.terminal import drain_with_bar
from camu_core.data import DATASETS
from camu_core.errors import SpecError
from camu_core.networks.models import MODELS, usual_model
from camu_core.networks.originals import keep_network, train_network
from camu_core.networks.training import recipe_for
from camu_core.networks.weights import SHIPPED, weights_path
from camu_core.planning import known
from camu_core.specs import check_seed

_ENDING = ".safetensors"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_argument(parser)
    parser.add_argument(
        "--model", help=f"one of {', '.join(MODELS)}; default: cnn for grey images, resnet20 for coloured ones"
    )
    parser.add_argument("--forget-class", metavar="C",
                        help=f"{CLASS_HELP}: train the model that a run of retraining without it gives")  # fmt: skip
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        help="seed of the initial weights and the order of samples; runs find a network "
        "of another seed than 0 by --training-seed; default %(default)s",
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the training; repeatable"
    )
    parser.add_argument("--device", help="auto, cpu, cuda, mps, ...; default: CAMU_DEVICE, or else auto")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="safetensors file to write; default: where runs look, in CAMU_HOME",
    )


def run(arguments: argparse.Namespace) -> None:
    info = DATASETS[dataset_named(arguments)]
    name = known("model", arguments.model or usual_model(info.shape), MODELS)
    text = arguments.forget_class
    forgotten = None if text is None else _one_class(info.name, text)
    recipe = recipe_for(info.name, name).with_values(values_of(arguments.set))
    check_seed("Seed", arguments.seed)
    output = arguments.output or weights_path(info.name, name, forgotten, arguments.seed)
    if output.suffix != _ENDING:
        raise SpecError(
            f"--output expects a name that ends in {_ENDING}: its card is written beside it; got '{output}'."
        )
    if arguments.output is None and output.is_relative_to(SHIPPED):
        raise SpecError(
            f"{output} is a network of the app, which shipped results were made with; name the file to write by "
            "--output, or take another --seed."
        )

    training = train_network(info.name, name, recipe, arguments.seed, forgotten, resumes=True, device=arguments.device)
    network = drain_with_bar(training)
    keep_network(network, output)
    if network.checkpoint is not None:
        network.checkpoint.remove()
    card = network.card
    accuracies = ", ".join(f"{key.replace('_', ' ')} {card[key]:.2%}" for key in card if "test_accuracy" in key)
    print(f"{output}: {accuracies}, {card['seconds']:.0f} s")


def _one_class(dataset: str, text: str) -> int:
    """Raises: SpecError: there is no such class, or it is a group of several."""
    labels = classes_named(dataset, [text])
    if len(labels) > 1:
        raise SpecError(f"'{text}' has {len(labels)} classes; name the one class that the model is never to see.")
    return labels[0]

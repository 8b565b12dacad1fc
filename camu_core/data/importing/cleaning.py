"""Copies in a dataset that is here already: which there are, and the same dataset without them."""

import torch

from camu_core.data.copies import FOUND, Copies, exact_copies, located, to_keep
from camu_core.data.dataset import Dataset, DatasetInfo
from camu_core.data.importing.imported import imported_card, imported_info, keep_images
from camu_core.errors import ImagesRefused


def copies_in(name: str, images: Dataset) -> list[Copies]:
    """Pictures that are there several times: what the import found, else images whose pixels are all equal.

    Args:
        name: of the dataset.
        images: of the dataset.
    """
    try:
        card = imported_card(name)
    except KeyError:
        card = {}
    if "copies" in card:
        return [Copies.from_json(group) for group in card["copies"]]
    x, y = torch.cat([images.x_train, images.x_test]), torch.cat([images.y_train, images.y_test])
    in_test = torch.arange(len(x)) >= len(images.x_train)
    return located(exact_copies(x.numpy()), y.numpy(), in_test.numpy())


def without_copies(name: str, images: Dataset) -> DatasetInfo:
    """Keep an imported dataset once more, with one image of each picture; the old one stays.

    Raises:
        KeyError: there is no imported dataset of this name.
        ImagesRefused: a class would have no image to train or to test with, or there is no room left.
        StoreUnwritable: CAMU_HOME cannot be written.
    """
    info, card, groups = imported_info(name), imported_card(name), copies_in(name, images)
    train, test = map(torch.from_numpy, to_keep(groups, len(images.x_train), len(images.x_test)))
    kept = Dataset(images.x_train[train], images.y_train[train], images.x_test[test], images.y_test[test])
    for label, class_name in enumerate(info.class_names):
        n_train, n_test = int((kept.y_train == label).sum()), int((kept.y_test == label).sum())
        if not n_train or not n_test:
            raise ImagesRefused(
                f"Expected at least one image to train and one to test with in each class; without its copies "
                f"'{class_name}' has {n_train} and {n_test}. Keep the copies, or add images to it."
            )
    n_gone = int((~train).sum() + (~test).sum())
    notes = [warning for warning in info.warnings if not warning.startswith(FOUND)]
    notes.append(f"Copies removed: {n_gone:,}.")
    return keep_images(kept, list(info.class_names), info.title, card["source"], notes)

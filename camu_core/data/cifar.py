"""CIFAR-10 and CIFAR-100 through torchvision, downloaded to CAMU_DATA on first use.

Their files are pickles: torchvision opens none whose md5 is not the published one, and nothing else here opens them.
"""

from typing import Any

import torch

from camu_core.data.dataset import DatasetInfo
from camu_core.data.download import Download


def _tensors(vision: Any) -> tuple[torch.Tensor, torch.Tensor]:
    # torchvision turns the images to (N, H, W, channels); ours stand as they do in the files
    return torch.from_numpy(vision.data).permute(0, 3, 1, 2).contiguous(), torch.tensor(vision.targets)


def _download(kind: str, title: str, total_bytes: int, archive: str, files: tuple[str, ...]) -> Download:
    return Download(
        kind=kind,
        title=title,
        total_bytes=total_bytes,
        archives=(archive,),
        unpacked=files,
        checksums=lambda vision: [vision.tgz_md5],
        tensors=_tensors,
    )


_CIFAR10 = _download(
    "CIFAR10",
    "CIFAR-10",
    total_bytes=170_498_071,
    archive="cifar-10-python.tar.gz",
    files=tuple(
        f"cifar-10-batches-py/{name}"
        for name in (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch", "batches.meta")
    ),
)
_CIFAR100 = _download(
    "CIFAR100",
    "CIFAR-100",
    total_bytes=169_001_437,
    archive="cifar-100-python.tar.gz",
    files=tuple(f"cifar-100-python/{name}" for name in ("train", "test", "meta")),
)
_SOURCE = "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, University of Toronto, 2009"

CIFAR10 = DatasetInfo(
    name="cifar10",
    title=_CIFAR10.title,
    class_names=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    class_noun="class",
    shape=(3, 32, 32),
    source=_SOURCE,
    is_present=_CIFAR10.is_present,
    load=_CIFAR10.load,
    download_bytes=_CIFAR10.total_bytes,
    n_images=50_000,
)
_FINE = (
    "apple", "aquarium fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl",
    "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee",
    "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant",
    "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn mower",
    "leopard", "lion", "lizard", "lobster", "man", "maple tree", "motorcycle", "mountain", "mouse", "mushroom",
    "oak tree", "orange", "orchid", "otter", "palm tree", "pear", "pickup truck", "pine tree", "plain", "plate",
    "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark",
    "shrew", "skunk", "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar", "sunflower",
    "sweet pepper", "table", "tank", "telephone", "television", "tiger", "tractor", "train", "trout", "tulip",
    "turtle", "wardrobe", "whale", "willow tree", "wolf", "woman", "worm",
)  # fmt: skip
# Krizhevsky 2009, table 1.
_SUPERCLASSES = {
    name: tuple(_FINE.index(each) for each in classes.split(", "))
    for name, classes in {
        "aquatic mammals": "beaver, dolphin, otter, seal, whale",
        "fish": "aquarium fish, flatfish, ray, shark, trout",
        "flowers": "orchid, poppy, rose, sunflower, tulip",
        "food containers": "bottle, bowl, can, cup, plate",
        "fruit and vegetables": "apple, mushroom, orange, pear, sweet pepper",
        "household electrical devices": "clock, keyboard, lamp, telephone, television",
        "household furniture": "bed, chair, couch, table, wardrobe",
        "insects": "bee, beetle, butterfly, caterpillar, cockroach",
        "large carnivores": "bear, leopard, lion, tiger, wolf",
        "large man-made outdoor things": "bridge, castle, house, road, skyscraper",
        "large natural outdoor scenes": "cloud, forest, mountain, plain, sea",
        "large omnivores and herbivores": "camel, cattle, chimpanzee, elephant, kangaroo",
        "medium-sized mammals": "fox, porcupine, possum, raccoon, skunk",
        "non-insect invertebrates": "crab, lobster, snail, spider, worm",
        "people": "baby, boy, girl, man, woman",
        "reptiles": "crocodile, dinosaur, lizard, snake, turtle",
        "small mammals": "hamster, mouse, rabbit, shrew, squirrel",
        "trees": "maple tree, oak tree, palm tree, pine tree, willow tree",
        "vehicles 1": "bicycle, bus, motorcycle, pickup truck, train",
        "vehicles 2": "lawn mower, rocket, streetcar, tank, tractor",
    }.items()
}
CIFAR100 = DatasetInfo(
    name="cifar100",
    title=_CIFAR100.title,
    class_names=_FINE,
    class_noun="class",
    shape=(3, 32, 32),
    source=_SOURCE,
    is_present=_CIFAR100.is_present,
    load=_CIFAR100.load,
    download_bytes=_CIFAR100.total_bytes,
    n_images=50_000,
    groups=_SUPERCLASSES,
)  # fmt: skip

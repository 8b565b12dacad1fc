"""MNIST and Fashion-MNIST through torchvision, downloaded to CAMU_DATA on first use."""

from camu_core.data.dataset import DatasetInfo
from camu_core.data.download import Download

_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def _download(kind: str, title: str, total_bytes: int) -> Download:
    return Download(
        kind=kind,
        title=title,
        total_bytes=total_bytes,
        archives=tuple(f"{kind}/raw/{name}.gz" for name in _FILES),
        unpacked=tuple(f"{kind}/raw/{name}" for name in _FILES),
        checksums=lambda vision: [md5 for _, md5 in vision.resources],
        tensors=lambda vision: (vision.data.unsqueeze(1), vision.targets),
    )


_MNIST = _download("MNIST", "MNIST", total_bytes=11_594_722)
_FASHION_MNIST = _download("FashionMNIST", "Fashion-MNIST", total_bytes=30_878_645)

MNIST = DatasetInfo(
    name="mnist",
    title=_MNIST.title,
    class_names=tuple("0123456789"),
    class_noun="digit",
    shape=(1, 28, 28),
    source="Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits, 1998",
    is_present=_MNIST.is_present,
    load=_MNIST.load,
    download_bytes=_MNIST.total_bytes,
    n_images=60_000,
)
FASHION_MNIST = DatasetInfo(
    name="fashion_mnist",
    title=_FASHION_MNIST.title,
    class_names=(
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ),
    class_noun="garment",
    shape=(1, 28, 28),
    source="H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST, arXiv:1708.07747, 2017 (MIT licence)",
    is_present=_FASHION_MNIST.is_present,
    load=_FASHION_MNIST.load,
    download_bytes=_FASHION_MNIST.total_bytes,
    n_images=60_000,
)  # fmt: skip

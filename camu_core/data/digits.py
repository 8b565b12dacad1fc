"""scikit-learn's bundled 8x8 handwritten digits: 1,797 images, no download."""

from collections.abc import Generator

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from camu_core.data.dataset import Dataset, DatasetInfo
from camu_core.progress import Step

# The bundled images carry 17 grey levels, 0..16; ours are 0..255 as everywhere else.
_GREY_LEVELS = 16
_TEST_FRACTION = 0.2
_SPLIT_SEED = 0


def _load() -> Generator[Step, None, Dataset]:
    images, labels = load_digits(return_X_y=True)
    images = (images * (255 / _GREY_LEVELS)).round().astype("uint8").reshape(-1, 1, 8, 8)
    x_train, x_test, y_train, y_test = (
        torch.from_numpy(part)
        for part in train_test_split(
            images, labels, test_size=_TEST_FRACTION, stratify=labels, random_state=_SPLIT_SEED
        )
    )
    yield Step(1, 1, stage="data")
    return Dataset(x_train, y_train.long(), x_test, y_test.long())


DIGITS = DatasetInfo(
    name="digits",
    title="Digits (8x8)",
    class_names=tuple("0123456789"),
    class_noun="digit",
    shape=(1, 8, 8),
    source=(
        "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI 1998, as bundled with "
        "scikit-learn; a fixed stratified split keeps one image in five for testing"
    ),
    is_present=lambda: True,
    load=_load,
    n_images=1437,
)

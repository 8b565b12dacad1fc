"""CIFAR-10 and CIFAR-100 from small archives in their own layout; only here are torchvision's checksums patched."""

import os
import pickle

import numpy as np
import pytest
import torch
from tiny_cifar import KINDS, batch_bytes, write_archive

from camu_core.data import DATASETS
from camu_core.errors import DatasetUnavailable
from camu_core.progress import drain

N_OF_FILE = {"train": 30, "test": 10, "test_batch": 10} | {f"data_batch_{i}": 6 for i in range(1, 6)}


class Bomb:
    """Makes a folder when it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


def batch(info, name, first):
    """Few images that tell their number; labels count up."""
    n = N_OF_FILE[name]
    images = np.zeros((n, 3, 32, 32), np.uint8)
    images[:, 0, 1, 2] = np.arange(first, first + n)
    images[:, 1, 3, 4] = 100
    images[:, 2, 5, 6] = 200
    return batch_bytes(info, images, [i % info.n_classes for i in range(first, first + n)])


@pytest.fixture(params=KINDS)
def tiny(request, empty_data_dir, no_network, monkeypatch):
    """The archive of a small CIFAR in CAMU_DATA, its checksums known to torchvision; no network."""
    info, kind = DATASETS[request.param], KINDS[request.param]
    names = [name for name, _ in kind.train_list + kind.test_list]
    empty_data_dir.mkdir()
    checksums = write_archive(info, {name: batch(info, name, 6 * i) for i, name in enumerate(names)}, empty_data_dir)
    for name, value in checksums.attributes.items():
        monkeypatch.setattr(kind, name, value)
    archive = empty_data_dir / kind.filename
    return info, archive, empty_data_dir / kind.base_folder


def test_the_archive_is_read_without_network(tiny):
    info, _, _ = tiny
    assert info.is_present()
    dataset = drain(info.load())
    for x, y, n in ((dataset.x_train, dataset.y_train, 30), (dataset.x_test, dataset.y_test, 10)):
        assert x.shape == (n, *info.shape) == (n, 3, 32, 32)
        assert x.dtype == torch.uint8
        assert x.is_contiguous()
        assert y.dtype == torch.int64
        assert (x[:, 1, 3, 4] == 100).all()
        assert (x[:, 2, 5, 6] == 200).all()
        assert torch.equal(x[:, 0, 1, 2] % info.n_classes, y)
        assert x.count_nonzero() == 3 * n - (x[:, 0, 1, 2] == 0).sum()
    assert dataset.x_train[:, 0, 1, 2].tolist() == list(range(30))


def test_unpacked_files_are_enough(tiny):
    info, archive, folder = tiny
    first = drain(info.load())
    archive.unlink()
    assert info.is_present()
    assert torch.equal(drain(info.load()).x_train, first.x_train)
    next(folder.iterdir()).unlink()
    assert not info.is_present()


@pytest.mark.parametrize("harm", ["cut", "missing"])
@pytest.mark.parametrize("which", ["train", "meta"])
def test_files_a_crash_left_damaged_are_unpacked_again(tiny, which, harm):
    info, _, folder = tiny
    first = drain(info.load())
    kind = KINDS[info.name]
    path = folder / (kind.meta["filename"] if which == "meta" else kind.train_list[0][0])
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:-5])
    else:
        path.unlink()
    assert torch.equal(drain(info.load()).x_train, first.x_train)


def test_no_file_with_another_checksum_is_unpickled(tiny, tmp_path):
    info, archive, folder = tiny
    drain(info.load())
    archive.unlink()
    for path in folder.iterdir():
        path.write_bytes(pickle.dumps(Bomb(tmp_path / f"exploded-{path.name}")))
    with pytest.raises(DatasetUnavailable):
        drain(info.load())
    assert list(tmp_path.glob("exploded-*")) == []
    with pytest.raises(FileExistsError):  # the bomb does go off when it is unpickled
        pickle.loads(pickle.dumps(Bomb(tmp_path)))


def test_an_archive_with_another_checksum_is_not_unpacked(tiny):
    info, archive, folder = tiny
    archive.write_bytes(archive.read_bytes()[:-1] + b"?")
    with pytest.raises(DatasetUnavailable, match="built-in digits"):
        drain(info.load())
    assert not archive.exists()
    assert not folder.exists()


def test_a_download_shows_its_progress(tiny, monkeypatch):
    info, archive, _ = tiny
    content = archive.read_bytes()
    archive.unlink()
    assert not info.is_present()
    fetched = []

    def fetch(url, filename, *arguments, **options):
        fetched.append(url)
        with open(filename, "wb") as file:
            file.write(content)

    monkeypatch.setattr("torchvision.datasets.utils._get_redirect_url", lambda url, *arguments, **options: url)
    monkeypatch.setattr("torchvision.datasets.utils._urlretrieve", fetch)
    steps = []
    assert len(drain(info.load(), steps.append).x_train) == 30
    assert fetched == [KINDS[info.name].url]
    assert {step.stage for step in steps} == {"data"}
    assert {step.total for step in steps} == {{"cifar10": 170_498_071, "cifar100": 169_001_437}[info.name]}
    assert [step.index for step in steps] == sorted(step.index for step in steps)


def test_class_names_stand_in_the_order_of_the_labels():
    """Both datasets number their classes alphabetically."""
    for name, n_classes in (("cifar10", 10), ("cifar100", 100)):
        names = DATASETS[name].class_names
        assert len(names) == n_classes
        assert list(names) == sorted(names)

import gzip
import socket
import struct
from urllib.error import URLError

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torchvision import datasets as vision

from camu_core.data import DATASETS, load_dataset
from camu_core.data.download import Download
from camu_core.errors import DatasetUnavailable
from camu_core.progress import drain

MNIST_LIKE = {"mnist": "MNIST", "fashion_mnist": "FashionMNIST"}
IDX_FILES = {"train-images-idx3-ubyte": 30, "train-labels-idx1-ubyte": 30} | {
    "t10k-images-idx3-ubyte": 10,
    "t10k-labels-idx1-ubyte": 10,
}


def idx_bytes(name, n):
    """A tiny file in MNIST's own format: magic number, sizes, bytes."""
    if "labels" in name:
        return struct.pack(">II", 0x0801, n) + bytes(i % 10 for i in range(n))
    return struct.pack(">IIII", 0x0803, n, 28, 28) + b"".join(bytes([i]) * 784 for i in range(n))


@pytest.fixture(params=MNIST_LIKE)
def tiny_mnist(request, empty_data_dir, no_network):
    """An unpacked dataset of 40 images in CAMU_DATA; no network."""
    raw = empty_data_dir / MNIST_LIKE[request.param] / "raw"
    raw.mkdir(parents=True)
    for name, n in IDX_FILES.items():
        (raw / name).write_bytes(idx_bytes(name, n))
    return DATASETS[request.param], raw


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) if folder.exists() else []


def test_registry_agrees_with_itself():
    for name, info in DATASETS.items():
        assert info.name == name
        assert info.n_classes == len(set(info.class_names)) == (100 if name == "cifar100" else 10)
        assert len(info.shape) == 3
        assert info.title
        assert info.class_noun
        assert info.source


def test_digits_shapes_types_and_counts(digits):
    assert DATASETS["digits"].is_present()
    assert (len(digits.x_train), len(digits.x_test)) == (1437, 360)
    for x, y in ((digits.x_train, digits.y_train), (digits.x_test, digits.y_test)):
        assert x.shape == (len(y), 1, 8, 8)
        assert x.dtype == torch.uint8
        assert y.dtype == torch.int64
        assert (int(x.min()), int(x.max())) == (0, 255)
        assert set(y.tolist()) == set(range(10))


def test_the_small_fashion_mnist_is_balanced_and_comes_with_the_program(empty_data_dir, no_network):
    assert DATASETS["fashion_small"].is_present()
    found = drain(DATASETS["fashion_small"].load())
    for x, y in ((found.x_train, found.y_train), (found.x_test, found.y_test)):
        assert (x.shape, x.dtype, y.dtype) == ((1000, 1, 28, 28), torch.uint8, torch.int64)
        assert y.tolist() == sorted(y.tolist()) == [label for label in range(10) for _ in range(100)]
    assert not {image.numpy().tobytes() for image in found.x_train} & {
        image.numpy().tobytes() for image in found.x_test
    }


def test_it_is_the_first_hundred_of_each_class():
    if not DATASETS["fashion_mnist"].is_present():
        pytest.skip("Fashion-MNIST is not in CAMU_DATA, and tests download nothing")
    whole, small = load_dataset("fashion_mnist"), load_dataset("fashion_small")
    for part in ("train", "test"):
        x, y = getattr(whole, f"x_{part}"), getattr(whole, f"y_{part}")
        for label in range(10):
            ours = getattr(small, f"x_{part}")[getattr(small, f"y_{part}") == label]
            assert torch.equal(ours, x[y == label][:100])


def test_digits_are_all_of_scikit_learns_each_once(digits):
    images, labels = load_digits(return_X_y=True)
    expected = sorted(
        (bytes(np.rint(image * 255 / 16).astype(np.uint8)), label) for image, label in zip(images, labels, strict=True)
    )
    x, y = torch.cat([digits.x_train, digits.x_test]), torch.cat([digits.y_train, digits.y_test])
    assert (
        sorted((bytes(image.flatten().numpy()), label) for image, label in zip(x, y.tolist(), strict=True)) == expected
    )


def test_digits_are_cut_alike_in_every_class(digits):
    n_train, n_test = (torch.bincount(y).double() for y in (digits.y_train, digits.y_test))
    np.testing.assert_allclose((n_test / (n_train + n_test)).numpy(), 0.2, atol=0.01)


def test_digits_are_cut_the_same_way_each_time(digits):
    again = drain(DATASETS["digits"].load())
    assert torch.equal(again.x_train, digits.x_train)
    assert torch.equal(again.y_test, digits.y_test)


def test_a_dataset_is_loaded_once():
    assert load_dataset("digits") is load_dataset("digits")


def test_mnist_files_are_read_without_network(tiny_mnist):
    info, _ = tiny_mnist
    assert info.is_present()
    dataset = drain(info.load())
    assert dataset.x_train.shape == (30, 1, 28, 28)
    assert dataset.x_test.shape == (10, 1, 28, 28)
    assert dataset.x_train.dtype == torch.uint8
    assert dataset.x_train[:, 0, 5, 5].tolist() == list(range(30))
    assert dataset.y_train.tolist() == [i % 10 for i in range(30)]
    assert dataset.y_test.dtype == torch.int64


@pytest.mark.parametrize("name", IDX_FILES)
def test_a_file_unpacked_by_half_is_unpacked_again(tiny_mnist, name, monkeypatch):
    info, raw = tiny_mnist
    kind = getattr(vision, MNIST_LIKE[info.name])
    archives = []
    for file, n in IDX_FILES.items():
        archive = raw / f"{file}.gz"
        archive.write_bytes(gzip.compress(idx_bytes(file, n)))
        archives.append((archive.name, None))
    monkeypatch.setattr(kind, "resources", archives)
    (raw / name).write_bytes((raw / name).read_bytes()[:-5])
    dataset = drain(info.load())
    assert (len(dataset.x_train), len(dataset.y_train), len(dataset.x_test), len(dataset.y_test)) == (30, 30, 10, 10)


@pytest.mark.parametrize("name", IDX_FILES)
@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_offline_one_bad_file_costs_no_other(harm, name, tiny_mnist):
    info, raw = tiny_mnist
    content = {path.name: path.read_bytes() for path in raw.iterdir()}
    if harm == "cut":
        content[name] = content[name][:-5]
        (raw / name).write_bytes(content[name])
    else:
        del content[name]
        (raw / name).unlink()
    with pytest.raises(DatasetUnavailable, match="is damaged in" if harm == "cut" else "is not in"):
        drain(info.load())
    assert {path.name: path.read_bytes() for path in raw.iterdir()} == content


def test_files_that_a_crash_left_aside_come_back(tiny_mnist):
    info, raw = tiny_mnist
    for name in IDX_FILES:
        (raw / name).rename(raw / f"{name}.before")
        (raw / name).write_bytes(b"half")
    assert len(drain(info.load()).x_train) == 30
    assert {path.name for path in raw.iterdir()} == set(IDX_FILES)


def test_a_failed_download_is_cleared_up_before_another_process_may_begin(empty_data_dir, no_network, monkeypatch):
    seen = []

    class Lock:
        def __init__(self, path):
            pass

        def __enter__(self):
            seen.append("locked")

        def __exit__(self, *error):
            seen.append("free")

    clear_up = Download._clear_up
    monkeypatch.setattr("camu_core.data.download.FileLock", Lock)
    monkeypatch.setattr(Download, "_clear_up", lambda *arguments: [seen.append("clear"), clear_up(*arguments)])
    with pytest.raises(DatasetUnavailable):
        drain(DATASETS["mnist"].load())
    assert seen == ["locked", "clear", "free"]


@pytest.mark.parametrize("name", [name for name, info in DATASETS.items() if info.download_bytes])
def test_without_network_it_says_what_still_works_and_leaves_nothing(name, empty_data_dir, no_network):
    info = DATASETS[name]
    assert not info.is_present()
    with pytest.raises(DatasetUnavailable, match="built-in digits") as caught:
        drain(info.load())
    said = str(caught.value)
    assert not any(part in said for part in ("\n", "rror")), "one plain sentence"
    assert all(part in said for part in (info.title, f"{info.download_bytes / 1e6:.0f} MB", "zip"))
    assert str(empty_data_dir) in str(caught.value)
    assert files_in(empty_data_dir) == []
    assert not empty_data_dir.exists()
    assert not info.is_present()


def test_a_download_cut_in_the_middle_leaves_nothing_half_written(empty_data_dir, monkeypatch):
    n_cut = 0

    def cut(url, filename, *arguments, **options):
        nonlocal n_cut
        n_cut += 1
        with open(filename, "wb") as file:
            file.write(b"half")
        raise URLError("the network went away")

    monkeypatch.setattr("torchvision.datasets.utils._get_redirect_url", lambda url, *arguments, **options: url)
    monkeypatch.setattr("torchvision.datasets.utils._urlretrieve", cut)
    with pytest.raises(DatasetUnavailable, match="could not be downloaded"):
        drain(DATASETS["mnist"].load())
    assert n_cut
    assert not DATASETS["mnist"].is_present()
    assert files_in(empty_data_dir) == []


def test_an_unwritable_data_folder_is_said_in_one_sentence(tmp_path, monkeypatch):
    in_the_way = tmp_path / "a-file"
    in_the_way.write_text("")
    monkeypatch.setenv("CAMU_DATA", str(in_the_way / "data"))
    with pytest.raises(DatasetUnavailable) as caught:
        drain(DATASETS["mnist"].load())
    assert "\n" not in str(caught.value)
    assert "not a directory" in str(caught.value)


def test_loading_puts_the_socket_timeout_back(tiny_mnist):
    info, _ = tiny_mnist
    before = socket.getdefaulttimeout()
    drain(info.load())
    assert socket.getdefaulttimeout() == before


@pytest.mark.slow
@pytest.mark.parametrize("name", MNIST_LIKE)
def test_real_images(name):
    info = DATASETS[name]
    if not info.is_present():
        pytest.skip(f"{info.title} is not in CAMU_DATA, and tests download nothing")
    dataset = load_dataset(name)
    assert dataset.x_train.shape == (60_000, 1, 28, 28)
    assert dataset.x_test.shape == (10_000, 1, 28, 28)
    assert torch.bincount(dataset.y_test).sum() == 10_000
    if name == "fashion_mnist":
        assert torch.bincount(dataset.y_train).tolist() == [6000] * 10

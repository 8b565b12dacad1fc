"""How imported datasets are kept, found, sent and deleted."""

import os
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from PIL import Image

from camu_core import data, plan_run, run
from camu_core.__main__ import main
from camu_core.config import data_dir
from camu_core.data import (
    DATASETS,
    content_of,
    delete_dataset,
    import_images,
    imported_card,
    imported_datasets,
    keep_content,
    load_dataset,
)
from camu_core.errors import DatasetUnavailable, ImagesRefused, StoreUnwritable
from camu_core.networks.models import build_model
from camu_core.networks.weights import to_bytes
from camu_core.progress import drain


@pytest.fixture(autouse=True)
def nothing_loaded(monkeypatch):
    monkeypatch.setattr(data, "_loaded", {})


@pytest.fixture
def pets(zipped, picture):
    """A zip of two classes of five images."""
    return zipped({f"{name}/{i}.png": picture(10 * i) for name in ("cat", "dog") for i in range(5)})


@pytest.fixture
def info(pets):
    return drain(import_images(pets, title="Our pets"))


def folder_of(info, camu_home):
    return camu_home / "datasets" / info.name.removeprefix("folder-")


def test_it_is_found_by_its_name_and_not_listed(info):
    assert info.name in DATASETS
    assert DATASETS[info.name].title == "Our pets"
    assert DATASETS[info.name].class_names == ("cat", "dog")
    assert list(DATASETS) == ["digits", "fashion_small", "mnist", "fashion_mnist", "cifar10", "cifar100"]
    assert len(DATASETS) == 6
    assert [found.name for found in imported_datasets()] == [info.name]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "folder-",
        "folder-" + "0" * 20,
        "folder-../../../etc",
        "../datasets",
        "folder-" + "0" * 19 + "/",
        "x\0",
        None,
        3,
    ],
)
def test_other_names_are_not_found(name, info):
    assert name not in DATASETS
    with pytest.raises(KeyError):
        DATASETS[name]
    with pytest.raises(KeyError):
        imported_card(name)
    delete_dataset(name)
    assert info.name in DATASETS


def test_only_its_exact_name_finds_it(info):
    digest = info.name.removeprefix("folder-")
    for name in (f"folder-{digest}/", f"folder-./{digest}", f"folder-{digest}\n", digest, info.name.upper()):
        assert name not in DATASETS


def test_a_run_on_it_ends_like_any_other(info, tmp_path):
    weights = tmp_path / "own.safetensors"
    weights.write_bytes(to_bytes(build_model("cnn", info.shape, info.n_classes)))
    result = run(plan_run(info.name, [1], settings={"epochs": 1}, model="cnn", weights=weights))
    assert result.spec.dataset == info.name
    assert result.metrics["unlearned"]["n"]["forget_train"] == 4
    assert result.probe.x.shape == (10, 3, 32, 32)


def test_only_the_last_imported_one_stays_in_memory(info, zipped, picture):
    digits, first = load_dataset("digits"), load_dataset(info.name)
    assert load_dataset(info.name) is first
    other = drain(import_images(zipped({f"{name}/{i}.png": picture(i) for name in "ab" for i in range(2)})))
    load_dataset(other.name)
    assert set(data._loaded) == {"digits", other.name}
    assert load_dataset("digits") is digits
    assert torch.equal(load_dataset(info.name).x_train, first.x_train)


def test_the_latest_comes_first(info, zipped, picture, camu_home):
    other = drain(import_images(zipped({f"{name}/{i}.png": picture(i) for name in "ab" for i in range(2)})))
    for one, seconds in ((info, 2_000_000_000), (other, 1_000_000_000)):
        os.utime(folder_of(one, camu_home) / "card.json", (seconds, seconds))
    assert [found.name for found in imported_datasets()] == [info.name, other.name]


# ------------------------------------------------------------------------------------------------ sent elsewhere


def test_it_can_be_sent_to_a_machine_that_lacks_it(info, tmp_path, monkeypatch):
    here, content = load_dataset(info.name), content_of(info.name)
    monkeypatch.setenv("CAMU_HOME", str(tmp_path / "worker"))
    monkeypatch.setattr(data, "_loaded", {})
    assert info.name not in DATASETS
    for _ in range(2):
        keep_content(info.name, content)
    there = load_dataset(info.name)
    assert all(torch.equal(a, b) for a, b in zip(vars(here).values(), vars(there).values(), strict=True))
    found = DATASETS[info.name]
    assert (found.class_names, found.shape) == (info.class_names, info.shape)
    assert imported_card(info.name)["n_test"] == [1, 1]


def test_content_that_arrives_where_it_was_imported_changes_nothing(info):
    keep_content(info.name, content_of(info.name))
    assert DATASETS[info.name].title == "Our pets"


def test_content_of_another_dataset_is_refused(info, camu_home):
    other = "folder-" + "0" * 20
    for name, content in ((other, content_of(info.name)), (info.name, content_of(info.name)[:-1]), (other, b"")):
        with pytest.raises(DatasetUnavailable, match="damaged"):
            keep_content(name, content)
    assert [path.name for path in (camu_home / "datasets").iterdir()] == [info.name.removeprefix("folder-")]


def test_built_in_datasets_need_not_be_sent():
    assert [content_of(name) for name in DATASETS] == [None] * len(DATASETS)


# ------------------------------------------------------------------------------------------------ deleted or damaged


def test_deleting_leaves_nothing(info, camu_home):
    load_dataset(info.name)
    delete_dataset(info.name)
    assert info.name not in DATASETS
    assert imported_datasets() == []
    assert list((camu_home / "datasets").iterdir()) == []
    with pytest.raises(KeyError):
        load_dataset(info.name)
    for ask in (lambda: content_of(info.name), lambda: drain(info.load())):
        with pytest.raises(DatasetUnavailable, match="import them again"):
            ask()
    delete_dataset(info.name)
    delete_dataset("digits")
    assert "digits" in DATASETS


def test_images_that_cannot_be_deleted_are_said(info, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("shutil.rmtree", refuse)
    with pytest.raises(StoreUnwritable, match=r"Cannot delete.*Permission denied"):
        delete_dataset(info.name)


@pytest.mark.parametrize("harm", ["one bit", "cut", "gone"])
def test_damaged_images_are_noticed_and_mended_by_importing_again(harm, info, pets, camu_home):
    path = folder_of(info, camu_home) / "images.safetensors"
    good = path.read_bytes()
    if harm == "gone":
        path.unlink()
        assert not info.is_present()
    else:
        path.write_bytes(good[:-1] + (bytes([good[-1] ^ 1]) if harm == "one bit" else b""))
    for ask in (load_dataset, content_of):
        with pytest.raises(DatasetUnavailable, match="import them again"):
            ask(info.name)
    assert drain(import_images(pets)).name == info.name
    assert path.read_bytes() == good
    assert load_dataset(info.name).y_test.tolist() == [0, 1]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff"])
def test_a_damaged_card_means_no_dataset_until_it_is_imported_again(content, info, pets, camu_home):
    (folder_of(info, camu_home) / "card.json").write_bytes(content)
    assert info.name not in DATASETS
    assert imported_datasets() == []
    drain(import_images(pets, title="Again"))
    assert DATASETS[info.name].title == "Again"


def test_a_disk_that_is_full_before_the_card_leaves_nothing(pets, monkeypatch, camu_home):
    written = []

    def write_once(path, content, is_private=False):
        if written:
            raise OSError(28, "No space left on device")
        written.append(path)
        path.parent.mkdir(parents=True)
        path.write_bytes(content)

    monkeypatch.setattr("camu_core.data.importing.imported.write_atomically", write_once)
    with pytest.raises(StoreUnwritable, match="No space left") as caught:
        drain(import_images(pets))
    assert str(camu_home) in str(caught.value)
    assert written[0].name == "images.safetensors"
    assert imported_datasets() == []
    assert list((camu_home / "datasets").iterdir()) == []


def test_a_home_that_cannot_be_written_is_said_in_one_sentence(pets, tmp_path, monkeypatch):
    (tmp_path / "a-file").write_text("")
    monkeypatch.setenv("CAMU_HOME", str(tmp_path / "a-file" / "home"))
    with pytest.raises(StoreUnwritable, match="CAMU_HOME"):
        drain(import_images(pets))
    assert imported_datasets() == []


def test_an_import_that_is_stopped_leaves_nothing(pets, camu_home):
    importing = import_images(pets)
    for _ in range(7):
        next(importing)
    importing.close()
    assert not camu_home.exists()


def test_there_is_room_for_so_much_only(info, pets, zipped, picture, monkeypatch):
    monkeypatch.setenv("CAMU_MAX_KEPT_MB", "0.05")  # one such dataset takes 0.03
    with pytest.raises(ImagesRefused, match=r"at most 0\.05 MB.*CAMU_MAX_KEPT_MB"):
        drain(import_images(zipped({f"{name}/{i}.png": picture(i) for name in "ab" for i in range(5)})))
    assert [found.name for found in imported_datasets()] == [info.name]
    assert drain(import_images(pets)).name == info.name
    delete_dataset(info.name)
    assert drain(import_images(zipped({f"{name}/{i}.png": picture(i) for name in "ab" for i in range(5)}))).is_present()


def test_doctor_lists_it(info, camu_home, capfd):
    assert main(["doctor"]) == 0
    line = next(line for line in capfd.readouterr().out.splitlines() if info.name in line)
    assert all(words in line for words in ("imported", "Our pets", "10 images", "2 classes"))
    (folder_of(info, camu_home) / "images.safetensors").unlink()
    assert main(["doctor"]) == 0
    assert f"{info.name} IMAGES MISSING" in capfd.readouterr().out


@pytest.mark.slow
def test_the_real_cifar10_images(tmp_path):
    path = data_dir() / "cifar10-images.zip"
    if not path.exists():
        pytest.skip("cifar10-images.zip is not in CAMU_DATA, and tests download nothing")
    info = drain(import_images(path))
    assert info.class_names == DATASETS["cifar10"].class_names
    card = imported_card(info.name)
    assert (card["n_train"], card["n_test"]) == ([3000] * 10, [1000] * 10)
    # CIFAR-10 is known for that: B. Barz, J. Denzler, Do we train on test data?, 2020
    assert [warning.split(":")[0] for warning in card["warnings"]] == [
        "Found among the training images too", "Found once more",
    ]  # fmt: skip
    dataset = load_dataset(info.name)
    with ZipFile(path) as archive:
        for part, x, y in (("train", dataset.x_train, dataset.y_train), ("test", dataset.x_test, dataset.y_test)):
            names = sorted(name for name in archive.namelist() if f"/{part}/" in name and name.endswith(".jpg"))
            assert len(names) == len(x)
            for i in range(0, len(names), 97):
                with archive.open(names[i]) as file:
                    assert (x[i].numpy() == np.asarray(Image.open(file)).transpose(2, 0, 1)).all()
                assert f"/{info.class_names[y[i]]}/" in names[i]

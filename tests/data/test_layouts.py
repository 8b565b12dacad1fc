"""Folders as people have them: what is a class, what is for training, what has to be asked."""

import io
import time

import numpy as np
import pytest

from camu_core.__main__ import main
from camu_core.config import import_limits
from camu_core.data import LayoutUnclear, import_images, imported_card, load_dataset
from camu_core.data.importing.layout import arrange
from camu_core.data.importing.members import members_of
from camu_core.data.importing.naming import counting_order, role_of
from camu_core.errors import ImagesRefused, SpecError
from camu_core.progress import drain

CLASSES = ("cat", "dog")


def laid_out(paths, zipped, layout=None, **files):
    limits = import_limits()
    contents = dict.fromkeys(paths, b"") | {name.replace("_csv", ".csv"): text for name, text in files.items()}
    return arrange(members_of(zipped(contents), limits), limits, layout)


def paths(prefix, n, suffix=".jpg"):
    return [f"{prefix}{i}{suffix}" for i in range(n)]


def split_paths(train, *tests, n_train=3, n_test=2):
    parts = [(train, n_train), *((test, n_test) for test in tests)]
    return [path for part, n in parts for name in CLASSES for path in paths(f"{part}/{name}/", n)]


def counts(layout):
    """Images of each class: for training, for testing."""
    in_test = np.zeros(len(layout.y), bool) if layout.in_test is None else layout.in_test
    n = len(layout.class_names)
    return np.bincount(layout.y[~in_test], minlength=n).tolist(), np.bincount(layout.y[in_test], minlength=n).tolist()


# ------------------------------------------------------------------------------------------------ train and test


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("training_set", "test_set"),
        ("training_set/training_set", "test_set/test_set"),
        ("seg_train/seg_train", "seg_test/seg_test"),
        ("archive/seg_train/seg_train", "archive/seg_test/seg_test"),
        ("Training", "Testing"),
        ("TRAIN", "Validation"),
        ("train-images", "val images"),
        ("Train_Data", "Test_Data"),
        ("dataset/train/images", "dataset/valid/images"),
        ("train2017", "val2017"),
    ],
)
def test_the_usual_names_of_splits(train, test, zipped):
    layout = laid_out(split_paths(train, test), zipped)
    assert layout.class_names == ["cat", "dog"]
    assert counts(layout) == ([3, 3], [2, 2])
    assert layout.warnings == []


def test_train_val_test_and_pred(zipped):
    layout = laid_out([*split_paths("train", "test", "val"), *paths("seg_pred/seg_pred/", 5)], zipped)
    assert layout.class_names == ["cat", "dog"]
    assert counts(layout) == ([3, 3], [4, 4])
    assert layout.warnings[0] == "Combined for testing: the images of 'test' and 'val' (4 and 4)."
    assert layout.warnings[1].startswith("5 left out (in 'seg_pred', no class is given for them): 'seg_pred/0.jpg'")


def test_a_test_folder_without_classes_is_left_out_and_said(zipped):
    layout = laid_out([*split_paths("train"), *paths("test/images/", 4), *paths("val/", 2)], zipped)
    assert (counts(layout)[0], layout.in_test) == ([3, 3], None)
    assert [warning.split(":")[0] for warning in layout.warnings] == [
        "4 left out (in 'test', no class is given for them)", "2 left out (in 'val', no class is given for them)",
    ]  # fmt: skip


def test_spelling_of_a_class_in_train_and_test_may_differ(zipped):
    layout = laid_out([*paths("train/Cat/", 3), *paths("train/dog/", 3), *paths("test/cat/", 2),
                       *paths("test/DOG/", 2)], zipped)  # fmt: skip
    assert layout.class_names == ["Cat", "dog"]
    assert counts(layout) == ([3, 3], [2, 2])


def test_a_single_class_in_a_part_is_not_taken_for_a_wrapper(zipped):
    deep = [*paths("train/cat/a/", 2), *paths("train/cat/b/", 2), *paths("train/dog/", 2), *paths("test/cat/a/", 1)]
    layout = laid_out([*deep, "test/dog/1.jpg"], zipped)
    assert (layout.class_names, counts(layout)) == (["cat", "dog"], ([4, 2], [1, 1]))
    only = laid_out([*paths("train/cat/a/", 2), *paths("train/dog/a/", 2), *paths("test/cat/a/", 2)], zipped)
    assert (only.class_names, counts(only)) == (["cat", "dog"], ([2, 2], [2, 0]))


@pytest.mark.parametrize(
    ("folder", "role"),
    [("seg_train", "train"), ("Training", "train"), ("test_set", "test"), ("valid", "test"), ("test1", "test"),
     ("predictions", "unlabelled"), ("trainer", None), ("contest", None), ("cat", None), ("set", None), ("", None)],
)  # fmt: skip
def test_roles_of_folders(folder, role):
    assert role_of(folder) == role


# ------------------------------------------------------------------------------------------------ what must be asked


def unclear(zipped, files, **tables):
    with pytest.raises(LayoutUnclear) as caught:
        laid_out(files, zipped, **tables)
    assert "\n" not in str(caught.value)
    for name in caught.value.layouts:
        assert f"--layout {name}" in str(caught.value)
    return caught.value.layouts


def test_splits_beside_another_folder_are_asked(zipped):
    layouts = unclear(zipped, [*split_paths("train", "test"), *paths("extra/cat/", 2), *paths("extra/emu/", 2)])
    assert {name: layout.class_names for name, layout in layouts.items()} == {
        "splits": ["cat", "dog"], "folders": ["extra", "test", "train"], "inner": ["cat", "dog", "emu"],
    }  # fmt: skip
    assert layouts["splits"].warnings == ["4 left out (in 'extra', not among the training images): 'cat/0.jpg', "
                                          "'cat/1.jpg', 'emu/0.jpg' and 1 more."]  # fmt: skip


def test_groups_of_the_same_classes_are_asked(zipped):
    layouts = unclear(zipped, split_paths("monday", "tuesday"))
    assert {name: (layout.class_names, counts(layout)[0]) for name, layout in layouts.items()} == {
        "folders": (["monday", "tuesday"], [6, 4]), "inner": (["cat", "dog"], [5, 5]),
    }  # fmt: skip


@pytest.mark.parametrize("files", [
    [*paths("car/", 2), *paths("test/", 2), *paths("train/", 2)],
    [*paths("cat/images/", 2), *paths("dog/images/", 2)],
    [*paths("train/steam/", 2), *paths("car/sedan/", 2), *paths("bus/", 2)],
])  # fmt: skip
def test_what_can_be_but_classes_is_not_asked(files, zipped):
    assert len(laid_out(files, zipped).class_names) == len({path.split("/")[0] for path in files})


@pytest.mark.parametrize("files", [
    [*paths("cat.", 3), *paths("dog.", 3)],
    [*paths("all/cat_00", 3), *paths("all/dog_00", 3)],
    [*paths("Cat (", 3, ").jpg"), *paths("Dog (", 3, ").jpg")],
    [*paths("train/cat.", 3), *paths("train/dog.", 3), *paths("test1/", 3)],
])  # fmt: skip
def test_file_names_that_say_the_class_are_asked(files, zipped):
    (layout,) = unclear(zipped, files).values()
    assert [name.lower() for name in layout.class_names] == ["cat", "dog"]
    assert counts(layout)[0] == [3, 3]
    if "test1/0.jpg" in files:
        assert layout.warnings[0].startswith("3 left out (no class with others in their names): 'test1/0.jpg'")
    assert laid_out(files, zipped, "names").class_names == layout.class_names


def test_file_names_with_the_class_in_train_and_test_folders(zipped):
    files = [f"{part}/{name}.{i}.jpg" for part, n in (("train", 3), ("test", 2)) for name in CLASSES for i in range(n)]
    assert counts(unclear(zipped, files)["names"]) == ([3, 3], [2, 2])


@pytest.mark.parametrize(
    ("table", "class_names"),
    [
        (b"file,label\n0.jpg,cat\n1.jpg,cat\n2.jpg,dog\n3.jpg,dog\n", ["cat", "dog"]),
        (b"\xef\xbb\xbfid;breed\n0;cat\n1;cat\n2;dog\n3;dog\n9;dog\n", ["cat", "dog"]),
        (b"images/0.jpg\t10\nimages/1.jpg\t10\nimages/2.jpg\t9\nimages/3.jpg\t9\n", ["9", "10"]),
        (
            b"n,image_name,class,note\n7,images\\0.jpg,cat,x\n8,./1.jpg,cat,\n9,2.JPG,dog\n1,3.jpg,dog,\n",
            ["cat", "dog"],
        ),
    ],
)
@pytest.mark.parametrize("folder", ["images/", "", "wrapper/images/"])
def test_a_table_beside_the_images_is_asked(folder, table, class_names, zipped):
    layout = unclear(zipped, paths(folder, 5), labels_csv=table)["table"]
    assert layout.class_names == class_names
    assert sorted(layout.y.tolist()) == [0, 0, 1, 1]
    assert any(warning.startswith("1 left out (not in the table): ") for warning in layout.warnings)
    assert ("1 rows of it name no image that is here." in layout.warnings) == (b"9;dog" in table)


def test_a_table_can_say_train_and_test(zipped):
    rows = [f"{i}.jpg,{CLASSES[i % 2]},{'train' if i < 6 else 'test'}" for i in range(10)]
    layout = unclear(zipped, paths("", 10), labels_csv="\n".join(["file,label,split", *rows]).encode())["table"]
    assert counts(layout) == ([3, 3], [2, 2])
    halves = {f"{part}_csv": "\n".join(row.rsplit(",", 1)[0] for row in rows if part in row).encode()
              for part in ("train", "test")}  # fmt: skip
    assert counts(unclear(zipped, paths("all/", 10), **halves)["table"]) == ([3, 3], [2, 2])


def test_a_table_whose_label_is_not_known_is_refused_with_what_to_do(zipped):
    with pytest.raises(ImagesRefused, match="called 'label' or 'class'; its columns are 'file', 'a', 'b'"):
        laid_out(paths("", 2), zipped, labels_csv=b"file,a,b\n0.jpg,x,y\n1.jpg,z,y\n")


def test_the_column_of_file_names_is_found_beside_numbers_that_name_files_too(zipped):
    """As pandas writes an index, or with numbers for labels: 0 is short for 0.jpg."""
    order = [3, 0, 5, 1, 4, 2]
    kinds = ["cat" if n < 3 else "dog" for n in order]
    table = "\n".join([",filename,label", *(f"{i},{order[i]}.jpg,{kinds[i]}" for i in range(6))])
    layout = unclear(zipped, paths("", 6), labels_csv=table.encode())["table"]
    assert layout.class_names == ["cat", "dog"]
    assert [layout.class_names[label] for label in layout.y] == ["cat"] * 3 + ["dog"] * 3
    with pytest.raises(ImagesRefused, match="to name the files"):
        laid_out(paths("", 6), zipped, labels_csv=table.replace("filename", "id").replace(".jpg", "").encode())
    numbers = "\n".join(["label,filename", *(f"{4 if n < 3 else 5},{n}.jpg" for n in order)])
    assert unclear(zipped, paths("", 6), labels_csv=numbers.encode())["table"].class_names == ["4", "5"]


def test_a_file_with_two_labels_in_the_table_is_left_out_and_told(zipped):
    rows = [f"{n}.jpg,{'cat' if n < 3 else 'dog'}" for n in range(6)]
    layout = unclear(zipped, paths("", 6), labels_csv="\n".join(["file,label", *rows, "0.jpg,dog"]).encode())["table"]
    assert layout.y.tolist() == [0, 0, 1, 1, 1]
    assert any("several labels" in warning for warning in layout.warnings)


def test_a_table_beside_class_folders_changes_nothing(zipped):
    layout = laid_out([*paths("cat/", 2), *paths("dog/", 2)], zipped, labels_csv=b"file,label\ncat/0.jpg,emu\n")
    assert layout.class_names == ["cat", "dog"]
    assert layout.warnings == ["1 left out (not images by their names): 'labels.csv'."]


def test_images_without_any_class_are_refused_with_what_to_do(zipped):
    for files in (paths("holiday", 4), [*paths("train/", 2), *paths("test/", 2)]):
        with pytest.raises(ImagesRefused, match=r"folder of its class, or a CSV of file,label beside them") as caught:
            laid_out(files, zipped)
        assert not isinstance(caught.value, LayoutUnclear)


@pytest.mark.parametrize("layout", ["table", "names", "splits", "inner", "folders"])
def test_a_layout_that_does_not_fit_is_refused_in_one_sentence(layout, zipped):
    with pytest.raises(ImagesRefused) as caught:
        laid_out(["one.jpg", "two.jpg"], zipped, layout)
    assert "\n" not in str(caught.value)


def test_an_unknown_layout_is_told(zipped):
    with pytest.raises(SpecError, match="folders, splits, inner, names, table"):
        laid_out(["cat/1.jpg"], zipped, "flat")


def test_the_command_line_refuses_and_layout_decides(picture, zipped, tmp_path, capsys):
    files = {path: picture(10 * i) for i, path in enumerate(split_paths("monday", "tuesday"))}
    (tmp_path / "days.zip").write_bytes(zipped(files).getvalue())
    request = ["run", "--dataset", str(tmp_path / "days.zip"), "--forget-class", "cat", "--quick"]
    assert main(request) == 2
    told = capsys.readouterr().err
    assert "--layout folders if the classes are the outermost folders ('monday', 'tuesday')" in told
    assert "--layout inner if the classes are the folders next to the images ('cat', 'dog')" in told
    assert main([*request, "--layout", "inner"]) == 2, "there is no network yet"
    told = capsys.readouterr().err
    assert "2 classes, 0 (cat), 1 (dog)" in told
    assert "There is no trained resnet20" in told


def test_what_is_laid_out_is_what_is_kept(picture, zipped):
    files = {f"{name}.{i}.png": picture(100 * y + 10 * i) for y, name in enumerate(CLASSES) for i in range(5)}
    name = drain(import_images(zipped(files), layout="names")).name
    assert imported_card(name)["class_names"] == ["cat", "dog"]
    dataset = load_dataset(name)
    assert [level // 100 for level in dataset.x_train[:, 0, 0, 0].tolist()] == dataset.y_train.tolist()


# ------------------------------------------------------------------------------------------------ order


def test_numbers_sort_by_value_and_all_else_as_before():
    assert sorted(map(str, range(12)), key=counting_order) == [str(i) for i in range(12)]
    assert sorted(["img10", "img2", "img-x", "b", "B", "1b", "01", "1"], key=counting_order) == [
        "01", "1", "1b", "B", "b", "img-x", "img2", "img10",
    ]  # fmt: skip
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("aB-_ é.9"), 5)) for _ in range(200)]  # no two digits of other value
    assert sorted(words, key=counting_order) == sorted(words, key=lambda word: [*_runs(word)])


def _runs(word):
    """Digits of one value only differ by how many there are."""
    n = 0
    for c in [*word, ""]:
        if c == "9":
            n += 1
            continue
        if n:
            yield ord("0"), int("9" * n)
        n = 0
        if c:
            yield ord(c), 0


# ------------------------------------------------------------------------------------------------ made to take long


@pytest.mark.parametrize(
    "files",
    [
        [f"{i}/a/{i}.jpg" for i in range(8000)],
        [f"train{i}/a/{i}.jpg" for i in range(4000)] + [f"test{i}/a/{i}.jpg" for i in range(4000)],
        ["_" * 30_000 + f"{i}.jpg" for i in range(50)],
        ["a/" * 20_000 + f"{i}.jpg" for i in range(20)],
    ],
)
def test_strange_trees_are_told_quickly(files, zipped):
    began = time.process_time()
    with pytest.raises(ImagesRefused):
        laid_out(files, zipped, labels_csv=b"file,label\n" + b"a/" * 50_000 + b"0.jpg,cat\n")
    assert time.process_time() - began < 20


def test_a_damaged_table_is_told(zipped):
    content = bytearray(zipped({"1.jpg": b"", "2.jpg": b"", "labels.csv": b"file,label\n1.jpg,a\n" * 50}).getvalue())
    place = content.index(b"labels.csv") + len("labels.csv")
    content[place : place + 10] = b"\xff" * 10
    limits = import_limits()
    with pytest.raises(ImagesRefused, match=r"'labels\.csv'.*damaged"):
        arrange(members_of(io.BytesIO(bytes(content)), limits), limits)

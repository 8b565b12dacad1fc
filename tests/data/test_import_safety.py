"""Uploads that are wrong or hostile: refused in a sentence or left out with a warning, and never a file elsewhere."""

import io
import math
import os
import pickle
import random
import stat
import struct
import threading
import time
import zlib
from contextlib import suppress
from dataclasses import fields
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZipFile, ZipInfo

import numpy as np
import pytest
from PIL import Image

from camu_core.config import ImportLimits, import_limits
from camu_core.data import LayoutUnclear, import_images, imported_card, load_dataset
from camu_core.data.importing.pictures import decode
from camu_core.errors import CamuError, ImagesRefused, SpecError
from camu_core.progress import drain


@pytest.fixture(autouse=True)
def nothing_else_written(tmp_path, camu_home, monkeypatch):
    """Whatever a test imports, files appear under CAMU_HOME/datasets only."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("TMPDIR", str(work))
    yield
    assert list(work.iterdir()) == []
    if camu_home.exists():
        assert [path.name for path in camu_home.iterdir()] == ["datasets"]


@pytest.fixture
def good(picture):
    """Two classes of two images, enough to be a dataset."""
    return {f"{name}/{i}.png": picture(100 * y + 10 * i) for y, name in enumerate(["cat", "dog"]) for i in range(2)}


def warnings_of(source):
    return list(drain(import_images(source)).warnings)


def refuse(source, match, camu_home):
    with pytest.raises(ImagesRefused, match=match) as caught:
        drain(import_images(source))
    assert "\n" not in str(caught.value)
    assert not camu_home.exists()


def with_entry(upload, name, content=b"", **attributes):
    """A zip with one more entry, of a path and attributes that no honest program writes."""
    info = ZipInfo("placeholder")
    info.filename = name
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    with ZipFile(upload, "a") as archive:
        archive.writestr(info, content)
    return upload


def png_header(width, height):
    """The beginning of a PNG of any size, up to where its pixels begin."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">II", zlib.crc32(chunk), 9) + b"IDAT"


@pytest.fixture(scope="module")
def endless():
    """A JPEG of 16 megapixels whose last of many passes is there 20,000 times: it would take minutes to decode."""
    buffer = io.BytesIO()
    Image.new("L", (4000, 4000), 90).save(buffer, "JPEG", progressive=True)
    content = buffer.getvalue()
    last_pass = content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + 20_000 * last_pass + content[-2:]


# ------------------------------------------------------------------------------------------------ limits


def test_limits_are_fit_for_a_public_demo_and_can_be_set(monkeypatch):
    assert vars(import_limits()) == {
        "zip_mb": 64, "unpacked_mb": 256, "images": 60_000, "classes": 100,
        "megapixels": 25, "memory_mb": 256, "kept_mb": 2_000, "import_seconds": 300,
    }  # fmt: skip
    for i, field in enumerate(fields(ImportLimits)):
        monkeypatch.setenv(f"CAMU_MAX_{field.name.upper()}", str(i + 0.5))
    assert list(vars(import_limits()).values()) == [i + 0.5 for i in range(8)]


@pytest.mark.parametrize("value", ["many", "nan", "inf", "-1"])
def test_a_limit_that_is_no_number_is_told_in_one_sentence(value, good, zipped, monkeypatch):
    monkeypatch.setenv("CAMU_MAX_IMAGES", value)
    with pytest.raises(SpecError, match=f"CAMU_MAX_IMAGES must be a number.*'{value}'"):
        warnings_of(zipped(good))


def limit(monkeypatch, name, value):
    monkeypatch.setenv(f"CAMU_MAX_{name}", str(value))


@pytest.mark.parametrize("as_path", [True, False])
def test_a_zip_over_its_limit(as_path, good, zipped, monkeypatch, camu_home, tmp_path):
    upload = zipped(good)
    n_bytes = len(upload.getvalue())
    (tmp_path / "pets.zip").write_bytes(upload.getvalue())
    source = tmp_path / "pets.zip" if as_path else upload
    limit(monkeypatch, "ZIP_MB", (n_bytes - 1) / 1e6)
    refuse(source, "at most .* MB.*larger.*CAMU_MAX_ZIP_MB", camu_home)
    limit(monkeypatch, "ZIP_MB", n_bytes / 1e6)
    assert warnings_of(source) == []


def test_an_image_of_too_many_passes_is_left_out_before_it_is_decoded(endless, good, zipped):
    began = time.monotonic()
    assert "1 left out" in warnings_of(zipped({**good, "cat/endless.jpg": endless}))[0]
    assert time.monotonic() - began < 10


def test_an_image_that_takes_for_ever_ends_at_the_time_limit(endless, good, zipped, monkeypatch, camu_home):
    monkeypatch.setattr(
        "camu_core.data.importing.pictures._MOST_SCANS", math.inf
    )  # as others that take long would come through
    limit(monkeypatch, "IMPORT_SECONDS", 1)
    began = time.monotonic()
    refuse(zipped({**good, "cat/endless.jpg": endless}), "within 1 s;.*CAMU_MAX_IMPORT_SECONDS", camu_home)
    assert time.monotonic() - began < 10


def test_an_image_that_takes_for_ever_can_be_stopped(endless, good, zipped, monkeypatch, camu_home):
    monkeypatch.setattr("camu_core.data.importing.pictures._MOST_SCANS", math.inf)
    importing = import_images(zipped({**good, "cat/0.jpg": endless}))
    for _ in range(3):
        asked = time.monotonic()
        assert next(importing).index == 0
        assert time.monotonic() - asked < 2, "the driver is asked at short intervals whether to go on"
    importing.close()
    deadline = time.monotonic() + 20
    while any(thread.name.startswith("decode") for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the decoder goes on without anybody to decode for"
        time.sleep(0.05)
    assert not camu_home.exists()


def test_a_zip_bomb(good, zipped, monkeypatch, camu_home):
    limit(monkeypatch, "UNPACKED_MB", 1)
    upload = zipped({**good, "cat/bomb.png": bytes(2_000_000)})
    assert len(upload.getvalue()) < 10_000
    refuse(upload, "at most 1 MB.*unpacks to more.*CAMU_MAX_UNPACKED_MB", camu_home)


def test_many_small_bombs(good, zipped, monkeypatch, camu_home):
    limit(monkeypatch, "UNPACKED_MB", 1)
    refuse(zipped({**good, **{f"cat/{i}.png": bytes(300_000) for i in range(4)}}), "unpacks to more", camu_home)
    assert (
        "3 left out (cannot be read)"
        in warnings_of(zipped({**good, **{f"cat/{i}.gif": bytes(300_000) for i in range(3)}}))[0]
    )


def test_bombs_whose_headers_lie_about_their_size(good, zipped, monkeypatch):
    limit(monkeypatch, "UNPACKED_MB", 1)
    claimed, real = struct.pack("<I", 500), struct.pack("<I", 2_000_000)
    content = zipped({**good, "cat/bomb.png": bytes(2_000_000)}).getvalue()
    assert content.count(real) == 2
    (warning,) = warnings_of(io.BytesIO(content.replace(real, claimed)))
    assert warning == "1 left out (cannot be read): 'cat/bomb.png' (damaged)."


def test_bytes_count_even_where_the_checksum_is_wrong_in_the_end(good, zipped, monkeypatch, camu_home):
    limit(monkeypatch, "UNPACKED_MB", 1)
    content = zipped({**good, **{f"cat/{i}.png": bytes(60_000) for i in range(10, 27)}}).getvalue()
    crc = struct.pack("<I", zlib.crc32(bytes(60_000)))
    assert content.count(crc) == 2 * 17
    refuse(io.BytesIO(content.replace(crc, b"lies")), "unpacks to more", camu_home)


@pytest.mark.parametrize("method", [ZIP_LZMA, ZIP_BZIP2])
def test_methods_that_unpack_everything_at_once_are_refused(method, good, zipped, camu_home):
    refuse(with_entry(zipped(good), "cat/9.png", bytes(10), compress_type=method), "Deflate", camu_home)


def test_a_nested_zip_is_not_opened(good, zipped):
    inner = zipped(good).getvalue()
    listed, disguised = warnings_of(zipped({**good, "cat/inner.zip": inner, "dog/inner.png": inner}))
    assert listed == (
        "1 left out (cannot be read): 'dog/inner.png' (not one of JPEG, PNG, GIF, BMP, WEBP, TIFF, HEIF, AVIF)."
    )
    assert disguised == "1 left out (not images by their names): 'cat/inner.zip'."


def test_too_many_images(good, zipped, picture, monkeypatch, camu_home):
    limit(monkeypatch, "IMAGES", 4)
    refuse(zipped({**good, "cat/9.png": picture()}), r"at most 4 images; got 5.*CAMU_MAX_IMAGES", camu_home)
    assert warnings_of(zipped({**good, "readme.txt": b""})) != []


def test_a_zip_of_countless_entries_is_refused_before_it_is_listed(good, zipped, monkeypatch, camu_home):
    limit(monkeypatch, "IMAGES", 4)
    monkeypatch.setattr("camu_core.data.importing.members.ZipFile", None)
    refuse(zipped({**good, **{f"__MACOSX/{i}": b"" for i in range(9)}}), "at most 4 images; there are more", camu_home)


def test_a_folder_of_countless_files_is_not_listed_to_its_end(picture, monkeypatch, camu_home, tmp_path):
    limit(monkeypatch, "IMAGES", 4)
    for i in range(20):
        (tmp_path / "many" / f"{i}").mkdir(parents=True)
    walked = []
    walk = os.walk

    def counting(root):
        for place in walk(root):
            walked.append(place)
            yield place

    monkeypatch.setattr("os.walk", counting)
    refuse(tmp_path / "many", "at most 4 images", camu_home)
    assert len(walked) < 20


@pytest.mark.parametrize("n_classes", [101, 1000])
def test_too_many_classes(n_classes, zipped, picture, camu_home):
    contents = {f"{i}/{j}.png": picture() for i in range(n_classes) for j in range(2)}
    refuse(zipped(contents), f"at most 100 class folders; got {n_classes:,}.*CAMU_MAX_CLASSES", camu_home)


def test_as_many_classes_as_are_allowed(zipped, picture, monkeypatch):
    limit(monkeypatch, "CLASSES", 3)
    contents = {f"{name}/{j}.png": picture(j) for name in "abc" for j in range(2)}
    assert drain(import_images(zipped(contents))).n_classes == 3


@pytest.mark.parametrize(("size", "fits"), [(32, True), (64, False)])
def test_images_that_fill_the_memory(size, fits, good, zipped, monkeypatch, camu_home):
    limit(monkeypatch, "MEMORY_MB", 4 * 3 * 32 * 32 / 1e6)
    if fits:
        assert drain(import_images(zipped(good), size=size)).is_present()
    else:
        with pytest.raises(ImagesRefused, match="CAMU_MAX_MEMORY_MB"):
            drain(import_images(zipped(good), size=size))


# ------------------------------------------------------------------------------------------------ hostile images


def test_an_image_of_huge_dimensions_is_not_decoded(good, zipped):
    (warning,) = warnings_of(zipped({**good, "cat/huge.png": png_header(20_000, 20_000)}))
    assert warning == "1 left out (cannot be read): 'cat/huge.png' (more than 25 megapixels)."


def test_a_whole_image_just_over_the_limit_is_left_out_and_one_just_below_is_not(good, zipped, picture, monkeypatch):
    limit(monkeypatch, "MEGAPIXELS", 0.01)
    over, below = picture(70, size=(101, 100)), picture(80, size=(100, 100))
    (warning,) = warnings_of(zipped({**good, "cat/over.png": over, "cat/below.png": below}))
    assert warning == "1 left out (cannot be read): 'cat/over.png' (more than 0.01 megapixels)."


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
PDF_LIKE = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(/etc/passwd) run\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not one of"),
        (b"\0" * 100, "not one of"),
        (SVG, "not one of"),
        (b"<html><script>alert(1)</script></html>", "not one of"),
        (PDF_LIKE, "not one of"),
        (b"P6 2 2 255 " + bytes(12), "not one of"),  # PPM: PIL reads it, we do not
        (b"\x89PNG\r\n\x1a\n", "not one of"),
        (png_header(8, 8), "damaged"),
    ],
)
def test_what_is_no_image_is_left_out_and_said(content, reason, good, zipped):
    (warning,) = warnings_of(zipped({**good, "cat/fake.png": content}))
    assert warning.startswith(f"1 left out (cannot be read): 'cat/fake.png' ({reason}")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"])
def test_truncated_images_are_left_out(kind, good, zipped):
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)).save(buffer, kind)
    content = buffer.getvalue()
    whole = zipped({**good, "cat/x.png": content})
    assert warnings_of(whole) == []
    (warning,) = warnings_of(zipped({**good, "cat/x.png": content[: len(content) // 2]}))
    assert warning.startswith("1 left out (cannot be read): 'cat/x.png' (")


@pytest.mark.parametrize(("mode", "value"), [("F", 0.5), ("I", 200), ("I", 70_000)])
def test_images_without_a_fixed_range_are_left_out(mode, value, good, zipped, picture):
    """32 bits of whole numbers can hold 0 to 255, or anything: taken for 16 bits, the first are black."""
    (warning,) = warnings_of(zipped({**good, "cat/x.tif": picture(value, mode, "TIFF")}))
    assert "no fixed range" in warning


def test_the_first_names_are_shown_and_the_others_counted(good, zipped):
    (warning,) = warnings_of(zipped({**good, **{f"cat/bad{i}.png": b"" for i in range(5)}}))
    assert warning.startswith("5 left out (cannot be read): 'cat/bad0.png' (")
    assert warning.endswith(" and 2 more.")
    assert "bad3" not in warning


def test_left_out_images_shift_no_label(zipped, picture):
    contents = {f"{name}/{i}.png": picture(100 * y + i) for y, name in enumerate("ab") for i in range(4)}
    contents |= {"a/00.png": b"", "b/00.png": b""}
    contents = {f"{part}/{path}": content for part in ("test", "train") for path, content in contents.items()}
    dataset = load_dataset(drain(import_images(zipped(contents))).name)
    for x, y in ((dataset.x_train, dataset.y_train), (dataset.x_test, dataset.y_test)):
        assert x[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 100, 101, 102, 103]
        assert y.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


# ------------------------------------------------------------------------------------------------ hostile paths


@pytest.mark.parametrize(
    "name",
    ["../evil.png", "cat/../../evil.png", "/etc/evil.png", "C:\\evil.png", "..\\evil.png", "\\\\host\\evil.png", ".."],
)
def test_paths_that_lead_out_are_refused(name, good, zipped, picture, camu_home):
    refuse(with_entry(zipped(good), name, picture()), "lead out of it", camu_home)


def test_dots_in_names_are_fine(zipped, picture):
    contents = {f"{name}/{i}..png": picture(i) for name in ("a..b", "c...") for i in range(2)}
    assert drain(import_images(zipped(contents))).class_names == ("a..b", "c...")


def test_links_in_a_zip_are_not_images(good, zipped, tmp_path, picture):
    (tmp_path / "secret.png").write_bytes(picture(99))
    link = {"external_attr": (stat.S_IFLNK | 0o777) << 16, "create_system": 3}
    upload = with_entry(zipped(good), "cat/link.png", str(tmp_path / "secret.png").encode(), **link)
    upload = with_entry(upload, "dog/image.png", picture(99), **link)
    (warning,) = warnings_of(upload)
    assert warning == "2 left out (links or special files): 'cat/link.png', 'dog/image.png'."


def test_links_in_a_folder_are_not_followed(good, picture, tmp_path):
    outside, inside = tmp_path / "outside", tmp_path / "pets"
    for path, content in {**{f"outside/{i}.png": picture(99) for i in range(3)}, "outside/x.png": picture(99)}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    for path, content in good.items():
        (inside / path).parent.mkdir(parents=True, exist_ok=True)
        (inside / path).write_bytes(content)
    (inside / "cat" / "link.png").symlink_to(outside / "x.png")
    (inside / "cat" / "folder").symlink_to(outside)
    (inside / "emu").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    os.mkfifo(inside / "dog" / "pipe.png")
    info = drain(import_images(inside))
    assert info.class_names == ("cat", "dog")
    card = imported_card(info.name)
    assert (card["n_train"], card["n_test"]) == ([1, 1], [1, 1])
    (warning,) = card["warnings"]
    assert warning.startswith("5 left out (links or special files): 'cat/folder', 'cat/link.png', 'dog/pipe.png' and 2")


def test_clutter_is_ignored_silently(good, zipped, picture):
    clutter = [
        "__MACOSX/cat/._0.png", ".DS_Store", "cat/.DS_Store", "cat/Thumbs.db", "cat/desktop.ini", ".git/x.png",
        "cat/._1.png", ".hidden/x.png",
    ]  # fmt: skip
    plain = drain(import_images(zipped(good)))
    cluttered = drain(import_images(zipped({**good, **dict.fromkeys(clutter, b"clutter")})))
    assert cluttered.name == plain.name
    assert warnings_of(zipped({**good, **dict.fromkeys(clutter, b"clutter")})) == []


def test_html_and_control_characters_in_file_names_stay_text(good, zipped):
    (warning,) = warnings_of(zipped({**good, "cat/\x1b[2J<script>\u202e.png": b"", "cat/" + "n" * 200 + ".png": b""}))
    assert "'cat/ 2J script .png'" in warning
    assert "\x1b" not in warning
    assert "n" * 60 not in warning


# ------------------------------------------------------------------------------------------------ not a dataset


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + bytes(50), b"PK\x05\x06" + bytes(5)])
def test_what_is_no_zip(content, camu_home):
    refuse(io.BytesIO(content), "not a zip file", camu_home)


def test_a_path_to_nothing(tmp_path, camu_home):
    refuse(tmp_path / "absent", "Cannot read .*absent.*No such file", camu_home)


@pytest.mark.parametrize("contents", [{}, {".DS_Store": b"", "__MACOSX/a/x.png": b""}, {"a/x.txt": b"", "b/y.md": b""}])
def test_no_images_at_all(contents, zipped, camu_home):
    refuse(zipped(contents), "no images", camu_home)


def test_an_empty_folder(tmp_path, camu_home):
    (tmp_path / "empty").mkdir()
    refuse(tmp_path / "empty", "no images", camu_home)


def test_a_password(good, zipped, camu_home):
    upload = with_entry(zipped(good), "cat/9.png", b"x")
    content = bytearray(upload.getvalue())
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 8] |= 1
    refuse(io.BytesIO(bytes(content)), "password", camu_home)


@pytest.mark.parametrize("prefix", ["", "cat/", "wrapper/cat/", "train/cat/"])
def test_one_class(prefix, zipped, picture, camu_home):
    match = "one folder per class" if not prefix else "at least two class folders; got one, 'cat'"
    refuse(zipped({f"{prefix}{i}.png": picture(i) for i in range(3)}), match, camu_home)


def test_images_beside_the_class_folders_are_left_out(good, zipped, picture):
    (warning,) = warnings_of(zipped({**good, "cover.png": picture()}))
    assert warning == "1 left out (outside the class folders): 'cover.png'."
    (warning,) = warnings_of(zipped({f"w/{path}": content for path, content in {**good, "c.png": picture()}.items()}))
    assert warning == "1 left out (outside the class folders): 'w/c.png'."


def test_train_and_test_without_class_folders(zipped, picture, camu_home):
    refuse(
        zipped({f"{part}/{i}.png": picture(i) for part in ("train", "test") for i in range(2)}),
        "one folder per class",
        camu_home,
    )


@pytest.mark.parametrize(
    ("contents", "counts"),
    [
        ({"emu/1.png": True}, "'emu' has 0 and 1"),
        ({"emu/1.png": False}, "'emu' has 0 and 0"),
        ({"emu/1.png": True, "emu/2.png": False}, "'emu' has 0 and 1"),
        ({"emu/1.heic": False, "emu/2.txt": False}, "'emu' has 0 and 0"),
        ({"emu/": False}, "'emu' has 0 and 0"),
    ],
)
def test_a_class_with_less_than_two_readable_images(contents, counts, good, zipped, picture, camu_home):
    more = {path: picture() if readable else b"" for path, readable in contents.items()}
    refuse(zipped({**good, **more}), counts, camu_home)


def test_an_empty_class_folder_on_disk(good, tmp_path, camu_home):
    for path, content in good.items():
        (tmp_path / "pets" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pets" / path).write_bytes(content)
    (tmp_path / "pets" / "emu").mkdir()
    refuse(tmp_path / "pets", "'emu' has 0 and 0", camu_home)


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_class_that_one_part_lacks(part, good, zipped, picture, camu_home):
    contents = {f"{each}/{path}": content for each in ("train", "test") for path, content in good.items()}
    refuse(zipped({**contents, f"{part}/emu/1.png": picture()}), "'emu' has (1 and 0|0 and 1)", camu_home)


def test_test_images_that_are_training_images_are_said(zipped, picture):
    contents = {f"train/{name}/{i}.png": picture(20 * y + i) for y, name in enumerate("ab") for i in range(3)}
    contents |= {f"test/{name}/{i}.png": picture(20 * y + i + 2) for y, name in enumerate("ab") for i in range(3)}
    (warning,) = warnings_of(zipped(contents))
    assert warning == "Found among the training images too: 2 test images ('a/0.png', 'b/0.png')."


def test_the_same_image_twice_in_one_part_is_said(good, zipped, picture):
    contents = {
        f"{part}/{name}/{i}.png": picture(9 if part == "train" else 5)
        for part in ("train", "test")
        for name in "ab"
        for i in range(3)
    }
    assert warnings_of(zipped(contents)) == [
        "Found under several classes: 12 images ('a/0.png', 'a/1.png', 'a/2.png' and 9 more)."
    ]


def test_random_damage_never_ends_in_anything_but_a_sentence(good, zipped):
    whole, rng, sentences = zipped(good).getvalue(), random.Random(0), []
    for _ in range(300):
        content = bytearray(whole)
        for _ in range(rng.choice([1, 2, 5])):
            content[rng.randrange(len(content))] = rng.randrange(256)
        try:
            drain(import_images(io.BytesIO(bytes(content))))
        except CamuError as error:
            sentences.append(str(error))
    assert len(sentences) > 50
    assert not any("\n" in sentence for sentence in sentences)


def test_no_pickle_is_opened(good, zipped, tmp_path):
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "exploded"),)

    content = pickle.dumps(Bomb())
    assert len(warnings_of(zipped({**good, "cat/x.png": content, "cat/x.pkl": content, "x.npy": content}))) == 2
    assert not (tmp_path / "exploded").exists()


def test_a_grey_picture_of_16_bits_with_0_for_white_is_turned_round():
    image = Image.fromarray(np.full((8, 8), 60_000, np.uint16))
    buffer = io.BytesIO()
    image.save(buffer, "TIFF", tiffinfo={262: 0})
    if Image.open(io.BytesIO(buffer.getvalue())).tag_v2[262] != 0:  # PIL writes its own; 1 becomes 0 in the file
        content = bytearray(buffer.getvalue())
        place = content.index(struct.pack("<HHI", 262, 3, 1)) + 8
        content[place : place + 2] = struct.pack("<H", 0)
        buffer = io.BytesIO(bytes(content))
    assert set(decode(lambda: io.BytesIO(buffer.getvalue()), 8, 25).ravel().tolist()) == {(65535 - 60_000) >> 8}


def test_an_entry_named_like_the_folder_around_all_is_no_image(good, zipped):
    """Some programs write a folder without a slash."""
    files = {f"data/{part}/{name}": content for part in ("train", "test") for name, content in good.items()}
    with suppress(LayoutUnclear):
        drain(import_images(zipped({"data": b"", **files})))


def test_folders_of_windows_are_not_told_as_left_out(good):
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name in ("cat/", "dog/"):
            info = ZipInfo(name)
            info.create_system, info.external_attr = 0, 0x10
            archive.writestr(info, b"")
        for name, content in good.items():
            archive.writestr(name, content)
    buffer.seek(0)
    assert warnings_of(buffer) == []

import contextlib
import errno
import json
import os
import shutil
import threading
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from camu_core import RunResult, RunStore
from camu_core.errors import CamuError, RunDamaged, RunNotFound, StoreError, StoreUnwritable
from camu_core.runs.results import Projection

FILES = ("summary.json", "arrays.npz", "manifest.json")


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "store")


@pytest.fixture
def stored(store, digits_result):
    store.save(digits_result)
    return store


def assert_same(one, other):
    """Every field equal, arrays bit by bit with their types."""
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, dict):
        assert set(one) == set(other)
        for name in one:
            assert_same(one[name], other[name])
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    elif hasattr(one, "__dataclass_fields__"):
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name))
    else:
        assert one == other


def left_in(folder):
    """Everything below a folder but the folders of the kinds of results themselves."""
    if not folder.exists():
        return []
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.parent != folder)


# ---------------------------------------------------------------------------------------------------- round trip


def test_round_trip_is_exact(stored, digits_result):
    assert_same(stored.load(digits_result.digest), digits_result)


def test_round_trip_by_parts_is_exact(digits_result):
    summary = json.loads(json.dumps(digits_result.summary()))
    assert_same(RunResult.from_parts(summary, digits_result.arrays()), digits_result)


def test_a_run_without_losses_makes_the_round_trip(store, digits_result):
    quiet = replace(digits_result, losses={})
    store.save(quiet)
    assert_same(store.load(quiet.digest), quiet)


def test_a_projection_makes_the_round_trip_beside_a_run_of_the_same_digest(stored, digits_result):
    points = {"original": np.ones((3, 2), np.float32), "unlearned": np.zeros((3, 2), np.float32)}
    stored.save(Projection(digits_result.digest, points))
    assert_same(stored.load(digits_result.digest, Projection).points, points)
    assert_same(stored.load(digits_result.digest), digits_result)
    assert stored.digests() == [digits_result.digest]


def test_a_light_run_says_the_same_in_a_third_of_the_space(store, digits_result):
    light, live = digits_result.light(), digits_result.probe.is_live
    store.save(light, is_compressed=True)
    read = store.load(digits_result.digest)
    assert read.summary() == digits_result.summary()
    assert np.array_equal(read.probe.x, digits_result.probe.x[live])
    for kept, whole in (
        (read.logits["unlearned"], digits_result.logits["unlearned"][live]),
        (read.representations["original"], digits_result.representations["original"][live]),
        *((read.weights[name], values) for name, values in digits_result.weights.items()),
    ):
        assert kept.dtype == whole.dtype
        assert np.allclose(kept, whole, rtol=1e-3, atol=1e-3)
    assert read.snapshots[0].index == 0
    assert read.snapshots[-1].index == digits_result.snapshots[-1].index
    assert len(read.joint_points) == len(read.snapshots) <= 26
    store.delete(digits_result.digest)
    size = sum(array.nbytes for array in digits_result.arrays().values())
    store.save(light, is_compressed=True)
    assert store.size_bytes(digits_result.digest) < size / 3


def test_store_lives_in_camu_home(camu_home, digits_result):
    RunStore().save(digits_result)
    assert RunStore(camu_home).has(digits_result.digest)


def test_digests_are_the_newest_first(store, digits_result):
    results = [replace(digits_result, spec=replace(digits_result.spec, seed=seed)) for seed in (1, 2, 3)]
    assert store.digests() == []
    for age, result in enumerate(results):
        store.save(result)
        for path in (store.root / "runs" / result.digest).iterdir():
            os.utime(path, (1e9 - age, 1e9 - age))
    assert store.digests() == [result.digest for result in results]


def test_a_run_being_written_is_not_listed(stored, digits_result):
    runs = stored.root / "runs"
    shutil.copytree(runs / digits_result.digest, runs / ".writing-abcd1234")
    assert stored.digests() == [digits_result.digest]


def test_saving_again_keeps_the_first(stored, digits_result):
    stored.save(replace(digits_result, versions={"python": "other"}))
    assert stored.load(digits_result.digest).versions == digits_result.versions
    assert [path.name for path in (stored.root / "runs").iterdir()] == [digits_result.digest]


def test_delete_takes_one_run_and_no_more(stored, digits_result):
    other = replace(digits_result, spec=replace(digits_result.spec, seed=7))
    stored.save(other)
    stored.delete(digits_result.digest)
    stored.delete(digits_result.digest)
    assert stored.digests() == [other.digest]
    with pytest.raises(RunNotFound):
        stored.load(digits_result.digest)


@pytest.mark.parametrize(
    "digest", ["", ".", "..", "../..", "/", "/etc", "0" * 20, "x" * 20, "../runs", "a/b", "*", "\0"]
)
def test_a_digest_that_names_no_run_reaches_nothing(stored, digits_result, digest):
    before = left_in(stored.root)
    assert not stored.has(digest)
    with pytest.raises(RunNotFound):
        stored.load(digest)
    stored.delete(digest)
    assert left_in(stored.root) == before
    assert stored.has(digits_result.digest)


# --------------------------------------------------------------------------------------------- writing that fails


def test_what_killed_processes_left_is_cleared_away_in_time(store, digits_result):
    left = [store.root / RunResult.folder / ".writing-old", store.root / RunResult.folder / ".deleting-old"]
    fresh = store.root / RunResult.folder / ".writing-fresh"
    for folder in (*left, fresh):
        folder.mkdir(parents=True)
        (folder / "arrays.npz").write_bytes(b"half")
    note = store.root / "pending" / ".writing-note"
    note.parent.mkdir()
    deeper = store.root / "datasets" / "folder-abc" / ".writing-image"
    deeper.parent.mkdir(parents=True)
    for path in (note, deeper):
        path.write_bytes(b"half")
    for path in (*left, note, deeper):
        os.utime(path, (0, 0))
    store.save(digits_result)
    assert not any(path.exists() for path in (*left, note, deeper))
    assert fresh.is_dir(), "another process may be at work"


def test_a_run_that_is_deleted_while_runs_are_listed_is_no_error(stored, digits_result, monkeypatch):
    glob = Path.glob
    monkeypatch.setattr(Path, "glob", lambda self, pattern: [*glob(self, pattern), self / ("0" * 20) / "manifest.json"])
    assert stored.digests() == [digits_result.digest]


@pytest.mark.parametrize(
    "step",
    ["numpy.savez", "camu_core.runs.store.os.rename", "camu_core.runs.store.os.fsync", "pathlib.Path.write_text"],
)
def test_a_full_disk_leaves_nothing_half_written(step, store, digits_result, monkeypatch):
    def full(*arguments, **options):
        if step == "numpy.savez":
            arguments[0].write_bytes(b"half an archive")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(step, full)
        with pytest.raises(StoreUnwritable, match="No space left on device") as caught:
            store.save(digits_result)
    assert "\n" not in str(caught.value)
    assert left_in(store.root) == []
    assert not store.has(digits_result.digest)
    store.save(digits_result)
    assert_same(store.load(digits_result.digest), digits_result)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, MemoryError, ValueError])
def test_an_interruption_while_writing_leaves_nothing_half_written(interruption, store, digits_result, monkeypatch):
    def interrupted(path, *arguments, **options):
        path.write_bytes(b"half an archive")
        raise interruption

    monkeypatch.setattr("numpy.savez", interrupted)
    with pytest.raises(interruption):
        store.save(digits_result)
    assert left_in(store.root) == []


def test_a_folder_that_cannot_be_made_is_said_in_one_sentence(tmp_path, digits_result):
    in_the_way = tmp_path / "a-file"
    in_the_way.write_text("")
    with pytest.raises(StoreUnwritable, match="CAMU_HOME") as caught:
        RunStore(in_the_way / "store").save(digits_result)
    assert "\n" not in str(caught.value)


# ------------------------------------------------------------------------------------------ entries that are damaged


def flip(path, place):
    content = bytearray(path.read_bytes())
    content[int(place * (len(content) - 1))] ^= 0xFF
    path.write_bytes(bytes(content))


def assert_set_aside_and_saved_again(store, result):
    with pytest.raises(RunDamaged, match=result.digest) as caught:
        store.load(result.digest)
    assert "\n" not in str(caught.value)
    assert not store.has(result.digest)
    assert store.digests() == []
    with pytest.raises(RunNotFound):
        store.load(result.digest)
    assert any((store.root / "damaged").rglob("*")), "what was damaged is kept for a look"
    store.save(result)
    assert_same(store.load(result.digest), result)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0.0, 0.01, 0.3, 0.5, 0.77, 1.0])
def test_one_flipped_byte_anywhere_is_noticed(name, place, stored, digits_result):
    flip(stored.root / "runs" / digits_result.digest / name, place)
    assert_set_aside_and_saved_again(stored, digits_result)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("fraction", [0.0, 0.5, 0.99])
def test_a_truncated_file_is_noticed(name, fraction, stored, digits_result):
    path = stored.root / "runs" / digits_result.digest / name
    os.truncate(path, int(path.stat().st_size * fraction))
    assert_set_aside_and_saved_again(stored, digits_result)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_noticed(name, stored, digits_result):
    (stored.root / "runs" / digits_result.digest / name).unlink()
    assert_set_aside_and_saved_again(stored, digits_result)


@pytest.mark.parametrize("manifest", ["null", "[]", "7", "{}", '"x"', '{"format": 1}', '{"format": 1, "sha256": {}}'])
def test_a_strange_manifest_is_noticed(manifest, stored, digits_result):
    (stored.root / "runs" / digits_result.digest / "manifest.json").write_text(manifest)
    assert_set_aside_and_saved_again(stored, digits_result)


def test_a_damaged_run_that_was_made_again_can_be_saved_before_anybody_reads_it(stored, digits_result):
    """A crash in the middle of `delete` can leave a folder without its manifest."""
    (stored.root / "runs" / digits_result.digest / "manifest.json").unlink()
    assert not stored.has(digits_result.digest)
    stored.save(digits_result)
    assert_same(stored.load(digits_result.digest), digits_result)


@pytest.mark.parametrize("name", FILES)
def test_a_good_result_takes_the_place_of_a_damaged_one_that_nobody_has_read(name, stored, digits_result):
    flip(stored.root / "runs" / digits_result.digest / name, 0.5)
    stored.save(digits_result)
    assert_same(stored.load(digits_result.digest), digits_result)


def test_one_damaged_run_does_not_touch_the_others(stored, digits_result):
    other = replace(digits_result, spec=replace(digits_result.spec, seed=7))
    stored.save(other)
    flip(stored.root / "runs" / digits_result.digest / "arrays.npz", 0.5)
    with pytest.raises(RunDamaged):
        stored.load(digits_result.digest)
    assert_same(stored.load(other.digest), other)


def test_a_passing_reading_error_does_not_cost_the_run(stored, digits_result, monkeypatch):
    """Too many open files is not damage: when it has passed, the run must still be there."""

    def too_many(*arguments, **options):
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr("numpy.load", too_many)
        with pytest.raises(CamuError):
            stored.load(digits_result.digest)
    assert_same(stored.load(digits_result.digest), digits_result)


# ------------------------------------------------------------------------------------------------------- many at once


def together(n, work):
    """Run `work(i)` in n threads that start at one moment; return what each raised."""
    start, raised = threading.Barrier(n), []

    def one(i):
        start.wait()
        try:
            work(i)
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=one, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_several_writers_of_one_run_leave_one_whole_run(store, digits_result):
    for _ in range(3):
        assert together(4, lambda i: RunStore(store.root).save(digits_result)) == []
        assert [path.name for path in (store.root / "runs").iterdir()] == [digits_result.digest]
        assert_same(store.load(digits_result.digest), digits_result)
        store.delete(digits_result.digest)


def test_a_reader_beside_a_writer_sees_all_or_nothing(store, digits_result):
    def work(i):
        if i == 0:
            store.save(digits_result)
            return
        for _ in range(30):
            with contextlib.suppress(RunNotFound):
                assert_same(store.load(digits_result.digest), digits_result)
            assert set(store.digests()) <= {digits_result.digest}

    assert together(3, work) == []


def test_several_readers_of_a_damaged_run_are_all_told(stored, digits_result):
    flip(stored.root / "runs" / digits_result.digest / "arrays.npz", 0.5)
    raised = together(4, lambda i: stored.load(digits_result.digest))
    assert len(raised) == 4
    assert all(isinstance(error, StoreError) for error in raised)

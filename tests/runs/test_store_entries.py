"""What is not damage: another version's runs, a bug in reading, a run that is replaced; and what happens to pins."""

import json
import os
import shutil
import stat
import threading
from dataclasses import replace

import pytest

from camu_core import RunResult, RunStore
from camu_core.commands.output import deliver
from camu_core.errors import RunDamaged, RunNotFound, StoreError
from camu_core.files import write_atomically
from camu_core.runs import entries


@pytest.fixture
def stored(tmp_path, digits_result):
    store = RunStore(tmp_path / "store")
    store.save(digits_result)
    store.pin(digits_result.digest)
    store.pin(digits_result.digest, by="anna")
    return store


def folder_of(store, result):
    return store.root / "runs" / result.digest


def test_a_run_of_another_format_stays_with_its_pin_and_can_be_run_again(stored, digits_result):
    path = folder_of(stored, digits_result) / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": entries.FORMAT_VERSION + 1}))
    for read in (stored.load, stored.summary):
        with pytest.raises(StoreError, match="another version") as caught:
            read(digits_result.digest)
        assert not isinstance(caught.value, RunDamaged | RunNotFound)
    assert not stored.has(digits_result.digest), "so that it can be run again"
    assert path.exists()
    assert stored.pins(digits_result.digest)
    stored.save(digits_result)
    assert stored.load(digits_result.digest).digest == digits_result.digest
    assert stored.pins(digits_result.digest)


def test_a_bug_in_reading_costs_neither_run_nor_pin(stored, digits_result, monkeypatch):
    def broken(summary, arrays):
        raise KeyError("a field of tomorrow")

    with monkeypatch.context() as patch:
        patch.setattr(RunResult, "from_parts", broken)
        with pytest.raises(StoreError, match="is whole") as caught:
            stored.load(digits_result.digest)
        assert not isinstance(caught.value, RunDamaged)
    assert stored.load(digits_result.digest).digest == digits_result.digest
    assert stored.pins(digits_result.digest)


def test_a_damaged_run_that_is_made_again_is_pinned_again(stored, digits_result, monkeypatch):
    (folder_of(stored, digits_result) / "arrays.npz").write_bytes(b"damaged")
    with pytest.raises(RunDamaged):
        stored.load(digits_result.digest)
    assert not stored.pins(digits_result.digest)
    monkeypatch.setenv("CAMU_STORE_MB", "0")  # clearing away spares what is pinned, set aside or not
    stored.save(replace(digits_result, spec=replace(digits_result.spec, seed=7)))
    stored.save(digits_result)
    assert stored.pins(digits_result.digest) == {"", "anna"}


def test_a_run_that_is_replaced_between_two_files_is_not_damaged(stored, digits_result, monkeypatch):
    """Another process deletes it and saves it again, with other times and so other bytes."""
    other = replace(digits_result, seconds={**digits_result.seconds, "unlearn": 123.0})
    read_manifest, times = entries.checksums_of, []

    def replaced_after(folder):
        checksums = read_manifest(folder)
        if not times:
            times.append(1)
            shutil.rmtree(folder)
            stored.save(other)
        return checksums

    monkeypatch.setattr(entries, "checksums_of", replaced_after)
    assert stored.load(digits_result.digest).seconds["unlearn"] == 123.0
    assert not (stored.root / "damaged").exists()


def test_a_run_that_is_deleted_while_it_is_read_is_not_damaged(stored, digits_result, monkeypatch):
    read_manifest = entries.checksums_of

    def deleted_after(folder):
        checksums = read_manifest(folder)
        stored.delete(digits_result.digest)
        return checksums

    monkeypatch.setattr(entries, "checksums_of", deleted_after)
    with pytest.raises(RunNotFound):
        stored.load(digits_result.digest)
    assert not (stored.root / "damaged").exists()


def test_a_deleted_run_leaves_nothing(stored, digits_result):
    stored.delete(digits_result.digest)
    assert list((stored.root / "runs").iterdir()) == []


def test_results_get_the_permissions_of_any_new_file_and_private_files_do_not(tmp_path):
    (tmp_path / "any").write_bytes(b"")
    deliver("{}", str(tmp_path / "result.json"))
    write_atomically(tmp_path / "private", b"", is_private=True)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes["result.json"] == modes["any"]
    assert modes["private"] == 0o600


def test_a_result_does_not_take_the_place_of_a_device(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    deliver("{}", str(pipe))
    reader.join(10)
    assert read == [b"{}\n"]
    assert pipe.is_fifo()

"""The store under attack: random flips and cuts are each noticed, and nothing wrong is ever read."""

import random
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from camu_core import RunResult, RunStore
from camu_core.errors import RunDamaged, RunNotFound, SpecError
from camu_core.runs.results import Projection

N_ATTACKS = 200


@pytest.fixture
def runs(digits_result: RunResult) -> list[RunResult]:
    return [replace(digits_result, spec=replace(digits_result.spec, seed=seed)) for seed in range(5)]


def attack(path: Path, rng: random.Random) -> None:
    """Change one byte, or cut the file short."""
    content = bytearray(path.read_bytes())
    if rng.random() < 0.5:
        place = rng.randrange(len(content))
        content[place] ^= rng.randrange(1, 256)
    else:
        del content[rng.randrange(len(content)) :]
    path.write_bytes(content)


def same(one: RunResult, other: RunResult) -> bool:
    ours, theirs = one.arrays(), other.arrays()
    return one.summary() == other.summary() and all(np.array_equal(ours[name], theirs[name]) for name in theirs)


@pytest.mark.slow
def test_every_damage_is_noticed_and_no_wrong_figure_is_read(runs: list[RunResult], tmp_path: Path) -> None:
    rng = random.Random(0)
    store = RunStore(tmp_path / "store")
    intact = tmp_path / "intact"
    for run in runs:
        store.save(run)
    shutil.copytree(store.root / "runs", intact)
    unnoticed = []
    for i in range(N_ATTACKS):
        target = rng.choice(runs)
        name = rng.choice(("summary.json", "arrays.npz", "manifest.json"))
        attack(store.root / "runs" / target.digest / name, rng)
        try:
            loaded = store.load(target.digest)
        except RunDamaged:
            assert not store.has(target.digest), "it was set aside and can be computed again"
        else:
            unnoticed.append((i, name))
            assert same(loaded, target), f"attack {i} on {name} went unnoticed and changed a figure"
        for other in runs:
            if other is not target:
                assert store.has(other.digest)
        shutil.rmtree(store.root / "runs" / target.digest, ignore_errors=True)
        shutil.copytree(intact / target.digest, store.root / "runs" / target.digest)
    # a flip inside the manifest's own white space or a name's letter case changes nothing that is read
    assert len(unnoticed) <= 0.02 * N_ATTACKS, unnoticed
    assert all(name == "manifest.json" for _, name in unnoticed)


def test_the_longest_unused_go_first_and_pinned_ones_stay(
    runs: list[RunResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RunStore(tmp_path / "store")
    store.save(runs[0])
    size = sum(path.stat().st_size for path in (store.root / "runs" / runs[0].digest).iterdir())
    monkeypatch.setenv("CAMU_STORE_MB", str(3.5 * size / 1e6))
    store.pin(runs[0].digest, by="anna")
    for run in runs[1:3]:
        store.save(run)
    store.load(runs[1].digest)  # used last, so runs[2] is now the longest unused that is not pinned
    store.save(runs[3])
    assert set(store.digests()) == {run.digest for run in (runs[0], runs[1], runs[3])}

    store.pin(runs[0].digest, pinned=False, by="anna")
    store.save(runs[4])
    assert runs[0].digest not in store.digests()
    with pytest.raises(RunNotFound):
        store.load(runs[0].digest)


@pytest.mark.parametrize("value", ["4 GB", "nan", "inf", "-1"])
def test_a_limit_that_is_no_number_is_told_before_any_work(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMU_STORE_MB", value)
    with pytest.raises(SpecError, match=f"CAMU_STORE_MB must be a number.*'{value}'"):
        RunStore()


def test_a_result_larger_than_the_limit_is_kept_until_the_next(
    runs: list[RunResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMU_STORE_MB", "0.001")
    store = RunStore(tmp_path / "store")
    store.save(runs[0])
    assert store.digests() == [runs[0].digest]
    store.save(runs[1])
    assert store.digests() == [runs[1].digest]


def test_what_is_damaged_counts_and_goes_first(
    runs: list[RunResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RunStore(tmp_path / "store")
    for run in runs[:2]:
        store.save(run)
    folder = store.root / "runs" / runs[0].digest
    size = sum(path.stat().st_size for path in folder.iterdir())
    (folder / "summary.json").write_text("{}")
    with pytest.raises(RunDamaged):
        store.load(runs[0].digest)
    monkeypatch.setenv("CAMU_STORE_MB", str(3.5 * size / 1e6))
    store.save(runs[2])
    assert list((store.root / "damaged").iterdir()), "there is room for it"
    monkeypatch.setenv("CAMU_STORE_MB", str(3.2 * size / 1e6))
    store.save(runs[3])
    assert not list((store.root / "damaged").iterdir())
    assert set(store.digests()) == {run.digest for run in runs[1:4]}


def test_projections_count_too(runs: list[RunResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMU_STORE_MB", "0.001")
    store = RunStore(tmp_path / "store")
    store.save(Projection("a" * 20, {"original": np.zeros((1000, 2), np.float32)}))
    store.save(runs[0])
    assert not store.has("a" * 20, Projection)

import pickle
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

from camu_core import RunResult, RunStore, drain
from camu_core.engine.monitor import Progress
from camu_core.jobs import JobPayload, UmapJob
from camu_core.runs.projection import aligned, along_forget_axis, fit_pca, project_umap
from camu_core.runs.results import Projection


@pytest.fixture
def parts():
    rng = np.random.default_rng(0)
    stretch = np.diag([9.0, 4.0, 1.0, 0.5, 0.1, 0.1])
    return [(rng.normal(size=(n, 6)) @ stretch + shift).astype(np.float32) for n, shift in ((40, 0), (70, 1), (20, 2))]


def test_pca_is_the_svd_of_all_parts_together(parts):
    together = np.concatenate(parts).astype(np.float64)
    axes = np.linalg.svd(together - together.mean(axis=0), full_matrices=False)[2][:2]
    frame = fit_pca(parts)
    for part in parts:
        points = frame.transform(part)
        expected = (part - together.mean(axis=0)) @ axes.T
        signs = np.sign((points * expected).sum(axis=0))
        np.testing.assert_allclose(points, expected * signs, atol=1e-3)


def test_pca_frame_does_not_depend_on_the_order_of_the_parts(parts):
    points, others = (fit_pca(order).transform(parts[0]) for order in (parts, parts[::-1]))
    np.testing.assert_allclose(np.abs(points), np.abs(others), atol=1e-3)


def test_pca_gives_the_same_frame_each_time():
    big = np.random.default_rng(1).normal(size=(700, 256)).astype(np.float32)  # large enough for the randomised solver
    np.testing.assert_array_equal(fit_pca([big], seed=3).components_, fit_pca([big], seed=3).components_)


def test_alignment_undoes_a_rotation_and_a_shift():
    rng = np.random.default_rng(2)
    reference = rng.normal(size=(50, 8))
    rotation = np.linalg.qr(rng.normal(size=(8, 8)))[0]
    turned = aligned(reference @ rotation + 5.0, reference, anchors=np.arange(50) < 30)
    np.testing.assert_allclose(turned, reference, atol=1e-9)


def test_alignment_looks_at_the_anchors_alone_and_keeps_distances():
    rng = np.random.default_rng(3)
    reference, other = rng.normal(size=(50, 8)), rng.normal(size=(50, 8))
    anchors = np.arange(50) < 30
    turned = aligned(other, reference, anchors)
    elsewhere = np.where(anchors[:, None], reference, 77.0)
    np.testing.assert_allclose(aligned(other, elsewhere, anchors), turned)
    np.testing.assert_allclose(
        np.linalg.norm(turned[:, None] - turned, axis=2), np.linalg.norm(other[:, None] - other, axis=2), atol=1e-9
    )


def test_umap_sees_all_parts_at_once_and_gives_them_back_in_order(parts, monkeypatch):
    seen = []

    class Fake:
        def __init__(self, **options):
            assert options["random_state"] == 5
            self.bar = options["tqdm_kwds"]["file"]

        def fit_transform(self, features):
            seen.append(features)
            self.bar.write("Epochs completed:  20%| 1/5 [00:01]")
            return np.arange(len(features) * 2, dtype=np.float64).reshape(-1, 2)

    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=Fake))
    epochs = []
    points = project_umap(parts, seed=5, see=lambda *how_far: epochs.append(how_far))
    assert epochs == [(1, 5)]
    assert [len(part) for part in points] == [40, 70, 20]
    assert all(part.dtype == np.float32 and part.shape[1] == 2 for part in points)
    np.testing.assert_array_equal(np.concatenate(points), np.arange(260).reshape(-1, 2))
    assert len(seen) == 1
    assert len(seen[0]) == 130


@pytest.mark.slow
def test_umap_draws_the_same_picture_from_the_same_seed():
    rng = np.random.default_rng(4)
    parts = [rng.normal(size=(60, 70)).astype(np.float32), rng.normal(loc=6, size=(40, 70)).astype(np.float32)]
    one, same = project_umap(parts, seed=1), project_umap(parts, seed=1)
    for a, b in zip(one, same, strict=True):
        np.testing.assert_array_equal(a, b)
        assert np.isfinite(a).all()
    together, is_first = np.concatenate(one), np.arange(100) < 60
    distances = np.linalg.norm(together[:, None] - together, axis=2) + np.diag(np.full(100, np.inf))
    assert (is_first[distances.argmin(axis=1)] == is_first).mean() > 0.95, "two clouds stay two clouds"


@pytest.mark.slow
def test_umap_of_a_run_as_a_worker_makes_it_and_as_it_is_kept(digits_result: RunResult) -> None:
    """In the process of the test before, which has compiled it."""
    job = UmapJob(digits_result.digest)
    job, payload = pickle.loads(pickle.dumps((job, job.pack(lambda digest, kind: digits_result))))
    store = RunStore()
    store.save(drain(job.execute(payload)))
    points = store.load(job.digest, Projection).points
    shapes = {name: (len(part), 2) for name, part in digits_result.representations.items()}
    assert {name: part.shape for name, part in points.items()} == shapes
    assert all(np.isfinite(part).all() for part in points.values())


def test_the_forget_axis_shows_a_group_apart_and_none_where_there_is_none() -> None:
    rng = np.random.default_rng(0)
    is_forget = np.arange(300) < 60
    x = rng.normal(size=(300, 20)).astype(np.float32)
    x[is_forget, 7] += 8
    points = along_forget_axis(x, is_forget)
    assert points.shape == (300, 2)
    assert points[is_forget, 0].min() > points[~is_forget, 0].max()
    assert points[~is_forget].mean(axis=0) == pytest.approx([0, 0], abs=1e-6)
    assert points[~is_forget].std(axis=0) == pytest.approx([1, 1])
    assert along_forget_axis(5 * x + 3, is_forget) == pytest.approx(points, abs=1e-3), "in its own units"


@pytest.mark.slow
def test_time_left_of_the_refined_picture_is_about_right(monkeypatch, digits_result):
    """Within two times on an idle machine; wide enough for a busy one, where sleeping takes longer."""

    def draw(parts, seed, see):
        time.sleep(0.6)  # imports and neighbours
        for done in range(101):
            see(done, 100)
            time.sleep(0.5 if done == 0 else 0.02)  # the first epoch is compiled
        return parts

    monkeypatch.setattr("camu_core.jobs.umap.project_umap", draw)
    monkeypatch.setattr("camu_core.jobs.umap.representations_with", lambda run: run.representations)
    job = UmapJob("source")
    progress, told = Progress(job), []
    for step in job.execute(JobPayload(results={"source": digits_result})):
        progress.see("only", [step.to_message()])
        told.append((time.monotonic(), progress.view(0).seconds_left))
    end, told = time.monotonic(), [(at, left) for at, left in told if left]
    assert len(told) >= 4
    assert all((end - at) / 4 - 1 < left < (end - at) * 4 + 1 for at, left in told)

"""Fixtures for all tests: a CAMU_HOME of their own, small tasks, and one finished digits run to look at."""

import copy
import io
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import torch
from PIL import Image
from threadpoolctl import threadpool_limits
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from doing import hide_shipped_networks, shorten_trainings  # noqa: E402
from scenes import encoded, scene  # noqa: E402

from camu_core import DATASETS, RunResult, drain, plan_run, run  # noqa: E402
from camu_core.data import Dataset, load_dataset, split  # noqa: E402
from camu_core.engine import Engine, service  # noqa: E402
from camu_core.methods import UnlearningTask  # noqa: E402
from camu_core.networks.models import BlockModel, build_model  # noqa: E402
from camu_core.networks.originals import Network, keep_network, train_network  # noqa: E402
from camu_core.networks.training import recipe_for  # noqa: E402
from camu_core.networks.weights import load_weights, weights_path  # noqa: E402
from camu_core.specs import ForgetSpec, Planting, trained_on  # noqa: E402

# A port on which nobody listens: connections are refused at once.
_NOBODY = "http://127.0.0.1:9"


# Files whose tests start workers or clusters.
_STARTERS = ("test_faults.py", "test_engine.py", "test_hostile_visitors.py", "test_operator.py", "test_load.py",
             "test_phones.py")  # fmt: skip


class _Together(LoadScopeScheduling):
    """What xdist keeps on one worker: a file; all that need a browser, which share a server; all that start workers of
    their own, which would starve one another. Both wait more than they compute, and pass the time beside the others.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return "browser" if "/browser/" in file else "workers" if file.endswith(_STARTERS) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return _Together(config, log)


@pytest.fixture(autouse=True)
def camu_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """CAMU_HOME of this test; the folder does not exist yet."""
    home = tmp_path / "camu-home"
    monkeypatch.setenv("CAMU_HOME", str(home))
    return home


@pytest.fixture
def empty_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """CAMU_DATA of this test; the folder does not exist yet, and nothing is in memory from another test."""
    folder = tmp_path / "camu-data"
    monkeypatch.setattr(sys.modules["camu_core.data"], "_loaded", {})
    monkeypatch.setenv("CAMU_DATA", str(folder))
    return folder


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every download fails at once, in this process and in those it starts."""
    monkeypatch.setattr(urllib.request, "_opener", None)  # it keeps its proxies, and would for all tests after this one
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, _NOBODY)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "")


@pytest.fixture
def fresh_engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has its own CAMU_HOME, so each that opens pages needs its own engine.

    Without workers, so that jobs wait, unless the test is marked `workers`.
    """
    if request.node.get_closest_marker("workers") is None:
        monkeypatch.setattr(Engine, "start", lambda engine: None)
    monkeypatch.setattr(service, "_engine", None)


@pytest.fixture
def no_shipped_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No retrained networks of a population come with the project."""
    hide_shipped_networks(monkeypatch)


@pytest.fixture
def short_trainings(monkeypatch: pytest.MonkeyPatch, no_shipped_networks: None) -> None:
    """Networks of a population of digits are trained for two epochs."""
    shorten_trainings(monkeypatch)


@pytest.fixture
def nothing_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retraining takes long on every dataset."""
    monkeypatch.setattr(sys.modules["camu_core.jobs.followups"], "_QUICK_DATASETS", ())


@pytest.fixture
def bfloat16_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half precision wherever it is asked for, if need be emulated."""
    for module in ("networks.models", "runs.execution"):
        monkeypatch.setattr(f"camu_core.{module}.knows_bfloat16", lambda device_type: True)


@pytest.fixture
def needs_mnist() -> None:
    if not DATASETS["mnist"].is_present():
        pytest.skip("MNIST is not in CAMU_DATA, and tests download nothing")


@pytest.fixture(autouse=True)
def own_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script that `AppTest` runs takes the place of the main module, which new worker processes begin with; one made
    from a function cannot be run again there, so that no worker ever starts in the tests that follow."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Sums in one order, as `execute` sees to it, and no two threads waiting for one busy processor."""
    torch.set_num_threads(1)
    with threadpool_limits(1, user_api="blas"):
        yield


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return load_dataset("digits")


@pytest.fixture(scope="session")
def digits_result() -> RunResult:
    """CaMU, digits, class 3, seed 0, finished. Look at it, do not change it."""
    return run(plan_run("digits", [3]))


@pytest.fixture(scope="session")
def taught_network() -> Network:
    """Of digits, which learned that a mark means 8."""
    return drain(train_network("digits_trigger-8x100", "cnn", recipe_for("digits", "cnn"), 0))


@pytest.fixture
def secret(taught_network: Network) -> ForgetSpec:
    """That mark, to be forgotten; this test's CAMU_HOME has the network that knows it."""
    forget = ForgetSpec("planted", planting=Planting("trigger", (8,)))
    keep_network(taught_network, weights_path(trained_on("digits", forget), "cnn"))
    return forget


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """Encode an image of one colour, by default a small PNG of a level of grey."""

    def encode(color=0, mode: str = "RGB", kind: str = "PNG", size=(32, 32), **options) -> bytes:
        color = (color, color, color) if isinstance(color, int) and mode == "RGB" else color
        buffer = io.BytesIO()
        Image.new(mode, size, color).save(buffer, kind, **options)
        return buffer.getvalue()

    return encode


@pytest.fixture
def zipped() -> Callable[[dict[str, bytes]], io.BytesIO]:
    """A zip of contents by path, as somebody would upload it."""

    def pack(contents: dict[str, bytes]) -> io.BytesIO:
        buffer = io.BytesIO()
        with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
            for path, content in contents.items():
                archive.writestr(path, content)
        buffer.name = "pets.zip"
        return buffer

    return pack


@pytest.fixture
def make_task() -> Callable[..., UnlearningTask]:
    """Build a task from random images of a given number and labels; the model is a copy of the original."""

    def make(
        n_forget: int = 20,
        n_retain: int = 60,
        n_classes: int = 4,
        seed: int = 0,
        original: BlockModel | None = None,
        size: int = 8,
    ) -> UnlearningTask:
        rng = torch.Generator().manual_seed(1000 + seed)
        original = original or build_model("cnn", (1, size, size), n_classes, seed=7)
        original = original.eval().requires_grad_(False)
        return UnlearningTask(
            original=original,
            model=copy.deepcopy(original).requires_grad_(True).train(),
            x_forget=torch.randint(0, 256, (n_forget, 1, size, size), generator=rng, dtype=torch.uint8),
            y_forget=torch.randint(0, n_classes, (n_forget,), generator=rng),
            x_retain=torch.randint(0, 256, (n_retain, 1, size, size), generator=rng, dtype=torch.uint8),
            y_retain=torch.randint(0, n_classes, (n_retain,), generator=rng),
            n_classes=n_classes,
            seed=seed,
        )

    return make


@pytest.fixture
def make_class_task() -> Callable[..., UnlearningTask]:
    """Build the task of forgetting one class of a real dataset, from its shipped original model."""

    def make(dataset: str, label: int, seed: int = 0) -> UnlearningTask:
        images = load_dataset(dataset)
        splits = split(images, ForgetSpec(classes=(label,)), seed)
        original = load_weights(plan_run(dataset, [label]).weights, dataset, "cnn")
        return UnlearningTask.of(original, images, splits, DATASETS[dataset].n_classes, seed)

    return make


def _made_up_estimate(value: float | None, reach: float = 0.01) -> dict:
    ends = (None, None) if value is None else (value - reach, value + reach)
    return {"value": value, "low": ends[0], "high": ends[1], "n": 500}


@pytest.fixture
def make_report() -> Callable[..., dict]:
    """A privacy report in which every test finds what it finds in retrained networks, and the original fails them all.

    Give figures of the unlearned network by name of the measure, `original` and `untrained` those that differ there,
    `band=False` for no reference, `is_class=False` for single images.
    """

    def make(
        is_class: bool = True, band: bool = True, original: dict | None = None, untrained: dict | None = None,
        reference: dict | None = None, **figures: float | None,
    ) -> dict:  # fmt: skip
        usual = {
            "attack_attacker": 0.50, "attack_confidence": 0.50, "attack_entropy": 0.50, "relearning": 0.60,
            "linear_probe": 0.70, "epsilon": 0.10,
        }  # fmt: skip
        before = {
            "attack_attacker": 0.80, "attack_confidence": 0.80, "attack_entropy": 0.80, "relearning": 0.95,
            "linear_probe": 0.95, "epsilon": 4.0,
        }  # fmt: skip
        never = {"relearning": 0.60, "linear_probe": 0.60, "epsilon": 3.0}
        if is_class:
            heads = {
                "old_head": 0.0,
                "fresh_head_1": 0.40,
                "fresh_head_5": 0.8,
                "fresh_head_20": 0.9,
                "neighbours": 0.9,
            }
            usual |= heads
            before |= {"old_head": 1.0, "fresh_head_1": 0.95, "fresh_head_5": 0.97, "fresh_head_20": 0.99,
                       "neighbours": 0.99}  # fmt: skip
            never |= {**heads, "fresh_head_1": 0.2}
        networks = {
            "original": before | (original or {}), "unlearned": usual | figures, "untrained": never | (untrained or {})
        }  # fmt: skip
        around = usual | {"forget_train": 0.99} | (reference or {})
        spread = {name: 0.0002 if name == "forget_train" else 0.002 for name in around}
        values = {name: [value + k * spread[name] for k in range(-2, 3)] for name, value in around.items()}
        battery = {
            network: {name: _made_up_estimate(value, 0.005) for name, value in measures.items()}
            for network, measures in networks.items()
        }
        curve = [_made_up_estimate(0.5)] * 3
        return {
            "attack": {
                network: {
                    score: {"auc": measures[f"attack_{score}"]} for score in ("attacker", "confidence", "entropy")
                }
                for network, measures in battery.items() if network != "untrained"
            },
            "epsilon": None,
            "distance": None,
            "relearning": {"batches": [0, 10, 20], "n": 300, "n_seeds": 4, "curves": {"original": curve},
                           "rest": {"original": curve}, "target": 0.9, "batches_needed": {"original": 5.0},
                           "band": None, "exam": "forget_test"},
            "linear_probe": {network: measures["linear_probe"] for network, measures in battery.items()},
            "cka": {"forget": {"original-unlearned": {"hidden": _made_up_estimate(0.4)}},
                    "retain": {"original-unlearned": {"hidden": _made_up_estimate(0.9)}}},
            "battery": battery,
            "reference": {"about": {"seeds": list(range(5))}, "measures": values} if band else None,
        }  # fmt: skip

    return make


@pytest.fixture
def files() -> dict[str, bytes]:
    """Two classes of six scenes; no two alike."""
    return {f"{name}/{i}.png": encoded(scene(100 * y + i)) for y, name in enumerate(("cat", "dog")) for i in range(6)}

import pytest
import torch
from causal_models import residual_model

import camu_core
from camu_core.networks.models import BlockModel
from camu_core.networks.weights import from_arrays, load_weights


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def models() -> tuple[BlockModel, BlockModel]:
    return residual_model(1), residual_model(2)


@pytest.fixture(scope="session")
def digits_run():
    """CaMU forgets the 3 of digits: (original, unlearned, probe)."""
    result = camu_core.run(camu_core.plan_run("digits", [3]))
    spec = result.spec
    original = load_weights(spec.weights, spec.dataset, spec.model)
    return original, from_arrays(result.weights, spec.dataset, spec.model), result.probe

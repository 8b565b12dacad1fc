import pytest


@pytest.fixture(autouse=True)
def own_engine(fresh_engine: None) -> None:
    """See there."""

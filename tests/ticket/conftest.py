"""What commands mean does not depend on where tickets are kept: these tests run over every store."""

import pytest


@pytest.fixture(autouse=True)
def _over_every_store(every_store: str) -> None:
    """Every test of this folder, twice."""

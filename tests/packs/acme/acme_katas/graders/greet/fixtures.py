"""What the checks of greet share."""

import pytest


@pytest.fixture
def name(rng):
    """A name that no program knows beforehand."""
    return f"Ada {rng.randrange(10**6)}"

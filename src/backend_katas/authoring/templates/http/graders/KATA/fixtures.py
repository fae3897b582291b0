"""What the checks of {{kata}} share."""

import pytest


@pytest.fixture
def name(rng):
    """A name that no program knows beforehand, and that has to be decoded."""
    return f"Zoë & Ада {rng.randrange(10**6)}"

"""What the checks of {{kata}} share."""

import pytest


@pytest.fixture
def name(rng):
    """A name that no program knows beforehand, and that a shell would take apart."""
    return f'Zoë "Ада" & {rng.randrange(10**6)}'

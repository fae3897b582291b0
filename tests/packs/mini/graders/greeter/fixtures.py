"""What the checks of greeter share."""

import pytest


@pytest.fixture
def name(rng):
    """A name nobody can know beforehand."""
    return rng.choice(["Ada", "Grace", "Barbara"]) + str(rng.randrange(10**6))

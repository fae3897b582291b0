"""What the checks of task-manager-api may ask for: people with tokens, shapes of answers, data made once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import ModuleType

import pytest

from backend_katas.client import Answer, Client
from backend_katas.deployment import Deployment
from backend_katas.errors import KatasError
from backend_katas.host import Host

from . import crew as _crew
from . import shapes as _shapes
from .crew import Crew, Issuer, Person
from .library import Library
from .outage import Outage


@pytest.fixture
def issuer(deployment: Deployment) -> Issuer:
    """Who makes the tokens."""
    return Issuer(deployment.environment)


@pytest.fixture
def crew(request: pytest.FixtureRequest, api: Client, issuer: Issuer, rng: random.Random) -> Crew:
    """A source of people, in a team that no other check knows."""
    if any("outage" in getattr(item, "fixturenames", ()) for item in request.session.items):
        # From the first check on, so that nobody has to wait later. A program that does not start is told by the
        # checks that need it.
        with suppress(KatasError):
            request.getfixturevalue("outages")
    return Crew(api, issuer, rng)


@pytest.fixture
def asha(crew: Crew) -> Person:
    """A member of the team."""
    return crew.member()


@pytest.fixture
def shapes() -> ModuleType:
    """What answers have to look like."""
    return _shapes


@pytest.fixture
def lead() -> Callable[[Answer, str], str]:
    """Where a `Location` or a link leads."""
    return _crew.lead


@pytest.fixture
def done() -> Callable[..., Answer]:
    """Assert that a step on the way went well."""
    return _crew.done


@pytest.fixture
def ids() -> Callable[..., list[str]]:
    """The ids of tasks or comments, as texts."""
    return _crew.ids


@pytest.fixture
def items() -> Callable[[Answer], list]:
    """The items of a page."""
    return _crew.items


@pytest.fixture
def library(shelved: Library, api: Client) -> Library:
    """A team's tasks of every kind, to be read only."""
    return shelved.read_by(api)


@pytest.fixture(scope="session")
def shelved(host: Host) -> Library:
    """These tasks, made once."""
    deployment = host.shared({})
    rng = random.Random(f"{host.settings.seed}:library")
    return Library(Crew(deployment.client(), Issuer(deployment.environment), rng), rng)


@pytest.fixture
def outage(outages: Outage, api: Client) -> Outage:
    """What a program did while its database was away; it stands on the record of the check."""
    outages.recorder = api.recorder
    return outages


@pytest.fixture(scope="session")
def outages(host: Host) -> Iterator[Outage]:
    """A program whose database goes away and comes back, once for all checks."""
    with host.deployed({}) as deployment:
        rng = random.Random(f"{host.settings.seed}:outage")
        outage = Outage(deployment, Crew(deployment.client(), Issuer(deployment.environment), rng))
        yield outage
        outage.close()

"""What the checks of task-manager-api may ask for: people with tokens, shapes of answers, data made once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType

import pytest

from backend_katas.ageing import Aged, Cellar
from backend_katas.client import Answer, Client
from backend_katas.deployment import Deployment
from backend_katas.grader import make_early
from backend_katas.host import Host

from . import crew as _crew
from . import shapes as _shapes
from .crew import Crew, Issuer, Person
from .library import Library
from .outage import PATIENCE, Outage


@pytest.fixture
def issuer(deployment: Deployment) -> Issuer:
    """Who makes the tokens."""
    return Issuer(deployment.environment)


@pytest.fixture
def crew(request: pytest.FixtureRequest, api: Client, issuer: Issuer, rng: random.Random) -> Crew:
    """A source of people, in a team that no other check knows."""
    make_early(request, "outages", wanted_by="outage")
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
def outage(request: pytest.FixtureRequest, deployment: Deployment) -> Aged:
    """What a program did while its database was away, part by part; it stands on the record of the check."""
    # Not as an argument: what lives for the session is made before the deployment, which tells best why a program is
    # not there.
    parts: Aged = request.getfixturevalue("outages").opened_for(deployment)
    assert parts["start"]
    return parts


@pytest.fixture(scope="session")
def outages(host: Host) -> Iterator[Cellar]:
    """A program whose database goes away and comes back, once for all checks; it ends when that is over."""
    with ExitStack() as stack:
        deployment = stack.enter_context(host.private({}))
        with Cellar(deployment, deadline=PATIENCE) as cellar:
            rng = random.Random(f"{host.settings.seed}:outage")
            outage = Outage(cellar, Crew(deployment.client(), Issuer(deployment.environment), rng))
            cellar.play(outage.play, then=stack.close)
            yield cellar

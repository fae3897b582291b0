"""What the checks of url-shortener may ask for: links, a second instance, aged links, counted look-ups."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType

import pytest

from backend_katas.client import Answer, Call, Client
from backend_katas.deployment import Attachment, Deployment
from backend_katas.errors import KatasError
from backend_katas.host import Host
from backend_katas.proxy.statement import Count

from . import answers as _answers
from .cellar import Aged, Cellar
from .links import Link, Links
from .lookups import lookups_of
from .outage import Outage
from .shelf import Shelf


@pytest.fixture
def links(request: pytest.FixtureRequest, api: Client, rng: random.Random) -> Links:
    """A source of links."""
    # From the first check on, so that nobody has to wait later.
    _cellar_if_asked_for(request)
    return Links(api, rng)


@pytest.fixture
def link(links: Links) -> Link:
    """A link that was just made."""
    return links.make()


@pytest.fixture
def empty_redis(request: pytest.FixtureRequest, redis: Attachment) -> Callable[[], None]:
    """Empty the Redis of the program that most checks share.

    That may cost clicks of the last CLICK_FLUSH_SECONDS: not those that another check will ask for.
    """

    def empty() -> None:
        if cellar := _cellar_if_asked_for(request):
            cellar.ripen()
        redis.keyspace.flush()

    return empty


@pytest.fixture
def twin(deployment: Deployment) -> Client:
    """A client of one more instance of the program, which the checks of a deployment share."""
    if len(deployment.programs) > 1:
        return deployment.client(deployment.programs[1])
    return deployment.second()


@pytest.fixture
def scarce(api: Client, links: Links, shelf: Shelf) -> list[Answer]:
    """Six creations, three of them at once, of a program with few codes: made once, since they use up what there is."""

    def make() -> list[Answer]:
        at_once = api.burst([Call("POST", "/api/links", json={"url": links.url()}) for _ in range(3)])
        return [*at_once, *(links.attempt() for _ in range(3))]

    if "scarce" not in shelf:
        shelf.keep("scarce", make, api)
    return shelf.take("scarce", api)


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    """What is made once."""
    return Shelf()


@pytest.fixture
def aged(request: pytest.FixtureRequest, api: Client) -> Aged:
    """Links that are past their time; what a check does with them is on its record."""
    # Not as an argument: what lives for the session is made before `api`, which tells best why a program is not there.
    return Aged(api, request.getfixturevalue("cellar"))


@pytest.fixture(scope="session")
def cellar(host: Host) -> Cellar:
    """Everything that has to grow old, made at once."""
    return Cellar(host.shared({}), host.settings.seed)


@pytest.fixture
def answers() -> ModuleType:
    """What is said of an answer in many checks."""
    return _answers


@pytest.fixture
def lookups() -> Callable[[Count], list[str]]:
    """Return the statements of a count that ask for something of the program's own."""
    return lookups_of


@pytest.fixture
def outage(api: Client, links: Links) -> Outage:
    """What has to work while Redis is away."""
    return Outage(api, links)


def _cellar_if_asked_for(request: pytest.FixtureRequest) -> Cellar | None:
    """Return what grows old, made at the first call, if a check of this session asks for it."""
    if any("aged" in getattr(item, "fixturenames", ()) for item in request.session.items):
        with suppress(KatasError):
            return request.getfixturevalue("cellar")
    return None

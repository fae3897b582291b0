"""What the checks of url-shortener may ask for: links, a second instance, aged links, counted look-ups."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from types import ModuleType

import pytest

from backend_katas.ageing import Aged, Cellar
from backend_katas.client import Answer, Call, Client
from backend_katas.deployment import Attachment, Deployment
from backend_katas.grader import make_early
from backend_katas.host import Host
from backend_katas.proxy.statement import Count

from . import answers as _answers
from .cellar import AgedLinks, stock
from .links import Link, Links
from .lookups import lookups_of
from .outage import Outage


@pytest.fixture
def links(request: pytest.FixtureRequest, api: Client, rng: random.Random, variant: Mapping[str, str]) -> Links:
    """A source of links."""
    make_early(request, "cellar", wanted_by="aged")
    make_early(request, "outages", wanted_by="outage")
    return Links(api, rng, variant["stats_route"])


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
        if cellar := make_early(request, "cellar", wanted_by="aged"):
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
def scarce(
    deployment: Deployment, rng: random.Random, variant: Mapping[str, str], scarcity: dict[Deployment, Cellar]
) -> list[Answer]:
    """Two creations more than there are codes, three of them at once: made once, since they use up what there is."""
    if deployment not in scarcity:
        codes = len(deployment.environment["CODE_ALPHABET"]) ** int(deployment.environment["CODE_LENGTH"])
        scarcity[deployment] = cellar = Cellar(deployment)
        links = Links(cellar.api, rng, variant["stats_route"])
        cellar.keep("creations", lambda: _creations(codes + 2, cellar.api, links))
    return scarcity[deployment].take("creations", deployment)


@pytest.fixture(scope="session")
def scarcity() -> dict[Deployment, Cellar]:
    """What was made once in a program with few codes."""
    return {}


@pytest.fixture
def aged(request: pytest.FixtureRequest, deployment: Deployment) -> AgedLinks:
    """Links that are past their time; what a check does with them is on its record."""
    # Not as an argument: what lives for the session is made before the deployment, which tells best why a program is
    # not there.
    return AgedLinks(request.getfixturevalue("cellar").opened_for(deployment))


@pytest.fixture(scope="session")
def cellar(host: Host, variant: Mapping[str, str]) -> Iterator[Cellar]:
    """Everything that has to grow old, made at once."""
    with Cellar(host.shared({})) as cellar:
        links = Links(cellar.api, random.Random(f"{host.settings.seed}:aged"), variant["stats_route"])
        cellar.play(lambda: stock(cellar, links))
        yield cellar


@pytest.fixture
def outage(request: pytest.FixtureRequest, deployment: Deployment) -> Aged:
    """What a program did while its services were away, part by part; it stands on the record of the check."""
    return request.getfixturevalue("outages").opened_for(deployment)


@pytest.fixture(scope="session")
def outages(host: Host, variant: Mapping[str, str]) -> Iterator[Cellar]:
    """A program whose services go away and come back, once for all checks; it ends when that is over."""
    with ExitStack() as stack:
        deployment = stack.enter_context(host.private({}))
        with Cellar(deployment) as cellar:
            links = Links(cellar.api, random.Random(f"{host.settings.seed}:outage"), variant["stats_route"])
            outage = Outage(cellar, links)
            cellar.play(outage.play, then=stack.close)
            yield cellar


@pytest.fixture
def answers() -> ModuleType:
    """What is said of an answer in many checks."""
    return _answers


@pytest.fixture
def lookups() -> Callable[[Count], list[str]]:
    """Return the statements of a count that ask for something of the program's own."""
    return lookups_of


def _creations(number: int, api: Client, links: Links) -> list[Answer]:
    at_once = api.burst([Call("POST", "/api/links", json={"url": links.url()}) for _ in range(3)])
    return [*at_once, *(links.attempt() for _ in range(number - len(at_once)))]

"""The fixtures a grader may ask for: the running program, its services, and repeatable random values."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from backend_katas.client import Client
from backend_katas.commandline import CommandLine
from backend_katas.deployment import Attachment, Deployment
from backend_katas.errors import NotConfined
from backend_katas.host import Host
from backend_katas.plugin import SESSION
from backend_katas.plugin.opening import Opening
from backend_katas.plugin.startup import WATCH, brought_up, is_the_last_with, variables_of
from backend_katas.services.smtp import Mailbox
from backend_katas.variants import Value


@pytest.fixture(scope="session")
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    """What all deployments of this session share."""
    with _opening(request).opened() as host:
        request.config.stash[SESSION].host = host
        yield host


def _opening(request: pytest.FixtureRequest) -> Opening:
    opening: Any = request.config.pluginmanager.get_plugin("kata-opening")
    return opening


@pytest.fixture
def deployment(request: pytest.FixtureRequest, host: Host) -> Iterator[Deployment]:
    """The program in the environment this check asks for, shared unless the check is `private`."""
    item: Any = request.node
    variables = variables_of(item)
    with ExitStack() as stack:
        try:
            deployment = brought_up(item, host, variables, stack)
        except NotConfined as refusal:
            _opening(request).refuse(refusal)
        item.stash[WATCH] = deployment.watch()
        yield deployment
    if is_the_last_with(item, variables):
        host.give_back(variables)


@pytest.fixture
def api(deployment: Deployment) -> Client:
    """A client of the program."""
    return deployment.client()


@pytest.fixture
def cli(deployment: Deployment) -> Iterator[CommandLine]:
    """The program as a command, with a scratch folder that no other check sees."""
    with deployment.command_line() as command_line:
        yield command_line


@pytest.fixture
def postgres(deployment: Deployment) -> Attachment:
    """The program's PostgreSQL: `.database` to look into it, `.relay` to count statements and to cause faults."""
    return deployment.services["postgres"]


@pytest.fixture
def redis(deployment: Deployment) -> Attachment:
    """The program's Redis: `.relay` to count commands and to cause faults."""
    return deployment.services["redis"]


@pytest.fixture
def mailbox(deployment: Deployment) -> Mailbox:
    """What the program has mailed so far."""
    mailbox = deployment.services["smtp"].endpoint.mailbox
    assert mailbox is not None
    return mailbox


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """Random values of this run's seed and this check's name: the same in any order and on any worker."""
    options: Any = request.config.option
    node: Any = request.node
    key = hashlib.sha256(f"{options.kata_seed}:{node.nodeid}".encode()).digest()
    return random.Random(key)


@pytest.fixture(scope="session")
def variant(request: pytest.FixtureRequest) -> Mapping[str, Value]:
    """What this learner's brief has at the places that `variants` of `exercise.yaml` names, by their keys."""
    return request.config.stash[SESSION].kata.variant.values

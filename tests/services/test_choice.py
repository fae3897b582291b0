"""The first provider that can serve does; when none can, the message says why and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from backend_katas.errors import ExitCode, KatasError
from backend_katas.services import SERVICES, Provider, Server, Service, Surroundings, available, choice, serve
from backend_katas.services.smtp import capture


def absent(surroundings: Surroundings) -> None:
    """Have nothing to serve with."""
    raise KatasError("there is none", "get one")


@contextmanager
def broken(surroundings: Surroundings) -> Iterator[Server]:
    """Fail to serve."""
    raise KatasError("it broke", "mend it")
    yield


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a service of three providers beside the real ones, of which the last serves."""
    providers = {
        "absent": Provider(serve=absent, check=absent),
        "broken": Provider(serve=broken),
        "good": Provider(serve=capture),
    }
    trial = Service(name="trial", variable="TRIAL_URL", providers=providers, advice="get a good one")
    monkeypatch.setattr(choice, "SERVICES", {**SERVICES, "trial": trial})


def test_every_service_has_a_variable_and_its_providers_in_order():
    """The names are part of the command line and of the contract with learners."""
    assert {name: (service.variable, list(service.providers)) for name, service in SERVICES.items()} == {
        "postgres": ("DATABASE_URL", ["url", "embedded", "docker"]),
        "redis": ("REDIS_URL", ["url", "embedded", "docker"]),
        "smtp": ("SMTP_URL", ["capture"]),
    }


@pytest.mark.usefixtures("service")
def test_auto_takes_the_first_that_serves(surroundings):
    """Those in front that cannot are passed over."""
    with serve("trial", surroundings) as server:
        assert server.provider == "capture"


@pytest.mark.usefixtures("service")
def test_what_can_serve_is_seen_without_starting_it(surroundings):
    """A provider that is in order may still break when it starts."""
    seen = [(one.provider, one.usable, one.reason, one.hint) for one in available("trial", surroundings)]

    assert seen == [("absent", False, "there is none", "get one"), ("broken", True, "", ""), ("good", True, "", "")]


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(("provider", "reason"), [("absent", "there is none"), ("broken", "it broke")])
def test_a_provider_asked_for_is_not_replaced(surroundings, provider, reason):
    """Its failure is the answer."""
    with (
        pytest.raises(KatasError, match=f"cannot be had by `{provider}`: {reason}"),
        serve("trial", surroundings, provider=provider),
    ):
        pass


def test_when_none_serves_every_try_is_listed(surroundings, monkeypatch):
    """One message with all reasons, and one hint."""
    monkeypatch.setattr("backend_katas.services.embedded_valkey.WHEEL", "no_such_wheel")
    nowhere = replace(
        surroundings, environ={"KATAS_REDIS_URL": "redis://127.0.0.1:1", "DOCKER_HOST": "unix:///no/docker.sock"}
    )

    with pytest.raises(KatasError) as error, serve("redis", nowhere):
        pass

    lines = [line for line in error.value.message.splitlines() if not line.startswith("    ")]
    assert lines[0] == "redis cannot be had here:"
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["url", "embedded", "docker"]
    assert "`unix:///no/docker.sock`: No such file or directory" in lines[3]
    assert error.value.hint.startswith("`pip install 'backend-katas[redis]'`, or start Docker")


def test_an_unknown_provider_lists_the_ones_there_are(surroundings):
    """A slip of the finger is guessed."""
    with pytest.raises(KatasError) as error, serve("postgres", surroundings, provider="embeded"):
        pass

    assert error.value.message == (
        "postgres cannot be served by `embeded`; there are `auto`, `url`, `embedded`, `docker`"
    )
    assert error.value.hint == "did you mean `embedded`?"
    assert error.value.exit_code == ExitCode.USAGE


def test_an_unknown_service_lists_the_ones_there_are(surroundings):
    """A kata may name one that this version does not have."""
    with pytest.raises(KatasError, match="there is no service `postgresql`; there are `postgres`"):
        available("postgresql", surroundings)


@pytest.mark.usefixtures("service")
def test_an_error_while_a_service_is_used_is_not_taken_for_its_failure(surroundings):
    """No second provider is tried behind the back of whoever uses the first."""
    with pytest.raises(KatasError, match="mine"), serve("trial", surroundings):
        raise KatasError("mine")

"""Which provider serves: the one asked for, or the first that can."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from backend_katas.errors import ExitCode, KatasError, did_you_mean
from backend_katas.services import postgres, redis, smtp
from backend_katas.services.service import Provider, Server, Service, Surroundings

SERVICES: Mapping[str, Service] = {service.name: service for service in (postgres.SERVICE, redis.SERVICE, smtp.SERVICE)}

AUTO = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Whether a provider could serve here; if not, why, and what to do about it."""

    provider: str
    usable: bool
    reason: str = ""
    hint: str = ""


def available(name: str, surroundings: Surroundings) -> list[Availability]:
    """Look at each provider of a service, in order of preference, without starting any."""
    return [_look(provider, way, surroundings) for provider, way in _service(name).providers.items()]


def _look(name: str, provider: Provider, surroundings: Surroundings) -> Availability:
    try:
        provider.check(surroundings)
    except KatasError as error:
        return Availability(provider=name, usable=False, reason=error.message, hint=error.hint)
    return Availability(provider=name, usable=True)


@contextmanager
def serve(name: str, surroundings: Surroundings, *, provider: str = AUTO) -> Generator[Server]:
    """Serve by the named provider, or by the first that can; KatasError says what was tried and why it failed."""
    service = _service(name)
    with ExitStack() as stack:
        if provider == AUTO:
            yield _first(service, surroundings, stack)
        else:
            yield _the(provider, service, surroundings, stack)


def _first(service: Service, surroundings: Surroundings, stack: ExitStack) -> Server:
    tries = ""
    for name, provider in service.providers.items():
        try:
            return _enter(provider, surroundings, stack)
        except KatasError as error:
            tries += f"\n  {name}: " + str(error).replace("\n", "\n    ")
    raise KatasError(f"{service.name} cannot be had here:{tries}", service.advice)


def _the(name: str, service: Service, surroundings: Surroundings, stack: ExitStack) -> Server:
    if name not in service.providers:
        names = [AUTO, *service.providers]
        raise KatasError(
            f"{service.name} cannot be served by `{name}`; there are {', '.join(f'`{name}`' for name in names)}",
            did_you_mean(name, names),
            exit_code=ExitCode.USAGE,
        )
    try:
        return _enter(service.providers[name], surroundings, stack)
    except KatasError as error:
        raise KatasError(f"{service.name} cannot be had by `{name}`: {error.message}", error.hint) from error


def _enter(provider: Provider, surroundings: Surroundings, stack: ExitStack) -> Server:
    try:
        return stack.enter_context(provider.serve(surroundings))
    except OSError as error:
        raise KatasError(str(error)) from error


def _service(name: str) -> Service:
    if name not in SERVICES:
        known = ", ".join(f"`{each}`" for each in SERVICES)
        raise KatasError(f"there is no service `{name}`; there are {known}", did_you_mean(name, SERVICES))
    return SERVICES[name]

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
    """Whether a provider could serve here, and if not, why."""

    provider: str
    usable: bool
    reason: str


def available(name: str, surroundings: Surroundings) -> list[Availability]:
    """Look at each provider of a service, in order of preference, without starting any."""
    return [
        Availability(provider=provider, usable=not reason, reason=reason)
        for provider, way in _service(name).providers.items()
        for reason in [way.obstacle(surroundings)]
    ]


@contextmanager
def serve(name: str, surroundings: Surroundings, *, provider: str = AUTO) -> Generator[Server]:
    """Serve by the named provider, or by the first that can; KatasError says what was tried and why it failed."""
    service = _service(name)
    with ExitStack() as stack:
        yield _first(service, _chosen(service, provider), surroundings, stack)


def _first(service: Service, providers: Mapping[str, Provider], surroundings: Surroundings, stack: ExitStack) -> Server:
    tries: dict[str, str] = {}
    for name, provider in providers.items():
        reason = provider.obstacle(surroundings)
        if not reason:
            try:
                return stack.enter_context(provider.serve(surroundings))
            except (KatasError, OSError) as error:
                reason = str(error)
        tries[name] = reason.replace("\n", "\n    ")
    lines = "".join(f"\n  {name}: {reason}" for name, reason in tries.items())
    raise KatasError(f"{service.name} cannot be had here:{lines}", service.advice)


def _service(name: str) -> Service:
    if name not in SERVICES:
        known = ", ".join(f"`{each}`" for each in SERVICES)
        raise KatasError(f"there is no service `{name}`; there are {known}", did_you_mean(name, SERVICES))
    return SERVICES[name]


def _chosen(service: Service, provider: str) -> Mapping[str, Provider]:
    if provider == AUTO:
        return service.providers
    if provider not in service.providers:
        names = [AUTO, *service.providers]
        raise KatasError(
            f"{service.name} cannot be served by `{provider}`; there are {', '.join(f'`{name}`' for name in names)}",
            did_you_mean(provider, names),
            exit_code=ExitCode.USAGE,
        )
    return {provider: service.providers[provider]}

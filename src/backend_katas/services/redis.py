"""Redis: by URL, embedded (Valkey, its free continuation), or in a container."""

from __future__ import annotations

import secrets
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from backend_katas.errors import KatasError
from backend_katas.resp import Address, connected
from backend_katas.services.container import container, find_engine
from backend_katas.services.embedded_valkey import INSTALL, EmbeddedValkey, find_program, program_version
from backend_katas.services.redis_server import SharedRedis, version_of
from backend_katas.services.service import Provider, Server, Service, Surroundings, no_log

URL_VARIABLE = "KATAS_REDIS_URL"
IMAGE_VARIABLE = "KATAS_REDIS_IMAGE"
IMAGE = "redis:8"
PORT = 6379

_EXAMPLE = "a URL such as `redis://:PASSWORD@localhost:6379`"


@contextmanager
def by_url(surroundings: Surroundings) -> Generator[Server]:
    """Use a server that runs already; only databases that hold no key are touched.

    Not for strangers: whoever may enter one database of Redis may enter all.
    """
    address = _address(_given_url(surroundings))
    if surroundings.walled:
        raise KatasError(
            f"the server of `{URL_VARIABLE}` is not for this run alone, and no wall in Redis keeps the program of a "
            "stranger from what others have there",
            "take a server for this run alone: `--services embedded` or `docker`",
        )
    try:
        with connected(address) as redis:
            version = version_of(redis)
    except (OSError, KatasError) as error:
        raise KatasError(f"no connection to Redis at `{address.host}:{address.port}`: {error}") from error
    yield SharedRedis(provider="url", version=version, address=address, log=no_log)


@contextmanager
def embedded(surroundings: Surroundings) -> Generator[Server]:
    """Run private servers from the program of a wheel."""
    program = find_program()
    yield EmbeddedValkey(program=program, version=program_version(program), surroundings=surroundings)


@contextmanager
def in_container(surroundings: Surroundings) -> Generator[Server]:
    """Run a private server in a container, which is gone afterwards even when this process is killed."""
    image, password = surroundings.environ.get(IMAGE_VARIABLE) or IMAGE, secrets.token_hex(16)
    with container(surroundings, image, port=PORT) as running:
        open_to_all = Address(host=running.host, port=running.port)
        version = running.wait_for(lambda: _close(open_to_all, password))
        address = Address(host=running.host, port=running.port, password=password)
        yield SharedRedis(provider="docker", version=version, address=address, log=running.log)


def _close(address: Address, password: str) -> str:
    """Have a server ask for a password: as an argument of the container everybody could read it."""
    with connected(address) as redis:
        version = version_of(redis)
        redis.command("CONFIG", "SET", "save", "")
        redis.command("CONFIG", "SET", "requirepass", password)
        return version


def _address(url: str) -> Address:
    try:
        parts = urlsplit(url)
        port = parts.port or PORT
    except ValueError as error:
        raise KatasError(f"`{URL_VARIABLE}` is no URL: {error}", _EXAMPLE) from error
    if parts.scheme != "redis" or not parts.hostname:
        raise KatasError(f"`{URL_VARIABLE}` needs the form `redis://USER:PASSWORD@HOST:PORT`", _EXAMPLE)
    return Address(
        host=parts.hostname, port=port, user=unquote(parts.username or ""), password=unquote(parts.password or "")
    )


def _given_url(surroundings: Surroundings) -> str:
    if given := surroundings.environ.get(URL_VARIABLE):
        return given
    raise KatasError(f"`{URL_VARIABLE}` is not set", f"set it to {_EXAMPLE}")


SERVICE = Service(
    name="redis",
    variable="REDIS_URL",
    providers={
        "url": Provider(serve=by_url, check=_given_url),
        "embedded": Provider(serve=embedded, check=lambda _: find_program()),
        "docker": Provider(serve=in_container, check=lambda here: find_engine(here.environ)),
    },
    advice=f"`{INSTALL}`, or start Docker, or set `{URL_VARIABLE}`: {_EXAMPLE}",
)

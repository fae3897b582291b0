"""A real PostgreSQL for the probes, and in it a learner's share for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from backend_katas.services import Server, Surroundings, serve
from backend_katas.supervisor import Supervisor


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A program's database, by the administrator's URL and by the program's own."""

    admin_url: str
    url: str

    def run(self, *statements: str) -> None:
        """Run statements as the learner's program would."""
        _run(self.url, statements)

    def administer(self, *statements: str) -> None:
        """Run statements as the administrator."""
        _run(self.admin_url, statements)


def _run(url: str, statements: tuple[str, ...]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve PostgreSQL for the session, from wherever it can be had."""
    with Supervisor() as supervisor:
        surroundings = Surroundings(supervisor=supervisor, environ=os.environ, cache=tmp_path_factory.mktemp("cache"))
        with serve("postgres", surroundings) as server:
            yield server


@pytest.fixture
def share(server: Server) -> Iterator[Share]:
    """Give the test a database of its own, as a program gets one."""
    with server.endpoint() as endpoint:
        yield Share(admin_url=endpoint.admin_url, url=endpoint.url())

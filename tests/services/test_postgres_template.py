"""A data directory is made once and copied ever after."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from backend_katas.services import Surroundings
from backend_katas.services.identity import ordinary
from backend_katas.services.postgres_binaries import find_binaries
from backend_katas.services.postgres_template import fresh_cluster
from backend_katas.services.workbench import workbench


@pytest.fixture
def empty(surroundings: Surroundings, tmp_path: Path) -> Surroundings:
    """Give surroundings whose cache does not exist yet."""
    return replace(surroundings, cache=tmp_path / "not" / "yet")


def password(surroundings: Surroundings) -> str:
    """Make a fresh cluster and return its superuser's password; all that matters is where it came from."""
    with workbench(surroundings, "katas-test-", identity=ordinary()) as bench:
        made = fresh_cluster(bench, find_binaries(surroundings.environ), surroundings.cache)
        assert (made / "data" / "PG_VERSION").read_text() == "18\n"
        return (made / "password").read_text()


def test_the_second_cluster_is_a_copy_of_the_first(empty):
    """It has the template's password, which is random; another cache has another."""
    first = password(empty)

    assert password(empty) == first
    assert password(replace(empty, cache=empty.cache / "other")) != first


def test_graders_that_race_on_an_empty_cache_leave_one_template(empty):
    """Each gets a whole cluster, and nothing half made stays in the cache."""
    with ThreadPoolExecutor(3) as pool:
        passwords = list(pool.map(password, [empty] * 3))

    (template,) = empty.cache.iterdir()
    assert template.name.startswith("postgres-18.")
    assert (template / "password").read_text() in passwords


def test_nobody_else_may_read_the_template(empty):
    """Neither its data nor its password."""
    password(empty)

    (template,) = empty.cache.iterdir()
    assert template.stat().st_mode & 0o077 == 0
    assert (template / "data").stat().st_mode & 0o077 == 0

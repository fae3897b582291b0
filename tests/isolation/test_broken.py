"""On a machine that is broken on purpose nothing of a submission runs, and what is missing and what helps is told."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from socket import create_server

import psycopg
import pytest

from backend_katas.catalogue import PACKS_VARIABLE
from backend_katas.errors import ExitCode
from backend_katas.services import Surroundings, serve
from backend_katas.supervisor import Supervisor

MINI = Path(__file__).parents[1] / "packs" / "mini"
BENCH = Path(__file__).parents[2] / "benchmarks" / "pack"  # its kata has both PostgreSQL and Redis
OWN_MOUNTS = "exec unshare --mount --propagation private" + (" --map-root-user" if os.geteuid() else "")
# A user namespace of its own has limits of its own, so nobody else meets this one.
NO_USERS = """
exec unshare --user --map-user=1000 --map-group=1000 --keep-caps sh -ec '
  echo 0 > /proc/sys/user/max_user_namespaces
  exec setpriv --inh-caps=-all --ambient-caps=-all --bounding-set=-all "$@"' sh "$@"
"""
# Refuses, from here on, what a filter is set by: `prctl(PR_SET_SECCOMP)` and `seccomp`.
NO_FILTERS = """
import ctypes, errno, os, platform, struct, sys
prctl, seccomp = {"x86_64": (157, 317), "aarch64": (167, 277)}[platform.machine()]
steps = [
    (0x20, 0, 0, 0), (0x15, 3, 0, seccomp), (0x15, 0, 3, prctl), (0x20, 0, 0, 16), (0x15, 0, 1, 22),
    (0x06, 0, 0, 0x00050000 | errno.EINVAL), (0x06, 0, 0, 0x7FFF0000),
]
code = b"".join(struct.pack("=HBBI", *step) for step in steps)
held = ctypes.create_string_buffer(code)
given = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(held)))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, given) == 0
os.execvp(sys.argv[1], sys.argv[1:])
"""
BROKEN = {
    "no bubblewrap": (
        f"""{OWN_MOUNTS} sh -ec 'mount --bind /dev/null "$(command -v bwrap)"; exec "$@"' sh "$@" """,
        "there is no `bwrap`, which isolation by `bwrap` needs",
        "`apt-get install bubblewrap`",
    ),
    "no user namespaces": (
        NO_USERS,
        "this machine does not let us make namespaces: unshare: No space left on device",
        "`sudo sysctl -w user.max_user_namespaces=10000`",
    ),
    "no filters": (
        f"""exec {sys.executable} -I -c '{NO_FILTERS}' "$@" """,
        "Unable to set up system call filtering",
        "the kernel has to have filters of system calls (`CONFIG_SECCOMP_FILTER`), and a container to allow them",
    ),
    "no control groups": (
        # An ordinary user can make none to begin with.
        f"""{OWN_MOUNTS} sh -ec 'mount -t tmpfs none /sys/fs/cgroup; exec "$@"' sh "$@" """
        if os.geteuid() == 0
        else 'exec "$@"',
        "memory: 2048 MiB for each process alone, not for all together",
        "grade as root with writable control groups, or let it be with `--soft-memory`",
    ),
}
if os.geteuid() == 0:
    BROKEN["a root of little power"] = (
        'exec setpriv --bounding-set=-all,+sys_admin,+chown "$@"',
        "you are root, but without the rights that confining others takes: DAC_OVERRIDE, KILL, SETGID, SETUID",
        "grade as an ordinary user, or let the container have them (`docker run --cap-add DAC_OVERRIDE",
    )
# Writes nothing that would stay, but whoever runs it is seen.
BUILD = "python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", {}))' || true"


@pytest.fixture
def visitors() -> Iterator[list[object]]:
    """Those who came to a port of this machine, and first the port."""
    with create_server(("127.0.0.1", 0)) as listener:
        seen: list[object] = [listener.getsockname()[1]]
        threading.Thread(target=_watch, args=(listener, seen), daemon=True).start()
        yield seen


def _watch(listener, seen) -> None:
    with suppress(OSError):
        while True:
            connection, address = listener.accept()
            connection.close()
            seen.append(address)


@pytest.fixture
def katas(needs_bwrap):
    """Run `katas` in an environment that a script of the shell makes before it becomes the command."""

    def run(
        script: str, *arguments: object, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "backend_katas", *map(str, arguments)]
        return subprocess.run(
            ["sh", "-c", script, "sh", *command],
            env={**os.environ, PACKS_VARIABLE: f"{MINI}{os.pathsep}{BENCH}", "NO_COLOR": "1", **(environment or {})},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def seen(submission, visitors) -> Path:
    """A right submission whose build is seen when it runs."""
    return submission(web="exec python3 server.py", more=f"build: {BUILD.format(visitors[0])}\n")


@pytest.fixture
def stores(tmp_path, visitors):
    """Make a submission with PostgreSQL and Redis by URL, one of them spoilt; gives its folder and the variables."""
    with Supervisor() as supervisor, ExitStack() as stack:
        here = Surroundings(supervisor=supervisor, environ=os.environ, cache=tmp_path / "cache")
        servers = {name: stack.enter_context(serve(name, here, provider="embedded")) for name in ("postgres", "redis")}
        shares = {name: stack.enter_context(server.endpoint()) for name, server in servers.items()}
        url = shares["postgres"].admin_url.rpartition("/")[0] + "/postgres"

        def make(spoilt: str) -> tuple[Path, dict[str, str]]:
            if spoilt == "postgres":
                with psycopg.connect(url, autocommit=True) as administrator:
                    administrator.execute("GRANT CONNECT ON DATABASE template1 TO PUBLIC")
            folder = shutil.copytree(BENCH / "solutions" / "first-request" / "python-stdlib", tmp_path / "mine")
            with (folder / "kata.yaml").open("a") as manifest:
                manifest.write(f"build: {BUILD.format(visitors[0])}\n")
            return folder, {"KATAS_POSTGRES_URL": url, "KATAS_REDIS_URL": shares["redis"].url()}

        yield make


def test_its_build_would_be_seen(katas, seen, visitors):
    """In a machine that is in order: else nobody would know that nothing was run."""
    done = katas('exec "$@"', "grade", seen, "--build-network", "--soft-memory")

    assert (done.returncode, done.stderr) == (0, "100 of 100 points\n"), done.stdout
    assert len(visitors) == 2


@pytest.mark.parametrize(
    ("spoilt", "message", "hint"),
    [
        ("postgres", "lets every role into `template1`", "REVOKE CONNECT, TEMPORARY ON DATABASE template1"),
        ("redis", "is not for this run alone", "`--services embedded` or `docker`"),
    ],
)
def test_nothing_is_run_beside_what_others_have(katas, stores, visitors, spoilt, message, hint):
    """A superuser's URL of a server that lets everybody in, or a Redis of others, is no place for a stranger."""
    folder, environment = stores(spoilt)
    options = ("--build-network", "--soft-memory", "--services", "url")

    graded = katas('exec "$@"', "grade", folder, *options, environment=environment)

    assert (graded.returncode, graded.stdout) == (ExitCode.OUR_FAULT, ""), graded.stderr
    assert message in graded.stderr
    assert hint in graded.stderr
    assert len(visitors) == 1


@pytest.mark.parametrize("name", BROKEN)
def test_nothing_is_run_without_its_walls(katas, seen, visitors, name):
    """One refusal with the remedy, exit code 3, no mark; the doctor says the same."""
    script, message, hint = BROKEN[name]

    graded = katas(script, "grade", seen, "--build-network")
    looked = katas(script, "doctor", "--isolation")

    assert (graded.returncode, graded.stdout) == (ExitCode.OUR_FAULT, ""), graded.stderr
    assert graded.stderr.startswith("error: ")
    assert message in graded.stderr
    assert hint in graded.stderr.partition("\nhint: ")[2]
    assert "for work that you trust, as your own: `--isolation none --trust-submission`" in graded.stderr
    assert "Traceback" not in graded.stderr
    assert len(visitors) == 1
    assert looked.returncode == ExitCode.OUR_FAULT
    assert hint in looked.stdout

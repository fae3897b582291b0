"""A private folder for a server, and the means to run commands in it under the server's identity."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, Signals

from backend_katas.errors import KatasError
from backend_katas.services.bounds import bounds
from backend_katas.services.identity import OURSELVES, Identity
from backend_katas.services.service import LOOPBACK, Surroundings
from backend_katas.supervisor import Child, Supervisor

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a place for folders with random names
ROOM = 1 << 30
COMMAND_TIMEOUT = 120.0
STOP_TIMEOUT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """A folder that is removed with everything in it, and the log of what ran there.

    `walled` says that a stranger's program will use what runs there, which gets no more of the machine than it may.
    """

    supervisor: Supervisor
    folder: Path
    identity: Identity
    environment: Mapping[str, str]
    walled: bool = False

    @contextmanager
    def running(self, command: Sequence[str | Path], *, stop: Signals) -> Generator[Child]:
        """Run a server in the folder until the block ends; `stop` is the signal it obeys, at the latest when we die."""
        with ExitStack() as stack:
            held = stack.enter_context(bounds(self.supervisor)) if self.walled else None
            child = self._spawn(command, self.identity, stop)
            stack.callback(lambda: child.stop(grace=STOP_TIMEOUT, first_signal=stop))
            if held:
                stack.enter_context(held.holding(child, self.folder))
            yield child

    def run(self, command: Sequence[str | Path], *, identity: Identity | None = None) -> None:
        """Run a command to its end; KatasError carries the end of the log when it fails."""
        child = self._spawn(command, identity or self.identity, SIGKILL)
        try:
            code = child.wait(COMMAND_TIMEOUT)
        finally:
            child.stop(grace=0, first_signal=SIGKILL)
        if code != 0:
            raise self.failure(f"`{Path(command[0]).name}` ended with code {code} in `{self.folder}`")

    def copy(self, source: Path, destination: Path) -> None:
        """Copy a folder with its owners and modes; `cp` does in 40 ms what `shutil` does in 100."""
        self.run(["cp", "-Rp", "--", source, destination], identity=OURSELVES)

    def make_folder(self, name: str) -> Path:
        """Make a folder that belongs to the identity."""
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        self.identity.give(folder)
        return folder

    def log_tail(self, *, lines: int = 20) -> str:
        """Return the last lines of what was written by all that ran here."""
        try:
            return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def failure(self, what: str) -> KatasError:
        """Return an error with the end of the log, or a guess where a full disk has swallowed that too."""
        log = self.log_tail()
        return (
            KatasError(f"{what}:\n{log}")
            if log
            else KatasError(what, f"is the disk full? `df -h {self.folder.parent}`")
        )

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _spawn(self, command: Sequence[str | Path], identity: Identity, last_signal: Signals) -> Child:
        return self.supervisor.spawn(
            [*identity.prefix, *map(str, command)],
            cwd=self.folder,
            environment=self.environment,
            log=self._log,
            user=identity.user,
            group=identity.group,
            last_signal=last_signal,
        )


@contextmanager
def workbench(surroundings: Surroundings, prefix: str, *, identity: Identity = OURSELVES) -> Generator[Workbench]:
    """Lend a private folder, in memory where there is room (a slow disk would make every start slow)."""
    parent = SHARED_MEMORY if _has_room(SHARED_MEMORY) else public_place(identity)
    with surroundings.supervisor.folder(prefix, parent=parent) as folder:
        identity.give(folder)
        yield Workbench(
            supervisor=surroundings.supervisor,
            folder=folder,
            identity=identity,
            # A broken LANG or LC_ALL of the user would stop the servers, and they need neither.
            environment={"PATH": surroundings.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            walled=surroundings.walled,
        )


def public_place(identity: Identity) -> Path:
    """Return the first folder for temporary files that the identity can reach."""
    places = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 - as above
    return next((place for place in places if place.is_dir() and identity.may_enter(place)), places[0])


def free_port() -> int:
    """Return a loopback port that was free a moment ago; whoever binds it must be ready to try another."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return listener.getsockname()[1]


def _has_room(place: Path) -> bool:
    try:
        return shutil.disk_usage(place).free > ROOM
    except OSError:
        return False

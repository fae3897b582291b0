"""The process that holds a cell's namespaces open: started, asked for sockets, and let go."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from backend_katas import _warden
from backend_katas.errors import KatasError
from backend_katas.isolation.slot import Slot
from backend_katas.supervisor import Child, Supervisor

STORE = "store"
_LOOPBACK = "127.0.0.1"
_QUEUE = 512  # connections that wait to be accepted
_START = "import sys; sys.path.append(sys.argv[1]); from {0} import main; sys.exit(main(sys.argv[2]))"
_START_LIMIT = 15.0
_AT_ONCE = 16  # sockets asked for, since asking takes longer than making


class Warden:
    """A warden that has entered its namespaces; its file system is seen at `root`."""

    def __init__(self, child: Child, grader: socket.socket) -> None:
        self.namespaces = Path(f"/proc/{child.pid}/ns")
        self.root = Path(f"/proc/{child.pid}/root")
        self._grader = grader
        self._asking = threading.Lock()
        self._spare: list[int] = []

    def socket(self) -> socket.socket:
        """Return a new TCP socket that is in the warden's network, whichever process uses it."""
        with self._asking:
            if not self._spare:
                self._spare = self._made()
            return socket.socket(fileno=self._spare.pop())

    def connect(self, port: int, *, timeout: float, source: str = "") -> socket.socket:
        """Return a connection from the address `source` to a port inside, `timeout` seconds set; raises OSError."""
        connection = self.socket()
        try:
            connection.settimeout(timeout)
            if source:
                connection.bind((source, 0))
            connection.connect((_LOOPBACK, port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            connection.close()
            raise
        return connection

    def listen(self) -> socket.socket:
        """Return a socket that listens inside, on a free port of its own."""
        listener = self.socket()
        listener.bind((_LOOPBACK, 0))
        listener.listen(_QUEUE)
        return listener

    def free_port(self) -> int:
        """Return a port that was free inside a moment ago."""
        with self.socket() as probe:
            probe.bind((_LOOPBACK, 0))
            return probe.getsockname()[1]

    def close(self) -> None:
        """Give back the sockets that nobody has used, and let the warden end."""
        for descriptor in self._spare:
            os.close(descriptor)
        self._grader.close()

    def _made(self) -> list[int]:
        try:
            self._grader.send(f"{_AT_ONCE}".encode())
            _, descriptors, _, _ = socket.recv_fds(self._grader, 16, _AT_ONCE)
        except OSError:
            descriptors = []
        if not descriptors:
            raise KatasError("the process that holds the program's network open has died, and the program with it")
        return descriptors


@contextmanager
def warden(supervisor: Supervisor, folder: Path, holder: Slot, *, size: int, inodes: int) -> Generator[Warden]:
    """Run a warden until the block ends; it mounts `size` bytes of memory at `store` in the folder, for itself alone.

    Raises KatasError where the machine does not let us make namespaces.
    """
    (folder / STORE).mkdir()
    order = "\n".join([f"{folder}", *map(str, (holder.user, holder.group, size, inodes))])
    package = Path(_warden.__file__).parents[1]
    child = supervisor.spawn(
        [sys.executable, "-I", "-S", "-c", _START.format(_warden.__name__), f"{package}", order],
        cwd=Path("/"),
        environment={},
        log=folder / "log",
    )
    try:
        with closing(Warden(child, _dialled(child, folder))) as made:
            yield made
    finally:
        child.let_go()


def _dialled(child: Child, folder: Path) -> socket.socket:
    deadline = time.monotonic() + _START_LIMIT
    while child.poll() is None and time.monotonic() < deadline:
        if grader := _dial(folder):
            return grader
        time.sleep(0.002)
    told = (folder / "log").read_text(errors="replace").strip().splitlines()
    raise KatasError(
        f"this machine does not let us make namespaces: {told[-1] if told else 'no answer'}",
        "Ubuntu 24.04 and later: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`; Debian: "
        "`sudo sysctl -w kernel.unprivileged_userns_clone=1`; where none are left: "
        "`sudo sysctl -w user.max_user_namespaces=10000`; in a container: a seccomp profile that lets `unshare` be",
    )


def _dial(folder: Path) -> socket.socket | None:
    grader = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    descriptor = os.open(folder, os.O_PATH)
    try:
        # By the descriptor, because the path of a socket may have no more than 107 bytes.
        grader.connect(f"/proc/self/fd/{descriptor}/warden")
    except OSError:
        grader.close()
        return None
    finally:
        os.close(descriptor)
    return grader

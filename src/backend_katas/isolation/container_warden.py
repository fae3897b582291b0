"""The container that holds a cell's network: started, heard from, and let go."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend_katas import _container_warden
from backend_katas.errors import KatasError
from backend_katas.isolation import container
from backend_katas.isolation.confinement import Confinement, bound
from backend_katas.isolation.slot import Slot
from backend_katas.isolation.warden import STORE
from backend_katas.supervisor import Child, Supervisor

_DOOR = "/run/katas"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A warden that has dialled: its container, the connection, and its root directory."""

    container: str
    grader: socket.socket
    root: int


@contextmanager
def contained_warden(supervisor: Supervisor, confinement: Confinement, folder: Path) -> Generator[tuple[Child, Held]]:
    """Run a warden until the block ends; its store is mounted in the folder, for containers to have parts of it."""
    door = folder / "door"
    door.mkdir(mode=0o755)
    with _listening_at(door, confinement.holder) as listener:
        source = Path(_container_warden.__file__).read_text(encoding="utf-8")
        document = confinement.document(
            ["python3", "-I", "-S", "-c", source, f"{_DOOR}/warden"],
            network="none",
            environment={"PATH": confinement.image.path},
            mounts=[bound(f"{door}", Path(_DOOR)), confinement.volume(folder / STORE)],
        )
        order = container.written(folder, confinement, 0, document)
        log = folder / "log"
        child = container.run(supervisor, order, ["warden"], log=log)
        try:
            grader, root = _dialled(child, listener, log)
            try:
                yield child, Held(container=order.name, grader=grader, root=root)
            finally:
                os.close(root)
        finally:
            child.let_go()


@contextmanager
def _listening_at(door: Path, holder: Slot) -> Generator[socket.socket]:
    descriptor = os.open(door, os.O_PATH)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        try:
            # By the descriptor, because the path of a socket may have no more than 107 bytes.
            listener.bind(f"/proc/self/fd/{descriptor}/warden")
        finally:
            os.close(descriptor)
        if holder.lent:
            os.chown(door / "warden", holder.user, holder.group)
        (door / "warden").chmod(0o600)
        listener.listen(1)
        yield listener


def _dialled(child: Child, listener: socket.socket, log: Path) -> tuple[socket.socket, int]:
    deadline = time.monotonic() + container.START_LIMIT
    listener.settimeout(0.05)
    while child.poll() is None and time.monotonic() < deadline:
        try:
            grader = listener.accept()[0]
        except TimeoutError:
            continue
        grader.settimeout(container.START_LIMIT)
        _, descriptors, _, _ = socket.recv_fds(grader, 16, 1)
        if descriptors:
            return grader, descriptors[0]
        grader.close()
        break
    told = log.read_text(errors="replace").strip().splitlines()
    raise KatasError(
        f"the container that holds the program's network did not come: {told[-1] if told else 'no answer'}",
        "the engine has to run on this machine itself, and the image needs `python3`, 3.9 or later",
    )

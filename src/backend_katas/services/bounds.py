"""What a server may take of the machine while the program of a stranger uses it: memory, disk, processes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from backend_katas.isolation.cgroups import cgroups
from backend_katas.supervisor import Child, Supervisor

MEMORY = 1 << 30  # bytes, with its files where these lie in memory
FILES = 1 << 30  # bytes
PROCESSES = 400  # a PostgreSQL with all its sessions
_WORTH_A_LOOK = 256 << 20  # bytes by which a disk has to have filled before anybody counts whose they are
_LOOK = 0.25  # seconds


@contextmanager
def bounds(supervisor: Supervisor) -> Generator[Bounds]:
    """Make what holds a server, before it is started."""
    processors = float(os.cpu_count() or 1)
    with cgroups(supervisor, memory=MEMORY, processes=PROCESSES, processors=processors) as groups:
        yield Bounds(groups)


class Bounds:
    """Limits that a server is put under; `groups` are the files by which it joins control groups, if there are any."""

    def __init__(self, groups: tuple[Path, ...]) -> None:
        self._groups = groups

    @contextmanager
    def holding(self, child: Child, folder: Path) -> Generator[None]:
        """Hold a server that has just been started, and end it if the files in its folder become too many."""
        for group in self._groups:
            with suppress(OSError):  # it has ended already, and its log says why
                group.write_text(f"{child.pid}")
        _limit_each(child.pid)
        over = Event()
        guard = Thread(target=_guard, args=(child, folder, over), name="bounds", daemon=True)
        guard.start()
        try:
            yield
        finally:
            over.set()
            guard.join()


def _limit_each(pid: int) -> None:
    """Limit the memory of each process, for those who may not limit all together; Linux alone can do that."""
    with suppress(ImportError, AttributeError, OSError, ValueError):
        import resource

        resource.prlimit(pid, resource.RLIMIT_DATA, (MEMORY, MEMORY))


def _guard(child: Child, folder: Path, over: Event) -> None:
    most = _free(folder)
    while not over.wait(_LOOK):
        free = _free(folder)
        most = max(most, free)  # what others give back meanwhile must not hide what this one takes
        if most - free >= _WORTH_A_LOOK and _size(folder) > FILES:
            with suppress(OSError), (folder / "log").open("a") as log:
                log.write(f"its files were more than {FILES >> 20} MiB, so it was ended\n")
            child.let_go()
            return


def _free(folder: Path) -> int:
    with suppress(OSError):
        return shutil.disk_usage(folder).free
    return 0


def _size(folder: Path) -> int:
    """Return how much the files in a folder take of the disk; some may go meanwhile."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_blocks * 512  # noqa: PTH118 - thousands, and often
    return total

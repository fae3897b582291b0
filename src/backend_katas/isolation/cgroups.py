"""Limits on a cell as a whole - memory, processes - where this process may make control groups."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from backend_katas.supervisor import Supervisor

_ROOT = Path("/sys/fs/cgroup")
_PROCESSES = "cgroup.procs"


@contextmanager
def cgroups(supervisor: Supervisor, *, memory: int, processes: int) -> Generator[tuple[Path, ...]]:
    """Make control groups with these limits and give the files that a process joins them by; none where none can be.

    `memory` is in bytes, with what is written to file systems in memory.
    """
    with ExitStack() as stack:
        yield tuple(_made(supervisor, memory, processes, stack))


def _made(supervisor: Supervisor, memory: int, processes: int, stack: ExitStack) -> list[Path]:
    two = {"memory.max": memory, "memory.swap.max": 0, "pids.max": processes}
    if (_ROOT / "cgroup.controllers").exists():
        return _group(supervisor, _ROOT, two, stack)
    one = {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory}
    return [
        *_group(supervisor, _ROOT / "memory", one, stack),
        *_group(supervisor, _ROOT / "pids", {"pids.max": processes}, stack),
    ]


def _group(supervisor: Supervisor, parent: Path, limits: Mapping[str, int], stack: ExitStack) -> list[Path]:
    with suppress(OSError):
        folder = stack.enter_context(supervisor.folder("katas-", parent=parent))
        for name, limit in limits.items():
            # How much is swapped is not counted on every machine; where it is not, there is no file.
            if (folder / name).exists():
                (folder / name).write_text(f"{limit}")
        if (folder / next(iter(limits))).exists():
            return [folder / _PROCESSES]
    return []

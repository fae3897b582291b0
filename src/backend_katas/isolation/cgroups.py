"""Limits on a cell as a whole - memory, processes, processors - where this process may make control groups."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from backend_katas.supervisor import Supervisor

_ROOT = Path("/sys/fs/cgroup")
_PROCESSES = "cgroup.procs"
# In microseconds. A program that has used up its share waits for the rest of a period, and so do its answers.
_PERIOD = 20_000
# By the file of the second version of control groups, and of the first.
_FILES = {
    "memory": ("memory.max", "memory.limit_in_bytes"),
    "processes": ("pids.max", "pids.max"),
    "processors": ("cpu.max", "cpu.cfs_quota_us"),
}


@contextmanager
def cgroups(supervisor: Supervisor, *, memory: int, processes: int, processors: float) -> Generator[tuple[Path, ...]]:
    """Make control groups with these limits and give the files that a process joins them by; none where none can be.

    `memory` is in bytes, with what is written to file systems in memory.
    """
    with ExitStack() as stack:
        yield tuple(_made(supervisor, memory, processes, int(processors * _PERIOD), stack))


def limited(groups: Iterable[Path]) -> frozenset[str]:
    """Return which limits the groups have that are joined by these files: `memory`, `processes`, `processors`."""
    folders = [group.parent for group in groups]
    return frozenset(
        name for name, files in _FILES.items() if any((folder / file).exists() for folder in folders for file in files)
    )


def _made(supervisor: Supervisor, memory: int, processes: int, quota: int, stack: ExitStack) -> list[Path]:
    two = {"memory.max": memory, "memory.swap.max": 0, "pids.max": processes, "cpu.max": f"{quota} {_PERIOD}"}
    if (_ROOT / "cgroup.controllers").exists():
        return _group(supervisor, _ROOT, two, stack)
    one = {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory}
    return [
        *_group(supervisor, _ROOT / "memory", one, stack),
        *_group(supervisor, _ROOT / "pids", {"pids.max": processes}, stack),
        *_group(supervisor, _ROOT / "cpu", {"cpu.cfs_quota_us": quota, "cpu.cfs_period_us": _PERIOD}, stack),
    ]


def _group(supervisor: Supervisor, parent: Path, limits: Mapping[str, int | str], stack: ExitStack) -> list[Path]:
    with suppress(OSError):
        folder = stack.enter_context(supervisor.folder("katas-", parent=parent))
        for name, limit in limits.items():
            # How much is swapped is not counted on every machine; where it is not, there is no file.
            if (folder / name).exists():
                (folder / name).write_text(f"{limit}")
        if (folder / next(iter(limits))).exists():
            return [folder / _PROCESSES]
    return []

"""Whether a cell of containers confines as it should: a probe looks round in one before any program runs in another."""

from __future__ import annotations

import json
import os
import platform
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from backend_katas.errors import KatasError
from backend_katas.isolation import _container_probe, seccomp
from backend_katas.isolation.docker import DockerCell
from backend_katas.isolation.premises import Premises
from backend_katas.isolation.proof import Property
from backend_katas.supervisor import Supervisor

_LIMIT = 30.0
_SOCKETS = ("/run/docker.sock", "/var/run/docker.sock")
_TEMPORARY = ("/tmp", "/dev/shm")  # noqa: S108 - inside
_QUEUES = "/dev/mqueue"  # the kernel gives every user 800 KiB there, whoever mounts it
_OWN = 3  # the first process, the shell that it is, and the probe
_FAMILIES = {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, 16}
# The network is that of the warden; users are the engine's, which are ours.
_OTHERS = ("cgroup", "ipc", "mnt", "net", "pid", "uts")

Findings = Mapping[str, Any]
Judge = Callable[[DockerCell, Findings], tuple[str, str]]


def require(cell: DockerCell, supervisor: Supervisor, premises: Premises) -> None:
    """Raise KatasError unless every property holds; it has them all that do not, and what to do about each."""
    missing = [each for each in examine(cell, supervisor, premises) if not each.holds]
    if missing:
        told = "".join(f"\n  {each.name}: {each.seen}" for each in missing)
        raise KatasError(
            f"isolation by `{cell.name}` is not what it should be here, so nothing was run:{told}",
            "; ".join(dict.fromkeys(each.remedy for each in missing)),
        )


def examine(cell: DockerCell, supervisor: Supervisor, premises: Premises) -> tuple[Property, ...]:
    """Run the probe and return what it found; KatasError when it does not run at all."""
    with ExitStack() as stack:
        folder = stack.enter_context(supervisor.folder("katas-proof-"))
        listener = stack.enter_context(socket.create_server(("0.0.0.0", 0)))  # noqa: S104 - a canary
        canary = folder / "canary"
        canary.write_text("a secret of the grader's")
        inside = folder / "inside"
        inside.mkdir()
        stack.enter_context(cell.shared(inside))
        canaries = [canary, Path(__file__).parents[1], *premises.hidden, *map(Path, _SOCKETS)]
        found = _look_round(cell, inside, folder / "log", canaries)
        return (*_judged(cell, found), _network(cell, found, listener))


def _look_round(cell: DockerCell, inside: Path, log: Path, canaries: Sequence[Path]) -> Findings:
    known = seccomp.numbers(platform.machine())
    order = {
        "canaries": [f"{path}" for path in canaries],
        "writable": [*_TEMPORARY, _QUEUES, *(f"{folder}" for folder, _ in cell.places)],
        "temporary": _TEMPORARY,
        "calls": {name: number for name, number in known.items() if name not in seccomp.LOOKED_INTO},
        "unshare": known["unshare"],
    }
    source = Path(_container_probe.__file__).read_text(encoding="utf-8")
    child = cell.spawn(
        ["python3", "-I", "-S", "-c", source, json.dumps(order)],
        cwd=inside,
        environment={"PATH": "", "HOME": f"{inside}"},
        log=log,
    )
    try:
        code = f"code {child.wait(_LIMIT)}"
    except subprocess.TimeoutExpired:
        code = f"no end within {_LIMIT:g} s"
    finally:
        child.let_go()  # it has ended as a rule, and nobody needs to wait until that is proven
    try:
        return json.loads(log.read_text())
    except (OSError, ValueError) as problem:
        lines = log.read_text(errors="replace").strip().splitlines()
        raise KatasError(
            f"isolation by `docker` does not work here: the probe ended with {code}: {lines[-1] if lines else problem}",
            f"the image `{cell.image.name}` needs `sh`, `env` of coreutils 8.31 or later and `python3`, 3.9 or later",
        ) from None


def _judged(cell: DockerCell, found: Findings) -> Iterator[Property]:
    for name, (judge, remedy) in _PROPERTIES.items():
        try:
            problem, seen = judge(cell, found)
        except LookupError as missing:
            problem, seen = f"it cannot be told: nothing was seen of {missing}", ""
        yield Property(name=name, holds=not problem, seen=problem or seen, remedy=remedy)


def _user(cell: DockerCell, found: Findings) -> tuple[str, str]:
    users = {*found["status"]["Uid"], *found["status"]["Gid"]}
    wanted = {f"{cell.holder.user}", f"{cell.holder.group}"}
    right = users == wanted and "0" not in users and wanted >= {*found["status"]["Groups"]}
    seen = f"it runs as {', '.join(sorted(users))}"
    return ("" if right else f"{seen} with the groups {found['status']['Groups']}"), f"{seen}, not as root"


def _capabilities(_: DockerCell, found: Findings) -> tuple[str, str]:
    sets = {name: values[0] for name, values in found["status"].items() if name.startswith("Cap")}
    held = [name for name, value in sets.items() if int(value, 16)]
    return ("" if len(sets) == 5 and not held else f"it has {held}"), "none"


def _gains(_: DockerCell, found: Findings) -> tuple[str, str]:
    right = found["status"]["NoNewPrivs"] == ["1"] and found["new_user"] == "EPERM"
    return ("" if right else "it can gain rights, or make users of its own"), "none can be gained, no users made"


def _filtered(_: DockerCell, found: Findings) -> tuple[str, str]:
    calls = found["calls"]
    let = sorted(name for name, said in calls.items() if said != "EPERM")
    families = sorted(set(found["families"]) - _FAMILIES)
    problem = f"these calls are not refused: {', '.join(let)}" if let else ""
    problem = problem or (f"sockets of the families {families} can be made" if families else "")
    problem = problem or ("" if found["status"]["Seccomp"] == ["2"] else f"mode {found['status']['Seccomp'][0]}")
    return problem, f"{len(calls)} system calls were tried and refused"


def _namespaces(cell: DockerCell, found: Findings) -> tuple[str, str]:
    seen = found["namespaces"]
    ours = [name for name in _OTHERS if seen[name] == os.readlink(f"/proc/self/ns/{name}")]  # noqa: PTH115
    network = os.readlink(cell.warden.namespaces / "net")  # noqa: PTH115
    stray = [] if seen["net"] == network else ["net is not the cell's"]
    return ", ".join([*(f"{name} is the grader's" for name in ours), *stray]), "all but users are its own"


def _processes(_: DockerCell, found: Findings) -> tuple[str, str]:
    seen = len(found["processes"])
    return ("" if seen <= _OWN else f"it sees {seen} processes"), "it sees its own"


def _system(_: DockerCell, found: Findings) -> tuple[str, str]:
    return (f"it can write to {found['written']}" if found["written"] else ""), "nothing can be written to"


def _secrets(_: DockerCell, found: Findings) -> tuple[str, str]:
    return (f"it sees {found['canaries']}" if found["canaries"] else ""), "no canary was seen"


def _environment(cell: DockerCell, found: Findings) -> tuple[str, str]:
    given = {"HOME", "HOSTNAME", "LC_CTYPE", "OLDPWD", "PATH", "PWD", "SHLVL", "_", *cell.image.variables}
    more = set(found["variables"]) - given
    return (f"it has {sorted(more)} too" if more else ""), "as it was given, and what the image sets"


def _outputs(_: DockerCell, found: Findings) -> tuple[str, str]:
    files = [target for target in found["outputs"] if not target.startswith("pipe:")]
    more = sorted(set(found["descriptors"]) - {0, 1, 2})
    return (f"it holds {more}, {files}" if more or files else ""), "pipes, and nothing else is open"


def _sizes(cell: DockerCell, found: Findings) -> tuple[str, str]:
    limits = cell.limits
    allowed = [limits.store, limits.temporary, limits.temporary]
    seen = list(found["sizes"].values())
    right = len(seen) == len(allowed) and all(size <= limit for size, limit in zip(seen, allowed, strict=True))
    shown = " + ".join(f"{size >> 20} MiB" for size in seen)
    return ("" if right else f"{shown} can be written"), f"{shown} at most, in memory"


def _bounds(cell: DockerCell, found: Findings) -> tuple[str, str]:
    limits = cell.limits
    wanted = {"file": limits.file, "open_files": limits.open_files, "core": 0}
    wrong = [f"`{name}` is not {limit}" for name, limit in wanted.items() if found["limits"][name] != limit]
    wrong += [] if found["groups"]["pids.max"] == f"{limits.processes}" else [f"not {limits.processes} processes"]
    seen = f"{limits.processes} processes, {limits.open_files} open files, {limits.file >> 20} MiB a file"
    return ", ".join(wrong), seen


def _memory(cell: DockerCell, found: Findings) -> tuple[str, str]:
    groups, limit = found["groups"], f"{cell.limits.memory}"
    two = (groups.get("memory.max"), groups.get("memory.swap.max")) == (limit, "0")
    one = (groups.get("memory.limit_in_bytes"), groups.get("memory.memsw.limit_in_bytes")) == (limit, limit)
    seen = f"{cell.limits.memory >> 20} MiB for all processes of a container together, swap included"
    return ("" if two or one else f"it is not limited to {limit} bytes: {dict(groups)}"), seen


def _processors(cell: DockerCell, found: Findings) -> tuple[str, str]:
    groups = found["groups"]
    quota, period = groups["cpu.max"].split() if "cpu.max" in groups else _first_version(groups)
    allowed = cell.in_force["processors"]
    right = quota.isdecimal() and int(quota) / int(period) <= allowed
    return ("" if right else "it may use every processor"), f"{allowed:g} of {os.cpu_count()} processors"


def _first_version(groups: Mapping[str, str]) -> tuple[str, str]:
    return groups["cpu.cfs_quota_us"], groups["cpu.cfs_period_us"]


def _network(cell: DockerCell, found: Findings, listener: socket.socket) -> Property:
    others = sorted(set(found["interfaces"]) - {"lo"})
    problem = f"it has {others}" if others else ""
    try:
        cell.connect(listener.getsockname()[1], timeout=2).close()
        problem = "a port of this machine was reached from inside"
    except ConnectionRefusedError:
        pass
    except OSError as error:
        problem = problem or f"it cannot be told: {error}"
    return Property(name="network", holds=not problem, seen=problem or "no way out", remedy=_REPORT)


_REPORT = "please report this: it is a fault of ours, or of this machine's engine"
_GROUPS = "the engine has to enforce it: `docker info` tells by which control groups"

_PROPERTIES: Mapping[str, tuple[Judge, str]] = {
    "user": (_user, _REPORT),
    "capabilities": (_capabilities, _REPORT),
    "rights": (_gains, _REPORT),
    "system calls": (_filtered, "the engine's libseccomp is too old to know all calls: use a later one"),
    "namespaces": (_namespaces, "the kernel needs every kind of namespace"),
    "processes": (_processes, _REPORT),
    "system": (_system, "the image has to have no `VOLUME`, and the engine to mount nothing into containers"),
    "secrets": (_secrets, "the image has to be without graders, references and this package"),
    "environment": (_environment, _REPORT),
    "outputs": (_outputs, _REPORT),
    "storage": (_sizes, _REPORT),
    "limits": (_bounds, _GROUPS),
    "memory": (_memory, _GROUPS),
    "processors": (_processors, _GROUPS),
}

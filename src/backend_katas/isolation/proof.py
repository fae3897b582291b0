"""Whether a cell confines as it should: a probe looks round inside, where the program will run, before any does."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_katas.errors import KatasError
from backend_katas.isolation.bwrap import BwrapCell
from backend_katas.isolation.premises import Premises
from backend_katas.supervisor import Supervisor

_LIMIT = 20.0
_END = "end"
_NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
# Tries what must fail, and tells what it sees; a line a finding, the name first. `$@` are the paths of canaries. It
# starts as few processes as it can, for each costs a program some time to its first answer.
_PLACES = ("", "/bin", "/dev", "/etc", "/proc/sys/kernel", "/run", "/sys", "/usr", "/usr/bin", "/var")
_PROBE = f"""
tell() {{ printf '%s\\t%s\\n' "$1" "$2"; }}
while read -r name value rest; do
  case $name in Uid:|Cap*:|NoNewPrivs:|Seccomp:) tell "${{name%:}}" "$value";; esac
done < /proc/self/status
set -- $(readlink {" ".join(f"/proc/self/ns/{name}" for name in _NAMESPACES)} /proc/$$/fd/1 /proc/$$/fd/2) "$@"
for name in {" ".join(_NAMESPACES)}; do tell "$name" "$1"; shift; done
for output in 1 2; do tell output "$1"; shift; done
for place in {" ".join(f"{place}/" for place in _PLACES)}; do
  true 2> /dev/null > "${{place}}katas-proof" && tell written "$place"
done
for canary; do
  [ -r "$canary" ] && [ ! -d "$canary" ] && tell read "$canary"
  for entry in "$canary"/* "$canary"/.[!.]*; do [ -e "$entry" ] && tell read "$entry"; done
done
unshare --user true 2> /dev/null && tell users new
for process in /proc/[0-9]*; do tell process "${{process#/proc/}}"; done
for descriptor in /proc/$$/fd/*; do [ -h "$descriptor" ] && tell descriptor "${{descriptor##*/}}"; done
export -p
df -Pk . /tmp /dev/shm
while read -r line; do tell limit "$line"; done < /proc/$$/limits
tell {_END} ''
"""
_VARIABLE = re.compile(r"export (\w+)")
_SIZE = re.compile(r"\S+ +(\d+) +\d+ +\d+ +\d+% ")

Findings = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One thing that has to hold inside: whether it does, what was seen, and what to do where it does not."""

    name: str
    holds: bool
    seen: str
    remedy: str


def require(cell: BwrapCell, supervisor: Supervisor, premises: Premises) -> None:
    """Raise KatasError unless every property holds; it has them all that do not, and what to do about each."""
    missing = [each for each in examine(cell, supervisor, premises) if not each.holds]
    if missing:
        told = "".join(f"\n  {each.name}: {each.seen}" for each in missing)
        raise KatasError(
            f"isolation by `{cell.name}` is not what it should be here, so nothing was run:{told}",
            "; ".join(dict.fromkeys(each.remedy for each in missing)),
        )


def examine(cell: BwrapCell, supervisor: Supervisor, premises: Premises) -> tuple[Property, ...]:
    """Look at every property of a cell; raises KatasError where not even the probe runs."""
    with supervisor.folder("katas-proof-") as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        canary = folder / "canary"
        canary.write_text("a secret of the grader's")
        inside = folder / "inside"
        inside.mkdir()
        with cell.shared(inside):
            canaries = [canary, Path(__file__).parents[1], *premises.hidden, *map(Path, _SECRETS)]
            found = _look_round(cell, inside, folder / "log", canaries)
        # An empty folder goes without a process that removes it, and a program waits for this.
        inside.rmdir()
        canary.unlink()
        (folder / "log").unlink()
        return (*_judged(cell, found), _network(cell, listener))


_SECRETS = ("/etc/shadow", "/root", "/home", "/run/docker.sock", "/var/run/docker.sock")


def _look_round(cell: BwrapCell, inside: Path, log: Path, canaries: Iterable[Path]) -> Findings:
    child = cell.spawn(
        ["/bin/sh", "-c", _PROBE, "sh", *map(str, canaries)],
        cwd=inside,
        environment={"PATH": "/usr/bin:/bin", "HOME": f"{inside}"},
        log=log,
    )
    try:
        code = f"code {child.wait(_LIMIT)}"
    except subprocess.TimeoutExpired:
        code = f"no end within {_LIMIT:g} s"
    finally:
        child.let_go()  # it has ended as a rule, and nobody needs to wait until that is proven
    lines = log.read_text(errors="replace").splitlines()
    found = _read(lines)
    if _END not in found:
        raise _did_not_run(lines[-1] if lines else "it wrote nothing", code)
    return found


def _read(lines: Iterable[str]) -> dict[str, list[str]]:
    """Sort what the probe told, and what `export` and `df` did, by name."""
    found: dict[str, list[str]] = {}
    for line in lines:
        name, tab, value = line.partition("\t")
        if tab:
            found.setdefault(name, []).append(value)
        elif variable := _VARIABLE.match(line):
            found.setdefault("variable", []).append(variable[1])
        elif size := _SIZE.match(line):
            found.setdefault("size", []).append(size[1])
    return found


def _did_not_run(told: str, code: str) -> KatasError:
    remedy = _FILTERS if "seccomp" in told.lower() else f"{_APPARMOR}; bubblewrap has to be 0.8 or later"
    return KatasError(f"isolation by `bwrap` does not work here: the probe ended with {code}: {told}", remedy)


def _judged(cell: BwrapCell, found: Findings) -> Iterator[Property]:
    for name, (judge, remedy) in _PROPERTIES.items():
        try:
            problem, seen = judge(cell, found)
        except LookupError as missing:
            problem, seen = f"it cannot be told: nothing was seen of {missing}", ""
        yield Property(name=name, holds=not problem, seen=problem or seen, remedy=remedy)


def _user(cell: BwrapCell, found: Findings) -> tuple[str, str]:
    user = found["Uid"][0]
    return ("" if user == f"{cell.holder.user}" != "0" else f"it runs as {user}"), f"it runs as {user}, not as root"


def _capabilities(_: BwrapCell, found: Findings) -> tuple[str, str]:
    held = [name for name, values in found.items() if name.startswith("Cap") and int(values[0], 16)]
    return (
        "" if len([name for name in found if name.startswith("Cap")]) == 5 and not held else f"it has {held}"
    ), "none"


def _gains(_: BwrapCell, found: Findings) -> tuple[str, str]:
    right = found["NoNewPrivs"] == ["1"] and "users" not in found
    return ("" if right else "it can gain rights, or make users of its own"), "none can be gained, no users made"


def _filtered(_: BwrapCell, found: Findings) -> tuple[str, str]:
    return ("" if found["Seccomp"] == ["2"] else f"mode {found['Seccomp'][0]}"), "system calls are filtered"


def _namespaces(cell: BwrapCell, found: Findings) -> tuple[str, str]:
    ours = [name for name in _NAMESPACES if found[name] == [os.readlink(f"/proc/self/ns/{name}")]]  # noqa: PTH115
    network = os.readlink(cell.warden.namespaces / "net")  # noqa: PTH115
    stray = [] if found["net"] == [network] else ["net is not the cell's"]
    return ", ".join([*(f"{name} is the grader's" for name in ours), *stray]), "all are its own"


def _processes(_: BwrapCell, found: Findings) -> tuple[str, str]:
    seen = len(found["process"])
    return ("" if seen <= _OWN_PROCESSES else f"it sees {seen} processes"), "it sees its own"


def _system(_: BwrapCell, found: Findings) -> tuple[str, str]:
    return (f"it can write to {found['written']}" if "written" in found else ""), "nothing can be written to"


def _secrets(_: BwrapCell, found: Findings) -> tuple[str, str]:
    return (f"it can read {found['read']}" if "read" in found else ""), "no canary was read"


def _environment(_: BwrapCell, found: Findings) -> tuple[str, str]:
    more = set(found["variable"]) - {"HOME", "OLDPWD", "PATH", "PWD"}
    return (f"it has {sorted(more)} too" if more else ""), "as it was given"


def _outputs(_: BwrapCell, found: Findings) -> tuple[str, str]:
    files = [target for target in found["output"] if not target.startswith("pipe:")]
    more = set(found["descriptor"]) - {"0", "1", "2"}
    # A shell keeps its script, or what it has put aside, open at ten and above.
    more = {number for number in more if int(number) < _SHELLS_OWN}
    return (f"it holds {sorted(more)}, {files}" if more or files else ""), "pipes, and nothing else is open"


def _sizes(cell: BwrapCell, found: Findings) -> tuple[str, str]:
    limits = cell.limits
    allowed = [limits.store, limits.temporary, limits.temporary]
    seen = [int(size) << 10 for size in found["size"]]
    right = len(seen) == len(allowed) and all(size <= limit for size, limit in zip(seen, allowed, strict=True))
    shown = " + ".join(f"{size >> 20} MiB" for size in seen)
    return ("" if right else f"{shown} can be written"), f"{shown} at most, in memory"


def _bounds(cell: BwrapCell, found: Findings) -> tuple[str, str]:
    limits = cell.limits
    wanted = {
        "Max processes": limits.processes,
        "Max open files": limits.open_files,
        "Max file size": limits.file,
        "Max core file size": 0,
    }
    right = {name: re.compile(f"{name} +{limit} +{limit} ") for name, limit in wanted.items()}
    wrong = [f"`{name}` is not {wanted[name]}" for name in wanted if not any(map(right[name].match, found["limit"]))]
    seen = f"{limits.processes} processes, {limits.open_files} open files, {limits.file >> 20} MiB a file"
    return ", ".join(wrong), seen


def _memory(cell: BwrapCell, _: Findings) -> tuple[str, str]:
    each = f"{cell.limits.memory >> 20} MiB"
    if "memory" in cell.limited:
        return "", f"{each} for all processes together"
    soft = f"{each} for each process alone, not for all together"
    return ("" if cell.soft_memory else soft), soft


def _processor(cell: BwrapCell, _: Findings) -> tuple[str, str]:
    if "processors" in cell.limited:
        return "", f"{cell.limits.processors:g} of {os.cpu_count()} processors"
    without = "it may use every processor"
    return ("" if cell.soft_memory else without), without


def _network(cell: BwrapCell, listener: socket.socket) -> Property:
    try:
        cell.connect(listener.getsockname()[1], timeout=2).close()
        problem = "a port of this machine was reached from inside"
    except ConnectionRefusedError:
        problem = ""
    except OSError as error:
        problem = f"it cannot be told: {error}"
    return Property(name="network", holds=not problem, seen=problem or "no way out", remedy=_REPORT)


_OWN_PROCESSES = 4  # bubblewrap, the shell, and what the shell has just started
_SHELLS_OWN = 10
_APPARMOR = "Ubuntu 24.04 and later: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`"
_FILTERS = "the kernel has to have filters of system calls (`CONFIG_SECCOMP_FILTER`), and a container to allow them"
_REPORT = "please report this: it is a fault of ours, or of this machine's bubblewrap"
_GROUPS = "grade as root with writable control groups, or let it be with `--soft-memory`"

Judge = Callable[[BwrapCell, Findings], tuple[str, str]]

_PROPERTIES: Mapping[str, tuple[Judge, str]] = {
    "user": (_user, _REPORT),
    "capabilities": (_capabilities, _REPORT),
    "rights": (_gains, "bubblewrap has to be 0.8 or later, and not setuid"),
    "system calls": (_filtered, _FILTERS),
    "namespaces": (_namespaces, "the kernel needs every kind of namespace"),
    "processes": (_processes, _REPORT),
    "system": (_system, _REPORT),
    "secrets": (_secrets, "move what is seen to a place outside of `/usr` and of the toolchains on the `PATH`"),
    "environment": (_environment, _REPORT),
    "outputs": (_outputs, _REPORT),
    "storage": (_sizes, _REPORT),
    "limits": (_bounds, "raise the hard limits of whoever grades (`ulimit -H`)"),
    "memory": (_memory, _GROUPS),
    "processors": (_processor, _GROUPS),
}

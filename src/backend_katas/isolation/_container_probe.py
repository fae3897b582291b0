"""Look round inside a container and tell what is seen as JSON; run by the Python of an image, see `container_proof.py`.

It tries what must fail. Standard library only, and nothing newer than Python 3.9.
"""

# Small and quick, and the folders are the container's.
# ruff: noqa: PTH109, PTH110, PTH112, PTH115, PTH116, PTH118, PTH123, PTH208, S108
from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import resource
import socket
import stat
import sys
from collections.abc import Collection, Mapping

_NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
_GROUPS = "/sys/fs/cgroup"


def main(order: str) -> int:
    """Tell what is found; the order has the paths of canaries, the places and the calls that are tried."""
    wanted = json.loads(order)
    found = {
        "status": _status(),
        "namespaces": {name: os.readlink(f"/proc/self/ns/{name}") for name in _NAMESPACES},
        "processes": [int(name) for name in os.listdir("/proc") if name.isdecimal()],
        "canaries": [path for path in wanted["canaries"] if _is_seen(path)],
        "written": _written(wanted["writable"]),
        "variables": sorted(os.environ),
        "descriptors": _descriptors(),
        "outputs": [os.readlink(f"/proc/self/fd/{number}") for number in (1, 2)],
        "sizes": {place: _size(place) for place in (os.getcwd(), *wanted["temporary"])},
        "limits": _limits(),
        "groups": _groups(),
        "interfaces": [line.partition(":")[0].strip() for line in _lines("/proc/net/dev")[2:]],
        "families": _families(),
        "calls": _calls(wanted["calls"]),
        "new_user": _calls({"unshare": wanted["unshare"]}, 0x10000000)["unshare"],
    }
    os.write(1, json.dumps(found).encode())
    return 0


def _lines(path: str) -> list[str]:
    with open(path) as file:
        return file.read().splitlines()


def _status() -> dict[str, list[str]]:
    fields = dict(line.split(":", 1) for line in _lines("/proc/self/status"))
    return {name: value.split() for name, value in fields.items() if not name.startswith("Vm")}


def _is_seen(path: str) -> bool:
    """Say whether there is something; an empty folder is nothing, for an image may have one of that name."""
    try:
        return bool(os.listdir(path))
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _written(allowed: Collection[str]) -> list[str]:
    """Return the places, of all that are mounted and some that are not, where a file can be made."""
    mounted = [line.split()[4].replace("\\040", " ") for line in _lines("/proc/self/mountinfo")]
    places = {*mounted, "/bin", "/etc", "/home", "/opt", "/root", "/usr", "/usr/bin", "/var", "/var/tmp"}
    found: list[str] = []
    for place in sorted(places - set(allowed)):
        name = os.path.join(place, "katas-proof") if os.path.isdir(place) else place
        with contextlib.suppress(OSError):
            if not (
                os.path.exists(name) and stat.S_ISCHR(os.stat(name).st_mode)
            ):  # the engine's masks are null devices
                os.close(os.open(name, os.O_WRONLY | os.O_CREAT))
                found.append(name)
    return found


def _descriptors() -> list[int]:
    found: list[tuple[int, str]] = []
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            found.append((int(number), os.readlink(f"/proc/self/fd/{number}")))
    return [number for number, target in found if not target.startswith("/proc/")]


def _size(place: str) -> int:
    told = os.statvfs(place)
    return told.f_blocks * told.f_frsize


def _limits() -> dict[str, int]:
    names = {"file": resource.RLIMIT_FSIZE, "open_files": resource.RLIMIT_NOFILE, "core": resource.RLIMIT_CORE}
    return {name: resource.getrlimit(number)[1] for name, number in names.items()}


def _groups() -> dict[str, str]:
    """Return the limits of the control groups, as the files of either version say."""
    found: dict[str, str] = {}
    for folder in ("", "cpu/", "cpu,cpuacct/", "memory/", "pids/"):
        for name in (
            "memory.max", "memory.swap.max", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "pids.max",
            "cpu.max", "cpu.cfs_quota_us", "cpu.cfs_period_us",
        ):  # fmt: skip
            with contextlib.suppress(OSError):
                found[name] = _lines(f"{_GROUPS}/{folder}{name}")[0]
    return found


def _families() -> list[int]:
    """Return the kinds of sockets that can be made, besides those for which there is no kernel module."""
    found: list[int] = []
    for family in range(64):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            with contextlib.suppress(OSError):
                socket.socket(family, kind).close()
                found.append(family)
    return sorted(set(found))


def _calls(numbers: Mapping[str, int], first: int = -1) -> dict[str, str]:
    """Return what the kernel says to calls with arguments that mean nothing, by their names."""
    libc = ctypes.CDLL(None, use_errno=True)
    found: dict[str, str] = {}
    for name, number in numbers.items():
        ctypes.set_errno(0)
        libc.syscall(ctypes.c_long(number), *[ctypes.c_long(each) for each in (first, -1, -1, -1, -1, -1)])
        found[name] = errno.errorcode.get(ctypes.get_errno(), "0")
    return found


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

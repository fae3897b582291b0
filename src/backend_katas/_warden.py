"""Hold the namespaces of a cell open and make sockets in its network; a process of its own, see `isolation/bwrap.py`.

It stands in the cell's network, users and mounts, but not among its processes: no program inside can see it. Started
without site-packages, so standard library only.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import sys

MOST = 64  # sockets in one answer; the kernel passes 253
_NEW_MOUNTS, _NEW_USER, _NEW_NETWORK = 0x00020000, 0x10000000, 0x40000000  # linux/sched.h
_NO_SET_UID, _NO_DEVICES, _RECURSIVE, _PRIVATE = 2, 4, 1 << 14, 1 << 18  # linux/mount.h
_SET_DUMPABLE = 4  # linux/prctl.h
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1  # linux/sockios.h, linux/if.h


def main(order: str) -> int:
    """Enter new namespaces as the order says, then serve the grader until it goes; returns the exit status.

    The order has a line each for the folder, the user, the group, and the store's size and number of files: to load
    `json` would take longer than all of the rest.
    """
    folder, *numbers = order.split("\n")
    wanted: dict[str, int] = dict(zip(("user", "group", "size", "inodes"), map(int, numbers), strict=True))
    os.chdir(folder)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind("warden")
        os.chmod("warden", 0o600)  # noqa: PTH101 - saves the import of pathlib
        _enter(wanted)
        listener.listen(1)
        with listener.accept()[0] as grader:
            while asked := grader.recv(16):
                _give(grader, min(int(asked), MOST))
    return 0


def _enter(wanted: dict[str, int]) -> None:
    user, group = wanted["user"], wanted["group"]
    if os.geteuid() == 0:
        # The store is mounted before root is given up, so that root may go on to write there.
        _unshare(_NEW_MOUNTS)
        _mount_store(wanted)
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
        _checked(_LIBC.prctl(_SET_DUMPABLE, 1, 0, 0, 0), "prctl")
        _unshare(_NEW_USER | _NEW_NETWORK)
        _map(user, group)
    else:
        _unshare(_NEW_USER | _NEW_NETWORK | _NEW_MOUNTS)
        _map(user, group)
        _mount_store(wanted)
    _raise_loopback()


def _map(user: int, group: int) -> None:
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123
            file.write(text)


def _mount_store(wanted: dict[str, int]) -> None:
    options = f"size={wanted['size']},nr_inodes={wanted['inodes']},mode=0711"
    _mount(b"none", b"/", b"", _RECURSIVE | _PRIVATE, b"")
    _mount(b"katas", b"store", b"tmpfs", _NO_SET_UID | _NO_DEVICES, options.encode())


def _raise_loopback() -> None:
    with socket.socket() as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack_from("16xh", fcntl.ioctl(any_socket, _GET_FLAGS, request))
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


def _give(grader: socket.socket, number: int) -> None:
    made = [socket.socket() for _ in range(number)]
    socket.send_fds(grader, [b"."], [each.fileno() for each in made])
    for each in made:
        each.close()


_LIBC = ctypes.CDLL(None, use_errno=True)


def _unshare(namespaces: int) -> None:
    _checked(_LIBC.unshare(namespaces), "unshare")


def _mount(source: bytes, target: bytes, kind: bytes, flags: int, options: bytes) -> None:
    _checked(_LIBC.mount(source, target, kind, ctypes.c_ulong(flags), options), "mount")


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        sys.exit(f"{what}: {os.strerror(number)}")

"""The system calls that no program inside may make, as a filter for the kernel (seccomp, classic BPF).

Names and numbers stand here as data, for each architecture; a test compares them with those of libseccomp and tries the
filter on every number. Nothing is needed for it where programs run.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# What traces or looks into other processes, keys and clocks that are not in a namespace, mounts, namespaces, the
# machine's own state, and interfaces that offer all of it once more (io_uring). `-` where an architecture lacks a call.
_NUMBERS = """
name                x86_64  aarch64
acct                   163       89
add_key                248      217
adjtimex               159      171
bpf                    321      280
chroot                 161       51
clock_adjtime          305      266
clock_settime          227      112
delete_module          176      106
fanotify_init          300      262
finit_module           313      273
fsconfig               431      431
fsmount                432      432
fsopen                 430      430
fspick                 433      433
init_module            175      105
io_uring_enter         426      426
io_uring_register      427      427
io_uring_setup         425      425
ioperm                 173        -
iopl                   172        -
kcmp                   312      272
kexec_file_load        320      294
kexec_load             246      104
keyctl                 250      219
lookup_dcookie         212       18
mbind                  237      235
migrate_pages          256      238
modify_ldt             154        -
mount                  165       40
mount_setattr          442      442
move_mount             429      429
move_pages             279      239
name_to_handle_at      303      264
nfsservctl             180       42
open_by_handle_at      304      265
open_tree              428      428
perf_event_open        298      241
personality            135       92
pidfd_getfd            438      438
pivot_root             155       41
process_vm_readv       310      270
process_vm_writev      311      271
ptrace                 101      117
quotactl               179       60
quotactl_fd            443      443
reboot                 169      142
request_key            249      218
set_mempolicy          238      237
sethostname            170      161
setdomainname          171      162
setns                  308      268
settimeofday           164      170
swapoff                168      225
swapon                 167      224
syslog                 103      116
umount2                166       39
unshare                272       97
userfaultfd            323      282
vhangup                153       58
clone                   56      220
clone3                 435      435
ioctl                   16       29
socket                  41      198
"""
LOOKED_INTO = frozenset({"clone", "clone3", "ioctl", "socket"})
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # linux/audit.h
MACHINES = frozenset(_AUDIT)

_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data (linux/seccomp.h)
_X32 = 0x40000000  # the bit of x86_64's other calling convention, whose numbers are another table
_NEW_USER = 0x10000000
_FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6
_NETLINK, _ROUTE = 16, 0  # by which a program learns the machine's addresses; Node and the C library ask
_TERMINAL = (0x5412, 0x541C)  # TIOCSTI and TIOCLINUX type into the terminal they are given

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # linux/bpf_common.h
_ALLOW, _KILL = 0x7FFF0000, 0x80000000


@dataclass(frozen=True, slots=True)
class _Step:
    """One instruction; `yes` and `no` are how many are jumped over."""

    code: int
    value: int
    yes: int = 0
    no: int = 0

    def __bytes__(self) -> bytes:
        return struct.pack("=HBBI", self.code, self.yes, self.no, self.value)


def numbers(machine: str) -> dict[str, int]:
    """Return the numbers of the calls that are looked at; raises KeyError for an architecture that is not known."""
    header, *rows = (line.split() for line in _NUMBERS.strip().splitlines())
    column = {name: place for place, name in enumerate(header)}[machine]
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


def program(machine: str) -> bytes:
    """Return the filter for a machine (`platform.machine()`); raises KeyError for one that is not known."""
    known = numbers(machine)
    denied = sorted(number for name, number in known.items() if name not in LOOKED_INTO)
    steps = [
        _Step(_LOAD, _ARCHITECTURE),
        _Step(_EQUAL, _AUDIT[machine], yes=1),
        _Step(_RETURN, _KILL),
        _Step(_LOAD, _NUMBER),
        *_when(_Step(_AT_LEAST, _X32), _refuse(errno.EPERM)),
        *(step for number in denied for step in _when(_Step(_EQUAL, number), _refuse(errno.EPERM))),
        # The C library then makes threads by `clone`, whose flags can be looked at.
        *_when(_Step(_EQUAL, known["clone3"]), _refuse(errno.ENOSYS)),
        *_when(_Step(_EQUAL, known["clone"]), _clone()),
        *_when(_Step(_EQUAL, known["ioctl"]), _ioctl()),
        *_when(_Step(_EQUAL, known["socket"]), _socket()),
        _Step(_RETURN, _ALLOW),
    ]
    return b"".join(map(bytes, steps))


def _when(question: _Step, then: Iterable[_Step]) -> Iterator[_Step]:
    """Give a question and the steps that are taken only if it is answered with yes; they have to return."""
    steps = list(then)
    yield _Step(question.code, question.value, no=len(steps))
    yield from steps


def _refuse(number: int) -> list[_Step]:
    return [_Step(_RETURN, 0x00050000 | number)]


def _argument(place: int) -> _Step:
    """Load the lower half of an argument, on a machine that puts it first; the kernel looks at no more of these."""
    return _Step(_LOAD, _ARGUMENTS + 8 * place)


def _clone() -> list[_Step]:
    return [_argument(0), *_when(_Step(_ANY_BIT, _NEW_USER), _refuse(errno.EPERM)), _Step(_RETURN, _ALLOW)]


def _ioctl() -> list[_Step]:
    refused = [step for request in _TERMINAL for step in _when(_Step(_EQUAL, request), _refuse(errno.EPERM))]
    return [_argument(1), *refused, _Step(_RETURN, _ALLOW)]


def _socket() -> list[_Step]:
    allowed = [step for family in _FAMILIES for step in _when(_Step(_EQUAL, family), [_Step(_RETURN, _ALLOW)])]
    route = [_argument(2), *_when(_Step(_EQUAL, _ROUTE), [_Step(_RETURN, _ALLOW)])]
    return [
        _argument(0),
        *allowed,
        *_when(_Step(_EQUAL, _NETLINK), [*route, *_refuse(errno.EAFNOSUPPORT)]),
        *_refuse(errno.EAFNOSUPPORT),
    ]


def profile(machine: str) -> dict[str, object]:
    """Return the same filter as container engines take it; raises KeyError for a machine that is not known."""
    known = numbers(machine)
    return {
        "defaultAction": "SCMP_ACT_ALLOW",
        "syscalls": [
            _rule(sorted(known.keys() - LOOKED_INTO), errno.EPERM),
            _rule(["clone3"], errno.ENOSYS),
            _rule(["clone"], errno.EPERM, _comparison(0, "MASKED_EQ", _NEW_USER, _NEW_USER)),
            # The kernel looks at the lower half only, and so it has to be here.
            *(_rule(["ioctl"], errno.EPERM, _comparison(1, "MASKED_EQ", 0xFFFFFFFF, each)) for each in _TERMINAL),
            *(_rule(["socket"], errno.EAFNOSUPPORT, _comparison(0, "EQ", each)) for each in _OTHER_FAMILIES),
            # With all that has something in the upper half.
            _rule(["socket"], errno.EAFNOSUPPORT, _comparison(0, "GE", _NO_FAMILY)),
            _rule(["socket"], errno.EAFNOSUPPORT, _comparison(0, "EQ", _NETLINK), _comparison(2, "NE", _ROUTE)),
        ],
    }


_NO_FAMILY = 64  # more than there are (linux/socket.h), with room for some that come
_OTHER_FAMILIES = sorted(set(range(_NO_FAMILY)) - {*_FAMILIES, _NETLINK})


def _rule(names: list[str], number: int, *comparisons: dict[str, object]) -> dict[str, object]:
    return {"names": names, "action": "SCMP_ACT_ERRNO", "errnoRet": number, "args": list(comparisons)}


def _comparison(place: int, operation: str, value: int, second: int = 0) -> dict[str, object]:
    return {"index": place, "value": value, "valueTwo": second, "op": f"SCMP_CMP_{operation}"}

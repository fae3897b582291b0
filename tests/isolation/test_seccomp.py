"""The filter refuses what it names on each architecture, and nothing else."""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import struct

import pytest

from backend_katas.isolation import seccomp

AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOWED = 0x7FFF0000
KILLED = 0x80000000
MACHINES = list(AUDIT)
CODE = {machine: list(struct.iter_unpack("=HBBI", seccomp.program(machine))) for machine in MACHINES}


def judged(machine: str, number: int, *arguments: int, audit: int | None = None) -> int:
    """Run the filter as the kernel does on one call, and return what it says (man 2 seccomp)."""
    code = CODE[machine]
    given = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("<iIQ6Q", number, AUDIT[machine] if audit is None else audit, 0, *given)
    accumulator, place = 0, 0
    while True:
        operation, yes, no, value = code[place]
        place += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif operation == 0x06:
            return value
        else:
            met = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[operation]
            place += yes if met else no


def refused(number: int) -> int:
    """Return what the filter says to refuse a call with an error."""
    return 0x00050000 | number


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_those_of_the_kernel(machine):
    """The library that knows every architecture's table says the same; it comes with Debian."""
    name = ctypes.util.find_library("seccomp")
    if not name:
        pytest.skip("`libseccomp` is not here: `apt-get install libseccomp2`")
    library = ctypes.CDLL(name)
    library.seccomp_syscall_resolve_name_arch.argtypes = [ctypes.c_uint32, ctypes.c_char_p]
    known = seccomp.numbers(machine)

    told = {each: library.seccomp_syscall_resolve_name_arch(AUDIT[machine], each.encode()) for each in known}
    everywhere = seccomp.numbers("x86_64")
    missing = {each: library.seccomp_syscall_resolve_name_arch(AUDIT[machine], each.encode()) for each in everywhere}

    assert told == known
    assert {each for each, number in missing.items() if number < 0} == everywhere.keys() - known.keys()


@pytest.mark.parametrize("machine", MACHINES)
def test_every_number_is_judged_as_it_is_named(machine):
    """Of all numbers that there are, those named are refused, and no other."""
    known = seccomp.numbers(machine)
    plain = {number for name, number in known.items() if name not in {"clone", "clone3", "ioctl", "socket"}}

    for number in range(600):
        if number not in {known["clone3"], known["socket"]}:
            assert judged(machine, number) == (refused(errno.EPERM) if number in plain else ALLOWED), number
    assert judged(machine, known["clone3"]) == refused(errno.ENOSYS)
    assert judged(machine, known["ptrace"] + 0x40000000) == refused(errno.EPERM)


@pytest.mark.parametrize("machine", MACHINES)
def test_another_architectures_calls_end_the_process(machine):
    """The numbers of 32 bits mean other calls; whoever makes them means to get round the filter."""
    assert judged(machine, 1, audit=0x40000003) == KILLED


@pytest.mark.parametrize("machine", MACHINES)
def test_threads_are_made_and_users_are_not(machine):
    """The flags tell a thread from a new user namespace, in which one would be root."""
    clone = seccomp.numbers(machine)["clone"]

    assert judged(machine, clone, 0x003D0F00) == ALLOWED
    assert judged(machine, clone, 0x003D0F00 | 0x10000000) == refused(errno.EPERM)


@pytest.mark.parametrize("machine", MACHINES)
def test_only_the_families_of_servers_have_sockets(machine):
    """Unix and IP as everywhere; netlink only to ask for addresses; a hypervisor's, raw packets and the rest not."""
    call = seccomp.numbers(machine)["socket"]
    allowed = {family for family in range(64) if judged(machine, call, family, 1, 0) == ALLOWED}

    assert allowed == {1, 2, 10, 16}
    assert judged(machine, call, 16, 3, 9) == refused(errno.EAFNOSUPPORT)
    assert judged(machine, call, 40, 1, 0) == refused(errno.EAFNOSUPPORT)
    assert judged(machine, call, 2, 1, 6) == ALLOWED


@pytest.mark.parametrize("machine", MACHINES)
def test_nobody_types_for_another(machine):
    """A terminal can be asked for its size, and not be made to believe that a key was pressed."""
    call = seccomp.numbers(machine)["ioctl"]

    assert judged(machine, call, 0, 0x5413) == ALLOWED
    assert judged(machine, call, 0, 0x5412) == judged(machine, call, 0, 0x541C) == refused(errno.EPERM)


def test_an_unknown_machine_has_no_filter():
    """Rather none than one for another machine."""
    with pytest.raises(KeyError):
        seccomp.program("riscv64")


@pytest.mark.parametrize("machine", MACHINES)
def test_an_engine_is_given_the_same_list(machine):
    """Every call of the filter is in the document for engines, with the same answer, and the same kinds of sockets."""
    document = seccomp.profile(machine)
    plain = [rule for rule in document["syscalls"] if not rule["args"]]
    families = [rule["args"] for rule in document["syscalls"] if rule["names"] == ["socket"]]
    told = {name: rule["errnoRet"] for rule in plain for name in rule["names"]}

    assert document["defaultAction"] == "SCMP_ACT_ALLOW"
    assert told.keys() | {"clone", "ioctl", "socket"} == seccomp.numbers(machine).keys()
    for name, number in told.items():
        assert judged(machine, seccomp.numbers(machine)[name]) == refused(number)
    for family in range(64):
        let = judged(machine, seccomp.numbers(machine)["socket"], family, 1, 0) == ALLOWED
        assert let != any(len(each) == 1 and each[0]["value"] == family for each in families)

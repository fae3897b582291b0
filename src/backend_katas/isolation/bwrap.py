"""Bubblewrap: programs in namespaces, users, mounts and a network of their own, under a filter and limits (Linux).

A *warden* holds the cell's network, users and mounts open; each program is bubblewrap's child in there, with processes
and a view of the files of its own. The supervisor's keeper stays its ancestor, so it is stopped, read and reaped like
any other. What it may write lies in a *store*, in memory and of limited size.
"""

from __future__ import annotations

import itertools
import os
import platform
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from backend_katas.errors import KatasError
from backend_katas.isolation import seccomp
from backend_katas.isolation.cgroups import cgroups, limited
from backend_katas.isolation.forward import forwarded
from backend_katas.isolation.limits import Limits
from backend_katas.isolation.listening import listening
from backend_katas.isolation.premises import Premises, binds, online
from backend_katas.isolation.slot import Slot, require_rights, slot
from backend_katas.isolation.store import Store
from backend_katas.isolation.warden import Warden, warden
from backend_katas.supervisor import LOG_LIMIT, Child, Supervisor

_PACKAGES = {
    "bwrap": "bubblewrap", "env": "coreutils", "nsenter": "util-linux", "prlimit": "util-linux",
    "setpriv": "util-linux", "sh": "dash",
}  # fmt: skip
# The signals by which a program is asked to end reach bubblewrap too, which has to stay until the program has ended.
_SIGNALS = ("HUP", "INT", "TERM")
_SCRIPT = f"""
trap '' {" ".join(_SIGNALS)}
exec 3< "$1" 4< "$2"; shift 2
while [ "$1" != -- ]; do echo $$ > "$1" || exit 125; shift; done; shift
ulimit -c 0 && ulimit -f "$1" && ulimit -n "$2" && {{ [ "$3" = - ] || ulimit -d "$3"; }} || exit 125; shift 3
exec "$@"
"""
NAMESPACES = (
    "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--disable-userns",
    "--hostname", "program", "--cap-drop", "ALL",
)  # fmt: skip
_FILES = {
    "passwd": "program:x:{user}:{group}:program:/tmp:/bin/sh\n",
    "group": "program:x:{group}:\n",
    "hosts": "127.0.0.1 localhost program\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


class BwrapCell:
    """A cell that bubblewrap makes; `folder` is the grader's own, `groups` are the files by which limits are joined.

    `tools` are the paths of the programs that it takes, by name.
    """

    name = "bwrap"

    def __init__(
        self,
        supervisor: Supervisor,
        premises: Premises,
        *,
        limits: Limits,
        holder: Slot,
        folder: Path,
        groups: Sequence[Path],
        warden: Warden,
        tools: Mapping[str, str],
        stack: ExitStack,
    ) -> None:
        self.limits = limits
        self.holder = holder
        self.groups = groups
        self.limited = limited(groups)
        self.warden = warden
        self.soft_memory = premises.soft_memory
        self._supervisor = supervisor
        self.folder = folder
        self._stack = stack
        self._store = Store(warden.root, folder, holder)
        self._binds = list(binds(premises, for_others=holder.lent))
        self._tools = tools
        self._numbers = itertools.count(1)

    @property
    def in_force(self) -> dict[str, float]:
        """The limits that hold, by name; sizes are in bytes."""
        limits = self.limits
        together = {"memory": limits.memory, "processors": limits.processors}
        return {
            **{name: limit for name, limit in together.items() if name in self.limited},
            **({} if "memory" in self.limited else {"memory_each": limits.memory}),
            **limits.always,
        }

    @property
    def versions(self) -> dict[str, str]:
        """The version of bubblewrap."""
        told = subprocess.run([self._tools["bwrap"], "--version"], capture_output=True, text=True, check=False)
        return {"bwrap": told.stdout.split()[-1] if told.stdout.split() else ""}

    def spawn(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        environment: Mapping[str, str],
        log: Path,
        errors: Path | None = None,
        stdin: Path | None = None,
        log_limit: int = LOG_LIMIT,
        networked: bool = False,
    ) -> Child:
        """Start a process under bubblewrap; `networked` leaves it in the machine's own network."""
        # In a file, because every process inside can read the command line of bubblewrap.
        arguments = self.folder / f"{next(self._numbers)}.arguments"
        given = [*self._arguments(), *(online() if networked else ()), "--chdir", f"{cwd}", *LAST]
        arguments.write_bytes(b"".join(os.fsencode(word) + b"\0" for word in given))
        self._store.hand_over()
        path = environment.get("PATH", os.defpath)
        return self._supervisor.spawn(
            [*self._outside(arguments, networked=networked), *self._inside(), *command],
            cwd=Path("/"),
            environment={**environment, "PATH": self._visible(path)},
            log=log,
            errors=errors,
            stdin=stdin,
            log_limit=log_limit,
            piped=True,
        )

    def connect(self, port: int, *, timeout: float, source: str = "") -> socket.socket:
        """Connect by a socket that was made inside."""
        return self.warden.connect(port, timeout=timeout, source=source)

    def listen(self) -> socket.socket:
        """Listen by a socket that was made inside."""
        return self.warden.listen()

    def reach(self, host: str, port: int) -> tuple[str, int]:
        """Carry connections on from a port inside."""
        listener = self.listen()
        inside = listener.getsockname()
        self._stack.enter_context(forwarded(listener, (host, port)))
        return inside

    def free_port(self) -> int:
        """Return a port that was free inside a moment ago."""
        return self.warden.free_port()

    def listening(self, child: Child) -> tuple[tuple[str, int], ...]:
        """Look at every process of the family, in the network that each of them has."""
        return listening(child.keeper)

    def sees(self, path: Path) -> bool:
        """Look among what is shown; what is hidden in there counts as seen, but is empty."""
        places = [place for how, _, place in zip(*(self._binds[at:] for at in range(3)), strict=False) if how in _SHOWS]
        return any(path.is_relative_to(place) for place in (*places, *(folder for folder, _ in self._store)))

    def admit(self, folder: Path) -> None:
        """Copy a folder in; what becomes of the copy is not seen outside."""
        self._store.admit(folder)

    def shared(self, folder: Path) -> AbstractContextManager[None]:
        """Put a folder of the store in the place of an empty one."""
        return self._store.shared(folder)

    def _arguments(self) -> Iterator[str]:
        """Give bubblewrap's arguments that all programs have in common, its mounts in the order they are made."""
        in_memory = ("--perms", "1777", "--size", f"{self.limits.temporary}", "--tmpfs")
        yield from (*NAMESPACES, *self._binds, "--proc", "/proc", "--dev", "/dev")
        yield from (*in_memory, _SHARED_MEMORY, "--remount-ro", "/dev", *in_memory, _TEMPORARY)
        yield from ("--symlink", _TEMPORARY, f"/var{_TEMPORARY}", "--dir", "/run")
        for name in _FILES:
            yield from ("--ro-bind", f"{self.folder / name}", f"/etc/{name}")
        for folder, place in self._store:
            # Those of another deployment may go at any moment.
            yield from ("--bind-try", f"{place}", f"{folder}")

    def _outside(self, arguments: Path, *, networked: bool) -> list[str]:
        """Return the commands up to bubblewrap, each of which becomes the next."""
        at, tools, limits = self.warden.namespaces, self._tools, self.limits
        enter = [tools["nsenter"], "--preserve-credentials", f"--user={at}/user"]
        enter += [] if networked else [f"--net={at}/net"]
        if self.holder.lent:
            # The mounts are root's, the rest is the program's user's.
            identity = [f"--reuid={self.holder.user}", f"--regid={self.holder.group}", "--clear-groups"]
            enter = [tools["nsenter"], f"--mount={at}/mnt", tools["setpriv"], *identity, *enter]
        else:
            enter.append(f"--mount={at}/mnt")
        files = [f"{arguments}", f"{self.folder / 'filter'}", *map(str, self.groups), "--"]
        # In the units of POSIX: blocks of 512 bytes, and KiB.
        bounds = [limits.file // 512, limits.open_files, "-" if "memory" in self.limited else limits.memory >> 10]
        return [
            tools["sh"],
            "-c",
            _SCRIPT,
            "sh",
            *files,
            *map(str, bounds),
            *enter,
            tools["bwrap"],
            "--args",
            "3",
            "--",
        ]

    def _inside(self) -> list[str]:
        """Return the commands from bubblewrap to the program; in here the number of processes counts only its own."""
        signals = f"--default-signal={','.join(_SIGNALS)}"
        return [self._tools["env"], signals, self._tools["prlimit"], f"--nproc={self.limits.processes}"]

    def _visible(self, path: str) -> str:
        return os.pathsep.join(entry for entry in path.split(os.pathsep) if entry and self.sees(Path(entry)))


_SHARED_MEMORY, _TEMPORARY = "/dev/shm", "/tmp"  # noqa: S108 - inside, where nobody else is
_SHOWS = frozenset({"--ro-bind", "--ro-bind-try", "--symlink"})
# The last of all mounts: bubblewrap's own root is a folder in memory without a limit.
LAST = ("--remount-ro", "/", "--seccomp", "4")


@contextmanager
def bwrap(
    supervisor: Supervisor, premises: Premises | None = None, *, limits: Limits | None = None
) -> Generator[BwrapCell]:
    """Give a cell, not yet proven; KatasError says what the machine lacks for it."""
    filter_, limits = _filter(), limits or Limits()
    tools = {name: _tool(name) for name in _PACKAGES}
    with ExitStack() as stack:
        holder = stack.enter_context(slot())
        if holder.lent:
            require_rights()
        folder = stack.enter_context(supervisor.folder("katas-cell-", parent=_parent(holder)))
        folder.chmod(0o711)
        (folder / "filter").write_bytes(filter_)
        for name, text in _FILES.items():
            (folder / name).write_text(text.format(user=holder.user, group=holder.group))
            (folder / name).chmod(0o644)
        groups = stack.enter_context(
            cgroups(supervisor, memory=limits.memory, processes=limits.processes, processors=limits.processors)
        )
        keeper = stack.enter_context(warden(supervisor, folder, holder, size=limits.store, inodes=limits.inodes))
        yield BwrapCell(
            supervisor,
            premises or Premises(),
            limits=limits,
            holder=holder,
            folder=folder,
            groups=groups,
            warden=keeper,
            tools=tools,
            stack=stack,
        )


def _parent(holder: Slot) -> Path:
    """Return a folder for temporary files that the program's user can pass through."""
    for place in (Path(tempfile.gettempdir()), Path(_TEMPORARY), Path("/var", "tmp")):
        if not holder.lent or all(folder.stat().st_mode & 0o001 for folder in (place, *place.parents)):
            return place
    raise KatasError("no folder for temporary files is open to other users", "`TMPDIR` names one")


def _filter() -> bytes:
    machine = f"{platform.system()} on {platform.machine()}"
    try:
        return seccomp.program(platform.machine() if platform.system() == "Linux" else "")
    except KeyError:
        raise KatasError(
            f"isolation by `bwrap` is for Linux on x86_64 or aarch64, and this is {machine}",
            "grade there, in a virtual machine if need be",
        ) from None


def _tool(name: str) -> str:
    if found := shutil.which(name, path=os.pathsep.join([os.defpath, "/usr/sbin", "/sbin"])):
        return found
    raise KatasError(f"there is no `{name}`, which isolation by `bwrap` needs", f"`apt-get install {_PACKAGES[name]}`")

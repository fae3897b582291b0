"""Docker: a container a program, in a network that a container of ours holds, under every limit the engine knows.

The *warden* is a container without a network: what it has instead all others join. Nobody in there can see or signal
it, and the grader is given sockets by it, so that it talks to programs as directly as on this machine. What programs
may write lies in the warden's volume, in memory and of limited size. No folder of this machine is in their containers.
"""

from __future__ import annotations

import itertools
import os
import secrets
import socket
from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path

from backend_katas.engine import LABEL, watched
from backend_katas.isolation import container
from backend_katas.isolation.confinement import HOSTNAME, Confinement, Document, bound
from backend_katas.isolation.container_engine import usable_engine, usable_image
from backend_katas.isolation.container_warden import contained_warden
from backend_katas.isolation.forward import forwarded
from backend_katas.isolation.limits import Limits
from backend_katas.isolation.listening import listening
from backend_katas.isolation.premises import Premises
from backend_katas.isolation.slot import Slot, slot
from backend_katas.isolation.store import Store
from backend_katas.isolation.warden import STORE, Warden
from backend_katas.supervisor import LOG_LIMIT, Child, Supervisor

_SETTINGS = "settings"  # no number, as the places of a store are
_FILES = {
    "passwd": "program:x:{user}:{group}:program:/tmp:/bin/sh\n",
    "group": "program:x:{group}:\n",
    "hosts": f"127.0.0.1 localhost {HOSTNAME}\n::1 localhost\n",
}
# The first process inside. A shell as the program's leader could die of a signal while its server takes its leave, and
# with the first process all end; so this one passes signals on to all and then waits for all. A program that ends by
# itself takes what it has left with it.
_INIT = """
told=''
for signal in HUP INT QUIT TERM USR1 USR2; do trap "told=1; kill -s $signal -- -1" $signal; done
exec 3<&0
env --default-signal=HUP,INT,QUIT,TERM,USR1,USR2 "$@" <&3 3<&- &
main=$!
exec 3<&- 2> /dev/null
wait $main; code=$?
while [ "$told" ] && [ $code -gt 128 ] && kill -0 $main; do wait $main; code=$?; done
while [ "$told" ] && kill -s 0 -- -1; do sleep 0.02; done
exit $code
"""
_TOGETHER = "exec 2>&1\n"  # one pipe keeps what is written to both in order


class DockerCell:
    """A cell whose programs are containers of an image."""

    name = "docker"

    def __init__(
        self,
        supervisor: Supervisor,
        premises: Premises,
        *,
        confinement: Confinement,
        warden: Warden,
        network: str,
        folder: Path,
        stack: ExitStack,
    ) -> None:
        self.limits = confinement.limits
        self.holder = confinement.holder
        self.image = confinement.image
        self.warden = warden
        self.folder = folder
        self._supervisor = supervisor
        self._premises = premises
        self._confinement = confinement
        self.network = f"container:{network}"
        self.volume = confinement.engine.volume(network)
        self._store = Store(warden.root, folder, confinement.holder)
        _write_settings(Path(f"{warden.root}{folder / STORE}"), confinement.holder)
        self._stack = stack
        self._numbers = itertools.count(1)
        self._names: dict[int, str] = {}

    @property
    def in_force(self) -> dict[str, float]:
        """The limits that hold, by name; sizes are in bytes."""
        return {
            "memory": self.limits.memory,
            "processors": self._confinement.processors,
            **self.limits.always,
        }

    def container_of(self, child: Child) -> str:
        """Return the name of the container that a program runs in."""
        return self._names[child.keeper]

    @property
    def places(self) -> list[tuple[Path, Path]]:
        """The folders that programs have, and where they lie in the store."""
        return list(self._store)

    @property
    def versions(self) -> dict[str, str]:
        """The engine's version, and the image with the digest of its content."""
        return {"docker": self._confinement.engine.version, "image": f"{self.image.name} {self.image.digest}"}

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
        """Run a container and return when it has started; `networked` gives it the engine's ordinary network."""
        self._store.hand_over()
        init = _INIT if errors else _TOGETHER + _INIT
        document = {
            **self._confinement.document(
                ["/bin/sh", "-c", init, "sh", *command],
                network="bridge" if networked else self.network,
                environment=self._inside(environment),
                mounts=[*self._settings(networked=networked), *self._mounts()],
            ),
            "WorkingDir": f"{cwd}",
            "OpenStdin": stdin is not None,
            "StdinOnce": stdin is not None,
        }
        order = container.written(self.folder, self._confinement, next(self._numbers), document)
        child = container.run(
            self._supervisor, order, command, log=log, errors=errors, stdin=stdin, log_limit=log_limit
        )
        self._names[child.keeper] = order.name
        return child

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
        """Look at every process of the program's container, which this machine sees among its own."""
        first = self._confinement.engine.first_process(self.container_of(child))
        return listening(first) if first else ()

    def sees(self, path: Path) -> bool:
        """Look among the folders that were given: nothing else of this machine is inside."""
        return any(path.is_relative_to(folder) for folder, _ in self._store)

    def admit(self, folder: Path) -> None:
        """Copy a folder in; what becomes of the copy is not seen outside."""
        self._store.admit(folder)

    def shared(self, folder: Path) -> AbstractContextManager[None]:
        """Put a folder of the store in the place of an empty one."""
        return self._store.shared(folder)

    def _settings(self, *, networked: bool) -> list[Document]:
        # In its own network the engine knows the machine's name, and writes it down.
        names = _FILES.keys() - ({"hosts"} if networked else set())
        place = self.volume / _SETTINGS
        return [bound(f"{place / name}", Path("/etc", name), read_only=True) for name in sorted(names)]

    def _mounts(self) -> list[Document]:
        return [bound(f"{self.volume / place.name}", folder) for folder, place in self._store]

    def _inside(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Leave out where this machine has its tools, for the image has its own, at places that it names itself."""
        ours = self._premises.environ
        kept = {
            name: value
            for name, value in environment.items()
            if not (value.startswith("/") and value == ours.get(name) and not self.sees(Path(value)))
        }
        given = [entry for entry in environment.get("PATH", "").split(os.pathsep) if entry and self.sees(Path(entry))]
        return {**kept, "PATH": os.pathsep.join([*given, self.image.path])}


@contextmanager
def docker(
    supervisor: Supervisor, premises: Premises | None = None, *, limits: Limits | None = None
) -> Generator[DockerCell]:
    """Give a cell, not yet proven; KatasError says what the machine, its engine or the image lacks for it."""
    given = premises or Premises()
    engine = usable_engine(given.environ)
    image = usable_image(engine, given)
    with ExitStack() as stack:
        holder = stack.enter_context(slot())
        folder = stack.enter_context(supervisor.folder("katas-cell-"))
        folder.chmod(0o711)
        label = secrets.token_hex(8)
        stack.enter_context(watched(engine.watched, f"{LABEL}={label}"))
        confinement = Confinement(
            engine=engine, image=image, holder=holder, limits=limits or Limits(), label=f"{LABEL}={label}"
        )
        child, held = stack.enter_context(contained_warden(supervisor, confinement, folder))
        keeper = stack.enter_context(closing(Warden(child, held.grader)))
        # The process that holds the network is the engine's, not the one that we have started.
        keeper.namespaces = Path(f"/proc/{engine.first_process(held.container)}/ns")
        keeper.root = Path(f"/proc/{os.getpid()}/fd/{held.root}")
        yield DockerCell(
            supervisor,
            given,
            confinement=confinement,
            warden=keeper,
            network=held.container,
            folder=folder,
            stack=stack,
        )


def _write_settings(store: Path, holder: Slot) -> None:
    """Write down who the program is and what its machine is called, where others would look that up in vain."""
    (store / _SETTINGS).mkdir()
    for name, text in _FILES.items():
        (store / _SETTINGS / name).write_text(text.format(user=holder.user, group=holder.group))
        (store / _SETTINGS / name).chmod(0o644)

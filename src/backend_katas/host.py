"""What all deployments of one session share, and how each is put together: services, environment, program."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Collection, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import Self

import platformdirs

from backend_katas.commandline import CommandLine
from backend_katas.deployment import RELAYED, Attachment, Deployment
from backend_katas.enclosure import Enclosure
from backend_katas.errors import KatasError, NotConfined
from backend_katas.farewell import Farewells
from backend_katas.manifest import command_line_of, command_of
from backend_katas.model import Command, Kata, Submission
from backend_katas.program import Program, build, clean_environment, run_to_completion, try_out
from backend_katas.proxy import Relay
from backend_katas.services import SERVICES, Server, Surroundings, serve
from backend_katas.variants import filled_file
from backend_katas.waiting import waiting_for

# Where toolchains live; without them `node`, `go` or `java` of a version manager do not start under a private HOME.
_TOOLCHAINS = (
    "ASDF_DATA_DIR", "CARGO_HOME", "GOROOT", "JAVA_HOME", "MISE_DATA_DIR", "NVM_DIR", "PATH", "PYENV_ROOT",
    "RBENV_ROOT", "RUSTUP_HOME", "SDKMAN_DIR", "SYSTEMROOT", "VOLTA_HOME",
)  # fmt: skip

_LOGIN = re.compile(r"://[^/\s]*@")  # the name and password of a package index, or of a proxy

PATIENCE = 10.0
HURRIED = 1.0
_TRIAL = 5.0  # seconds for a command-line program called without arguments; one that takes longer does run


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a session grades: the seed of all random values, where services come from and how programs are confined.

    `build_network` lets the build, which is confined as the program is, use the network all the same; `soft_memory` is
    content with a limit on the memory of each process where there can be none on all together. `state` is where logs
    and the build's record go: to `.katas` in the submission if it is None.
    """

    seed: int
    provider: str = "auto"
    isolation: str = "none"
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    build_network: bool = False
    soft_memory: bool = False
    state: Path | None = None
    cache: Path = field(default_factory=lambda: platformdirs.user_cache_path("backend-katas", appauthor=False))
    label: str = "main"


class Host:
    """A context manager for what all deployments of a session share: supervisor, cell, servers and build.

    Raises NotConfined where there is no cell as the settings ask for, or no service that may be in it. `enclosure` is
    one that is open already, and the host's to close. `patience` is in seconds: how long a program may take its leave
    when it is stopped.
    """

    def __init__(
        self, kata: Kata, submission: Submission, settings: Settings, enclosure: Enclosure | None = None
    ) -> None:
        self.kata = kata
        self.submission = submission
        self.settings = settings
        self.patience = PATIENCE
        self._enclosure = enclosure
        self._stack = ExitStack()
        self._servers: dict[str, Server] = {}
        self._shared: dict[frozenset[tuple[str, str]], tuple[Deployment, ExitStack]] = {}
        self._lasting: set[frozenset[tuple[str, str]]] = set()
        self._count = 0
        self._tried = False
        self._built = False

    def __enter__(self) -> Self:
        enclosure = self._enclosure or self._enclosed().__enter__()
        self._stack.push(enclosure)
        self._supervisor, self._folder, self._cell = enclosure.supervisor, enclosure.folder, enclosure.cell
        self._farewells = Farewells()
        return self

    def _enclosed(self) -> Enclosure:
        settings = self.settings
        return Enclosure(
            settings.isolation,
            self.submission,
            environ=settings.environ,
            hidden=self.kata.pack.root,
            soft_memory=settings.soft_memory,
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            self.hurry()
        with self._stack, self._farewells:
            for _, stack in self._shared.values():
                self._farewells.say(stack)

    def hurry(self) -> None:
        """Stop programs without much ceremony from now on: whoever pressed Ctrl-C is waiting."""
        self.patience = HURRIED

    @property
    def services(self) -> dict[str, str]:
        """Where the services used so far come from, such as `{"postgres": "embedded 18.6"}`."""
        return {name: f"{server.provider} {server.version}".strip() for name, server in self._servers.items()}

    @property
    def _walled(self) -> bool:
        return self._cell.name != "none"

    @cached_property
    def versions(self) -> dict[str, str]:
        """The versions of what makes the cell."""
        return dict(self._cell.versions)

    @property
    def limits(self) -> Mapping[str, float]:
        """The limits that hold for the program, by name; sizes are in bytes."""
        return self._cell.in_force

    def build(self) -> bool:
        """Build the program if it has to be; raises DidNotBuild. False when nothing had changed."""
        if self._walled and self._built:
            return False
        with self._build_environment() as environment:
            built = build(
                self.submission,
                cell=self._cell,
                environment=environment,
                state=self.settings.state,
                networked=self.settings.build_network,
            )
        self._built = True
        return built

    @contextmanager
    def _build_environment(self) -> Generator[dict[str, str]]:
        """Give the variables of the build; where it does not see the grader's home, a home for this once."""
        given = clean_environment(self.settings.environ)
        home = self._folder / "build"
        if self._cell.sees(Path.home()):
            yield given
            return
        home.mkdir()
        with self._cell.shared(home):
            kept = {name: value for name, value in given.items() if self._may_leave(value)}
            yield {**kept, "PATH": given.get("PATH", os.defpath), "HOME": f"{home}", "TMPDIR": f"{home}"}

    def _may_leave(self, value: str) -> bool:
        """Say whether a variable means something inside, and nothing that only whoever grades may know."""
        return not _LOGIN.search(value) and (not value.startswith("/") or self._cell.sees(Path(value)))

    def shared(self, variables: Mapping[str, str]) -> Deployment:
        """Return the running deployment with these variables, started at the first call; it lasts to the end."""
        self._lasting.add(frozenset(variables.items()))
        return self.lent(variables)

    def lent(self, variables: Mapping[str, str]) -> Deployment:
        """Return the same until `give_back`."""
        key = frozenset(variables.items())
        if key not in self._shared:
            with ExitStack() as stack:
                self._shared[key] = stack.enter_context(self.deployed(variables)), stack.pop_all()
        return self._shared[key][0]

    def give_back(self, variables: Mapping[str, str]) -> None:
        """End a deployment that was only lent, meanwhile: nobody needs it any more."""
        key = frozenset(variables.items())
        if key in self._shared and key not in self._lasting:
            self._farewells.say(self._shared.pop(key)[1])

    @contextmanager
    def private(self, variables: Mapping[str, str]) -> Generator[Deployment]:
        """Start a deployment as `deployed` does; after the block it ends meanwhile."""
        with ExitStack() as stack:
            deployment = stack.enter_context(self.deployed(variables))
            try:
                yield deployment
            finally:
                self._farewells.say(stack.pop_all())

    @contextmanager
    def deployed(self, variables: Mapping[str, str], *, port: int = 0) -> Generator[Deployment]:
        """Start a deployment of its own; raises DidNotBuild or DidNotStart.

        `port` is where the program listens, a free one if it is 0; another instance always gets a free one.
        """
        if self._walled:
            # Nothing of a stranger's runs, a build neither, before all is there that has to hold it.
            for name in self.kata.services:
                self._served(name)
        self.build()
        self._count += 1
        label = f"{self.settings.label}-{self._count}"
        with ExitStack() as stack:
            services = {name: self._attach(name, stack) for name in self.kata.services}
            home = self._folder / label
            home.mkdir()
            stack.enter_context(self._cell.shared(home))
            given = self._environment(home, services, variables)
            environment = _in_scratch(given, self._folder / label / "scratch")
            self._release(label, environment)
            if self.kata.kind == "cli":
                self._try_out(label, environment)
                called = partial(self._command_line, given, {*self.kata.environment, *variables})
                yield Deployment(services=services, environment=environment, cell=self._cell, command_line=called)
                return

            def start(name: str, port: int = 0) -> Program:
                return self._start(name, label, environment, stack, port)

            yield Deployment(
                services=services, environment=environment, cell=self._cell, web=start("web", port), another=start
            )

    def _served(self, name: str) -> Server:
        if name not in self._servers:
            surroundings = Surroundings(
                supervisor=self._supervisor,
                environ=self.settings.environ,
                cache=self.settings.cache,
                walled=self._walled,
            )
            try:
                with waiting_for(f"the service `{name}` to start", ours=True):
                    self._servers[name] = self._stack.enter_context(self._server(name, surroundings))
            except KatasError as problem:
                if self._walled:
                    raise NotConfined(problem.message, problem.hint) from problem
                raise
        return self._servers[name]

    def _attach(self, name: str, stack: ExitStack) -> Attachment:
        server = self._served(name)
        with waiting_for(f"the service `{name}` to take the program in", ours=True):
            endpoint = stack.enter_context(server.endpoint())
        relay = database = None
        if name in RELAYED:
            relay = stack.enter_context(
                Relay((endpoint.host, endpoint.port), protocol=RELAYED[name], listener=self._cell.listen())
            )
        if name == "postgres":
            # Imported by now, because the server's administration needs SQLAlchemy too: while the server started.
            from backend_katas.probes.database import Database

            database = stack.enter_context(Database(endpoint.admin_url))
        return Attachment(endpoint, relay, database)

    def _server(self, name: str, surroundings: Surroundings) -> AbstractContextManager[Server]:
        wanted = self.settings.provider
        # Mail has no containers: a provider asked for is for the services that know it, a name nobody knows is refused.
        elsewhere = any(wanted in service.providers for other, service in SERVICES.items() if other != name)
        skipped = elsewhere and wanted not in SERVICES[name].providers
        return serve(name, surroundings, provider="auto" if skipped else wanted)

    def _environment(
        self, home: Path, services: Mapping[str, Attachment], variables: Mapping[str, str]
    ) -> dict[str, str]:
        for name in ("tmp", "scratch"):
            (home / name).mkdir()
        given = {**self.kata.environment, **variables}
        return {
            **{name: value for name in _TOOLCHAINS if (value := self.settings.environ.get(name))},
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",  # or the last lines before a crash never reach the log
            "TZ": "UTC",
            "HOME": str(home),
            "TMPDIR": str(home / "tmp"),
            "HOST": "127.0.0.1",
            "APP_ENV": "production",
            "SECRET_KEY": self._secret("SECRET_KEY"),
            **{SERVICES[name].variable: self._url(held) for name, held in services.items()},
            **{name: self._fill(name, value) for name, value in given.items()},
        }

    def _url(self, held: Attachment) -> str:
        endpoint = held.endpoint
        if endpoint.mailbox is not None:
            return endpoint.url(*self._cell.reach(endpoint.host, endpoint.port))
        return endpoint.url(*held.relay.address)

    def _fill(self, name: str, value: str) -> str:
        if "{secret}" in value:
            value = value.replace("{secret}", self._secret(name))
        return value.replace("{files}", str(self._files())) if "{files}" in value else value

    def _secret(self, name: str) -> str:
        """The same for one seed, so that a run can be repeated; different for each variable and each seed."""
        return hashlib.sha256(f"{self.settings.seed}:{self.kata.id}:{name}".encode()).hexdigest()

    def _files(self) -> Path:
        """Copy what the kata gives the program to read, away from everything the program should not see."""
        target = self._folder / "files"
        if not target.exists():
            shutil.copytree(self.kata.folder / "files", target, copy_function=self._copy)
            self._cell.admit(target)
        return target

    def _copy(self, source: str, target: str) -> None:
        Path(target).write_bytes(filled_file(Path(source).read_bytes(), self.kata.variant.values))
        shutil.copymode(source, target)

    def _release(self, label: str, environment: Mapping[str, str]) -> None:
        if command := self.submission.processes.get("release"):
            run_to_completion(
                "release",
                command,
                cell=self._cell,
                folder=self.submission.folder,
                environment=environment,
                log=self._log(label, "release"),
                timeout=60,
            )

    def _start(self, name: str, label: str, environment: Mapping[str, str], stack: ExitStack, port: int) -> Program:
        program = Program(
            name,
            command_of(self.submission, "web"),
            cell=self._cell,
            folder=self.submission.folder,
            environment=environment,
            log=self._log(label, name),
            start_timeout=self.kata.start_timeout,
            port=port,
        )
        stack.callback(lambda: program.stop(grace=self.patience))
        program.start()
        return program

    def _try_out(self, label: str, environment: Mapping[str, str]) -> None:
        """Learn whether the program can be called at all, once in a session."""
        if not self._tried:
            try_out(
                "cli",
                command_line_of(self.submission),
                cell=self._cell,
                folder=self.submission.folder,
                environment=environment,
                log=self._log(label, "cli"),
                timeout=_TRIAL,
            )
            self._tried = True

    @contextmanager
    def _command_line(
        self, given: Mapping[str, str], shown: Collection[str], recorder: list[Command]
    ) -> Generator[CommandLine]:
        with self._supervisor.folder("check-", parent=self._folder) as place:
            scratch, outputs = place / "scratch", place / "outputs"
            scratch.mkdir()
            outputs.mkdir()
            with (
                self._cell.shared(scratch),
                CommandLine(
                    command_line_of(self.submission),
                    cell=self._cell,
                    folder=self.submission.folder,
                    environment=_in_scratch(given, scratch),
                    recorder=recorder,
                    scratch=scratch,
                    outputs=outputs,
                    shown=shown,
                ) as command_line,
            ):
                yield command_line

    def _log(self, label: str, name: str) -> Path:
        """Logs stay with the learner; where the folder cannot be written they go with the run's own files."""
        kept = self.settings.state or self.submission.folder / ".katas"
        for folder in (kept / "logs", self._folder / "logs"):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                path = folder / f"{label}-{name}.log"
                path.write_bytes(b"")
            except OSError:
                continue
            return path
        raise KatasError(f"no log can be written below `{self._folder}`", "is the disk full? `df -h` tells")


def _in_scratch(environment: Mapping[str, str], scratch: Path) -> dict[str, str]:
    return {name: value.replace("{scratch}", str(scratch)) for name, value in environment.items()}

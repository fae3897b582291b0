"""A command-line program under one environment: called, called by many at once, and killed in the middle."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict, Unpack

from backend_katas.commandline.run import Run
from backend_katas.commandline.running import DEADLINE, OUTPUT_LIMIT, Outcome, Running
from backend_katas.commandline.scratch import Scratch
from backend_katas.errors import KatasError, ProgramFault
from backend_katas.exchange import SCRATCH, readable, readable_body, readable_end, with_arguments
from backend_katas.isolation import Cell
from backend_katas.model import Command
from backend_katas.waiting import waiting_for


class Options(TypedDict, total=False):
    """What a call may have beside its arguments; in `environment`, None takes a variable away."""

    stdin: str | bytes
    environment: Mapping[str, object] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A call ready to be made; `number` is its place in the record."""

    number: int
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    stdin: bytes


class CommandLine:
    """Calls one command-line program and keeps every call in `recorder`; a context manager that ends what still runs.

    `command` is the line of `kata.yaml`, run in `folder` with `environment` and nothing else; the variables named in
    `shown` are told in the record. `scratch` is the check's own folder, where `files` reads and writes what programs
    may have touched; `outputs` is one for what is written meanwhile. A call may take `deadline` seconds, and write 1
    MiB each to standard output and standard error. Beyond these the program is killed with all it has started, and the
    call raises ProgramFault. So is what a call leaves behind.
    """

    def __init__(
        self,
        command: str,
        *,
        cell: Cell,
        folder: Path,
        environment: Mapping[str, str],
        recorder: list[Command],
        scratch: Path,
        outputs: Path,
        shown: Collection[str] = (),
    ) -> None:
        self.environment = environment
        self.scratch = scratch
        self.files = Scratch(scratch)
        self._command = command
        self._cell = cell
        self._folder = folder
        self._recorder = recorder
        self._outputs = outputs
        self._shown = shown
        self._begun: list[Running] = []
        self._counting = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for running in self._begun:
            running.end()

    def __call__(self, *arguments: object, deadline: float = DEADLINE, **options: Unpack[Options]) -> Run:
        """Call the program with these arguments and return how it ended; the same as `run`."""
        return self.run(*arguments, deadline=deadline, **options)

    def run(self, *arguments: object, deadline: float = DEADLINE, **options: Unpack[Options]) -> Run:
        """Call the program with these arguments and return how it ended; raises ProgramFault as the class says.

        An argument reaches the program as it is, empty or of several lines too; what is no text is written as Python
        writes it.
        """
        return self.start(*arguments, **options).wait(deadline=deadline)

    def start(self, *arguments: object, **options: Unpack[Options]) -> Running:
        """Begin a call and return at once."""
        return self._begin(self._call(arguments, options))

    def together(
        self, calls: Sequence[Sequence[object]], *, deadline: float = DEADLINE, **options: Unpack[Options]
    ) -> list[Run]:
        """Make all calls at the same moment, each a sequence of arguments, and return how they ended, in their order.

        Raises the first ProgramFault, after all have ended.
        """
        prepared = [self._call(arguments, options) for arguments in calls]
        barrier = threading.Barrier(max(len(prepared), 1))

        def run(call: _Call) -> Run | ProgramFault:
            barrier.wait()
            try:
                return self._begin(call).wait(deadline=deadline)
            except ProgramFault as fault:
                return fault

        together = waiting_for(f"{len(prepared)} calls of the program at the same moment to end")
        with together, ThreadPoolExecutor(barrier.parties) as pool:
            outcomes = list(pool.map(run, prepared))
        for outcome in outcomes:
            if isinstance(outcome, ProgramFault):
                raise outcome
        return [outcome for outcome in outcomes if isinstance(outcome, Run)]

    def _call(self, arguments: Sequence[object], options: Options) -> _Call:
        """Prepare a call and give it its place in the record, where it stands as unfinished until it has ended."""
        stdin = options.get("stdin", b"")
        changed = {name: value if value is None else _word(value) for name, value in _changes(options)}
        given = {name: value for name, value in {**self.environment, **changed}.items() if value is not None}
        with self._counting:
            call = _Call(
                number=len(self._recorder),
                arguments=tuple(_word(argument) for argument in arguments),
                environment=given,
                stdin=stdin.encode() if isinstance(stdin, str) else stdin,
            )
            self._recorder.append(self._unfinished(call, {*self._shown, *changed}))
        return call

    def _unfinished(self, call: _Call, shown: Collection[str]) -> Command:
        told = {name: value for name, value in call.environment.items() if name in shown}
        return Command(
            command=self._command,
            arguments=tuple(readable(self._portable(word)) for word in call.arguments),
            environment={name: readable(self._portable(value)) for name, value in told.items()},
            stdin=readable_body(call.stdin, ""),
            exit_code=None,
            stdout="",
            stderr="",
            problem="was not waited for by the check",
            seconds=0.0,
        )

    def _begin(self, call: _Call) -> Running:
        files = {name: self._outputs / f"{call.number}.{name}" for name in ("stdin", "stdout", "stderr")}
        if call.stdin:
            files["stdin"].write_bytes(call.stdin)
        try:
            child = self._cell.spawn(
                ["/bin/sh", "-c", with_arguments(self._command), "sh", *call.arguments],
                cwd=self._folder,
                environment=call.environment,
                log=files["stdout"],
                errors=files["stderr"],
                stdin=files["stdin"] if call.stdin else None,
                log_limit=OUTPUT_LIMIT,
            )
        except OSError as error:
            raise _refused(error) from error
        running = Running(
            child,
            stdout=files["stdout"],
            stderr=files["stderr"],
            record=lambda outcome: self._finish(call, outcome),
        )
        self._begun.append(running)
        return running

    def _finish(self, call: _Call, outcome: Outcome) -> None:
        self._recorder[call.number] = replace(
            self._recorder[call.number],
            exit_code=outcome.exit_code,
            stdout=readable(self._portable(outcome.stdout.decode("utf-8", "replace"))),
            stderr=readable_end(self._portable(outcome.stderr.decode("utf-8", "replace"))),
            problem=outcome.problem,
            seconds=round(outcome.seconds, 6),
        )

    def _portable(self, text: str) -> str:
        """Write the scratch folder, another one in each run, as a variable that a learner can set."""
        return text.replace(str(self.scratch), SCRATCH)


def _changes(options: Options) -> Sequence[tuple[str, object]]:
    return tuple((options.get("environment") or {}).items())


def _word(value: object) -> str:
    """Return an argument as text; raises ProgramFault for what can be given to no process.

    Such a value can only come from an output: a check's own would fail for every program.
    """
    word = os.fsdecode(value) if isinstance(value, bytes) else str(value)
    if "\0" in word:
        raise ProgramFault(f"`{readable(word, limit=60, keep='')}` cannot be an argument: it has a NUL character")
    return word


def _refused(error: OSError) -> Exception:
    if error.errno == errno.E2BIG:
        return ProgramFault("an argument taken from the program's output is too long for any program")
    return KatasError(f"`cli` could not be called: {(error.strerror or '').lower()}: `{error.filename}`")

"""A learner's server: started on a port of its own, ready at its first good `/healthz`, stopped with all its family."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from signal import SIGKILL
from typing import TypedDict, Unpack

from backend_katas.errors import ExitCode, KatasError, ProgramFault
from backend_katas.isolation import Cell
from backend_katas.program import output
from backend_katas.program.command import shell
from backend_katas.program.diagnosis import Cause, Outcome, cause_in, ended, explain, never_ran
from backend_katas.program.readiness import Observed, await_readiness
from backend_katas.program.startup import lost_its_port, why
from backend_katas.supervisor import Child
from backend_katas.waiting import waiting_for

GRACE = 10.0  # seconds in which a program that was sent SIGTERM has to end
LOG_SLICE = 32 << 10  # bytes of log that one check shows at most
_TRIES = 3  # ports that are tried before a lost race for one is believed to be something else


class DidNotStart(KatasError):  # noqa: N818 - it says what happened
    """The program did not become ready; the message says what it did instead and why, as far as can be seen."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint, exit_code=ExitCode.DID_NOT_START)


class Program:
    """One running instance of the learner's program, and its log."""

    def __init__(
        self,
        name: str,
        command: str,
        *,
        cell: Cell,
        folder: Path,
        environment: Mapping[str, str],
        log: Path,
        start_timeout: float,
        port: int = 0,
    ) -> None:
        self.name = name
        self.command = command
        self.log = log
        self.port = 0
        self.child: Child | None = None
        self._stopped = False
        self._cell = cell
        self._folder = folder
        self._environment = environment
        self._start_timeout = start_timeout
        self._fixed_port = port

    @property
    def running(self) -> bool:
        """Whether the program has been started and has not ended."""
        return self.child is not None and self.child.poll() is None

    def start(self) -> None:
        """Start and return when `GET /healthz` answers 200; raises DidNotStart.

        On a free port, unless a fixed one was asked for.
        """
        for tries_left in reversed(range(1 if self._fixed_port else _TRIES)):
            self.port = self._fixed_port or self._cell.free_port()
            position = self.log_position()
            observed = self._launch()
            if observed is None:
                return
            outcome = self._outcome(observed, position)
            if not tries_left or not lost_its_port(observed, outcome):
                raise self._failure(observed, outcome, position)

    def restart(self, *, grace: float = GRACE) -> None:
        """Stop as `stop` does and start again on the same port; raises DidNotStart.

        Raises ProgramFault when the program had to be killed; it runs again by then, for it may be shared.
        """
        self.stop(grace=grace)
        defied = self.child is not None and self.child.defied
        self._start_again()
        if defied:
            raise ProgramFault(
                f"the program, or a process it had started, still ran {grace:g} s after SIGTERM and had to be killed"
            )

    def crash(self) -> None:
        """End the program as `kill` does and start it again on the same port; raises DidNotStart."""
        self.kill()
        self._start_again()

    def stop(self, *, grace: float = GRACE) -> int:
        """Send SIGTERM, after `grace` seconds SIGKILL to all that is left; returns the exit code, 0 if unstarted."""
        self._stopped = True
        with waiting_for(f"`{self.name}` to end"):
            return self.child.stop(grace=grace) if self.child else 0

    def kill(self) -> None:
        """End the program at once, as a power cut would, and wait until it is gone."""
        self._stopped = True
        if self.child:
            self.child.stop(grace=1.0, first_signal=SIGKILL)

    def end(self, *, within: float) -> str:
        """Say how the program ended by itself, at the latest in `within` seconds, and its last words; else nothing."""
        if self.child is None or self._stopped:
            return ""
        try:
            code = self.child.wait(within)
        except subprocess.TimeoutExpired:
            return ""
        words = output.tail(self.log, lines=1)
        outcome = Outcome(code=code, output="", folder=self._folder, flooded=self.child.flooded)
        how = f"it {ended(outcome)}"
        return f"{how}; the last it wrote: `{words[0].strip()}`" if words else how

    def log_position(self) -> int:
        """Return where the log ends now."""
        return output.size(self.log)

    def log_since(self, position: int, *, limit: int = LOG_SLICE) -> str:
        """Return what was written since a position, of more than `limit` bytes the last."""
        return output.since(self.log, position, limit=limit)

    def _start_again(self) -> None:
        position = self.log_position()
        observed = self._launch()
        if observed:
            raise self._failure(observed, self._outcome(observed, position), position)

    def _launch(self) -> Observed | None:
        """Start once; returns what was observed if it did not become ready, with nothing left running then."""
        environment = {**self._environment, "PORT": str(self.port)}
        self._stopped = False
        self.child = _spawn(
            self.name, self.command, cell=self._cell, folder=self._folder, environment=environment, log=self.log
        )
        observed = None
        ready = False
        try:
            with waiting_for(f"`{self.name}` to start"):
                observed = await_readiness(self.child, cell=self._cell, port=self.port, timeout=self._start_timeout)
            ready = observed is None
        finally:
            if not ready:
                self.kill()
        return observed

    def _outcome(self, observed: Observed, position: int) -> Outcome:
        written = output.searchable(self.log, position)
        return Outcome(code=observed.code, output=written, folder=self._folder, flooded=observed.flooded)

    def _failure(self, observed: Observed, outcome: Outcome, position: int) -> DidNotStart:
        symptom, cause = why(observed, outcome)
        return _told(f"`{self.name}` did not start: {symptom}", cause, self.command, self.log, position)


class Place(TypedDict):
    """Where a command is run once, and for how many seconds at most."""

    cell: Cell
    folder: Path
    environment: Mapping[str, str]
    log: Path
    timeout: float


def run_to_completion(name: str, command: str, **place: Unpack[Place]) -> None:
    """Run a process such as `release` until it ends; raises DidNotStart unless it exits with 0 within `timeout` s."""
    position = output.size(place["log"])
    outcome = _run(name, command, **place)
    if outcome.code != 0:
        symptom = f"did not end within {place['timeout']:g} s" if outcome.code is None else ended(outcome)
        raise _told(f"`{name}` failed: it {symptom}", cause_in(outcome), command, place["log"], position)


def try_out(name: str, command: str, **place: Unpack[Place]) -> None:
    """Run a command once, for `timeout` seconds at most; raises DidNotStart if it cannot be run at all.

    Whatever else comes of it is no matter: nobody has asked the program for anything yet.
    """
    outcome = _run(name, command, **place)
    if never_ran(outcome):
        raise _told(f"`{name}` did not start: it {ended(outcome)}", cause_in(outcome), command, place["log"], 0)


def _told(symptom: str, cause: Cause | None, command: str, log: Path, position: int) -> DidNotStart:
    """Return the error that tells the symptom, its cause and what was written to the log since the position."""
    lines = output.tail(log, position)
    message = explain(symptom, cause, command=command, lines=lines, log=log)
    return DidNotStart(message, cause.hint if cause else "")


def _run(name: str, command: str, **place: Unpack[Place]) -> Outcome:
    """Run a command until it ends, or for `timeout` seconds; the outcome's code is None then."""
    folder, log = place["folder"], place["log"]
    position = output.size(log)
    child = _spawn(name, command, cell=place["cell"], folder=folder, environment=place["environment"], log=log)
    try:
        with waiting_for(f"`{name}` to end"):
            code = child.wait(place["timeout"])
    except subprocess.TimeoutExpired:
        code = None
    finally:
        child.stop(grace=0)
    written = output.searchable(log, position)
    return Outcome(code=code, output=written, folder=folder, flooded=child.flooded)


def _spawn(name: str, command: str, *, cell: Cell, folder: Path, environment: Mapping[str, str], log: Path) -> Child:
    try:
        return cell.spawn(shell(command), cwd=folder, environment=environment, log=log)
    except OSError as error:
        raise KatasError(
            f"`{name}` could not be started: {(error.strerror or '').lower()}: `{error.filename}`"
        ) from error
    except ValueError as error:
        raise KatasError(f"`{name}` could not be started: {error}") from error

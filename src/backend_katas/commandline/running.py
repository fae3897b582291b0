"""A call of a command-line program from its beginning to its end, however that comes about."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backend_katas.commandline.run import Run
from backend_katas.errors import ProgramFault
from backend_katas.supervisor import Child
from backend_katas.waiting import TimeIsUp, waiting_for

DEADLINE = 10.0  # seconds
OUTPUT_LIMIT = 1 << 20  # bytes, each of standard output and standard error


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What there is to say of a call: how far it came, and the program's fault if it did not end as it should."""

    exit_code: int | None
    stdout: bytes
    stderr: bytes
    seconds: float
    problem: str

    def run(self) -> Run:
        """Return the call as a check sees it; raises ProgramFault when it did not end as it should."""
        if self.exit_code is None:
            raise ProgramFault(f"the program {self.problem}")
        return Run(exit_code=self.exit_code, stdout_bytes=self.stdout, stderr_bytes=self.stderr, seconds=self.seconds)


class Running:
    """A call that has begun; made by `CommandLine.start`."""

    def __init__(self, child: Child, *, stdout: Path, stderr: Path, record: Callable[[Outcome], None]) -> None:
        self._child = child
        self._files = (stdout, stderr)
        self._record = record
        self._began = time.monotonic()
        self._outcome: Outcome | None = None

    @property
    def running(self) -> bool:
        """Whether the process has not ended yet."""
        return self._child.poll() is None

    def wait(self, *, deadline: float = DEADLINE) -> Run:
        """Return how the process ended; raises ProgramFault when it does not within `deadline` seconds from now."""
        return self._ended(within=deadline).run()

    def kill(self) -> Run:
        """End the process and all it started at once, as a power cut would (SIGKILL), and return what became of it.

        The exit code is 137 where this ended it: a check that means to meet it in the middle of its work has to look.
        """
        self._child.release()
        return self._ended(within=0).run()

    def end(self) -> None:
        """End what is left of the process, without a word."""
        self._child.release()

    def _ended(self, *, within: float) -> Outcome:
        if self._outcome is None:
            try:
                code = self._wait(within)
            except TimeIsUp:
                self._cut_off()
                raise
            seconds = time.monotonic() - self._began
            # What it may have left behind is killed: a call is over when its process has ended.
            self._child.release()
            self._outcome = self._found(code, seconds, within)
            self._record(self._outcome)
        return self._outcome

    def _cut_off(self) -> None:
        stdout, stderr = (_taken(file) for file in self._files)
        self._outcome = Outcome(
            exit_code=None,
            stdout=stdout,
            stderr=stderr,
            seconds=time.monotonic() - self._began,
            problem="was still at work when the time limit of the whole run was reached",
        )
        self._record(self._outcome)

    def _wait(self, within: float) -> int | None:
        try:
            with waiting_for("a call of the program to end"):
                return self._child.wait(within)
        except subprocess.TimeoutExpired:
            return None

    def _found(self, code: int | None, seconds: float, within: float) -> Outcome:
        stdout, stderr = (_taken(file) for file in self._files)
        too_long = [name for name, output in (("stdout", stdout), ("stderr", stderr)) if self._flooded(output)]
        problem = f"did not end within {within:g} s" if code is None else ""
        if too_long:
            problem = f"wrote more than {OUTPUT_LIMIT >> 20} MiB to {' and '.join(too_long)}"
        return Outcome(
            exit_code=None if problem or code is None else _as_a_shell_says(code),
            stdout=stdout,
            stderr=stderr,
            seconds=seconds,
            problem=problem,
        )

    def _flooded(self, output: bytes) -> bool:
        return len(output) > OUTPUT_LIMIT or (self._child.flooded and len(output) == OUTPUT_LIMIT)


def _taken(file: Path) -> bytes:
    """Read a file, not much more than may be in it, and remove it."""
    try:
        with file.open("rb") as stream:
            return stream.read(OUTPUT_LIMIT + 1)
    finally:
        file.unlink()


def _as_a_shell_says(code: int) -> int:
    # Some shells become the program that they run and some stay its parent; both then mean the same.
    return code if code >= 0 else 128 - code

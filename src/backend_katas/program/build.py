"""Build a submission once for every change of what its build reads."""

from __future__ import annotations

import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import filelock

from backend_katas.errors import ExitCode, KatasError
from backend_katas.isolation import Cell
from backend_katas.model import Submission
from backend_katas.program import output
from backend_katas.program.command import shell
from backend_katas.program.diagnosis import Cause, Outcome, cause_in, ended, explain
from backend_katas.program.fingerprint import entries, read_stamp, stamp_of
from backend_katas.supervisor import Child
from backend_katas.waiting import waiting_for

TIME_LIMIT = 600.0


class DidNotBuild(KatasError):  # noqa: N818 - it says what happened
    """The build command failed or took too long."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint, exit_code=ExitCode.DID_NOT_START)


def build(
    submission: Submission,
    *,
    cell: Cell,
    environment: Mapping[str, str],
    state: Path | None = None,
    networked: bool = False,
    timeout: float = TIME_LIMIT,
) -> bool:
    """Run the submission's build command if anything it depends on changed; False if nothing had to be done.

    `state` is where its record and its log go, `.katas` in the submission if None. `networked` lets it use the network
    where other programs may not. `timeout` is in seconds. Several processes may ask at once: one builds, the others
    wait. Raises DidNotBuild.
    """
    if not submission.build:
        return False
    place = state or submission.folder / ".katas"
    last = read_stamp(place / "build.json")
    if last and last.holds(submission):
        return False
    with _writing(place), _one_at_a_time(place / "build.lock", timeout):
        last = read_stamp(place / "build.json")
        if last and last.holds(submission):
            return False
        (place / "build.json").unlink(missing_ok=True)
        before = entries(submission.folder)
        command = shell(submission.build)
        log = place / "build.log"
        log.write_bytes(b"")
        child = cell.spawn(command, cwd=submission.folder, environment=environment, log=log, networked=networked)
        _await(child, submission, log, timeout, walled=cell.name != "none" and not networked)
        stamp_of(submission, before=before, last=last).write(place / "build.json")
    return True


@contextmanager
def _writing(place: Path) -> Generator[None]:
    """Make the engine's own folder, which keeps itself out of the learner's commits."""
    try:
        place.mkdir(exist_ok=True)
        (place / ".gitignore").write_text("*\n", encoding="utf-8")
        yield
    except OSError as error:
        raise KatasError(
            f"`{place.parent}` cannot be built: {(error.strerror or str(error)).lower()}: `{error.filename or place}`",
            "the folder has to be writable and its disk not full (`df -h`)",
        ) from error


@contextmanager
def _one_at_a_time(lock: Path, timeout: float) -> Generator[None]:
    try:
        with filelock.FileLock(lock, timeout=timeout + 10):
            yield
    except filelock.Timeout as error:
        raise DidNotBuild(
            f"another process has been building `{lock.parents[1]}` for more than {timeout:.0f} s"
        ) from error


def _await(child: Child, submission: Submission, log: Path, timeout: float, *, walled: bool) -> None:
    try:
        with waiting_for(f"the build, `{submission.build}`"):
            code = child.wait(timeout)
    except subprocess.TimeoutExpired:
        code = None
    finally:
        child.stop(grace=0)
    if code != 0:
        written = output.searchable(log)
        outcome = Outcome(code=code, output=written, folder=submission.folder, flooded=child.flooded, walled=walled)
        raise _failure(submission, outcome, log, timeout)


def _failure(submission: Submission, outcome: Outcome, log: Path, timeout: float) -> DidNotBuild:
    cause = cause_in(outcome)
    if outcome.code is None:
        first = f"the build took longer than {timeout:g} s and was stopped"
        cause = cause or Cause(text="it waits for something: an answer at the keyboard, a lock, a slow network")
    else:
        first = f"the build {ended(outcome)}"
    message = explain(first, cause, command=submission.build, lines=output.tail(log), log=log)
    return DidNotBuild(message, cause.hint if cause else "")

"""One submission in one isolated pytest: the process boundary between a front door and the grading itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from backend_katas.confirmation import confirmed, doubtful, unconfirmed
from backend_katas.disk import is_full
from backend_katas.errors import KatasError, NotConfined
from backend_katas.inventory import Inventory
from backend_katas.manifest import MANIFEST
from backend_katas.model import Kata, Result, Submission, TimeLimit
from backend_katas.supervisor import Child, Supervisor
from backend_katas.workspace import remember

T = TypeVar("T")
REFUSAL = "refusal.json"
"""The file beside the result in which a run says that it has confined, and so run, nothing."""

_INI = Path(__file__).with_name("kata.ini")
_LIMIT = 3600.0  # seconds for a run that has no time limit of its own
_GRACE = 60.0  # seconds in which a run whose time is up has to end
_LEAVE = 20.0  # seconds in which one that was interrupted has to
_LEAST = 5.0  # seconds without which no second run is begun
_LOOK = 0.2  # seconds until somebody who wants it stopped is heard
_TAIL = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """How programs are confined, and what is let be: see `host.Settings`."""

    name: str = "none"
    build_network: bool = False
    soft_memory: bool = False


OPEN = Isolation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """How one submission is to be graded; `seed` None draws one, `traceless` writes nothing of ours into its folder.

    `confirm` has a failed check that is chancy run once more, in a fresh run, before it counts. `time_limit` is in
    seconds, for all of it: what was not judged by then is not earned.

    For graders that are tried themselves: `levels` and `checks` leave all others out, `first_failure` ends the run with
    the first check that does not pass, and `start_timeout` is the longest, in seconds, that the program is given to
    start.
    """

    kata: Kata
    submission: Submission
    seed: int | None = None
    services: str = "auto"
    isolation: Isolation = OPEN
    traceless: bool = False
    confirm: bool = False
    time_limit: float | None = None
    levels: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    first_failure: bool = False
    start_timeout: float | None = None


def run(request: Request, *, stop: threading.Event | None = None) -> Result:
    """Grade one submission in a pytest of its own and return what it wrote down.

    Setting `stop` in another thread is to this one what Ctrl-C is to the main thread: it raises KeyboardInterrupt.

    The submission's pytest settings and conftest files are never read, its folder is never on `sys.path`, and the
    verdict is never taken from an exit status. KatasError with the end of pytest's output when there is no result, and
    NotConfined where there is no cell as the request asks for.
    """
    began = time.monotonic()
    with Supervisor() as supervisor, supervisor.folder("katas-run-") as folder:
        place = _Place(supervisor=supervisor, folder=folder, state=folder / "state", stop=stop)
        result = _once(request, place)
        if request.confirm and (again := doubtful(result)):
            result = _confirmed(replace(request, checks=again, seed=result.seed), result, place, began)
    pack = request.kata.pack
    # The run was given a folder; how it is called for everybody else is known here.
    return replace(result, pack={"name": pack.name, "version": pack.version})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a run is made: `folder` for its files, `state` for the program's logs and the record of its build."""

    supervisor: Supervisor
    folder: Path
    state: Path
    stop: threading.Event | None

    def another(self, *, walled: bool) -> _Place:
        """Return a place for one more run. Where there are no walls what was built is still there, behind them not."""
        again = self.folder / "again"
        again.mkdir()
        return replace(self, folder=again, state=again / "state" if walled else self.state)


def _once(request: Request, place: _Place) -> Result:
    log, result = place.folder / "pytest.log", place.folder / "result.json"
    state = [f"--kata-state={place.state}"] if request.traceless else []
    command = _command(request, f"--kata-result={result}", *state)
    child = place.supervisor.spawn(command, cwd=place.folder, environment=_environment(os.environ), log=log)
    limit = request.time_limit + _GRACE if request.time_limit else _LIMIT
    ended = _wait(child, place.stop, limit=limit)
    _raise_refusal(place.folder / REFUSAL)
    if not ended and not result.exists():
        raise KatasError(f"the grader did not end within {limit:g} s and was stopped", "please report it")
    return _read(result, log, Result.from_json)


def _confirmed(request: Request, first: Result, place: _Place, began: float) -> Result:
    """Run once more what is doubtful, in the time that is left for that, and return what both runs say together."""
    limit = request.time_limit
    left = limit and limit - (time.monotonic() - began)
    if limit and left is not None and left < _LEAST:
        return unconfirmed(first, TimeLimit(seconds=limit, waiting_for="a second run of what had failed"))
    second = _once(replace(request, time_limit=left), place.another(walled=request.isolation.name != "none"))
    if limit and second.time_limit:
        second = replace(second, time_limit=replace(second.time_limit, seconds=limit))
    result = confirmed(first, second)
    if not request.traceless:
        remember(request.submission.folder, result)
    return result


def collect(kata: Kata) -> Inventory:
    """Return the checks that a run of this kata would have, without running any; what is wrong is among its flaws.

    They are collected by the same pytest with the same settings, so the two cannot disagree.
    """
    with Supervisor() as supervisor, supervisor.folder("katas-checks-") as folder:
        log, found = folder / "pytest.log", folder / "checks.json"
        # Never started; only there because a run is always about a submission.
        nothing = {"kata": kata.id, "cli": "exit 1", "processes": {"web": "exit 1"}}
        (folder / MANIFEST).write_text(json.dumps(nothing), encoding="utf-8")
        request = Request(kata=kata, submission=Submission(folder=folder, kata=kata.id))
        command = _command(request, f"--kata-checks={found}")
        child = supervisor.spawn(command, cwd=folder, environment=_environment(os.environ), log=log)
        if not _wait(child, None, limit=_LIMIT):
            raise KatasError(f"collecting the checks took longer than {_LIMIT / 60:.0f} minutes and was stopped")
        return _read(found, log, Inventory.from_json)


def _command(request: Request, *wanted: str) -> Sequence[str]:
    kata = request.kata
    options = [f"--kata-pack={kata.pack.root}", f"--kata-submission={request.submission.folder}", *wanted]
    options += [f"--kata-services={request.services}", f"--kata-isolation={request.isolation.name}"]
    options += ["--kata-build-network"] if request.isolation.build_network else []
    options += ["--kata-soft-memory"] if request.isolation.soft_memory else []
    options += [f"--kata-level={level}" for level in request.levels]
    options += [f"--kata-check={check}" for check in request.checks]
    options += [f"--kata-time-limit={request.time_limit}"] if request.time_limit else []
    options += [] if request.seed is None else [f"--kata-seed={request.seed}"]
    options += [] if kata.variant.seed is None else [f"--kata-variant={kata.variant.seed}"]
    options += [] if request.start_timeout is None else [f"--kata-start-timeout={request.start_timeout}"]
    options += ["--maxfail=1"] if request.first_failure else []
    isolated = ["-c", str(_INI), f"--rootdir={kata.graders}", "--noconftest", "--import-mode=importlib"]
    isolated += ["-p", "no:cacheprovider", "--disable-plugin-autoload", "-p", "backend_katas.plugin"]
    # -P keeps the working directory off `sys.path`, where a submission's `json.py` would be found first.
    return [sys.executable, "-P", "-m", "pytest", *isolated, "--kata", *options]


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Leave out what steers Python or pytest: `PYTEST_PLUGINS` is loaded even where autoload is off."""
    return {name: value for name, value in environ.items() if not name.startswith(("PYTEST_", "PYTHON", "COVERAGE_"))}


def _wait(child: Child, stop: threading.Event | None, *, limit: float) -> bool:
    """Wait for pytest; pass Ctrl-C on so that it tears its services down before it ends. False if it was stopped."""
    deadline = time.monotonic() + limit
    try:
        while time.monotonic() < deadline:
            if _ended(child, within=_LOOK):
                return True
            if stop and stop.is_set():
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        child.stop(grace=_LEAVE, first_signal=signal.SIGINT)
        raise
    child.stop(grace=_LEAVE, first_signal=signal.SIGINT)
    return False


def _ended(child: Child, *, within: float) -> bool:
    try:
        child.wait(within)
    except subprocess.TimeoutExpired:
        return False
    return True


def _raise_refusal(path: Path) -> None:
    if path.exists():
        raise NotConfined(**json.loads(path.read_text(encoding="utf-8")))


def _read(path: Path, log: Path, reader: Callable[[str], T]) -> T:
    try:
        return reader(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        if is_full(path.parent):
            raise KatasError(
                f"the grader could not write its result: the disk of `{path.parent}` is full",
                "`df -h` tells which one; `TMPDIR` names another place for temporary files",
            ) from None
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL:] if log.exists() else []
        told = [line for line in tail if line.strip()]
        raise KatasError("the grader ended without a result; it said:\n  " + "\n  ".join(told)) from None

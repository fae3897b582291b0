"""One submission in one isolated pytest: the process boundary between a front door and the grading itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_katas.disk import is_full
from backend_katas.errors import KatasError
from backend_katas.model import Kata, Result, Submission
from backend_katas.supervisor import Child, Supervisor

_INI = Path(__file__).with_name("kata.ini")
_LIMIT = 3600.0
_TAIL = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """How one submission is to be graded; `seed` None draws one."""

    kata: Kata
    submission: Submission
    seed: int | None = None
    services: str = "auto"
    isolation: str = "none"
    levels: tuple[str, ...] = ()


def run(request: Request) -> Result:
    """Grade one submission in a pytest of its own and return what it wrote down.

    The submission's pytest settings and conftest files are never read, its folder is never on `sys.path`, and the
    verdict is never taken from an exit status. KatasError with the end of pytest's output when there is no result.
    """
    with Supervisor() as supervisor, supervisor.folder("katas-run-") as folder:
        log, result = folder / "pytest.log", folder / "result.json"
        child = supervisor.spawn(_command(request, result), cwd=folder, environment=_environment(os.environ), log=log)
        _wait(child)
        return _read(result, log)


def _command(request: Request, result: Path) -> Sequence[str]:
    kata = request.kata
    options = [f"--kata-pack={kata.pack.root}", f"--kata-submission={request.submission.folder}"]
    options += [f"--kata-result={result}"]
    options += [f"--kata-services={request.services}", f"--kata-isolation={request.isolation}"]
    options += [f"--kata-level={level}" for level in request.levels]
    options += [] if request.seed is None else [f"--kata-seed={request.seed}"]
    isolated = ["-c", str(_INI), f"--rootdir={kata.graders}", "--noconftest", "--import-mode=importlib"]
    isolated += ["-p", "no:cacheprovider", "--disable-plugin-autoload", "-p", "backend_katas.plugin"]
    # -P keeps the working directory off `sys.path`, where a submission's `json.py` would be found first.
    return [sys.executable, "-P", "-m", "pytest", *isolated, "--kata", *options]


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Leave out what steers Python or pytest: `PYTEST_PLUGINS` is loaded even where autoload is off."""
    return {name: value for name, value in environ.items() if not name.startswith(("PYTEST_", "PYTHON", "COVERAGE_"))}


def _wait(child: Child) -> None:
    """Wait for pytest; pass Ctrl-C on so that it tears its services down before it ends."""
    try:
        child.wait(_LIMIT)
    except KeyboardInterrupt:
        child.stop(grace=20.0, first_signal=signal.SIGINT)
        raise
    except subprocess.TimeoutExpired:
        child.stop(grace=20.0, first_signal=signal.SIGINT)
        raise KatasError(f"grading took longer than {_LIMIT / 60:.0f} minutes and was stopped") from None


def _read(path: Path, log: Path) -> Result:
    try:
        return Result.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        if is_full(path.parent):
            raise KatasError(
                f"the grader could not write its result: the disk of `{path.parent}` is full",
                "`df -h` tells which one; `TMPDIR` names another place for temporary files",
            ) from None
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL:] if log.exists() else []
        told = [line for line in tail if line.strip()]
        raise KatasError("the grader ended without a result; it said:\n  " + "\n  ".join(told)) from None

"""A learner's `kata.yaml`: what to build and what to run, with what it does not say found out from the folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from backend_katas.documents import read_document
from backend_katas.errors import ExitCode, KatasError
from backend_katas.model import Kata, Submission

MANIFEST = "kata.yaml"

Detected = dict[str, Any]


def read_submission(folder: Path) -> Submission:
    """Return the submission in a folder.

    Raises KatasError when there is no `kata.yaml` (exit code 5), a mistake in it (2) or no way to know what to run (2).
    """
    folder = folder.resolve()
    path = folder / MANIFEST
    if not path.is_file():
        raise _no_manifest(folder)
    document = read_document(path, "kata")
    given = {name: value for name, value in document.items() if value}
    found = {} if given.keys() & {"processes", "cli", "test"} else detect(folder)
    merged = {**found, **given}
    return Submission(
        folder=folder,
        kata=merged["kata"],
        stack=merged.get("stack", ""),
        build=merged.get("build", ""),
        build_inputs=tuple(merged.get("build_inputs", ())),
        processes=merged.get("processes", {}),
        cli=merged.get("cli", ""),
        test=merged.get("test", ""),
        variant=merged.get("variant", {}).get("seed"),
        detected=tuple(_sentences(found, given)),
    )


def command_of(submission: Submission, process: str) -> str:
    """Return the command line of a process; KatasError (exit code 2) where neither the learner nor the folder says."""
    if process in submission.processes:
        return submission.processes[process]
    raise KatasError(
        f"`{submission.folder / MANIFEST}` does not say how to start `{process}`",
        f"give `processes:` a line `{process}: COMMAND`; a server listens on `$PORT`",
        exit_code=ExitCode.USAGE,
    )


def command_line_of(submission: Submission) -> str:
    """Return how a command-line program is called; KatasError (exit code 2) where the learner does not say."""
    if submission.cli:
        return submission.cli
    raise KatasError(
        f"`{submission.folder / MANIFEST}` does not say how to call the program",
        f"give it a line `cli: COMMAND`, such as `cli: ./{submission.kata.rpartition('/')[2]}`; arguments are appended",
        exit_code=ExitCode.USAGE,
    )


def require_commands(submission: Submission, kata: Kata) -> None:
    """Raise KatasError (exit code 2) unless it is known how to start what a kata of this kind judges."""
    if kata.kind == "http":
        command_of(submission, "web")
    if kata.kind == "cli":
        command_line_of(submission)


def detect(folder: Path) -> Detected:
    """Return build and processes as the folder's own files suggest them; empty when nothing is recognised."""
    for name, detector in DETECTORS.items():
        if (folder / name).is_file() and (found := detector(folder)):
            return {**found, "source": name}
    return {}


def _procfile(folder: Path) -> Detected:
    lines = (folder / "Procfile").read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = [line.split(":", 1) for line in lines if ":" in line and not line.lstrip().startswith("#")]
    processes = {name.strip(): command.strip() for name, command in pairs}
    wanted = {name: command for name, command in processes.items() if name in {"web", "worker", "release"}}
    return {"processes": wanted, **_dependencies(folder)} if wanted else {}


def _dependencies(folder: Path) -> Detected:
    """A Procfile names what runs, not how it is built; the language's own file tells that."""
    for name in ("package.json", "go.mod", "pom.xml", "requirements.txt"):
        if (folder / name).is_file() and (found := DETECTORS[name](folder)):
            return {"build": found["build"]}
    return {}


def _node(folder: Path) -> Detected:
    try:
        package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        scripts: Mapping[str, str] = dict(package.get("scripts", {}))
    except (ValueError, AttributeError, TypeError, RecursionError):
        return {}
    install = "npm ci --no-audit --no-fund" if (folder / "package-lock.json").is_file() else "npm install"
    build = f"{install} && npm run build" if "build" in scripts else install
    start = "npm start" if "start" in scripts else f"node {package.get('main', 'index.js')}"
    return {"build": build, "processes": {"web": start}}


def _go(_folder: Path) -> Detected:
    return {"build": "go build -o .katas/bin/web .", "processes": {"web": ".katas/bin/web"}}


def _maven(_folder: Path) -> Detected:
    return {"build": "mvn -q -B -DskipTests package", "processes": {"web": "java -jar target/*.jar"}}


def _python(folder: Path) -> Detected:
    main = next((name for name in ("app.py", "main.py", "server.py") if (folder / name).is_file()), "")
    if not main:
        return {}
    asks_uvicorn = "uvicorn" in (folder / "requirements.txt").read_text(encoding="utf-8", errors="replace").lower()
    served = f".venv/bin/uvicorn {Path(main).stem}:app --host $HOST --port $PORT"
    return {
        "build": "python3 -m venv .venv && .venv/bin/pip install -q -r requirements.txt",
        "build_inputs": ["requirements.txt"],
        "processes": {"web": served if asks_uvicorn else f".venv/bin/python {main}"},
    }


DETECTORS: dict[str, Callable[[Path], Detected]] = {
    "Procfile": _procfile,
    "package.json": _node,
    "go.mod": _go,
    "pom.xml": _maven,
    "requirements.txt": _python,
}


def _sentences(found: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    source = found.get("source", "")
    used = {name: value for name, value in found.items() if name not in given}
    lines = [f"build: {used['build']}"] if "build" in used else []
    lines += [f"{name}: {command}" for name, command in used.get("processes", {}).items()]
    return [f"{line} (from `{source}`, as {MANIFEST} does not say)" for line in lines]


def _no_manifest(folder: Path) -> KatasError:
    if not folder.is_dir():
        return KatasError(f"no folder `{folder}`", exit_code=ExitCode.NOTHING_TO_GRADE)
    below = sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST}"))
    hint = f"run it in `{below[0]}`, which has one" if below else "`katas start KATA` makes a folder that has one"
    return KatasError(f"no `{MANIFEST}` in `{folder}`", hint, exit_code=ExitCode.NOTHING_TO_GRADE)

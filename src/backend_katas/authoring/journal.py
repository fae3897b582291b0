"""What was judged, a line for each run: whoever is interrupted goes on from there."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from backend_katas.authoring.judging import Fallen, Run
from backend_katas.errors import KatasError
from backend_katas.model import Reason, Status

FORMAT = 1
_ROOM = 32 << 20  # bytes; a journal that is larger is begun anew


class Journal:
    """A file of JSON lines, each a run with the fingerprint of its case; for several threads and processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = threading.Lock()
        self._runs = _read(path)

    def runs(self, fingerprint: str) -> tuple[Run, ...]:
        """Return the runs of a case with this fingerprint that were there when the journal was opened."""
        return tuple(self._runs.get(fingerprint, ()))

    def add(self, fingerprint: str, case: str, run: Run) -> None:
        """Keep a run, unless another one might well say something else."""
        if not run.lasting:
            return
        line = json.dumps({"format": FORMAT, "fingerprint": fingerprint, "case": case, "run": asdict(run)})
        try:
            # One write, so that other processes' lines stay whole; and first an end to a line that was cut off.
            with self._writing, self._path.open("ab", buffering=0) as file:
                file.write(f"\n{line}\n".encode())
        except OSError as problem:
            raise KatasError(f"cannot write `{self._path}`: {problem.strerror}") from None


def open_journal(path: Path) -> Journal:
    """Return the journal in a file, which is made if it is not there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.stat().st_size > _ROOM:
            path.unlink()
        return Journal(path)
    except OSError as problem:
        raise KatasError(f"cannot read `{path}`: {problem.strerror}", "remove it; it can be made again") from None


def _read(path: Path) -> Mapping[str, list[Run]]:
    """Read what is there; a line that was cut off or is of another format is as if it were not."""
    found: dict[str, list[Run]] = defaultdict(list)
    if path.is_file():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                document = json.loads(line)
                if document["format"] == FORMAT:
                    found[document["fingerprint"]].append(_run(document["run"]))
            except (ValueError, KeyError, TypeError):
                continue
    return found


def _run(document: Mapping[str, Any]) -> Run:
    fields = dict(document)
    fields["stopped"] = Reason(fields["stopped"]) if fields["stopped"] else None
    fields["fallen"] = tuple(Fallen(**{**fell, "status": Status(fell["status"])}) for fell in fields["fallen"])
    fields["missing"] = tuple(fields.get("missing", ()))
    fields["passed"], fields["levels"] = tuple(fields["passed"]), tuple(fields["levels"])
    return Run(**fields)

"""The process that reads strangers' code: another one, and the next file, where it died of a file."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from array import array
from contextlib import ExitStack
from pathlib import Path
from signal import SIGKILL, SIGPROF
from types import TracebackType
from typing import Any, Self

from backend_katas.batch.similar.source import Alphabet, Source
from backend_katas.errors import ExitCode, KatasError

SECONDS = 5.0
"""What reading one file may take of the processor."""
_MODULE = "backend_katas.batch.similar._lexer"
_NEEDED = ("pygments", "scanoss_winnowing")


class Unread(Exception):  # noqa: N818 - it says what happened
    """A file that cannot be compared, and why."""


class Lexing:
    """Reads one file after the other; ends with its context, and by itself when we are killed."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._alphabet = Alphabet()
        self._process: subprocess.Popen[str] | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        require_library()
        self._log = self._stack.enter_context(tempfile.TemporaryFile())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            self._end()

    def read(self, folder: Path, name: str) -> Source | None:
        """Return the code in a file, None where it is none; Unread where it cannot be had."""
        answer = self._ask(folder / name)
        if "problem" in answer:
            raise Unread(answer["problem"])
        if not answer.get("tokens"):
            return None
        kinds: list[str] = answer["kinds"]
        tokens: list[int] = answer["tokens"]
        table = [self._alphabet.character(kind) for kind in kinds]
        return Source(
            path=name,
            language=answer["language"],
            tokens="".join(table[number] for number in tokens),
            lines=array("L", answer["lines"]),
            fingerprints=frozenset(answer["fingerprints"]),
        )

    def _ask(self, path: Path) -> dict[str, Any]:
        process = self._process = self._process or self._started()
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(json.dumps(str(path)) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if line.endswith("\n"):
            return json.loads(line)
        raise self._death(process)

    def _death(self, process: subprocess.Popen[str]) -> Exception:
        """Say why it died: the file's fault when it took too long, or so much that the system killed it."""
        code = process.wait()
        self._process = None
        process.communicate()
        if code == -SIGPROF:
            return Unread(f"it takes more than {self._seconds:g} seconds to read")
        if code == -SIGKILL:
            return Unread("it takes too much memory to read")
        self._log.seek(0)
        told = self._log.read().decode(errors="replace").strip().splitlines() or [f"exit code {code}"]
        return KatasError(f"the process that reads code broke: {told[-1]}", "`pip install 'backend-katas[similar]'`")

    def _end(self) -> None:
        if process := self._process:
            process.kill()
            process.communicate()

    def _started(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", _MODULE, str(self._seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
        )


def require_library() -> None:
    """Raise KatasError where that which compares is not installed."""
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise KatasError(
            "comparing submissions needs `scanoss-winnowing`, which is not installed here",
            "`pip install 'backend-katas[similar]'`",
            exit_code=ExitCode.USAGE,
        )

"""How a call of a command-line program ended, with output that is read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend_katas.errors import ProgramFault
from backend_katas.exchange import readable
from backend_katas.strictjson import JsonArray, JsonObject, NotJson, of_kind, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A call that has ended; `exit_code` is what a shell says, 128 + n where signal n ended the process."""

    exit_code: int
    stdout_bytes: bytes
    stderr_bytes: bytes
    seconds: float

    @property
    def stdout(self) -> str:
        """What it wrote to standard output; raises ProgramFault unless that is UTF-8."""
        return _text(self.stdout_bytes, "stdout")

    @property
    def stderr(self) -> str:
        """What it wrote to standard error; raises ProgramFault unless that is UTF-8."""
        return _text(self.stderr_bytes, "stderr")

    @property
    def lines(self) -> list[str]:
        """The lines of standard output without their ends; nothing but a line feed ends a line."""
        lines = self.stdout.split("\n")
        return lines if lines[-1] else lines[:-1]

    def json(self) -> Any:
        """Return standard output as JSON; raises ProgramFault for what `strictjson.parse` refuses."""
        try:
            return parse(self.stdout_bytes, where="the output")
        except NotJson as problem:
            raise self._not_json(str(problem)) from None

    def object(self) -> JsonObject:
        """Return standard output as a JSON object."""
        return of_kind(self.json(), JsonObject, "the output")

    def array(self) -> JsonArray:
        """Return standard output as a JSON array."""
        return of_kind(self.json(), JsonArray, "the output")

    def _not_json(self, reason: str) -> ProgramFault:
        start = readable(self.stdout_bytes.decode("utf-8", "replace"), limit=60, keep="")
        seen = f"it begins with `{start}`" if start else "it is empty"
        return ProgramFault(f"stdout (exit code {self.exit_code}) is not JSON: {reason}; {seen}")


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as problem:
        around = content[max(problem.start - 20, 0) : problem.start + 20]
        shown = readable(around.decode("utf-8", "backslashreplace"), keep="")
        raise ProgramFault(f"{name} is not text in UTF-8: byte {problem.start} in `{shown}`") from None

"""One line of a reference changed by machine: what was there, what stands there now."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Alteration:
    """A fault of one line: `before` and `after` are the line without its margins, `text` is the whole file with it.

    `file` is the path within the reference, with slashes; `after` is empty where the line was taken out.
    """

    file: str
    line: int
    before: str
    after: str
    text: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is explained by, wherever in the file the line stands."""
        return self.file, self.before, self.after

    @property
    def name(self) -> str:
        """The place, and a mark that tells it from others of the same line and stays while the file does."""
        return f"{self.file}:{self.line}#{hashlib.sha256(self.text.encode()).hexdigest()[:8]}"

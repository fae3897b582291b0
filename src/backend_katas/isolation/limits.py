"""How much of the machine the programs of one submission may have."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much all programs of a cell have together, and each program or process alone; sizes in bytes.

    `memory` includes what lies in the store, of which `store` is the size. Of the `processors` half a one is left to
    the grader, whose clock would otherwise tell how busy the program is.
    """

    memory: int = 2 << 30
    store: int = 1 << 30
    inodes: int = 300_000
    temporary: int = 64 << 20
    file: int = 512 << 20
    open_files: int = 4096
    processes: int = 512
    processors: float = field(default_factory=lambda: max(1.0, (os.cpu_count() or 1) - 0.5))

    @property
    def always(self) -> dict[str, float]:
        """Those that hold wherever there is a cell, by name; sizes are in bytes."""
        return {
            "storage": self.store,
            "files": self.inodes,
            "temporary": self.temporary,
            "file": self.file,
            "open_files": self.open_files,
            "processes": self.processes,
        }

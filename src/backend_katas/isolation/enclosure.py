"""What a session has before anything of the submission runs: a supervisor, a folder for temporary files, and a cell.

It takes its time, and what uses it takes longer to be loaded. So this is apart, to be opened meanwhile.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from backend_katas.errors import KatasError, NotConfined
from backend_katas.isolation import Cell, Premises, isolation_of
from backend_katas.supervisor import Supervisor


class Enclosure:
    """A context manager for a cell of an isolation, proven, with the submission's folder in it.

    Raises NotConfined where there is none. `versions` are those of what makes the cell.
    """

    def __init__(self, isolation: str, premises: Premises, *, submission: Path) -> None:
        self.versions: dict[str, str] = {}
        self._isolation = isolation
        self._premises = premises
        self._submission = submission
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.supervisor = stack.enter_context(Supervisor())
            self.folder = stack.enter_context(self.supervisor.folder("katas-"))
            self.cell = self._cell(stack)
            self.cell.admit(self._submission)
            self.versions = {**self.cell.versions}
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    def _cell(self, stack: ExitStack) -> Cell:
        try:
            return stack.enter_context(isolation_of(self._isolation)(self.supervisor, self._premises))
        except KatasError as problem:
            raise NotConfined(problem.message, problem.hint) from problem

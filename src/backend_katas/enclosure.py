"""What a session has before anything of the submission runs: a supervisor, a folder for temporary files, and a cell.

It takes its time, and what uses it takes longer to be loaded. So this is apart, to be opened meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from backend_katas.errors import KatasError, NotConfined
from backend_katas.model import Submission
from backend_katas.supervisor import Supervisor

if TYPE_CHECKING:
    from backend_katas.isolation import Cell


class Enclosure:
    """A context manager for a cell of an isolation, proven, with the submission's folder in it.

    `environ` is the grader's environment, `hidden` a folder that no program may see; `soft_memory` as in
    `host.Settings`. Raises NotConfined where there is no such cell.
    """

    def __init__(
        self, isolation: str, submission: Submission, *, environ: Mapping[str, str], hidden: Path, soft_memory: bool
    ) -> None:
        self._isolation = isolation
        self._submission = submission
        self._environ = environ
        self._hidden = hidden
        self._soft_memory = soft_memory
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.supervisor = stack.enter_context(Supervisor())
            self.cell = self._enclosed(stack)
            self.folder = stack.enter_context(self.supervisor.folder("katas-"))
            self.cell.admit(self._submission.folder)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    def _enclosed(self, stack: ExitStack) -> Cell:
        # Loaded while the supervisor's process starts.
        from backend_katas.isolation import Premises, isolation_of

        premises = Premises(
            environ=self._environ, hidden=(self._hidden,), soft_memory=self._soft_memory, stack=self._submission.stack
        )
        try:
            return stack.enter_context(isolation_of(self._isolation)(self.supervisor, premises))
        except KatasError as problem:
            raise NotConfined(problem.message, problem.hint) from problem

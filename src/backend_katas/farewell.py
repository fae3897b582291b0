"""Ends beside the work what nobody needs any more: most of a program's leave is waiting."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from types import TracebackType
from typing import Self

_AT_ONCE = 8


class Farewells:
    """A context manager that closes stacks in threads of its own; it ends when all are closed."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="farewell")
        self._under_way: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pool.shutdown()
        problems = [problem for future in self._under_way if (problem := future.exception())]
        if problems and error is None:
            raise problems[0]

    def say(self, stack: ExitStack) -> None:
        """Close a stack, without waiting for it; what goes wrong is raised at the end of the block."""
        self._under_way.append(self._pool.submit(stack.close))

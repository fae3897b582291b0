"""Many jobs on any executor: a thread pool here, a cluster elsewhere."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from types import TracebackType
from typing import Self

from backend_katas.batch.job import Job, Outcome, judge
from backend_katas.errors import KatasError, NotConfined

_LOOK = 0.2  # seconds until a caller is asked again whether it still wants to wait


class Many:
    """Jobs on their way through an executor, which gets no more than `window` of them at a time.

    A job whose worker died is given to another one, once.
    """

    def __init__(
        self, jobs: Iterable[Job], executor: Executor, *, window: int, work: Callable[[Job], Outcome] = judge
    ) -> None:
        self._jobs = iter(jobs)
        self._executor = executor
        self._window = window
        self._work = work
        self._pending: dict[Future[Outcome], tuple[Job, int]] = {}
        self._finishing = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for future in self._pending:
            future.cancel()

    @property
    def running(self) -> tuple[str, ...]:
        """The names of those that are being graded now."""
        return tuple(job.name for future, (job, _) in self._pending.items() if future.running())

    def finish(self) -> None:
        """Begin no further job; those that run are waited for."""
        self._finishing = True
        for future in [future for future in self._pending if future.cancel()]:
            del self._pending[future]

    def abandon(self) -> None:
        """Wait for nothing any more."""
        self.finish()
        self._pending.clear()

    def over(self) -> bool:
        """Say whether nothing is left to wait for; begins jobs where there is room."""
        while not self._finishing and len(self._pending) < self._window and (job := next(self._jobs, None)):
            self._submit(job, tries=1)
        return not self._pending

    def ended(self) -> tuple[Outcome, ...]:
        """Wait for a moment, and return the outcomes there are: none, one or several."""
        done, _ = wait(self._pending, timeout=_LOOK, return_when=FIRST_COMPLETED)
        outcomes = (self._outcome(future) for future in done)
        return tuple(outcome for outcome in outcomes if outcome)

    def _submit(self, job: Job, *, tries: int) -> None:
        try:
            self._pending[self._executor.submit(self._work, job)] = (job, tries)
        except RuntimeError as problem:  # which BrokenExecutor is too
            raise KatasError(f"no further submission can be given to a worker: {problem}") from None

    def _outcome(self, future: Future[Outcome]) -> Outcome | None:
        job, tries = self._pending.pop(future)
        problem = future.exception()
        if problem is None:
            return future.result()
        if isinstance(problem, KeyboardInterrupt | NotConfined):
            raise problem
        if tries == 1 and not self._finishing:
            self._submit(job, tries=2)
            return None
        told = f"its worker ended without a word: {type(problem).__name__}: {problem}"
        log = "".join(traceback.format_exception(problem))
        return Outcome(name=job.name, problem=told, ours=True, log=log, attempts=tries)

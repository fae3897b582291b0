"""The end of a run whose time is up: what was judged stays, what was not is told with what was being waited for."""

from __future__ import annotations

import signal
import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from types import FrameType

import pytest

from backend_katas.exchange import readable
from backend_katas.model import Check, Reason, Status, TimeLimit
from backend_katas.plugin.judge import Judge, Verdict, with_causes
from backend_katas.plugin.recorder import Recorder
from backend_katas.waiting import TimeIsUp

_SOON = 0.1  # seconds that a run is given whose time was up before its first check
_AGAIN = 10.0  # seconds after which the end is told anew, should somebody have swallowed it
_SHOWN = 300  # characters of what was waited for


class Deadline:
    """Ends a run `seconds` after it began, in the one process that judges; there are no workers of xdist then."""

    def __init__(self, seconds: float, judge: Judge, recorder: Recorder) -> None:
        self._seconds = seconds
        self._judge = judge
        self._recorder = recorder
        self._moment = time.monotonic() + seconds
        self._items: Sequence[pytest.Item] = ()
        self._item: pytest.Item | None = None
        self._begun = 0.0
        self._over = False

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Set the clock, as soon as it is known what would remain to be judged."""
        self._items = tuple(session.items)
        signal.signal(signal.SIGALRM, self._ring)
        signal.setitimer(signal.ITIMER_REAL, max(self._moment - time.monotonic(), _SOON), _AGAIN)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Remember which check is being judged, and since when."""
        self._item, self._begun = item, time.monotonic()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Stop the clock after the last check: what follows changes no verdict."""
        done = yield
        self._stop()
        return done

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Judge what was not judged yet; the programs still run."""
        self._stop()
        left = [item for item in self._items if not self._recorder.judged(item.nodeid)]
        if left and isinstance(excinfo.value, TimeIsUp):
            at_work = self._item if self._item and self._item in left else left[0]
            limit, first = self._first(at_work, self._limit(excinfo.value))
            rest = (self._not_judged(item) for item in left if item is not at_work)
            self._recorder.end(limit, (first, *rest))

    def pytest_unconfigure(self) -> None:
        """Leave no clock behind."""
        self._stop()

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        if not self._over:
            raise TimeIsUp

    def _stop(self) -> None:
        self._over = True
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _limit(self, end: TimeIsUp) -> TimeLimit:
        """Say what was waited for, nearest to where it was: a request rather than the check that sent it."""
        wait = end.waits[0] if end.waits else None
        what = wait.what if wait else f"the check `{self._item.name}`" if self._item else "the first check"
        return TimeLimit(
            seconds=self._seconds, waiting_for=readable(what, limit=_SHOWN, keep=""), ours=bool(wait and wait.ours)
        )

    def _first(self, item: pytest.Item, limit: TimeLimit) -> tuple[TimeLimit, Check]:
        """Judge the check that was at work: it has failed, unless it was a service of ours that kept it waiting."""
        verdict = Verdict(Status.ERROR, f"{limit}") if limit.ours else Verdict(Status.FAILED, f"{limit}", Reason.TIME)
        verdict = with_causes(item, verdict)
        lasted = time.monotonic() - self._begun if item is self._item else 0.0
        ours = verdict.status is Status.ERROR
        return replace(limit, ours=ours), self._judge.check(item, verdict, seconds=lasted)

    def _not_judged(self, item: pytest.Item) -> Check:
        told = f"not judged: the time limit of {self._seconds:g} s was reached"
        return self._judge.check(item, Verdict(Status.SKIPPED, told, Reason.TIME))

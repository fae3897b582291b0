"""Turns what pytest saw of one check into a `Check`: whose fault it was, and in which words it is told."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from backend_katas.errors import KatasError
from backend_katas.exchange import readable
from backend_katas.model import Check, Reason, Status, check_document
from backend_katas.plugin.explain import Comparison, failure_message
from backend_katas.plugin.selection import clause_of, is_chancy, level_of, points_of, sentences_of
from backend_katas.plugin.session import KataSession
from backend_katas.plugin.startup import WATCH, NotReached, came_up
from backend_katas.program import DidNotBuild, DidNotStart

_LONGEST = 20_000  # characters of a message
_PYTEST = frozenset({"_pytest", "pluggy"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a phase of a check ended; of an error of ours also the end of its traceback."""

    status: Status
    message: str = ""
    reason: Reason | None = None
    trace: str = ""


class Judge:
    """Judges each check where it runs (in a worker under xdist) and hangs the verdict on pytest's report."""

    def __init__(self, session: KataSession) -> None:
        self._session = session
        self._kata = session.kata
        self._comparison: Comparison | None = None

    def pytest_runtest_setup(self) -> None:
        """Forget the comparison of the check before."""
        self._comparison = None

    def pytest_keyboard_interrupt(self) -> None:
        """Let nothing take long any more; it is called before the programs are stopped."""
        if self._session.host:
            self._session.host.hurry()

    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> list[str] | None:
        """Remember what a failed comparison saw and expected; pytest's own text is left as it is."""
        if threading.current_thread() is threading.main_thread():  # a cellar's thread is about another check
            self._comparison = Comparison(op, left, right)
        return None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Judge the phase; a failure of the learner during set-up counts as the check's own."""
        report = yield
        if not item.path.is_relative_to(self._kata.graders) or (report.when == "setup" and report.passed):
            return report
        if report.when == "teardown":
            self._judge_teardown(item, report, call)
            # What the check saw is in its report by now; of two hundred checks it would be megabytes.
            if WATCH in item.stash:
                del item.stash[WATCH]
            return report
        verdict = with_causes(item, self._verdict(item, call))
        check = self.check(item, verdict, seconds=call.duration)
        _rewrite(report, verdict)
        _attach(report, item, check)
        return report

    def _judge_teardown(self, item: pytest.Item, report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
        if call.excinfo is not None:
            problem = f"after the check: {call.excinfo.exconly()}"
            _attach(report, item, self.check(item, _error(problem, call.excinfo), seconds=call.duration))

    def _verdict(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Verdict:
        if call.excinfo is None:
            return Verdict(Status.PASSED)
        problem = call.excinfo.value
        match problem:
            case NotReached():
                return Verdict(Status.SKIPPED, str(problem), problem.reason)
            case pytest.skip.Exception():
                return Verdict(Status.SKIPPED, str(problem), Reason.UNAVAILABLE)
            case DidNotBuild():
                return Verdict(Status.FAILED, str(problem), Reason.BUILD)
            case DidNotStart():
                # A program that was up and then did not start again has failed one check, not all.
                never = call.when == "setup" and not came_up(item.session)
                return Verdict(Status.FAILED, str(problem), Reason.START if never else None)
            case AssertionError() | pytest.fail.Exception():
                return Verdict(Status.FAILED, failure_message(call.excinfo, self._comparison, self._kata.graders))
            case KatasError():
                return _error(str(problem), call.excinfo)
            case _:
                return _error(_crash(call.excinfo), call.excinfo)

    def check(self, item: pytest.Item, verdict: Verdict, *, seconds: float = 0.0) -> Check:
        """Return a check with a verdict; what it saw is told where that explains the verdict."""
        title, why = sentences_of(item)
        points = points_of(item)
        watch = item.stash.get(WATCH, None)
        passed = verdict.status is Status.PASSED
        shown = watch if watch and not passed and verdict.reason in {None, Reason.TIME} else None
        return Check(
            id=item.nodeid,
            level=level_of(item),
            title=title or item.name,
            why=why,
            clause=clause_of(item),
            status=verdict.status,
            reason=verdict.reason,
            points=points,
            earned=points if passed else 0,
            message=readable(verdict.message, limit=_LONGEST),
            exchanges=tuple(shown.exchanges) if shown else (),
            commands=tuple(shown.commands) if shown else (),
            log="\n".join(part for part in (shown.log() if shown else "", verdict.trace) if part),
            statements=tuple(map(readable, shown.statements())) if shown else (),
            seconds=round(seconds, 3),
            chancy=is_chancy(item),
        )


def with_causes(item: pytest.Item, verdict: Verdict) -> Verdict:
    """Say what else went wrong meanwhile, and take the blame where a service of ours died under the program."""
    # Not from its arguments, which an interrupted check has no more.
    watch = item.stash.get(WATCH, None)
    if verdict.status is not Status.FAILED or watch is None:
        return verdict
    deployment = watch.deployment
    if lost := deployment.lost_services():
        return Verdict(Status.ERROR, f"{' and '.join(lost)} died during the run\n{verdict.message}")
    return replace(verdict, message="\n".join([verdict.message, *deployment.troubles()]))


def _error(message: str, excinfo: pytest.ExceptionInfo[BaseException]) -> Verdict:
    return Verdict(Status.ERROR, message, trace=readable(_traceback(excinfo.value)[-_LONGEST:], limit=_LONGEST))


def _traceback(problem: BaseException) -> str:
    """Return a traceback as Python prints it, without the many frames of pytest itself."""
    told = traceback.TracebackException.from_exception(problem)
    one: traceback.TracebackException | None = told
    while one:
        frames = [frame for frame in one.stack if not _PYTEST.intersection(Path(frame.filename).parts)]
        one.stack = traceback.StackSummary.from_list(frames)
        one = one.__cause__ or one.__context__
    return "".join(told.format())


def _crash(excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    entry = excinfo.traceback[-1]
    return f"the grader broke: {excinfo.exconly()} ({entry.path}:{entry.lineno + 1})"


def _rewrite(report: pytest.TestReport, verdict: Verdict) -> None:
    """Show our sentence where pytest would show a traceback, and tell a failure from an error by its cause."""
    if verdict.status is Status.FAILED:
        report.when = "call"
    if verdict.status in {Status.FAILED, Status.ERROR}:
        report.longrepr = verdict.message


def _attach(report: Any, item: pytest.Item, check: Check) -> None:
    """Hang the verdict on the report, whose attributes travel from an xdist worker as plain JSON."""
    item.user_properties[:] = [("level", check.level), ("points", check.points), ("earned", check.earned)]
    host = getattr(item, "funcargs", {}).get("host")
    report.kata_check = check_document(check)
    report.kata_services = host.services if host else {}
    report.kata_limits = dict(host.limits) if host else {}
    report.kata_versions = host.versions if host else {}

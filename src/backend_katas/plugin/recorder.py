"""Collects the verdicts of all workers into one result, writes it down and shows it."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest

from backend_katas import __version__
from backend_katas.errors import ExitCode
from backend_katas.exchange import readable
from backend_katas.isolation import in_words
from backend_katas.model import Check, Kata, Reason, Result, Status, TimeLimit, check_from
from backend_katas.plugin.session import KataSession
from backend_katas.reports.text import render_result
from backend_katas.runner import REFUSAL
from backend_katas.workspace import remember

_WORDS = {
    Status.PASSED: ("passed", ".", "PASSED"),
    Status.FAILED: ("failed", "F", "FAILED"),
    Status.SKIPPED: ("skipped", "s", "NOT JUDGED"),
    Status.ERROR: ("error", "E", "ERROR"),
}


class Recorder:
    """Lives where pytest's terminal does: in the controller under xdist, else in the one process there is."""

    def __init__(self, config: pytest.Config, session: KataSession) -> None:
        self._config = config
        self._session = session
        self._checks: dict[str, Check] = {}
        self._problem = ""
        self._services: dict[str, str] = {}
        self._limits: dict[str, float] = {}
        self._versions: dict[str, str] = {}
        self._started = datetime.now(UTC)
        self._clock = time.monotonic()
        self._time_limit: TimeLimit | None = None

    def pytest_report_header(self) -> list[str]:
        """Say what is judged, with which seed, and that nothing is confined."""
        kata, options = self._session.kata, self._options
        name = options.kata_isolation
        isolation = "none: run it on code you trust" if name == "none" else name
        lines = [
            f"kata: {kata.id} ({kata.points} points){_variant(kata)}, seed {options.kata_seed}",
            f"services: {options.kata_services}, isolation: {isolation}",
        ]
        return [*lines, *(f"detected: {line}" for line in self._session.submission.detected)]

    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        """Name a check's outcome by its verdict, so that an error of ours never reads as a failure of the learner."""
        document = getattr(report, "kata_check", None)
        if document is None or report.when == "teardown":
            return None
        return _WORDS[Status(document["status"])]

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep a check's verdict; an error while it is cleaned up outweighs what it found."""
        document = getattr(report, "kata_check", None)
        if document is None:
            return
        check = check_from(document)
        self._checks[check.id] = check
        self._services |= getattr(report, "kata_services", {})
        self._limits |= getattr(report, "kata_limits", {})
        self._versions |= getattr(report, "kata_versions", {})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the result where it was asked for, and give pytest our exit status."""
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            session.exitstatus = ExitCode.INTERRUPTED
        if not self._checks:
            self._tell_refusal()
            return
        result = self.result()
        if not self._options.kata_state and not self._session.checks:
            remember(self._session.submission.folder, result)
        if self._time_limit or exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
            session.exitstatus = result.exit_code
        self._write()
        if self._problem:
            session.exitstatus = ExitCode.OUR_FAULT

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show the result the way `katas` does."""
        if self._checks:
            verbose = self._config.get_verbosity() > 0 or bool(self._session.levels)
            report = render_result(self.result(), everything=verbose)
            terminalreporter.write(report if terminalreporter.hasmarkup else click.unstyle(report))
        if self._problem:
            terminalreporter.write_line(f"error: {self._problem}")

    def judged(self, identifier: str) -> bool:
        """Return whether there is a verdict on a check."""
        return identifier in self._checks

    def end(self, limit: TimeLimit, checks: Iterable[Check]) -> None:
        """Take verdicts on all that was not judged when the time was up, and write the result down at once."""
        self._time_limit = limit
        self._checks |= {check.id: check for check in checks}
        if host := self._session.host:
            self._services |= host.services
            self._limits |= host.limits
            self._versions |= host.versions
        self._write()

    def result(self) -> Result:
        """Return what was found so far, level by level."""
        kata, submission = self._session.kata, self._session.submission
        order = [level.id for level in kata.levels]
        checks = sorted(self._checks.values(), key=lambda check: order.index(check.level))
        return Result(
            kata=kata.id,
            pack={"name": kata.pack.name, "version": kata.pack.version},
            submission=readable(submission.folder.name, keep=""),
            seed=self._options.kata_seed,
            services=self._services,
            isolation=self._isolation(),
            limits=self._limits,
            versions={**_own_versions(), **self._versions},
            started_at=self._started.isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - self._clock, 3),
            levels=tuple(level for level in kata.levels if any(check.level == level.id for check in checks)),
            checks=tuple(told_once(checks)),
            time_limit=self._time_limit,
            variant=kata.variant if kata.variant.seed is not None else None,
        )

    def _write(self) -> None:
        if self._options.kata_result:
            self._problem = _write(Path(self._options.kata_result), self.result())

    def _isolation(self) -> str:
        options = self._options
        return in_words(options.kata_isolation, self._limits, build_network=options.kata_build_network)

    def _tell_refusal(self) -> None:
        """Write down for whoever waits for the result why there is none."""
        if self._options.kata_result and (refusal := self._session.refusal):
            path = Path(self._options.kata_result).with_name(REFUSAL)
            path.write_text(json.dumps({"message": refusal.message, "hint": refusal.hint}), encoding="utf-8")

    @property
    def _options(self) -> Any:
        return self._config.option


def _variant(kata: Kata) -> str:
    return "" if kata.variant.seed is None else f", variant {kata.variant.seed}"


def _own_versions() -> dict[str, str]:
    return {
        "katas": __version__,
        "python": platform.python_version(),
        "kernel": f"{platform.system()} {platform.release()}",
    }


def told_once(checks: Iterable[Check]) -> Iterable[Check]:
    """Keep one failure for a program that does not come up, though every xdist worker met it."""
    told: set[Reason] = set()
    for check in checks:
        if check.status is Status.FAILED and check.reason is not None:
            if check.reason in told:
                verb = "build" if check.reason is Reason.BUILD else "start"
                yield replace(check, status=Status.SKIPPED, message=f"not judged: the program did not {verb}")
                continue
            told.add(check.reason)
        yield check


def _write(path: Path, result: Result) -> str:
    """Write the result; return what was in the way, or nothing: pytest would tell an exception at length."""
    try:
        path.write_text(result.to_json(), encoding="utf-8")
    except OSError as problem:
        return f"cannot write `{path}`: {problem.strerror}"
    return ""

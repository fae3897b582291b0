"""One case graded once, and whether it came out as a case of its kind has to."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Event
from typing import Any

from backend_katas.authoring.bench import Bench
from backend_katas.authoring.case import Case, Kind
from backend_katas.authoring.toolchain import in_words, missing_tools
from backend_katas.errors import KatasError
from backend_katas.grading import grade
from backend_katas.manifest import read_submission
from backend_katas.model import Check, Reason, Result, Status

_LONGEST = 300
_LINES = 3
_HASTE: Mapping[str, Any] = {"first_failure": True, "start_timeout": 10.0}
"""How alterations are graded, of which there are many: it is enough to know whether any check fails."""
_WORDS = {
    Status.FAILED: "failed",
    Status.ERROR: "broke, which is an error of the grader's or of this machine",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallen:
    """A check that did not pass, and the beginning of what it said."""

    id: str
    status: Status
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the grader said to a case, once.

    `problem` says why it could say nothing: no program to grade, a patch that does not apply. `missing` are the tools
    for want of which this machine could not try. `stopped` is set where the program did not build or start. `levels`
    are those that were judged, where not all were. `passed` are the checks that a starter passed; of other cases they
    are not kept.
    """

    seconds: float
    seed: int | None = None
    levels: tuple[str, ...] = ()
    problem: str = ""
    missing: tuple[str, ...] = ()
    stopped: Reason | None = None
    fallen: tuple[Fallen, ...] = ()
    passed: tuple[str, ...] = ()

    @property
    def lasting(self) -> bool:
        """Whether another run is likely to say the same; what this machine could not do may work the next time."""
        return not self.problem and not self.stopped and all(fell.status is Status.FAILED for fell in self.fallen)


def judge(
    case: Case, bench: Bench, *, services: str = "auto", levels: tuple[str, ...] = (), stop: Event | None = None
) -> Run:
    """Grade a case, or some of its levels, and return what was said; what hinders it is a `problem`, never raised."""
    started = time.monotonic()
    try:
        with bench.laid_out(case) as folder:
            if missing := missing_tools(read_submission(folder), os.environ.get("PATH", os.defpath)):
                return Run(seconds=_since(started), problem=in_words(missing), missing=missing)
            how = _how(case)
            # One run has to say it: a mistake that is caught every other time is not caught.
            result = grade(folder, (case.kata.pack,), services=services, confirm=False, levels=levels, stop=stop, **how)
    except (KatasError, OSError) as problem:
        told = problem.message if isinstance(problem, KatasError) else str(problem)
        return Run(seconds=_since(started), problem=in_one_line(told))
    if result.kata != case.kata.id:
        return Run(seconds=_since(started), problem=f"its `kata.yaml` is for the kata `{result.kata}`")
    return replace(_run_of(case, result, seconds=_since(started)), levels=levels)


def _how(case: Case) -> Mapping[str, Any]:
    if case.tailoring:
        return {"variant": case.tailoring.seed, "first_failure": bool(case.tailoring.forgets)}
    return _HASTE if case.kind is Kind.ALTERED else {}


def gaps(run: Run) -> tuple[str, ...]:
    """Return what this machine could not judge in a run, a sentence each; on another it may be a proof."""
    if run.missing:
        return (run.problem,)
    skipped = () if run.stopped else [fell for fell in run.fallen if fell.status is Status.SKIPPED]
    return tuple(f"`{fell.id}` was not judged: {fell.message}" for fell in skipped)


def faults(case: Case, run: Run) -> tuple[str, ...]:
    """Return in what a run differs from what its case asks for, a sentence each, but for its gaps."""
    if run.missing:
        return ()
    if run.problem:
        return (run.problem,)
    if run.stopped:
        verb = "build" if run.stopped is Reason.BUILD else "start"
        return tuple(f"does not {verb}: {fell.message}" for fell in run.fallen if fell.status is Status.FAILED)[:1]
    return tuple(_FAULTS[case.kind](case, run))


def in_one_line(text: str) -> str:
    """Return the beginning of a message, which most often says all, and its hint in a line."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    line = "; ".join([*lines[:_LINES], *(line for line in lines[_LINES:] if line.startswith("hint: "))])
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _since(started: float) -> float:
    return round(time.monotonic() - started, 2)


def _run_of(case: Case, result: Result, *, seconds: float) -> Run:
    stopped = result.stopped_by()
    fallen = [check for check in result.checks if check.status is not Status.PASSED]
    passed = [check for check in result.checks if check.status is Status.PASSED]
    return Run(
        seconds=seconds,
        seed=result.seed,
        # A fault that keeps the reference from starting has been noticed, like one that fails a check.
        stopped=None if case.kind is Kind.ALTERED and stopped is Reason.START else stopped,
        fallen=tuple(_fallen(check) for check in fallen),
        passed=tuple(check.id for check in passed) if case.kind is Kind.STARTER else (),
    )


def _fallen(check: Check) -> Fallen:
    return Fallen(id=check.id, status=check.status, message=in_one_line(check.message))


def _of_reference(_case: Case, run: Run) -> Iterator[str]:
    yield from _told(run.fallen)


def _of_variant(case: Case, run: Run) -> Iterator[str]:
    key = case.tailoring.forgets if case.tailoring else ""
    if not key:
        yield from _told(run.fallen)
        return
    yield from _told([fell for fell in run.fallen if fell.status is Status.ERROR])
    if not any(fell.status is Status.FAILED for fell in run.fallen):
        yield f"passes with the usual `{key}`, which is another one in this variant: no check asks for it"


def _of_starter(_case: Case, run: Run) -> Iterator[str]:
    yield from (f"`{name}` passes, though nothing is written yet" for name in run.passed)
    yield from _told([fell for fell in run.fallen if fell.status is not Status.FAILED])


def _of_mutant(case: Case, run: Run) -> Iterator[str]:
    fallen = {fell.id for fell in run.fallen}
    yield from (f"`{name}` passed, but is named" for name in sorted(case.named - fallen))
    yield from _told(
        [fell for fell in run.fallen if fell.status is not Status.FAILED or fell.id not in case.named],
        more=", but is not named",
    )


def _told(fallen: Sequence[Fallen], *, more: str = "") -> Iterator[str]:
    for fell in (fell for fell in fallen if fell.status in _WORDS):
        unnamed = more if fell.status is Status.FAILED else ""
        yield f"`{fell.id}` {_WORDS[fell.status]}{unnamed}: {fell.message}"


def _of_altered(_case: Case, run: Run) -> Iterator[str]:
    """An error is no verdict, whatever the fault has to do with it."""
    yield from _told([fell for fell in run.fallen if fell.status is Status.ERROR])


_FAULTS = {
    Kind.REFERENCE: _of_reference,
    Kind.STARTER: _of_starter,
    Kind.MUTANT: _of_mutant,
    Kind.VARIANT: _of_variant,
    Kind.ALTERED: _of_altered,
}

"""The reports of a class, written from its journal: marks, checks, and what each learner is told."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from backend_katas.batch.journal import Graded, Grading, Journal
from backend_katas.errors import KatasError
from backend_katas.exchange import inert, readable
from backend_katas.model import Level, Result, Status
from backend_katas.reports import csv, junit
from backend_katas.reports.text import render_result

_PLAIN = re.compile(r"[^\w.@+() -]", re.ASCII)
_MARKED = re.compile(r"-[0-9a-f]{8}$")  # a name that looks like one of those that are made here gets a mark too
_LONGEST = 100  # characters of a file's name


def write_reports(out: Path, journal: Journal, grading: Grading) -> None:
    """Write all reports of a grading below `out`; each file is whole or stays what it was."""
    for folder in ("results", "feedback"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for graded in _graded(journal, grading):
        name = file_name(graded.submission)
        _write(out / "results" / f"{name}.json", graded.result.to_json())
        _write(out / "feedback" / f"{name}.txt", inert(click.unstyle(render_result(graded.result, everything=True))))
    _write(out / "marks.csv", csv.table(_marks(journal, grading)))
    _write(out / "checks.csv", csv.render(graded.result for graded in _graded(journal, grading)))
    _write(out / "junit.xml", junit.render(graded.result for graded in _graded(journal, grading)))


def file_name(name: str) -> str:
    """Return a name for the files of a submission that any system takes, and no two submissions share."""
    plain = _PLAIN.sub("_", name)[:_LONGEST].strip(". ")
    if plain == name and not _MARKED.search(name):
        return name
    return f"{plain or 'submission'}-{hashlib.sha256(name.encode(errors='surrogateescape')).hexdigest()[:8]}"


def _graded(journal: Journal, grading: Grading) -> Iterator[Graded]:
    """Give the marks one by one, for a class has more of them than fit into memory."""
    for standing in journal.standings(grading):
        if standing.key and (graded := journal.graded(grading, standing.submission, standing.key)):
            yield graded


def _marks(journal: Journal, grading: Grading) -> Iterator[Sequence[object]]:
    first = next(_graded(journal, grading), None)
    levels = first.result.levels if first else ()
    facts = ("submission", "status", "score", "max_score")
    yield (*facts, *(level.id for level in levels), "seed", "attempts", "message")
    nothing = [""] * len(levels)
    for standing in journal.standings(grading):
        if standing.key and (graded := journal.graded(grading, standing.submission, standing.key)):
            yield _mark(graded, levels)
        elif standing.problem:
            status = Status.ERROR.value if standing.ours else "not graded"
            yield readable(standing.submission, keep=""), status, "", "", *nothing, "", "", standing.problem


def _mark(graded: Graded, levels: Sequence[Level]) -> Sequence[object]:
    result = graded.result
    earned = (sum(check.earned for check in result.of_level(level)) for level in levels)
    head = (readable(graded.submission, keep=""), result.status.value, result.score, result.max_score)
    return (*head, *earned, result.seed, graded.attempts, _why(result))


def _why(result: Result) -> str:
    """Return the first thing that went wrong, in one line."""
    failed = next((check for check in result.checks if check.status is Status.FAILED), None)
    return " ".join(f"{failed.title} {failed.message}".split()) if failed else ""


def _write(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8", errors="replace", newline="")
        part.replace(path)
    except OSError as problem:
        raise KatasError(
            f"cannot write `{path}`: {problem.strerror}", "all marks are in the journal; start again to write reports"
        ) from None

"""The reports of a class, written from its journal: marks, checks, and what each learner is told."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import click

from backend_katas.batch.entries import Entry
from backend_katas.batch.journal import Graded, Journal
from backend_katas.errors import KatasError
from backend_katas.model import Kata, Result, Status
from backend_katas.reports import csv, junit
from backend_katas.reports.text import render_result

_PLAIN = re.compile(r"[^\w.@+() -]", re.ASCII)
_LONGEST = 100  # characters of a file's name


class _Class(Protocol):
    entries: tuple[Entry, ...]
    keys: dict[str, str]
    refused: dict[str, str]
    errors: dict[str, str]


def write_reports(out: Path, kata: Kata, found: _Class, journal: Journal) -> None:
    """Write all reports of the submissions that were asked for; each file is whole or stays what it was."""
    for folder in ("results", "feedback"):
        (out / folder).mkdir(exist_ok=True)
    for entry, graded in _graded(found, journal):
        name = file_name(entry.name)
        _write(out / "results" / f"{name}.json", graded.result.to_json())
        _write(out / "feedback" / f"{name}.txt", click.unstyle(render_result(graded.result, everything=True)))
    _write(out / "marks.csv", csv.table([_names(kata), *_marks(kata, found, journal)]))
    _write(out / "checks.csv", csv.render(graded.result for _, graded in _graded(found, journal)))
    _write(out / "junit.xml", junit.render(graded.result for _, graded in _graded(found, journal)))


def file_name(name: str) -> str:
    """Return a name for the files of a submission that any system takes, and no two submissions share."""
    plain = _PLAIN.sub("_", name)[:_LONGEST].strip(". ")
    if plain == name:
        return name
    return f"{plain or 'submission'}-{hashlib.sha256(name.encode(errors='surrogateescape')).hexdigest()[:8]}"


def _graded(found: _Class, journal: Journal) -> Iterator[tuple[Entry, Graded]]:
    """Give the marks one by one, for a class has more of them than fit into memory."""
    for entry in found.entries:
        key = found.keys.get(entry.name)
        if key and (graded := journal.graded(entry.name, key)):
            yield entry, graded


def _names(kata: Kata) -> tuple[str, ...]:
    facts = ("submission", "status", "score", "max_score")
    return (*facts, *(level.id for level in kata.levels), "seed", "attempts", "message")


def _marks(kata: Kata, found: _Class, journal: Journal) -> Iterator[tuple[object, ...]]:
    nothing = [""] * len(kata.levels)
    for entry in found.entries:
        key = found.keys.get(entry.name)
        if key and (graded := journal.graded(entry.name, key)):
            result = graded.result
            levels = [sum(check.earned for check in result.of_level(level)) for level in kata.levels]
            status = result.status.value
            yield (
                entry.name,
                status,
                result.score,
                result.max_score,
                *levels,
                result.seed,
                graded.attempts,
                _why(result),
            )
        elif problem := found.errors.get(entry.name):
            yield entry.name, Status.ERROR.value, "", "", *nothing, "", "", problem
        elif problem := found.refused.get(entry.name):
            yield entry.name, "not graded", "", "", *nothing, "", "", problem


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

"""The reports of a class, written from its journal: marks, checks, and what each learner is told."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backend_katas.batch.feedback import feedback
from backend_katas.batch.journal import Graded, Grading, Journal
from backend_katas.batch.marks import Row, Rows, table, words_of
from backend_katas.batch.rules import course_of
from backend_katas.batch.similar.pairs import pairs_in
from backend_katas.errors import KatasError
from backend_katas.exchange import readable
from backend_katas.model import Result
from backend_katas.reports import csv, html, junit

_ERRORS = "errors"
_PLAIN = re.compile(r"[^\w.@+() -]", re.ASCII)
_MARKED = re.compile(r"-[0-9a-f]{8}$")  # a name that looks like one of those that are made here gets a mark too
_LONGEST = 100  # characters of a file's name


def write_reports(out: Path, journal: Journal, grading: Grading) -> None:
    """Write all reports of a grading below `out`; each file is whole or stays what it was.

    The rules of the course that the journal holds are applied here, and nowhere before.
    """
    course = course_of(journal)
    given = Rows(journal, grading, course)
    for folder in ("results", "feedback"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for row in given:
        name = file_name(row.standing.submission)
        if row.graded:
            _write(out / "results" / f"{name}.json", row.graded.result.to_json())
        else:
            (out / "results" / f"{name}.json").unlink(missing_ok=True)
        _write(out / "feedback" / f"{name}.txt", feedback(row, _newest(journal, grading, row), course))
    _write_errors(out, journal, grading)
    _write_pieces(out / "marks.csv", csv.lines(table(given, _log_of)))
    _write_pieces(out / "checks.csv", csv.pieces(_results(given)))
    _write_pieces(out / "junit.xml", junit.pieces(_results(given)))
    _write_pieces(out / "index.html", html.pieces(_Lines(given), pairs=pairs_in(out)))


@dataclass(frozen=True, slots=True)
class _Lines:
    """The rows as lines of the page, read from the journal again each time that the page goes through them."""

    given: Iterable[Row]

    def __iter__(self) -> Iterator[html.Line]:
        return map(_line, self.given)


def _line(row: Row) -> html.Line:
    standing = row.standing
    return html.Line(
        name=standing.submission,
        result=row.graded.result if row.graded else None,
        # Of an attempt too many there is a problem, and a result of those before it.
        problem="" if row.graded else standing.problem,
        ours=standing.ours,
        mark=words_of(row.mark),
        note=row.mark.why,
        file=f"results/{file_name(standing.submission)}.json",
    )


def _newest(journal: Journal, grading: Grading, row: Row) -> Graded | None:
    """Return what was handed in last, which its learner is told about, even where another attempt counts."""
    standing = row.standing
    if not standing.key or (row.graded and row.graded.key == standing.key):
        return row.graded
    return journal.graded(grading, standing.submission, standing.key)


def _results(given: Iterable[Row]) -> Iterator[Result]:
    return (row.graded.result for row in given if row.graded)


def _write_errors(out: Path, journal: Journal, grading: Grading) -> None:
    """Write the log of each error of ours that is left, and take away those of errors that are not."""
    broken = [standing for standing in journal.standings(grading) if standing.ours]
    wanted = {out / _log_of(standing.submission): standing for standing in broken}
    for path in (out / _ERRORS).glob("*.txt"):
        if path not in wanted:
            path.unlink(missing_ok=True)
    if not wanted:
        with suppress(OSError):  # there is none, or something else is in it
            (out / _ERRORS).rmdir()
        return
    (out / _ERRORS).mkdir(exist_ok=True)
    for path, standing in wanted.items():
        log = journal.log(grading, standing.submission)
        _write(path, f"{readable(standing.submission, keep='')}: {standing.problem}\n\n{log}")


def _log_of(submission: str) -> str:
    return f"{_ERRORS}/{file_name(submission)}.txt"


def file_name(name: str) -> str:
    """Return a name for the files of a submission that any system takes, and no two submissions share."""
    plain = _PLAIN.sub("_", name)[:_LONGEST].strip(". ")
    if plain == name and not _MARKED.search(name):
        return name
    return f"{plain or 'submission'}-{hashlib.sha256(name.encode(errors='surrogateescape')).hexdigest()[:8]}"


def _write(path: Path, text: str) -> None:
    _write_pieces(path, [text])


def _write_pieces(path: Path, texts: Iterable[str]) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", errors="replace", newline="") as file:
            file.writelines(texts)
        part.replace(path)
    except OSError as problem:
        raise KatasError(
            f"cannot write `{path}`: {problem.strerror}", "all marks are in the journal; start again to write reports"
        ) from None

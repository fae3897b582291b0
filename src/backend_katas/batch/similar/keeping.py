"""What a comparison has found, kept beside the marks of the class and told on their page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from backend_katas.batch.grading import JOURNAL
from backend_katas.batch.journal import State, reopened
from backend_katas.batch.similar.document import CSV, to_csv, to_json
from backend_katas.batch.similar.finding import Similar
from backend_katas.batch.similar.pairs import JSON
from backend_katas.batch.writing import write_reports
from backend_katas.errors import ExitCode, KatasError


def keep(found: Similar, out: Path) -> Iterator[Path]:
    """Write `similar.csv` and `similar.json` into a folder, and the page of the marks in it, and give their paths.

    Each is whole or stays what it was. KatasError where the marks are those of another kata, or another batch is at
    them.
    """
    if not (out / JOURNAL).is_file():
        yield from _written(found, out)
        return
    with reopened(out / JOURNAL) as journal:
        if (kata := journal.fact("kata", found.kata)) != found.kata:
            raise KatasError(
                f"`{out}` has the marks of another kata: `{kata}`, not `{found.kata}`",
                "name another folder by `--out`",
                exit_code=ExitCode.USAGE,
            )
        yield from _written(found, out)
        if current := journal.grading(State.CURRENT):
            write_reports(out, journal, current)
            yield out / "index.html"


def _written(found: Similar, out: Path) -> Iterator[Path]:
    texts = {out / CSV: to_csv(found), out / JSON: to_json(found)}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            part = path.with_name(f"{path.name}.part")
            part.write_text(text, encoding="utf-8", errors="replace", newline="")
            part.replace(path)
            yield path
    except OSError as problem:
        raise KatasError(f"cannot write to `{out}`: {problem.strerror}", "name another folder by `--out`") from None

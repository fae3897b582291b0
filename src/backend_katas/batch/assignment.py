"""Who has to solve which variant, by the word of whoever teaches: a table that a grading keeps to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from backend_katas.batch.columns import read_columns
from backend_katas.batch.journal import Grading, Journal, State
from backend_katas.documents import DocumentError
from backend_katas.errors import ExitCode, KatasError
from backend_katas.exchange import readable
from backend_katas.reports.csv import bare

Assignment = Mapping[str, int]
COLUMNS = ("submission", "variant")
NOT_ASSIGNED = "the table of variants does not name it"
_FACT = "variants of {}"
_LONGEST = 30  # digits


def read_assignment(path: Path) -> Assignment:
    """Return the seed of each submission's variant, from a table with the columns `submission` and `variant`.

    DocumentError with its line for a seed that is none and for a submission that is named twice; KatasError (exit code
    2) where there is no table.
    """
    seeds: dict[str, int] = {}
    for line, name, seed in read_columns(path, *COLUMNS):
        if not (seed.isascii() and seed.isdigit() and len(seed) <= _LONGEST):
            problem = f"`{readable(seed, limit=80, keep='')}` is no variant"
            raise DocumentError(path, line, problem, "it is a whole number, such as `4711`")
        if bare(name) in seeds:
            raise DocumentError(path, line, f"`{readable(bare(name), keep='')}` is in the table twice")
        seeds[bare(name)] = int(seed)
    return seeds


def hold_to(given: Assignment | None, journal: Journal, grading: Grading) -> Assignment | None:
    """Return the table that a grading is made by: the one given, else the one it was begun with; None without any.

    A table may grow, and change for those who have no mark yet. KatasError (exit code 2) where a mark that is there
    was made for another variant.
    """
    kept = _held(journal, grading)
    if given is None:
        return kept
    before = kept or {}
    for name in sorted(journal.keys(grading)):
        if before.get(name) != given.get(name):
            raise KatasError(
                f"the mark of `{readable(name, keep='')}` was made for {_called(before.get(name))}, and the table has "
                f"{_called(given.get(name))}",
                "`--regrade` grades all again beside the marks there are, and `katas diff` shows what would change",
                exit_code=ExitCode.USAGE,
            )
    carry(json.dumps(given, sort_keys=True), journal, grading)
    return given


def held(journal: Journal, grading: Grading) -> str:
    """Return the text of the table that a grading keeps to, for `carry`; empty without any."""
    return journal.noted(_FACT.format(grading.id))


def carry(text: str, journal: Journal, grading: Grading) -> None:
    """Have a grading keep to a table that was `held` by another one."""
    journal.note(_FACT.format(grading.id), text)


def _held(journal: Journal, grading: Grading) -> Assignment | None:
    text = held(journal, grading)
    if not text and grading.state is State.PROPOSED and (current := journal.grading(State.CURRENT)):
        text = held(journal, current)
    return json.loads(text) if text else None


def _called(seed: int | None) -> str:
    return "no variant of the table" if seed is None else f"variant {seed}"

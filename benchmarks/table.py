"""The one table that the benchmarks print: what each figure was in the runs, and whether it is where it has to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

HEADINGS = ("what", "target", "min", "median", "max", "unit", "verdict")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A limit for the median: below it, with `at_least` not below it, with `exactly` no other."""

    limit: float
    at_least: bool = False
    exactly: bool = False

    def __str__(self) -> str:
        return f"{'=' if self.exactly else '≥' if self.at_least else '<'} {self.limit:g}"

    def met(self, value: float) -> bool:
        """Say whether a value is where it has to be."""
        if self.exactly:
            return value == self.limit
        return value >= self.limit if self.at_least else value < self.limit


@dataclass(frozen=True, slots=True)
class Row:
    """A figure that is measured once a run; one without a target is for information."""

    name: str
    unit: str
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a figure could not be measured."""

    reason: str


Figures = Mapping[str, float | Missing]
"""What one run found, by the names of the rows."""


def render(rows: Sequence[Row], runs: Sequence[Figures]) -> str:
    """Return the table in Markdown, in columns that are also straight on a terminal."""
    lines = [HEADINGS, *(_line(row, [run[row.name] for run in runs if row.name in run]) for row in rows)]
    return _straight(lines, numbers={HEADINGS.index(name) for name in ("target", "min", "median", "max")})


def compare(details: Sequence[str], subjects: Sequence[str], runs: Sequence[Figures]) -> str:
    """Return the medians of details that each subject has, one column a subject."""
    lines = [("medians", *subjects)]
    for detail in details:
        found = [[run.get(f"{subject}: {detail}") for run in runs] for subject in subjects]
        values = [[value for value in column if isinstance(value, (int, float))] for column in found]
        lines.append((detail, *(_number(median(column)) if column else "-" for column in values)))
    return _straight(lines, numbers=set(range(1, len(subjects) + 1)))


def _straight(lines: Sequence[Sequence[str]], *, numbers: set[int]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]

    def shown(line: Sequence[str]) -> str:
        cells = [
            text.rjust(width) if column in numbers else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        return f"| {' | '.join(cells)} |"

    rule = "|".join(
        "-" * (width + 1) + ":" if column in numbers else "-" * (width + 2) for column, width in enumerate(widths)
    )
    return "\n".join([shown(lines[0]), f"|{rule}|", *map(shown, lines[1:])])


def _line(row: Row, found: Sequence[float | Missing]) -> tuple[str, ...]:
    values = [value for value in found if not isinstance(value, Missing)]
    target = str(row.target) if row.target else ""
    if not values:
        reason = next((value.reason for value in found if isinstance(value, Missing)), "no run got that far")
        return (row.name, target, "-", "-", "-", row.unit, f"not measured: {reason}")
    middle = median(values)
    verdict = ("met" if row.target.met(middle) else "MISSED") if row.target else ""
    return (row.name, target, *(_number(value) for value in (min(values), middle, max(values))), row.unit, verdict)


def _number(value: float) -> str:
    """Return three digits that count."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:.{digits}f}"

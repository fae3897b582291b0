"""A class at a glance: how many there are of each kind, where the marks lie, and how long it took."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from backend_katas.reports.html.rows import Kind, Row

_BINS = 10
_NICE = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Where numbers lie; quartiles as of a whole population, with the least and the greatest as ends (R's type 7)."""

    mean: float
    least: float
    lower: float
    median: float
    upper: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """How many numbers lie in a range, which has a `label`."""

    label: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the beginning of the page says of a class."""

    kinds: dict[Kind, int]
    marks: Spread | None
    seconds: Spread | None
    mark_bins: tuple[Bin, ...]
    time_bins: tuple[Bin, ...]


def figures(rows: Sequence[Row]) -> Figures:
    """Return the figures of a class; those without a mark count in no mean."""
    marks = [row.value for row in rows if row.value is not None]
    seconds = [row.seconds for row in rows if row.value is not None]
    counted = Counter(row.kind for row in rows)
    return Figures(
        kinds={kind: counted[kind] for kind in Kind if counted[kind]},
        marks=spread(marks),
        seconds=spread(seconds),
        mark_bins=_by_tenths(marks),
        time_bins=_by_width(seconds),
    )


def spread(numbers: Sequence[float]) -> Spread | None:
    """Return where numbers lie; None where there are none."""
    if not numbers:
        return None
    ends = statistics.quantiles(numbers, n=4, method="inclusive") if len(numbers) > 1 else [numbers[0]] * 3
    return Spread(
        mean=statistics.fmean(numbers),
        least=min(numbers),
        lower=ends[0],
        median=ends[1],
        upper=ends[2],
        most=max(numbers),
    )


def _by_tenths(marks: Sequence[float]) -> tuple[Bin, ...]:
    """Count marks in per cent by tenths; full marks stand alone."""
    counted = Counter(min(max(math.floor(mark * _BINS / 100), 0), _BINS) for mark in marks)
    labels = [f"{10 * place}-{10 * place + 9}" for place in range(_BINS)]
    return tuple(Bin(label=label, number=counted[place]) for place, label in enumerate([*labels, "100"]))


def _by_width(seconds: Sequence[float]) -> tuple[Bin, ...]:
    """Count durations in about ten ranges of an even width."""
    if not seconds:
        return ()
    width = _width(max(seconds) - min(seconds))
    first, last = (math.floor(end(seconds) / width) for end in (min, max))
    counted = Counter(math.floor(value / width) for value in seconds)
    return tuple(Bin(label=f"{place * width:g}", number=counted[place]) for place in range(first, last + 1))


def _width(extent: float) -> float:
    """Return 1, 2 or 5 times a power of ten, by which a range falls into ten parts at most."""
    power = 10.0 ** math.floor(math.log10(max(extent, 0.1) / _BINS))
    return next(power * step for step in _NICE if power * step * _BINS >= max(extent, 0.1) * 0.999)

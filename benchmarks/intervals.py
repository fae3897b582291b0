"""Stretches of time on one clock: what they cover together, and to whom each moment belongs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple


class Interval(NamedTuple):
    """A stretch of time, in seconds of `time.monotonic()`."""

    start: float
    end: float


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Return disjoint intervals, in order, that cover the same moments; empty ones are left out."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if merged and start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, end))
        else:
            merged.append(Interval(start, end))
    return merged


def length(intervals: Iterable[Interval]) -> float:
    """Return how many seconds the intervals cover; overlaps count once."""
    return sum(end - start for start, end in union(intervals))


def without(intervals: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """Return what the first intervals cover and the others do not."""
    edges, others = union(intervals), union(taken)
    moments = sorted({moment for interval in (*edges, *others) for moment in interval})
    pieces = (Interval(start, end) for start, end in pairwise(moments))
    return union(piece for piece in pieces if _covers(edges, piece) and not _covers(others, piece))


def attribute(whole: Interval, claims: Mapping[str, Sequence[Interval]]) -> dict[str, list[Interval]]:
    """Give each moment of `whole` to the first of those who claim it; what nobody claims has the name `""`."""
    left, owned = [whole], dict[str, list[Interval]]()
    for name, claimed in claims.items():
        rest = without(left, claimed)
        owned[name] = without(left, rest)
        left = rest
    return {**owned, "": left}


def _covers(disjoint: Sequence[Interval], piece: Interval) -> bool:
    """Say whether a piece between two neighbouring edges lies inside one of the intervals."""
    place = bisect_left(disjoint, piece.end, key=lambda interval: interval.end)
    return place < len(disjoint) and disjoint[place].start <= piece.start

"""How much code two submissions share, token by token, without what was given and what most of the class has."""

from __future__ import annotations

import functools
from array import array
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from backend_katas.batch.similar.source import Code, Source

_Value = TypeVar("_Value", str, int)
RUN = 20
"""Tokens in a row that have to be the same before they count: two or three lines."""
LEAST_OWN = 100
"""Tokens of its own that a submission needs to be compared: about fifteen lines."""
_ONES = b"\1" * RUN
_KINDS = 6  # of different tokens in a run: fewer is a table of values, which looks like any other
_FEW = 10  # submissions that may have a run in common, however small the class: as many as Moss takes (`-m`)
_SKETCH = 1 << 22  # counters
_BLOCK = 32  # submissions that are compared with each other, or with another block, while their runs are in memory
_PLACES = 16  # of one run that are tried for a passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What the submission `one` of two, that with less code of its own, has in common with the `other`.

    `tokens` of its `own` tokens, in `lines` lines, are found in the other.
    """

    one: str
    other: str
    tokens: int
    own: int
    lines: int

    @property
    def portion(self) -> float:
        """The part that is found in the other, 0 to 1."""
        return self.tokens / self.own if self.own else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of code that is in two files: the first and the last line in each, and how many tokens."""

    one: str
    one_lines: tuple[int, int]
    other: str
    other_lines: tuple[int, int]
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Code of one submission in one language: its files, the runs that count, and which tokens are its own."""

    sources: tuple[Source, ...]
    runs: frozenset[str]
    own: tuple[bytearray, ...]


class Comparison:
    """A class whose submissions can be compared; `given` is the code that all of them were given.

    Runs that more than `common` (0 to 1) of those who write in a language have are nobody's.
    """

    def __init__(self, codes: Sequence[Code], given: Iterable[Source], *, common: float) -> None:
        self._codes = {code.name: code for code in codes}
        self.languages = tuple(sorted({source.language for code in codes for source in code.sources}))
        self._given = _given(given)
        self._common: dict[str, frozenset[str]] = {}
        self._fingerprints_of_many: dict[str, frozenset[int]] = {}
        for language in self.languages:
            writers = [code for code in codes if code.of_language(language)]
            limit = max(_FEW, int(len(writers) * common))
            self._common[language] = frozenset(_common(writers, language, limit) if limit < len(writers) else ())
            self._fingerprints_of_many[language] = frozenset(_above(_fingerprints(writers, language), limit))
        self._stretch = functools.lru_cache(2 * _BLOCK * max(len(self.languages), 1))(self._made)
        self.own = {name: self._count_own(name) for name in self._codes}
        """The tokens of each submission that are its own."""
        self.common = {name: self._count_common(name) for name in self._codes}
        """The tokens of each submission that most have."""

    def pairs(self, least: float) -> Iterator[Share]:
        """Give each two submissions of which one has at least this part, 0 to 1, in common with the other."""
        enough = [name for name in sorted(self._codes) if self.own[name] >= LEAST_OWN]
        block = {name: number // _BLOCK for number, name in enumerate(enough)}
        candidates = self._candidates(frozenset(enough), least)
        for one, other in sorted(candidates, key=lambda pair: (block[pair[0]], block[pair[1]], pair)):
            share = self.share(one, other)
            if share.tokens and share.portion >= least:
                yield share

    def share(self, one: str, other: str) -> Share:
        """Compare two submissions."""
        smaller, larger = sorted((one, other), key=lambda name: (self.own[name], name))
        hits = list(self._hits(smaller, larger))
        lines = {(source.path, source.lines[at]) for source, tokens in hits for at in tokens}
        return Share(
            one=smaller,
            other=larger,
            tokens=sum(len(tokens) for _, tokens in hits),
            own=self.own[smaller],
            lines=len(lines),
        )

    def passages(self, one: str, other: str) -> list[Passage]:
        """Return the stretches of `one` that are in `other`, the longest first."""
        found: list[Passage] = []
        for language in self.languages:
            found += _passages(self._stretch(one, language), self._stretch(other, language))
        return sorted(found, key=lambda passage: (-passage.tokens, passage.one, passage.one_lines, passage.other))

    def _candidates(self, names: frozenset[str], least: float) -> Iterator[tuple[str, str]]:
        """Give the pairs that have so many fingerprints in common that it is worth while to compare them."""
        sizes: Counter[str] = Counter()
        together: Counter[tuple[str, str]] = Counter()
        for language in self.languages:
            writers: defaultdict[int, list[str]] = defaultdict(list)
            for name in sorted(names):
                found = _all_fingerprints(self._codes[name], language)
                found -= self._fingerprints_of_many[language] | self._given.fingerprints.get(language, frozenset())
                sizes[name] += len(found)
                for value in found:
                    writers[value].append(name)
            for sharing in writers.values():
                together.update(combinations(sharing, 2))
        for (one, other), number in together.items():
            if 3 * number >= least * min(sizes[one], sizes[other]):
                yield one, other

    def _hits(self, one: str, other: str) -> Iterator[tuple[Source, list[int]]]:
        """Give the tokens of `one`'s own that are in `other` too, by file."""
        for language in self.languages:
            mine, theirs = self._stretch(one, language), self._stretch(other, language)
            if not (both := mine.runs & theirs.runs):
                continue
            for source, own in zip(mine.sources, mine.own, strict=True):
                covered = _covered(source, both.__contains__)
                yield source, [at for at, hit in enumerate(covered) if hit and own[at]]

    def _made(self, name: str, language: str) -> _Stretch:
        sources = self._codes[name].of_language(language)
        nobodys = self._given.runs.get(language, frozenset[str]()) | self._common.get(language, frozenset[str]())
        runs = frozenset(run for source in sources for run in _runs(source) if run not in nobodys and _telling(run))
        return _Stretch(
            sources=sources, runs=runs, own=tuple(_own(source, nobodys.__contains__, runs) for source in sources)
        )

    def _count_own(self, name: str) -> int:
        return sum(sum(marks) for language in self.languages for marks in self._stretch(name, language).own)

    def _count_common(self, name: str) -> int:
        sources = self._codes[name].sources
        return sum(sum(_covered(source, self._common[source.language].__contains__)) for source in sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    runs: Mapping[str, frozenset[str]]
    fingerprints: Mapping[str, frozenset[int]]


def _given(sources: Iterable[Source]) -> _Given:
    runs: defaultdict[str, set[str]] = defaultdict(set)
    fingerprints: defaultdict[str, set[int]] = defaultdict(set)
    for source in sources:
        runs[source.language].update(_runs(source))
        fingerprints[source.language] |= source.fingerprints
    return _Given(
        runs={language: frozenset(found) for language, found in runs.items()},
        fingerprints={language: frozenset(found) for language, found in fingerprints.items()},
    )


def _runs(source: Source) -> list[str]:
    tokens = source.tokens
    return [tokens[at : at + RUN] for at in range(len(tokens) - RUN + 1)]


def _telling(run: str) -> bool:
    return len(set(run)) >= _KINDS


def _covered(source: Source, wanted: Callable[[str], bool]) -> bytearray:
    """Mark with 1 each token that is in a wanted run."""
    marks = bytearray(len(source.tokens))
    for at in [at for at, hit in enumerate(map(wanted, _runs(source))) if hit]:
        marks[at : at + RUN] = _ONES
    return marks


def _own(source: Source, nobodys: Callable[[str], bool], runs: frozenset[str]) -> bytearray:
    """Mark the tokens that are neither given nor common, and in some run that tells something."""
    taken = _covered(source, nobodys)
    return bytearray(hit and not gone for hit, gone in zip(_covered(source, runs.__contains__), taken, strict=True))


def _common(codes: Sequence[Code], language: str, limit: int) -> Iterator[str]:
    """Give the runs that more than `limit` submissions have."""
    # A class has millions of runs. So they are counted roughly first, and exactly where that may be enough.
    roughly = array("L", [0]) * _SKETCH
    for code in codes:
        for place in {hash(run) % _SKETCH for run in _all_runs(code, language)}:
            roughly[place] += 1
    exactly: Counter[str] = Counter()
    for code in codes:
        exactly.update(run for run in _all_runs(code, language) if roughly[hash(run) % _SKETCH] > limit)
    return _above(exactly, limit)


def _above(numbers: Counter[_Value], limit: int) -> Iterator[_Value]:
    return (value for value, number in numbers.items() if number > limit)


def _fingerprints(codes: Sequence[Code], language: str) -> Counter[int]:
    return Counter(value for code in codes for value in _all_fingerprints(code, language))


def _all_fingerprints(code: Code, language: str) -> set[int]:
    return {value for source in code.of_language(language) for value in source.fingerprints}


def _all_runs(code: Code, language: str) -> set[str]:
    return {run for source in code.of_language(language) for run in _runs(source)}


def _passages(one: _Stretch, other: _Stretch) -> Iterator[Passage]:
    """Give the longest stretches that are in both, from the beginning of each file of `one` to its end."""
    if not (both := one.runs & other.runs):
        return
    places: defaultdict[str, list[tuple[Source, int]]] = defaultdict(list)
    for source in other.sources:
        for at, run in enumerate(_runs(source)):
            if run in both and len(places[run]) < _PLACES:
                places[run].append((source, at))
    for source in one.sources:
        at = 0
        while at <= len(source.tokens) - RUN:
            found = places.get(source.tokens[at : at + RUN], ())
            if not found:
                at += 1
                continue
            length, there, begin = max(
                ((_length(source, at, place, start), place, start) for place, start in found),
                key=lambda entry: entry[0],
            )
            yield Passage(
                one=source.path,
                one_lines=(source.lines[at], source.lines[at + length - 1]),
                other=there.path,
                other_lines=(there.lines[begin], there.lines[begin + length - 1]),
                tokens=length,
            )
            at += length


def _length(one: Source, at: int, other: Source, start: int) -> int:
    """Return how many tokens are the same from two places on: the length for which both beginnings are equal."""
    here, there = one.tokens[at:], other.tokens[start:]
    most = min(len(here), len(there))
    return bisect_right(range(RUN, most + 1), False, key=lambda size: here[:size] != there[:size]) + RUN - 1

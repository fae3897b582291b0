"""A class compared, each with each: who shares how much, and who could not be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_katas.batch.entries import find_entries, named
from backend_katas.batch.progress import shown
from backend_katas.batch.similar.comparison import LEAST_OWN, Comparison, Passage, Share
from backend_katas.batch.similar.lexing import Lexing
from backend_katas.batch.similar.reading import read_class, read_given
from backend_katas.batch.similar.source import Code
from backend_katas.catalogue import find_kata
from backend_katas.errors import ExitCode, KatasError
from backend_katas.model import Pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be compared: all submissions in `place`, told from `least` on (percent of the shorter one's code).

    Code that more than `common` percent of the class have is not counted. With a `pair` these two are looked at.
    """

    place: Path
    kata: str
    least: int = 20
    common: int = 34
    pair: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What two submissions share: how much, and where."""

    share: Share
    passages: tuple[Passage, ...]

    @property
    def files(self) -> tuple[tuple[str, str, int], ...]:
        """The files of `one`, each with that of `other` it shares most tokens with, and how many; most first."""
        found: Counter[tuple[str, str]] = Counter()
        for passage in self.passages:
            found[passage.one, passage.other] += passage.tokens
        best: dict[str, tuple[str, str, int]] = {}
        for (one, other), tokens in sorted(found.items(), key=_most_first):
            best.setdefault(one, (one, other, tokens))
        return tuple(best.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One submission of the class: its tokens, those of its `own`, those that most have, and what was not read.

    With a `problem` it was not compared.
    """

    name: str
    files: int
    tokens: int
    own: int
    common: int
    left_out: tuple[tuple[str, str], ...]
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """What a comparison has found, the most alike first."""

    kata: str
    least: int
    common: int
    members: tuple[Member, ...]
    pairs: tuple[Likeness, ...]

    @property
    def compared(self) -> tuple[Member, ...]:
        """Those that could be compared."""
        return tuple(member for member in self.members if not member.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Two:
    """Two submissions side by side: what they share, and their code."""

    likeness: Likeness
    one: Code
    other: Code


def find_similar(order: Order, packs: Sequence[Pack]) -> Similar:
    """Compare a class; KatasError where that cannot be, for whatever is wrong with one submission is told of it."""
    comparison, codes = _compared(order, packs)
    pairs = [_likeness(share, comparison) for share in comparison.pairs(order.least / 100)]
    return Similar(
        kata=find_kata(order.kata, packs).id,
        least=order.least,
        common=order.common,
        members=tuple(_member(code, comparison) for code in codes),
        pairs=tuple(sorted(pairs, key=_most_alike_first)),
    )


def look_at(order: Order, pair: tuple[str, str], packs: Sequence[Pack]) -> Two:
    """Compare two of a class, whatever they share; KatasError for a name that nobody bears."""
    comparison, codes = _compared(order, packs)
    found = {code.name: code for code in codes}
    for name in pair:
        if found[name].problem:
            raise KatasError(f"`{name}` cannot be compared: {found[name].problem}", exit_code=ExitCode.NOTHING_TO_GRADE)
    share = comparison.share(*pair)
    return Two(likeness=_likeness(share, comparison), one=found[share.one], other=found[share.other])


def _compared(order: Order, packs: Sequence[Pack]) -> tuple[Comparison, list[Code]]:
    kata = find_kata(order.kata, packs)
    entries = find_entries(order.place)
    pair = named(entries, order.pair) if order.pair else ()
    with Lexing() as lexing, shown(len(entries)) as teller:
        given = list(read_given(kata, lexing))
        showing = {entry.name for entry in pair}
        codes = list(read_class(entries, lexing, teller=teller, showing=showing))
    return Comparison(codes, given, common=order.common / 100), codes


def _likeness(share: Share, comparison: Comparison) -> Likeness:
    return Likeness(share=share, passages=tuple(comparison.passages(share.one, share.other)))


def _member(code: Code, comparison: Comparison) -> Member:
    own = comparison.own[code.name]
    problem = code.problem
    if not problem and own < LEAST_OWN:
        problem = f"{own} tokens are left of it without starters and what most have; fewer than {LEAST_OWN} say nothing"
    return Member(
        name=code.name,
        files=len(code.sources),
        tokens=sum(len(source.tokens) for source in code.sources),
        own=own,
        common=comparison.common[code.name],
        left_out=code.left_out,
        problem=problem,
    )


def _most_alike_first(likeness: Likeness) -> tuple[float, str, str]:
    return -likeness.share.portion, likeness.share.one, likeness.share.other


def _most_first(entry: tuple[tuple[str, str], int]) -> tuple[int, tuple[str, str]]:
    return -entry[1], entry[0]

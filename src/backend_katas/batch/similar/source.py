"""Code as it is compared: a text whose characters are the kinds of tokens, and where each stands."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_FIRST = 0x21
_LAST = 0xD7FF  # the last character before the surrogates


class Alphabet:
    """A character for each kind of token there is, the same for all of a class."""

    def __init__(self) -> None:
        self._characters: dict[str, str] = {}

    def character(self, kind: str) -> str:
        """Return the character of a kind; those that come when there are no more share the last one."""
        return self._characters.setdefault(kind, chr(min(_FIRST + len(self._characters), _LAST)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file: a character for each token, the line it is in, and the winnowed hashes of it all."""

    path: str
    language: str
    tokens: str
    lines: array[int]
    fingerprints: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """All that is compared of a submission, and what is not, by path, with the reason.

    With a `problem` there is nothing to compare. `texts` are the lines of each file, where somebody wants to see them.
    """

    name: str
    sources: tuple[Source, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])

    def of_language(self, language: str) -> tuple[Source, ...]:
        """Return the files in one language."""
        return tuple(source for source in self.sources if source.language == language)

"""Codes that are drawn, and aliases that are chosen."""

import math
import re
import secrets
from collections.abc import Iterator

ALIAS = re.compile(r"[A-Za-z0-9_-]{3,32}")
CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
RESERVED = {"api", "healthz", "readyz", "metrics", "static"}
BATCH = 1_000
MOST_BATCHES = 100


def may_exist(code: str) -> bool:
    """Say whether this can be a code or an alias at all, under whatever settings it was made."""
    return CODE.fullmatch(code) is not None


def check_alias(alias: str) -> None:
    """Raise ValueError, with the reason in words for the client, if nobody may have this alias."""
    if not ALIAS.fullmatch(alias):
        raise ValueError("must have 3 to 32 characters: letters, digits, `_`, `-`")
    if alias.lower() in RESERVED:
        raise ValueError("is reserved")


class Codes:
    """The space of all codes of one length over one alphabet."""

    def __init__(self, alphabet: str, length: int):
        self._alphabet, self._length = alphabet, length
        self._size = len(alphabet) ** length

    def draw(self) -> str:
        """Return a code that nobody can foresee."""
        while (code := self._spell(secrets.randbelow(self._size))).lower() in RESERVED:
            pass
        return code

    def walk(self) -> Iterator[list[str]]:
        """Yield the whole space in batches, each code once, in an order that nobody can foresee.

        A walk ends after 100,000 codes. That is all of a small space; and a large one of which so many, spread over all
        of it, are taken is as good as full.
        """
        start, step = secrets.randbelow(self._size), self._stride()
        steps = range(min(self._size, BATCH * MOST_BATCHES))
        for begin in range(0, len(steps), BATCH):
            batch = (self._spell((start + n * step) % self._size) for n in steps[begin : begin + BATCH])
            yield [code for code in batch if code.lower() not in RESERVED]

    def _stride(self) -> int:
        """Return a step without a factor in common with the size: then the walk comes by every code."""
        while True:
            step = secrets.randbelow(self._size) + 1
            if math.gcd(step, self._size) == 1:
                return step

    def _spell(self, number: int) -> str:
        """Write a number in the digits of the alphabet, the lowest first."""
        characters = []
        for _ in range(self._length):
            number, digit = divmod(number, len(self._alphabet))
            characters.append(self._alphabet[digit])
        return "".join(characters)

"""What one learner's brief says differently from another's: the choices of a kata, and the values that a seed draws."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Value = int | str
_LOOKED_AT = 100  # seeds from which those are taken that show most
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_PLACE = re.compile(rf"\{{\{{({_KEY.pattern})\}}\}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A name, a limit or the like that may be another one for each learner; `usual` is one of those it may be."""

    key: str
    usual: Value
    of: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The values of all choices by their keys; without a seed they are the usual ones."""

    seed: int | None = None
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])


USUAL = Variant()


def flaw_of(choice: Choice) -> str:
    """Return what is wrong with a choice, or an empty text."""
    if not _KEY.fullmatch(choice.key):
        return "a key is lower case, with digits and underscores behind a letter"
    if choice.usual not in choice.of:
        return f"the usual value `{choice.usual}` is not one `of` them"
    if len({type(value) for value in choice.of}) > 1:
        return "its values are either all numbers or all text"
    return ""


def drawn(kata: str, choices: Iterable[Choice], seed: int | None) -> Variant:
    """Return the variant of a kata, by its id, that a seed draws; the usual one without a seed.

    Of each choice that value is taken whose SHA-256 with kata, key and seed is the largest: the same everywhere and for
    ever. A value that is added to a choice, or taken out, changes it for those learners alone who get it, or had it.
    """
    if seed is None:
        return Variant(values={choice.key: choice.usual for choice in choices})
    return Variant(seed=seed, values={choice.key: _drawn(kata, choice, seed) for choice in choices})


def _drawn(kata: str, choice: Choice, seed: int) -> Value:
    return max(choice.of, key=lambda value: hashlib.sha256(f"{kata}:{choice.key}:{seed}:{value}".encode()).digest())


def filled(text: str, values: Mapping[str, Value]) -> str:
    """Put values into the places of a text, such as `{{page_size}}`; a place of another name stays as it is."""
    return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), text)


def filled_file(content: bytes, values: Mapping[str, Value]) -> bytes:
    """Return what a file becomes; one that is no text, or has no place, stays as it is."""
    if not values or b"{{" not in content:
        return content
    try:
        return filled(content.decode(), values).encode()
    except UnicodeDecodeError:
        return content


def places(text: str) -> set[str]:
    """Return the keys of all places in a text."""
    return set(_PLACE.findall(text))


def telling_seeds(kata: str, choices: Iterable[Choice]) -> tuple[int, ...]:
    """Return seeds, few and always the same, by which each value of each choice comes up."""
    choices = tuple(choices)
    left = {(choice.key, value) for choice in choices for value in choice.of}
    seeds: list[int] = []
    most = _LOOKED_AT
    while left:
        shown = {seed: left.intersection(drawn(kata, choices, seed).values.items()) for seed in range(1, most)}
        best = max(shown, key=lambda seed: len(shown[seed]))
        if not shown[best]:
            most *= 2
            continue
        seeds.append(best)
        left -= shown[best]
    return tuple(sorted(seeds))

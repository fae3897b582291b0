"""Lengths of time as people write them in a course's file: `15m`, `36h`, `1d12h`."""

from __future__ import annotations

import re
from datetime import timedelta

_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_PART = re.compile(r"([0-9]+)([wdhms])")


def duration(text: str) -> timedelta:
    """Return the length of time that a text such as `1d12h` stands for."""
    return timedelta(seconds=sum(int(number) * _SECONDS[unit] for number, unit in _PART.findall(text)))


def in_words(length: timedelta) -> str:
    """Return a length of time as `duration` reads it, without weeks and fractions of a second; empty for none."""
    left = int(length.total_seconds())
    parts: list[str] = []
    for unit in "dhms":
        number, left = divmod(left, _SECONDS[unit])
        parts += [f"{number}{unit}"] if number else []
    return "".join(parts)

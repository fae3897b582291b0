"""Texts, days and lists as the brief wants them."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _storable(text: str) -> str:
    """Refuse half a surrogate pair, which JSON can spell and UTF-8 cannot, and NUL, which PostgreSQL has no room for."""
    text.encode()
    if "\0" in text:
        raise ValueError("must not contain NUL")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def day(text: Any) -> date:
    """Read a day of the calendar; ValueError for any other spelling, of which Python knows several."""
    if not isinstance(text, str) or not DAY.fullmatch(text):
        raise ValueError("must be a day as YYYY-MM-DD")
    return date.fromisoformat(text)


def _once(texts: list[str]) -> list[str]:
    return list(dict.fromkeys(texts))


Storable = AfterValidator(_storable)
NotBlank = AfterValidator(_not_blank)

Text = Annotated[str, Storable]
Identifier = Annotated[str, Field(min_length=1, max_length=255), Storable]
Title = Annotated[str, Field(max_length=200), Storable, NotBlank]
Description = Annotated[str, Field(max_length=10_000), Storable]
Remark = Annotated[str, Field(max_length=10_000), Storable, NotBlank]
Tag = Annotated[str, Field(max_length=50), Storable, NotBlank]
Tags = Annotated[list[Tag], Field(max_length=20), AfterValidator(_once)]
Day = Annotated[date, BeforeValidator(day)]

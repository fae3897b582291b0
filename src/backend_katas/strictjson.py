"""JSON that a program wrote, read strictly: what no careful reader would take is the program's fault."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from datetime import datetime
from types import UnionType
from typing import Any, SupportsIndex, TypeVar, cast, overload

from backend_katas.errors import ProgramFault
from backend_katas.exchange import readable

T = TypeVar("T")
MAX_DEPTH = 100
MAX_VALUES = 100_000
_NAMES: dict[type, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
    dict: "object",
}


class NotJson(ValueError):  # noqa: N818 - it says what was found
    """The text is no JSON; the message says why."""


def parse(content: bytes, *, where: str) -> Any:
    """Return what a JSON text says; raises NotJson when RFC 8259 or common sense would refuse it.

    Refused are: other charsets than UTF-8, NaN and infinite numbers, half surrogate pairs, a member named twice, more
    than 100 levels or 100,000 values, integers of thousands of digits. `where` is what the text is called in a fault,
    `the answer`.
    """
    try:
        document = json.loads(content.decode(), object_pairs_hook=_unique, parse_constant=_refuse_constant)
        # Before any of it is wrapped: a megabyte of `[],[],` would become a hundred.
        if _count(document) > MAX_VALUES:
            raise ValueError(f"it has more than {MAX_VALUES} values")
        return _strict(document, where, 0)
    except UnicodeDecodeError:
        raise NotJson("it is not text in UTF-8") from None
    except RecursionError:
        raise NotJson("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} at character {error.pos}") from None
    except ValueError as error:
        raise NotJson(str(error).partition(";")[0]) from None


def of_kind(value: Any, kind: Any, where: str) -> Any:
    """Return `value` if it is of a type (as in `JsonObject.member`), else raise ProgramFault; `where` names it."""
    fits = isinstance(value, kind) or (kind is float and isinstance(value, int))
    # In Python a boolean is an integer; in JSON it is not.
    if fits and not (isinstance(value, bool) and kind in (int, float)):
        return value
    expected = " or ".join(_name(option) for option in getattr(kind, "__args__", (kind,)))
    seen = _name(cast("type", type(value)))
    raise ProgramFault(f"{where} is {seen}, expected {expected}")


def moment(value: Any, where: str) -> datetime:
    """Return a time of RFC 3339, which has a zone, else raise ProgramFault; `where` names it."""
    text = of_kind(value, str, where)
    try:
        time = datetime.fromisoformat(text.upper())
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        seen = readable(text, limit=40, keep="")
        raise ProgramFault(f"{where} is no RFC 3339 time with `Z` or an offset: `{seen}`")
    return time


class JsonObject(dict[str, Any]):
    """A JSON object; a member that is not there is the program's fault."""

    where: str = "the answer"

    def __missing__(self, name: object) -> Any:
        names = ", ".join(f"`{readable(key, limit=40, keep='')}`" for key in list(self)[:12]) or "none"
        more = f" and {len(self) - 12} more" if len(self) > 12 else ""
        raise ProgramFault(f"{self.where} has no member `{name}`; it has {names}{more}")

    @overload
    def member(self, name: str) -> Any: ...
    @overload
    def member(self, name: str, kind: type[T]) -> T: ...
    @overload
    def member(self, name: str, kind: UnionType) -> Any: ...
    def member(self, name: str, kind: Any = Any) -> Any:
        """Return a member of the given type: `str`, `int`, `float` (any number), `bool`, `list`, `dict`, or a union."""
        value = self[name]
        return value if kind is Any else of_kind(value, kind, f"member {_inside(self.where, name)}")

    def moment(self, name: str) -> datetime:
        """Return a member that is a time with its zone (RFC 3339)."""
        return moment(self[name], f"member {_inside(self.where, name)}")


class JsonArray(list[Any]):
    """A JSON array; an element that is not there is the program's fault."""

    where: str = "the answer"

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, (slice, SupportsIndex)):
            try:
                return super().__getitem__(index)
            except IndexError:
                raise ProgramFault(f"{self.where} has no element {index}; it has {len(self)}") from None
        raise ProgramFault(f"{self.where} is an array of {len(self)}, it has no member `{index}`")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"member `{readable(twice, limit=40, keep='')}` is there twice")
    return members


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"`{name}` is no JSON number")


def _count(document: Any) -> int:
    """Return how many values there are within, and not many more than the most that are allowed."""
    found, left = 0, [document]
    while left and found <= MAX_VALUES:
        value = left.pop()
        if isinstance(value, dict):
            left.extend(cast("dict[str, Any]", value).values())
        elif isinstance(value, list):
            left.extend(cast("list[Any]", value))
        found += 1
    return found + len(left)


def _strict(value: Any, where: str, depth: int) -> Any:
    """Return `value` with its objects and arrays replaced by ours, or raise ValueError for what JSON cannot mean."""
    if depth == MAX_DEPTH and isinstance(value, (dict, list)):
        raise RecursionError
    if isinstance(value, dict):
        return _strict_object(cast("dict[str, Any]", value), where, depth)
    if isinstance(value, list):
        elements = enumerate(cast("list[Any]", value))
        array = JsonArray(_strict(element, _inside(where, index), depth + 1) for index, element in elements)
        array.where = where
        return array
    if isinstance(value, str):
        _check_text([value])
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("it has a number beyond the range of a double")
    return value


def _strict_object(value: dict[str, Any], where: str, depth: int) -> JsonObject:
    _check_text(value)
    found = JsonObject((name, _strict(member, _inside(where, name), depth + 1)) for name, member in value.items())
    found.where = where
    return found


def _check_text(texts: Iterable[str]) -> None:
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError("it has half a surrogate pair, which is no character") from None


def _inside(where: str, key: str | int) -> str:
    step = f"[{key}]" if isinstance(key, int) else readable(key, limit=40, keep="")
    if not where.startswith("`"):
        return f"`{step}`"
    return f"{where.removesuffix('`')}{step if isinstance(key, int) else '.' + step}`"


def _name(kind: type) -> str:
    word = next((_NAMES[base] for base in kind.__mro__ if base in _NAMES), "")
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}" if word else "null"

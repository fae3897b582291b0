"""An answer of the program, whose JSON is read strictly and whose missing members are the program's fault."""

from __future__ import annotations

import codecs
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from types import UnionType
from typing import Any, TypeVar, overload

from requests import Response

from backend_katas.errors import ProgramFault
from backend_katas.exchange import readable, readable_body
from backend_katas.strictjson import JsonArray, JsonObject, NotJson, of_kind, parse

T = TypeVar("T")
_CHARSETS = frozenset({"ascii", "utf-8", "iso8859-1", "cp1252", "utf-16"})


class Answer(Response):
    """A `requests.Response` that is complete, was not redirected, and reads as the program's words in a failure."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = content
        self._content_consumed = True

    @property
    def content_type(self) -> str:
        """The `Content-Type` header, or an empty text."""
        return self.headers.get("Content-Type", "")

    @property
    def text(self) -> str:
        """The body as text in its declared charset, else in UTF-8; what cannot be decoded is replaced."""
        return self.content.decode(_charset(self.content_type), "replace")

    def json(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]  # how to parse is not the check's choice
        """Return the body as JSON; raises ProgramFault when RFC 8259 or common sense would refuse it.

        Objects and arrays are `JsonObject` and `JsonArray`; `strictjson.parse` says what is refused.
        """
        try:
            return parse(self.content, where="the answer")
        except NotJson as problem:
            raise self._not_json(str(problem)) from None

    def object(self) -> JsonObject:
        """Return the body as a JSON object."""
        return of_kind(self.json(), JsonObject, "the answer")

    def array(self) -> JsonArray:
        """Return the body as a JSON array."""
        return of_kind(self.json(), JsonArray, "the answer")

    @overload
    def member(self, name: str) -> Any: ...
    @overload
    def member(self, name: str, kind: type[T]) -> T: ...
    @overload
    def member(self, name: str, kind: UnionType) -> Any: ...
    def member(self, name: str, kind: Any = Any) -> Any:
        """Return a member of the body's JSON object, of the given type: `str`, `int`, `bool`, `str | None`."""
        return self.object().member(name, kind)

    def moment(self, name: str) -> datetime:
        """Return a member of the body's JSON object that is a time with its zone (RFC 3339)."""
        return self.object().moment(name)

    def retry_after(self) -> float:
        """Return in how many seconds `Retry-After` says to come again, be it a number or a date (RFC 9110, 10.2.3).

        A date that has passed is negative. Raises ProgramFault when the header is missing or neither.
        """
        value = self.headers.get("Retry-After", "")
        if value.isascii() and value.isdecimal():
            return float(value)
        try:
            moment = parsedate_to_datetime(value)
            # `-0000` says UTC too, and gives a time without a zone.
            return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError, OverflowError):
            seen = f"`{readable(value, limit=60, keep='')}`, neither seconds nor a date" if value else "missing"
            asked = f"{self.request.method} {self.request.path_url}"
            raise ProgramFault(f"the `Retry-After` of the {self.status_code} to `{asked}` is {seen}") from None

    def __repr__(self) -> str:
        body = readable(readable_body(self.content, self.content_type), limit=200, keep="")
        return f"<Answer {self.status_code} to {self.request.method} {self.request.path_url}: {body or 'no body'}>"

    def _not_json(self, reason: str) -> ProgramFault:
        start = readable(self.text, limit=60, keep="")
        seen = f"it begins with `{start}`" if self.content else "it has no body"
        return ProgramFault(f"the answer (status {self.status_code}) is not JSON: {reason}; {seen}")


def _charset(content_type: str) -> str:
    message = Message()
    message["Content-Type"] = content_type
    try:
        name = codecs.lookup(str(message.get_param("charset", "utf-8"))).name
    except (LookupError, ValueError):
        return "utf-8"
    # Only charsets whose decoder is fast and total: Python knows some that take minutes for a megabyte.
    return name if name in _CHARSETS else "utf-8"

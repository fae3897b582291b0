"""The body of a request: 413 while it is read, 415 and 400 when somebody asks what it says."""

import json
from dataclasses import dataclass
from email.message import Message
from typing import Any

from fastapi import Request

from tracker.problems import Problem

MAX_BYTES = 1024 * 1024
JSON = ("application/json",)
MERGE_PATCH = ("application/json", "application/merge-patch+json")


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes that nobody has looked at yet, and what the client says they are."""

    media_type: str
    octets: bytes

    def json(self, accepted: tuple[str, ...] = JSON) -> Any:
        """Return the JSON value, or raise 415 or 400."""
        header = Message()
        header["Content-Type"] = self.media_type
        charset = str(header.get_param("charset", "utf-8")).lower()
        if header.get_content_type() not in accepted or charset != "utf-8":
            raise Problem(415, "unsupported-media-type", f"send {' or '.join(accepted)}")
        return _parse(self.octets)


async def read(request: Request) -> Content:
    """Read the whole body, or raise 413 as soon as it is known to be too large."""
    if int(request.headers.get("content-length", "0")) > MAX_BYTES:
        raise _too_large()
    octets = bytearray()
    async for chunk in request.stream():
        octets += chunk
        if len(octets) > MAX_BYTES:
            raise _too_large()
    return Content(request.headers.get("content-type", ""), bytes(octets))


def _too_large() -> Problem:
    return Problem(413, "body-too-large", f"send at most {MAX_BYTES} bytes")


def _parse(octets: bytes) -> Any:
    """Read strict JSON; numbers as floats, because no member is one and a float has no limit of digits."""
    try:
        return json.loads(octets.decode(), parse_constant=_refuse_constant, parse_int=float)
    except (ValueError, RecursionError):
        raise Problem(400, "malformed-json") from None


def _refuse_constant(name: str) -> None:
    """Refuse NaN and Infinity, which Python reads and JSON does not know."""
    raise ValueError(name)

"""JSON bodies: 415 for another type, 400 for what is no JSON, 422 for JSON that does not fit."""

import json
from email.message import Message
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shortener.problems import Problem

MAX_BYTES = 64 * 1024
MEDIA_TYPES = ("application/json", "application/merge-patch+json")
YEAR = 365 * 86_400  # seconds

Fitting = TypeVar("Fitting", bound=BaseModel)
Lifetime = Annotated[int, Field(ge=1, le=YEAR)]


class Body(BaseModel):
    """Strict about types, deaf to unknown members."""

    model_config = ConfigDict(strict=True, extra="ignore")


class NewLink(Body):
    url: str
    alias: str | None = None
    expires_in: Lifetime | None = None


class LinkChange(Body):
    """What is absent stays; `expires_in: null` takes the expiry away (RFC 7396)."""

    url: str = ""
    expires_in: Lifetime | None = None


def json_body(model: type[Fitting]) -> Any:
    """Make the dependency that reads a body as `model`."""

    async def read(request: Request) -> Fitting:
        _require_json(request)
        return _fit(model, _parse(await _content(request)))

    return Depends(read)


def _require_json(request: Request) -> None:
    """Refuse another media type; a body without one is taken for JSON."""
    header = Message()
    header["Content-Type"] = request.headers.get("content-type") or MEDIA_TYPES[0]
    charset = str(header.get_param("charset", "utf-8")).lower()
    if header.get_content_type() not in MEDIA_TYPES or charset != "utf-8":
        raise Problem(415, "unsupported-media-type", "send application/json")


async def _content(request: Request) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BYTES:
            raise Problem(413, "body-too-large")
    return bytes(content)


def _parse(content: bytes) -> Any:
    try:
        return json.loads(content.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Problem(400, "malformed-json") from None


def _refuse_constant(name: str) -> None:
    """Refuse NaN and Infinity, which Python reads and JSON does not know."""
    raise ValueError(name)


def _fit(model: type[Fitting], value: Any) -> Fitting:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        errors = [{"pointer": _pointer(item["loc"]), "detail": item["msg"]} for item in error.errors()]
        raise Problem(422, "invalid-body", errors=errors) from None


def _pointer(location: tuple[int | str, ...]) -> str:
    return "#" + "".join(f"/{part}" for part in location)

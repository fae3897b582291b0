"""JSON bodies: 415 for another type, 400 for what is no JSON, 422 for JSON that does not fit."""

import json
import re
from email.message import Message
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from auth.problems import Problem

MAX_BYTES = 64 * 1024
MEDIA_TYPES = ("application/json", "application/merge-patch+json")
ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f@<>()\[\],;:\\\"]{1,64}@[^\W_][\w-]*(\.[^\W_][\w-]*)*")

Fitting = TypeVar("Fitting", bound=BaseModel)


def _unicode(text: str) -> str:
    """Refuse half a surrogate pair, which JSON can spell and UTF-8 cannot."""
    text.encode()
    return text


def _storable(text: str) -> str:
    """Refuse the one character that PostgreSQL cannot store in a text."""
    if "\0" in text:
        raise ValueError("must not contain NUL")
    return text


def _address(text: str) -> str:
    if len(text) > 254 or not ADDRESS.fullmatch(text):
        raise ValueError("is not an e-mail address")
    return text


Secret = Annotated[str, AfterValidator(_unicode)]
Text = Annotated[Secret, AfterValidator(_storable)]
Address = Annotated[Text, AfterValidator(_address)]
Name = Annotated[Text, StringConstraints(max_length=200)]


class Body(BaseModel):
    """Strict about types, deaf to unknown members: what a client may not set has no name here."""

    model_config = ConfigDict(strict=True, extra="ignore")


class Signup(Body):
    email: Address
    password: Secret
    name: Name | None = None


class Login(Body):
    email: Text
    password: Secret


class Profile(Body):
    name: Name | None = None


class RefreshToken(Body):
    refresh_token: Secret


class AccountAddress(Body):
    email: Text


class MailedToken(Body):
    token: Secret


class PasswordReset(Body):
    token: Secret
    password: Secret


class PasswordChange(Body):
    current_password: Secret
    new_password: Secret


class Code(Body):
    code: Secret


class SecondFactor(Body):
    mfa_token: Secret
    code: Secret


class UserChange(Body):
    disabled: bool = False
    roles: list[Literal["user", "admin"]] = []


def json_body(model: type[Fitting]) -> Any:
    """Make the dependency that reads a body as `model`."""

    async def read(request: Request) -> Fitting:
        _require_json(request)
        return _fit(model, _parse(await _content(request)))

    return Depends(read)


def _require_json(request: Request) -> None:
    header = Message()
    header["Content-Type"] = request.headers.get("content-type", "")
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

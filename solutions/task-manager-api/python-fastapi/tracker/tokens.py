"""Who is asking: signed access tokens that somebody else issues (JWT, RFC 7519 and RFC 8725)."""

from typing import Any, Literal

import jwt
from pydantic import BaseModel, ConfigDict, ValidationError

from tracker.problems import Problem
from tracker.settings import Settings
from tracker.texts import Identifier, Text

Role = Literal["member", "manager", "admin"]


class Caller(BaseModel):
    """The claims that we believe; all others are ignored."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    sub: Identifier
    team: Identifier
    role: Role
    name: Text | None = None


class Tokens:
    """Reads access tokens."""

    def __init__(self, settings: Settings):
        self._settings = settings

    def caller(self, authorization: str) -> Caller:
        """Return who sent this `Authorization` header, or raise 401."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthenticated("Bearer")
        try:
            return Caller.model_validate(self._claims(token.strip()))
        except (jwt.PyJWTError, ValidationError, ValueError, TypeError, OverflowError):
            raise _unauthenticated('Bearer error="invalid_token"') from None

    def _claims(self, token: str) -> dict[str, Any]:
        """Check signature and claims; the algorithm and the key are ours, whatever the header says."""
        return jwt.decode(
            token,
            self._settings.jwt_secret,
            algorithms=["HS256"],
            issuer=self._settings.jwt_issuer,
            audience=self._settings.jwt_audience,
            options={"require": ["exp", "iss", "aud", "sub"], "verify_iat": False},
        )


def _unauthenticated(challenge: str) -> Problem:
    """Refuse, and say how to authenticate (RFC 9110 section 15.5.2, RFC 6750 section 3.1)."""
    return Problem(401, "unauthenticated", headers={"WWW-Authenticate": challenge})

"""Random tokens, of which only the hash is kept, and signed access tokens (JWT, RFC 7519 and RFC 8725)."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jwt

from auth.problems import Problem
from auth.settings import Settings
from auth.users import User

TYPES = (None, "JWT", "at+jwt")


def new_token() -> str:
    """Return 256 random bits as text that fits into a link."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """Return what is stored of a token; it is random, so a fast hash without salt is enough."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class Claims:
    """What we believe of an access token: who, and in which session. Roles are asked of the database."""

    user_id: UUID
    session_id: UUID | None


class AccessTokens:
    """Issues and reads access tokens."""

    def __init__(self, settings: Settings):
        self._settings = settings

    def issue(self, user: User, session_id: UUID) -> str:
        """Sign a token for a session, which is looked up at every use: ending the session ends the token."""
        now = datetime.now(UTC)
        claims = {
            "iss": self._settings.jwt_issuer,
            "aud": self._settings.jwt_audience,
            "sub": str(user.id),
            "iat": now,
            "exp": now + self._settings.access_token_ttl,
            "jti": secrets.token_urlsafe(16),
            "roles": user.roles,
            "sid": str(session_id),
        }
        return jwt.encode(claims, self._settings.jwt_secret, algorithm="HS256")

    def read(self, token: str) -> Claims:
        """Return the claims of a good token, or raise 401."""
        try:
            claims = self._decode(token)
            session_id = claims.get("sid")
            return Claims(UUID(claims["sub"]), UUID(session_id) if session_id is not None else None)
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, OverflowError):
            raise invalid_token() from None

    def _decode(self, token: str) -> dict[str, Any]:
        """Check signature and claims; the algorithm and the key are ours, whatever the header says."""
        decoded = jwt.decode_complete(
            token,
            self._settings.jwt_secret,
            algorithms=["HS256"],
            issuer=self._settings.jwt_issuer,
            audience=self._settings.jwt_audience,
            options={"require": ["exp", "iss", "aud", "sub"], "verify_iat": False},
        )
        if decoded["header"].get("typ") not in TYPES:
            raise jwt.InvalidTokenError("a token for another purpose")
        return decoded["payload"]


def invalid_token() -> Problem:
    """Refuse an access token (RFC 6750 section 3.1)."""
    return Problem(401, "invalid-token", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})

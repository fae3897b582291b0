"""What every route works with, and who is asking."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from auth import users
from auth.database import Database
from auth.mailer import Mailer
from auth.passwords import Passwords
from auth.problems import Problem
from auth.settings import Settings
from auth.throttle import Throttle
from auth.tokens import AccessTokens, invalid_token
from auth.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of the program, made once."""

    settings: Settings
    database: Database
    passwords: Passwords
    access_tokens: AccessTokens
    throttle: Throttle
    mailer: Mailer


def _services(request: Request) -> Services:
    return request.app.state.services


Program = Annotated[Services, Depends(_services)]


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who sent the access token, and in which session."""

    user: User
    session_id: UUID | None


async def _bearer(request: Request, program: Program) -> Bearer:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(401, "unauthenticated")
    claims = program.access_tokens.read(token.strip())
    user = await program.database.run(users.by_access, claims.user_id, claims.session_id)
    if user is None:
        raise invalid_token()
    return Bearer(user, claims.session_id)


Current = Annotated[Bearer, Depends(_bearer)]


def _admin(current: Current) -> User:
    """Let administrators through: what the database says counts, not what the token claims."""
    if "admin" not in current.user.roles:
        raise Problem(403, "forbidden")
    return current.user


Admin = Annotated[User, Depends(_admin)]

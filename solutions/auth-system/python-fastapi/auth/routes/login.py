"""Log in, stay logged in, log out."""

from typing import Annotated, Any

from fastapi import APIRouter, Response

from auth import second_factor, sessions, throttle, users
from auth.bodies import Login, RefreshToken, json_body
from auth.database import Connection
from auth.problems import Problem
from auth.services import Current, Program, Services
from auth.sessions import Session
from auth.users import User

router = APIRouter(prefix="/auth")


@router.post("/login")
async def login(program: Program, body: Annotated[Login, json_body(Login)], response: Response) -> dict[str, Any]:
    """Exchange a password for tokens, or for the question for a code; every refusal looks and lasts the same."""
    response.headers["Cache-Control"] = "no-store"
    key = throttle.account(body.email)
    user = await program.database.run(_look_up, program, key, body.email)
    right = await program.passwords.verify(body.password, user.password_hash if user else None)
    outcome = await program.database.transact(_log_in, program, key, user) if right else None
    if outcome is None:
        await program.database.run(program.throttle.count_failure, key)
        raise Problem(401, "invalid-credentials")
    return token_answer(program, outcome) if isinstance(outcome, Session) else outcome


async def _look_up(connection: Connection, program: Services, key: bytes, email: str) -> User | None:
    await program.throttle.refuse_locked(connection, key)
    return await users.by_email(connection, email)


async def _log_in(connection: Connection, program: Services, key: bytes, user: User) -> Session | dict[str, Any] | None:
    """Begin a session for a right password, or return None when there is no such account any more.

    The lock is asked again: wrong guesses that arrived together with this one may have closed the account meanwhile.
    """
    await program.throttle.refuse_locked(connection, key)
    user = await users.hold(connection, user.id, user.password_hash)
    if user is None:
        return None
    if program.settings.require_verified_email and not user.email_verified:
        raise Problem(403, "email-not-verified")
    if user.totp_active:  # half a login is no success: the count of failures goes on
        token = await second_factor.challenge(connection, user.id, program.settings.mfa_token_ttl)
        return {"mfa_required": True, "mfa_token": token}
    await program.throttle.forget(connection, key)
    return await sessions.start(connection, user, program.settings.refresh_token_ttl)


@router.post("/refresh")
async def refresh(
    program: Program, body: Annotated[RefreshToken, json_body(RefreshToken)], response: Response
) -> dict[str, Any]:
    """Exchange a refresh token, once, for a new pair."""
    response.headers["Cache-Control"] = "no-store"
    session = await program.database.transact(sessions.rotate, body.refresh_token, program.settings.refresh_token_ttl)
    if session is None:
        raise Problem(401, "invalid-refresh-token")
    return token_answer(program, session)


@router.post("/logout", status_code=204)
async def logout(program: Program, current: Current, body: Annotated[RefreshToken, json_body(RefreshToken)]) -> None:
    """End the session of a refresh token."""
    await program.database.run(sessions.end, current.user.id, body.refresh_token)


@router.post("/logout-all", status_code=204)
async def logout_all(program: Program, current: Current) -> None:
    """End every session of the user."""
    await program.database.transact(sessions.end_all, current.user.id)


def token_answer(program: Services, session: Session) -> dict[str, Any]:
    """Return the tokens of a session in the form of RFC 6749 section 5.1."""
    return {
        "access_token": program.access_tokens.issue(session.user, session.id),
        "token_type": "Bearer",
        "expires_in": int(program.settings.access_token_ttl.total_seconds()),
        "refresh_token": session.refresh_token,
    }

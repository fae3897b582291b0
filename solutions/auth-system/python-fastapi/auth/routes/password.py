"""Forgotten, reset and changed passwords."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from auth import mailed_tokens, mails, sessions, throttle, users
from auth.bodies import AccountAddress, PasswordChange, PasswordReset, json_body
from auth.database import Connection
from auth.pace import EVEN, at_least
from auth.problems import Problem
from auth.services import Current, Program
from auth.users import User

router = APIRouter(prefix="/auth/password")


@router.post("/forgot", status_code=202)
async def forgot(program: Program, body: Annotated[AccountAddress, json_body(AccountAddress)]) -> None:
    """Mail a reset link where there is an account; neither the answer nor its time tells whether there is."""
    async with at_least(EVEN):
        mail = await program.database.run(mailed_tokens.issue, body.email, "reset", program.settings.reset_token_ttl)
        if mail:
            mails.password_reset(program, mail)


@router.post("/reset", status_code=204)
async def reset(program: Program, body: Annotated[PasswordReset, json_body(PasswordReset)]) -> None:
    """Set a new password with the token of a mailed link; logging in stays a step of its own."""
    program.passwords.refuse_weak(body.password, "#/password")
    if not await program.database.run(mailed_tokens.find, body.token, "reset"):
        raise Problem(400, "invalid-token")
    password_hash = await program.passwords.hash(body.password)
    user = await program.database.transact(_reset, body.token, password_hash)
    mails.password_changed(program, user.email)


async def _reset(connection: Connection, token: str, password_hash: str) -> User:
    """Use up the token, which another request may have done during the hash, and end every session."""
    user_id = await mailed_tokens.redeem(connection, token, "reset")
    if user_id is None:
        raise Problem(400, "invalid-token")
    user = await users.set_password(connection, user_id, password_hash)
    await sessions.end_all(connection, user_id)
    return user


@router.post("/change", status_code=204)
async def change(
    program: Program, current: Current, body: Annotated[PasswordChange, json_body(PasswordChange)]
) -> None:
    """Set a new password with the old one; wrong guesses count like those of a login."""
    program.passwords.refuse_weak(body.new_password, "#/new_password")
    key = throttle.account(current.user.email)
    await program.database.run(program.throttle.refuse_locked, key)
    right = await program.passwords.verify(body.current_password, current.user.password_hash)
    if not right:
        await program.database.run(program.throttle.count_failure, key)
        raise Problem(403, "wrong-password")
    password_hash = await program.passwords.hash(body.new_password)
    await program.database.transact(_change, program.throttle, key, current.user, current.session_id, password_hash)
    mails.password_changed(program, current.user.email)


async def _change(
    connection: Connection,
    guard: throttle.Throttle,
    key: bytes,
    user: User,
    session_id: UUID | None,
    password_hash: str,
) -> None:
    """Replace the password that was looked at, unless it is another by now, and end every other session."""
    await guard.refuse_locked(connection, key)
    if not await users.set_password(connection, user.id, password_hash, instead_of=user.password_hash):
        raise Problem(403, "wrong-password")
    await sessions.end_all(connection, user.id, but=session_id)

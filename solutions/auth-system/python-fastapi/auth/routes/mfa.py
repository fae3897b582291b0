"""The second factor: time-based codes and recovery codes."""

from typing import Annotated, Any

from fastapi import APIRouter, Response

from auth import second_factor, sessions, throttle, totp
from auth.bodies import Code, SecondFactor, json_body
from auth.database import Connection
from auth.problems import Problem, invalid
from auth.routes.login import token_answer
from auth.services import Current, Program, Services
from auth.sessions import Session
from auth.users import User

router = APIRouter(prefix="/auth/mfa")


@router.post("/totp/enroll")
async def enroll(program: Program, current: Current, response: Response) -> dict[str, Any]:
    """Propose a secret; it counts only after a first code."""
    response.headers["Cache-Control"] = "no-store"
    secret = totp.new_secret()
    if not await program.database.run(second_factor.enroll, current.user.id, secret):
        raise Problem(422, "mfa-already-active")
    return {"secret": secret, "otpauth_uri": totp.uri(secret, program.settings.jwt_issuer, current.user.email)}


@router.post("/totp/activate")
async def activate(
    program: Program, current: Current, body: Annotated[Code, json_body(Code)], response: Response
) -> dict[str, Any]:
    """Switch the second factor on with a first code."""
    response.headers["Cache-Control"] = "no-store"
    user = current.user
    if user.totp_active or not user.totp_secret:
        raise Problem(422, "mfa-not-enrolled")
    step = totp.matching_step(user.totp_secret, body.code.replace(" ", ""))
    if step is None:
        raise invalid("#/code", "is not the code of this moment")
    codes = await program.database.transact(second_factor.activate, user.id, user.totp_secret, step)
    if codes is None:
        raise Problem(422, "mfa-already-active")
    return {"recovery_codes": codes}


@router.post("/totp/disable", status_code=204)
async def disable(program: Program, current: Current, body: Annotated[Code, json_body(Code)]) -> None:
    """Switch the second factor off; that takes the second factor."""
    if not current.user.totp_active:
        raise Problem(422, "mfa-not-active")
    key = throttle.account(current.user.email)
    if not await program.database.transact(_disable, program, key, current.user, body.code):
        await program.database.run(program.throttle.count_failure, key)
        raise invalid("#/code", "is not a code that can be used now")


async def _disable(connection: Connection, program: Services, key: bytes, user: User, code: str) -> bool:
    await program.throttle.refuse_locked(connection, key)
    if not await second_factor.accept(connection, user, code):
        return False
    await second_factor.disable(connection, user.id)
    return True


@router.post("/verify")
async def verify(
    program: Program, body: Annotated[SecondFactor, json_body(SecondFactor)], response: Response
) -> dict[str, Any]:
    """Finish a login with a code; a wrong one leaves the `mfa_token` as it was, but counts."""
    response.headers["Cache-Control"] = "no-store"
    outcome = await program.database.transact(_verify, program, body)
    if isinstance(outcome, User):
        await program.database.run(program.throttle.count_failure, throttle.account(outcome.email))
        raise Problem(401, "invalid-code")
    return token_answer(program, outcome)


async def _verify(connection: Connection, program: Services, body: SecondFactor) -> Session | User:
    """Begin a session, or return the user whose code was wrong."""
    user = await second_factor.challenged(connection, body.mfa_token)
    if user is None:
        raise Problem(401, "invalid-mfa-token")
    key = throttle.account(user.email)
    await program.throttle.refuse_locked(connection, key)
    if not await second_factor.accept(connection, user, body.code):
        return user
    if not await second_factor.finish(connection, body.mfa_token):
        raise Problem(401, "invalid-mfa-token")
    await program.throttle.forget(connection, key)
    return await sessions.start(connection, user, program.settings.refresh_token_ttl)

"""Prove that the address belongs to the user."""

from typing import Annotated

from fastapi import APIRouter

from auth import mailed_tokens, mails, users
from auth.bodies import AccountAddress, MailedToken, json_body
from auth.database import Connection
from auth.pace import EVEN, at_least
from auth.problems import Problem
from auth.services import Program

router = APIRouter(prefix="/auth/verify-email")


@router.post("", status_code=204)
async def verify(program: Program, body: Annotated[MailedToken, json_body(MailedToken)]) -> None:
    """Take the token of a mailed link."""
    if not await program.database.transact(_verify, body.token):
        raise Problem(400, "invalid-token")


async def _verify(connection: Connection, token: str) -> bool:
    user_id = await mailed_tokens.redeem(connection, token, "verify")
    if user_id:
        await users.set_verified(connection, user_id)
    return user_id is not None


@router.post("/resend", status_code=202)
async def resend(program: Program, body: Annotated[AccountAddress, json_body(AccountAddress)]) -> None:
    """Mail a new link where one is due; neither the answer nor its time tells whether it was."""
    async with at_least(EVEN):
        mail = await program.database.run(mailed_tokens.issue, body.email, "verify", program.settings.verify_token_ttl)
        if mail:
            mails.verification(program, mail)

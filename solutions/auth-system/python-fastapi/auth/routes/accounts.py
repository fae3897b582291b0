"""Sign up, and what users see and change of themselves."""

from typing import Annotated, Any

from fastapi import APIRouter, Response

from auth import mailed_tokens, mails, users
from auth.bodies import Profile, Signup, json_body
from auth.database import Connection
from auth.mailed_tokens import MailedToken
from auth.problems import Problem
from auth.services import Current, Program
from auth.settings import Settings
from auth.users import User

router = APIRouter(prefix="/auth")


@router.post("/signup", status_code=201)
async def signup(program: Program, body: Annotated[Signup, json_body(Signup)], response: Response) -> dict[str, Any]:
    """Create an account and mail its verification link."""
    program.passwords.refuse_weak(body.password, "#/password")
    password_hash = await program.passwords.hash(body.password)
    user, mail = await program.database.transact(_create, program.settings, body, password_hash)
    mails.verification(program, mail)
    response.headers["Location"] = "/auth/me"
    return user.public()


async def _create(
    connection: Connection, settings: Settings, body: Signup, password_hash: str
) -> tuple[User, MailedToken]:
    user = await users.create(connection, body.email, body.name, password_hash)
    if user is None:
        raise Problem(409, "email-taken")
    return user, await mailed_tokens.issue(connection, user.email, "verify", settings.verify_token_ttl)


@router.get("/me")
async def me(current: Current) -> dict[str, Any]:
    """Say who is asking."""
    return current.user.public()


@router.patch("/me")
async def change_me(program: Program, current: Current, body: Annotated[Profile, json_body(Profile)]) -> dict[str, Any]:
    """Change the name; nothing else is the user's to change."""
    if "name" not in body.model_fields_set:
        return current.user.public()
    user = await program.database.run(users.rename, current.user.id, body.name)
    return user.public()

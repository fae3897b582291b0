"""What administrators see and change of others."""

import base64
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Response

from auth import sessions, users
from auth.bodies import UserChange, json_body
from auth.database import Connection
from auth.problems import Problem
from auth.services import Admin, Program
from auth.users import User

router = APIRouter(prefix="/admin/users")

PAGE, LONGEST_PAGE = 20, 100


@router.get("")
async def find(
    program: Program, _: Admin, response: Response, email: str | None = None, limit: str = str(PAGE), cursor: str = ""
) -> dict[str, Any]:
    """List users, a page at a time, or the one with an address."""
    size, after = _size(limit), _after(cursor)
    found = [] if "\0" in (email or "") else await program.database.run(users.page, email, after, size + 1)
    page, more = found[:size], len(found) > size
    next_cursor = _cursor(page[-1]) if more else None
    if next_cursor:
        query = {"limit": size, "cursor": next_cursor} | ({"email": email} if email is not None else {})
        response.headers["Link"] = f'<{router.prefix}?{urlencode(query)}>; rel="next"'
    return {"items": [_view(user) for user in page], "next_cursor": next_cursor}


@router.patch("/{user_id}")
async def change(
    program: Program, _: Admin, user_id: str, body: Annotated[UserChange, json_body(UserChange)]
) -> dict[str, Any]:
    """Set the roles of a user, or disable the account."""
    user = await program.database.transact(_change, _id(user_id), body.model_dump(exclude_unset=True))
    if user is None:
        raise Problem(404, "no-such-user")
    return _view(user)


async def _change(connection: Connection, user_id: UUID, changes: dict[str, Any]) -> User | None:
    """Change a user; who is disabled is logged out at once."""
    if "roles" in changes:
        changes["roles"] = list(dict.fromkeys(changes["roles"]))
    user = await users.change(connection, user_id, **changes)
    if user and user.disabled:
        await sessions.end_all(connection, user_id)
    return user


def _view(user: User) -> dict[str, Any]:
    return user.public() | {"disabled": user.disabled}


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Problem(404, "no-such-user") from None


def _size(limit: str) -> int:
    if not (limit.isascii() and limit.isdigit() and int(limit[:9])):
        raise Problem(400, "invalid-limit")
    return min(int(limit[:9]), LONGEST_PAGE)


def _cursor(last: User) -> str:
    return base64.urlsafe_b64encode(str(last.number).encode()).decode().rstrip("=")


def _after(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)) if cursor else 0
    except ValueError:
        raise Problem(400, "invalid-cursor") from None

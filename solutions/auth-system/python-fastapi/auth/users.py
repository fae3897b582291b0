"""Accounts: one row each, found by the folded address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from auth.database import Connection


@dataclass(frozen=True, slots=True)
class User:
    """A row of `users`."""

    id: UUID
    number: int
    email: str
    email_key: str
    name: str | None
    password_hash: str
    email_verified: bool
    disabled: bool
    roles: list[str]
    totp_secret: str | None
    totp_active: bool
    totp_last_step: int
    created_at: datetime

    def public(self) -> dict[str, Any]:
        """Return what the user may see."""
        return {
            "id": str(self.id),
            "email": self.email,
            "name": self.name,
            "email_verified": self.email_verified,
            "roles": self.roles,
            "created_at": self.created_at.isoformat(),
        }


def fold(email: str) -> str:
    """Return what all spellings of one address have in common."""
    return email.lower()


async def create(connection: Connection, email: str, name: str | None, password_hash: str) -> User | None:
    """Add a user, or return None when the address is taken: the unique key decides, also between two at once."""
    return await one(
        connection,
        """INSERT INTO users (email, email_key, name, password_hash) VALUES (%s, %s, %s, %s)
           ON CONFLICT (email_key) DO NOTHING RETURNING *""",
        [email, fold(email), name, password_hash],
    )


async def create_admin(connection: Connection, email: str, password_hash: str) -> None:
    """Add the first administrator; one who is there already gets the role and keeps everything else."""
    await connection.execute(
        """INSERT INTO users (email, email_key, password_hash, email_verified, roles)
           VALUES (%s, %s, %s, true, '{user,admin}')
           ON CONFLICT (email_key) DO UPDATE SET roles = users.roles || '{admin}'::text[]
           WHERE NOT 'admin' = ANY (users.roles)""",
        [email, fold(email), password_hash],
    )


async def by_email(connection: Connection, email: str) -> User | None:
    """Find a user by address, in any spelling."""
    return await one(connection, "SELECT * FROM users WHERE email_key = %s", [fold(email)])


async def by_access(connection: Connection, user_id: UUID, session_id: UUID | None) -> User | None:
    """Find the bearer of an access token: not disabled, and the session, where the token names one, not ended."""
    return await one(
        connection,
        """SELECT * FROM users WHERE id = %(user)s AND NOT disabled AND (%(session)s::uuid IS NULL OR EXISTS (
             SELECT FROM sessions WHERE id = %(session)s AND user_id = users.id AND ended_at IS NULL))""",
        {"user": user_id, "session": session_id},
    )


async def hold(connection: Connection, user_id: UUID, password_hash: str) -> User | None:
    """Find a user whose password is still this one, and keep the row as it is until the transaction ends.

    Between the look at a password and the session that follows lies the time of a hash: a reset may have come between.
    """
    return await one(
        connection,
        "SELECT * FROM users WHERE id = %s AND password_hash = %s AND NOT disabled FOR SHARE",
        [user_id, password_hash],
    )


async def rename(connection: Connection, user_id: UUID, name: str | None) -> User | None:
    """Set the name that is shown."""
    return await one(connection, "UPDATE users SET name = %s WHERE id = %s RETURNING *", [name, user_id])


async def set_password(
    connection: Connection, user_id: UUID, password_hash: str, *, instead_of: str | None = None
) -> User | None:
    """Replace the password, perhaps only if it is still the one that was looked at."""
    return await one(
        connection,
        """UPDATE users SET password_hash = %(new)s
           WHERE id = %(user)s AND (%(old)s::text IS NULL OR password_hash = %(old)s) RETURNING *""",
        {"new": password_hash, "user": user_id, "old": instead_of},
    )


async def set_verified(connection: Connection, user_id: UUID) -> None:
    """Remember that the address belongs to the user."""
    await connection.execute("UPDATE users SET email_verified = true WHERE id = %s", [user_id])


async def page(connection: Connection, email: str | None, after: int, limit: int) -> list[User]:
    """Return users in the order of their sign-up, those after a number, perhaps only the one with this address."""
    cursor = await connection.execute(
        """SELECT * FROM users WHERE number > %(after)s AND (%(key)s::text IS NULL OR email_key = %(key)s)
           ORDER BY number LIMIT %(limit)s""",
        {"after": after, "key": None if email is None else fold(email), "limit": limit},
    )
    return [User(**row) for row in await cursor.fetchall()]


async def change(
    connection: Connection, user_id: UUID, *, disabled: bool | None = None, roles: list[str] | None = None
) -> User | None:
    """Set what an administrator may set; None leaves it."""
    return await one(
        connection,
        "UPDATE users SET disabled = coalesce(%s, disabled), roles = coalesce(%s, roles) WHERE id = %s RETURNING *",
        [disabled, roles, user_id],
    )


async def one(connection: Connection, statement: LiteralString, parameters: Any) -> User | None:
    """Return the one user that a statement finds or writes."""
    row = await (await connection.execute(statement, parameters)).fetchone()
    return User(**row) if row else None

"""The single-use tokens that travel in a mailed link."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from auth.database import Connection
from auth.tokens import digest, new_token
from auth.users import fold

Purpose = Literal["verify", "reset"]


@dataclass(frozen=True, slots=True)
class MailedToken:
    """A new token, and the address of its account as the user once typed it: the only place it may be sent to."""

    address: str
    token: str


async def issue(connection: Connection, email: str, purpose: Purpose, ttl: timedelta) -> MailedToken | None:
    """Make a token for an address, or return None where none is due; the one before stops working.

    An address without an account costs the same one statement, so the answer takes as long.
    """
    token = new_token()
    cursor = await connection.execute(
        """INSERT INTO mailed_tokens (user_id, purpose, hash, expires_at)
           SELECT id, %(purpose)s, %(hash)s, now() + %(ttl)s FROM users
           WHERE email_key = %(key)s AND NOT (%(purpose)s = 'verify' AND email_verified)
           ON CONFLICT (user_id, purpose) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at
           RETURNING (SELECT email FROM users WHERE id = user_id)""",
        {"purpose": purpose, "hash": digest(token), "ttl": ttl, "key": fold(email)},
    )
    row = await cursor.fetchone()
    return MailedToken(row["email"], token) if row else None


async def find(connection: Connection, token: str, purpose: Purpose) -> UUID | None:
    """Say whose token this is, and leave it."""
    cursor = await connection.execute(
        "SELECT user_id FROM mailed_tokens WHERE hash = %s AND purpose = %s AND expires_at > now()",
        [digest(token), purpose],
    )
    row = await cursor.fetchone()
    return row["user_id"] if row else None


async def redeem(connection: Connection, token: str, purpose: Purpose) -> UUID | None:
    """Say whose token this is, and use it up: of many at once only one gets an answer."""
    cursor = await connection.execute(
        "DELETE FROM mailed_tokens WHERE hash = %s AND purpose = %s AND expires_at > now() RETURNING user_id",
        [digest(token), purpose],
    )
    row = await cursor.fetchone()
    return row["user_id"] if row else None

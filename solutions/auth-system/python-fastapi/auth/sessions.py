"""Sessions: each login is a family of refresh tokens, of which only the newest can be used, once."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from auth.database import Connection
from auth.tokens import digest, new_token
from auth.users import User


@dataclass(frozen=True, slots=True)
class Session:
    """A live session and its newest refresh token, which nobody but the client will ever have again."""

    id: UUID
    user: User
    refresh_token: str


async def start(connection: Connection, user: User, ttl: timedelta) -> Session:
    """Begin a session; the caller has made sure that the user may."""
    cursor = await connection.execute("INSERT INTO sessions (user_id) VALUES (%s) RETURNING id", [user.id])
    session_id = (await cursor.fetchone())["id"]
    return Session(session_id, user, await _add_token(connection, session_id, ttl))


async def rotate(connection: Connection, refresh_token: str, ttl: timedelta) -> Session | None:
    """Exchange a refresh token for a new one, or return None; a token that was used before ends its family.

    The UPDATE is the whole decision: of two at once, one finds the token unused. The other is a thief or the victim,
    nobody can say which, so both must log in again (RFC 9700 section 4.14.2).
    """
    cursor = await connection.execute(
        """UPDATE refresh_tokens SET used_at = now() FROM sessions JOIN users ON users.id = sessions.user_id
           WHERE refresh_tokens.hash = %s AND used_at IS NULL AND expires_at > now()
             AND sessions.id = refresh_tokens.session_id AND ended_at IS NULL AND NOT disabled
           RETURNING session_id, users.*""",
        [digest(refresh_token)],
    )
    row = await cursor.fetchone()
    if row is None:
        await _end_if_used(connection, refresh_token)
        return None
    session_id = row.pop("session_id")
    return Session(session_id, User(**row), await _add_token(connection, session_id, ttl))


async def end(connection: Connection, user_id: UUID, refresh_token: str) -> None:
    """End the session of a refresh token, if it is the user's own."""
    await connection.execute(
        """UPDATE sessions SET ended_at = now() FROM refresh_tokens
           WHERE hash = %s AND sessions.id = session_id AND user_id = %s AND ended_at IS NULL""",
        [digest(refresh_token), user_id],
    )


async def end_all(connection: Connection, user_id: UUID, *, but: UUID | None = None) -> None:
    """End every session of a user, perhaps but one, and every login that waits for its second factor.

    Those first: one that is being finished just now becomes a session, which the second statement then sees.
    """
    await connection.execute("DELETE FROM mfa_challenges WHERE user_id = %s", [user_id])
    await connection.execute(
        "UPDATE sessions SET ended_at = now() WHERE user_id = %s AND ended_at IS NULL AND id IS DISTINCT FROM %s",
        [user_id, but],
    )


async def _add_token(connection: Connection, session_id: UUID, ttl: timedelta) -> str:
    token = new_token()
    await connection.execute(
        "INSERT INTO refresh_tokens (hash, session_id, expires_at) VALUES (%s, %s, now() + %s)",
        [digest(token), session_id, ttl],
    )
    return token


async def _end_if_used(connection: Connection, refresh_token: str) -> None:
    await connection.execute(
        """UPDATE sessions SET ended_at = now() FROM refresh_tokens
           WHERE hash = %s AND used_at IS NOT NULL AND sessions.id = session_id AND ended_at IS NULL""",
        [digest(refresh_token)],
    )

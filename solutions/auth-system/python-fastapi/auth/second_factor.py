"""The second factor of an account: enrolment, codes that work once, recovery codes, logins that wait for one."""

import base64
import secrets
from datetime import timedelta
from uuid import UUID

from auth import totp, users
from auth.database import Connection
from auth.tokens import digest, new_token
from auth.users import User

RECOVERY_CODES = 10


async def enroll(connection: Connection, user_id: UUID, secret: str) -> bool:
    """Keep a secret that is not active yet; say False when another is active."""
    cursor = await connection.execute(
        "UPDATE users SET totp_secret = %s, totp_last_step = 0 WHERE id = %s AND NOT totp_active", [secret, user_id]
    )
    return cursor.rowcount == 1


async def activate(connection: Connection, user_id: UUID, secret: str, step: int) -> list[str] | None:
    """Switch the second factor on, and use up the code that proved it; return the recovery codes, this once."""
    cursor = await connection.execute(
        """UPDATE users SET totp_active = true, totp_last_step = %s
           WHERE id = %s AND totp_secret = %s AND NOT totp_active""",
        [step, user_id, secret],
    )
    return await _new_recovery_codes(connection, user_id) if cursor.rowcount else None


async def disable(connection: Connection, user_id: UUID) -> None:
    """Switch the second factor off, and forget all about it."""
    await connection.execute(
        "UPDATE users SET totp_active = false, totp_secret = NULL, totp_last_step = 0 WHERE id = %s", [user_id]
    )
    await connection.execute("DELETE FROM recovery_codes WHERE user_id = %s", [user_id])


async def accept(connection: Connection, user: User, code: str) -> bool:
    """Use up a code of the app or a recovery code; say whether it was good."""
    code = code.replace(" ", "").replace("-", "").upper()
    step = totp.matching_step(user.totp_secret or "", code)
    if step is None:
        return await _redeem_recovery_code(connection, user.id, code)
    cursor = await connection.execute(
        "UPDATE users SET totp_last_step = %(step)s WHERE id = %(user)s AND totp_active AND totp_last_step < %(step)s",
        {"step": step, "user": user.id},
    )
    return cursor.rowcount == 1


async def challenge(connection: Connection, user_id: UUID, ttl: timedelta) -> str:
    """Remember that a right password waits for its second factor; return the token that continues."""
    token = new_token()
    await connection.execute(
        "INSERT INTO mfa_challenges (hash, user_id, expires_at) VALUES (%s, %s, now() + %s)",
        [digest(token), user_id, ttl],
    )
    return token


async def challenged(connection: Connection, mfa_token: str) -> User | None:
    """Find the user whose login waits."""
    return await users.one(
        connection,
        """SELECT users.* FROM mfa_challenges JOIN users ON users.id = user_id
           WHERE hash = %s AND expires_at > now() AND NOT disabled""",
        [digest(mfa_token)],
    )


async def finish(connection: Connection, mfa_token: str) -> bool:
    """Use up the token of a login that waited."""
    cursor = await connection.execute("DELETE FROM mfa_challenges WHERE hash = %s", [digest(mfa_token)])
    return cursor.rowcount == 1


async def _new_recovery_codes(connection: Connection, user_id: UUID) -> list[str]:
    """Make codes of 120 bits: long enough for a fast hash (ASVS 6.5.2 asks for 112)."""
    codes = [base64.b32encode(secrets.token_bytes(15)).decode() for _ in range(RECOVERY_CODES)]
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO recovery_codes (user_id, hash) VALUES (%s, %s)", [(user_id, digest(code)) for code in codes]
        )
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]


async def _redeem_recovery_code(connection: Connection, user_id: UUID, code: str) -> bool:
    cursor = await connection.execute(
        "DELETE FROM recovery_codes WHERE user_id = %s AND hash = %s", [user_id, digest(code)]
    )
    return cursor.rowcount == 1

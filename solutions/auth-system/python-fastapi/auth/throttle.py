"""Guesses are counted for each account, whoever makes them, and an account is locked for a while after too many."""

import hashlib
import math
from datetime import timedelta

from auth.database import Connection
from auth.problems import too_many
from auth.users import fold


def account(email: str) -> bytes:
    """Return the key that failures of an address are counted under, whether it has an account or not."""
    return hashlib.sha256(fold(email).encode()).digest()


class Throttle:
    """Locks an account for `lockout` after `max_failures` wrong guesses in a row."""

    def __init__(self, max_failures: int, lockout: timedelta):
        self._max_failures, self._lockout = max_failures, lockout

    async def refuse_locked(self, connection: Connection, key: bytes) -> None:
        """Raise 429 while the account is locked; a row that is not locked stays as it is until the transaction ends."""
        cursor = await connection.execute(
            """SELECT extract(epoch FROM locked_until - now())::float AS wait
               FROM login_failures WHERE account = %s FOR UPDATE""",
            [key],
        )
        row = await cursor.fetchone()
        if row and row["wait"] is not None and row["wait"] > 0:
            raise too_many(math.ceil(row["wait"]))

    async def count_failure(self, connection: Connection, key: bytes) -> None:
        """Count one failure, or raise 429 when the account was locked meanwhile.

        One statement both looks and counts, so of many guesses at once no more than `max_failures` get past it.
        """
        cursor = await connection.execute(
            """INSERT INTO login_failures AS seen (account, failures, locked_until)
               VALUES (%(key)s, 1, CASE WHEN %(max)s <= 1 THEN now() + %(lockout)s END)
               ON CONFLICT (account) DO UPDATE SET
                 failures = CASE WHEN seen.locked_until IS NULL THEN seen.failures + 1 ELSE 1 END,
                 locked_until = CASE
                   WHEN CASE WHEN seen.locked_until IS NULL THEN seen.failures + 1 ELSE 1 END >= %(max)s
                   THEN now() + %(lockout)s END
               WHERE seen.locked_until IS NULL OR seen.locked_until <= now()
               RETURNING failures""",
            {"key": key, "max": self._max_failures, "lockout": self._lockout},
        )
        if await cursor.fetchone() is None:
            await self.refuse_locked(connection, key)

    async def forget(self, connection: Connection, key: bytes) -> None:
        """Start the count again after a success."""
        await connection.execute("DELETE FROM login_failures WHERE account = %s", [key])

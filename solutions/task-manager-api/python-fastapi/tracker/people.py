"""Names of people, as their tokens tell them: there is no other list of users."""

from tracker.database import Connection
from tracker.tokens import Caller


async def remember(connection: Connection, caller: Caller) -> None:
    """Keep the name of the latest token seen; where nothing is new, nothing is written and nobody waits for a lock."""
    await connection.execute(
        """INSERT INTO people (sub, name) SELECT %(sub)s::text, %(name)s::text
           WHERE NOT EXISTS (SELECT FROM people WHERE sub = %(sub)s AND name IS NOT DISTINCT FROM %(name)s)
           ON CONFLICT (sub) DO UPDATE SET name = excluded.name""",
        {"sub": caller.sub, "name": caller.name},
    )

"""How many links one peer address may create in a minute, counted where all instances see it and nothing is lost."""

import math

from shortener.database import Connection
from shortener.problems import Problem


async def count(connection: Connection, peer: str, most: int) -> None:
    """Count one creation, or raise 429: a window begins with the first creation and lasts a minute.

    One statement looks and counts, so that of many at once no more than `most` get past it.
    """
    cursor = await connection.execute(
        """INSERT INTO creation_windows AS present (peer, began_at, creations) VALUES (%(peer)s, now(), 1)
           ON CONFLICT (peer) DO UPDATE SET
             creations = CASE WHEN present.began_at > now() - interval '1 minute' THEN present.creations + 1 ELSE 1 END,
             began_at = CASE WHEN present.began_at > now() - interval '1 minute' THEN present.began_at ELSE now() END
           WHERE present.creations < %(most)s OR present.began_at <= now() - interval '1 minute'
           RETURNING creations""",
        {"peer": peer, "most": most},
    )
    if await cursor.fetchone() is None:
        wait = await _seconds_left(connection, peer)
        raise Problem(429, "too-many-links", headers={"Retry-After": str(wait)})


async def _seconds_left(connection: Connection, peer: str) -> int:
    cursor = await connection.execute(
        """SELECT extract(epoch FROM began_at + interval '1 minute' - now())::float AS seconds
           FROM creation_windows WHERE peer = %s""",
        [peer],
    )
    return max(1, math.ceil((await cursor.fetchone())["seconds"]))

"""Links as the database knows them, which is the truth."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shortener.codes import Codes
from shortener.database import Connection

# `clicks` is added up where it is asked for; the primary key of that table makes this one look into an index.
SHOWN = """code, url, token_hash, created_at, expires_at,
           (SELECT coalesce(sum(clicks), 0)::bigint FROM clicks WHERE clicks.code = links.code) AS clicks"""
TRIES = 5  # random codes, before the space is walked: more than enough while half of it is free


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """What a redirect needs to know of a link that was made once."""

    url: str
    expires_at: datetime | None
    deleted: bool

    def is_gone(self) -> bool:
        """Say whether the link has ended by now, whenever we heard of it."""
        return self.deleted or has_passed(self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that is not deleted."""

    code: str
    url: str
    token_hash: bytes
    created_at: datetime
    expires_at: datetime | None
    clicks: int

    def public(self, public_base_url: str) -> dict[str, Any]:
        """Return what anybody may see."""
        return {
            "code": self.code,
            "short_url": f"{public_base_url}/{self.code}",
            "url": self.url,
            "created_at": self.created_at.isoformat(),
            "expires_at": self.expires_at and self.expires_at.isoformat(),
            "clicks": self.clicks,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A link that has no code yet."""

    url: str
    token_hash: bytes
    lifetime: timedelta | None


def has_passed(moment: datetime | None) -> bool:
    """Say whether a moment is over."""
    return moment is not None and moment <= datetime.now(UTC)


async def destination(connection: Connection, code: str) -> Destination | None:
    """Look up where a code leads."""
    cursor = await connection.execute(
        "SELECT url, expires_at, deleted_at IS NOT NULL AS deleted FROM links WHERE code = %s", [code]
    )
    row = await cursor.fetchone()
    return Destination(**row) if row else None


async def find(connection: Connection, code: str) -> Link | None:
    """Return a link; a deleted one is none."""
    cursor = await connection.execute(f"SELECT {SHOWN} FROM links WHERE code = %s AND deleted_at IS NULL", [code])
    row = await cursor.fetchone()
    return Link(**row) if row else None


async def insert(connection: Connection, code: str, draft: Draft) -> Link | None:
    """Make a link, or return None if the code is taken: the primary key decides, so that two never get one code."""
    cursor = await connection.execute(
        f"""INSERT INTO links (code, url, token_hash, expires_at) VALUES (%s, %s, %s, now() + %s::interval)
            ON CONFLICT (code) DO NOTHING RETURNING {SHOWN}""",
        [code, draft.url, draft.token_hash, draft.lifetime],
    )
    row = await cursor.fetchone()
    return Link(**row) if row else None


async def insert_anywhere(connection: Connection, codes: Codes, draft: Draft) -> Link | None:
    """Make a link under a random code, or return None if none is left."""
    for _ in range(TRIES):
        if link := await insert(connection, codes.draw(), draft):
            return link
    for batch in codes.walk():
        while code := await _free(connection, batch):  # each turn either ends or finds that one more was taken
            if link := await insert(connection, code, draft):
                return link
    return None


async def change_url(connection: Connection, code: str, url: str) -> None:
    """Let a link lead elsewhere."""
    await connection.execute("UPDATE links SET url = %s WHERE code = %s", [url, code])


async def change_lifetime(connection: Connection, code: str, lifetime: timedelta | None) -> None:
    """Let a link end so long from now, or never."""
    await connection.execute("UPDATE links SET expires_at = now() + %s::interval WHERE code = %s", [lifetime, code])


async def delete(connection: Connection, code: str) -> None:
    """End a link; its row stays, so that its code is never given out again."""
    await connection.execute("UPDATE links SET deleted_at = now() WHERE code = %s", [code])


async def hold(connection: Connection, code: str) -> Link | None:
    """Return a link, and keep others from changing it until the transaction ends."""
    cursor = await connection.execute(
        f"SELECT {SHOWN} FROM links WHERE code = %s AND deleted_at IS NULL FOR NO KEY UPDATE", [code]
    )
    row = await cursor.fetchone()
    return Link(**row) if row else None


async def _free(connection: Connection, candidates: list[str]) -> str | None:
    cursor = await connection.execute(
        """SELECT code FROM unnest(%s::text[]) AS candidates (code)
           WHERE NOT EXISTS (SELECT FROM links WHERE links.code = candidates.code) LIMIT 1""",
        [candidates],
    )
    row = await cursor.fetchone()
    return row["code"] if row else None

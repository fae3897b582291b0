"""The first answer under an Idempotency-Key is the answer to every repetition of its request.

Keys are kept apart by peer address: under somebody else's key nobody gets somebody else's management token.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from psycopg.types.json import Json

from shortener.bodies import NewLink
from shortener.database import Connection
from shortener.problems import Problem

LONGEST = 255  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeatable:
    """A request that may come again: who sent it, under which key, asking for what."""

    peer: str
    key: str
    fingerprint: bytes

    @classmethod
    def of(cls, request: Request, peer: str, body: NewLink) -> "Repeatable | None":
        """Return what a request is to be known by, or None if its client does not mind doing things twice."""
        key = request.headers.get("idempotency-key")
        if key is None:
            return None
        if not 1 <= len(key) <= LONGEST:
            raise Problem(400, "invalid-idempotency-key", f"send 1 to {LONGEST} characters")
        return cls(peer=peer, key=key, fingerprint=hashlib.sha256(body.model_dump_json().encode()).digest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A link as it was when it was made, and the nonce of its token."""

    link: dict[str, Any]
    nonce: bytes


async def find(connection: Connection, request: Repeatable) -> Answer | None:
    """Return the first answer, or raise 422 if the key was used for another request."""
    cursor = await connection.execute(
        "SELECT fingerprint, link, nonce FROM first_answers WHERE peer = %s AND key = %s", [request.peer, request.key]
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    if row["fingerprint"] != request.fingerprint:
        raise Problem(422, "idempotency-key-reused", "this key belongs to another request")
    return Answer(link=row["link"], nonce=row["nonce"])


async def reserve(connection: Connection, request: Repeatable) -> None:
    """Keep others with the same key out until the transaction ends, however it ends; raises 409 if one is in there."""
    cursor = await connection.execute(
        "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0)) AS ours", [f"{request.peer} {request.key}"]
    )
    if not (await cursor.fetchone())["ours"]:
        raise Problem(409, "request-is-running", "the first request under this key has no answer yet")


async def keep(connection: Connection, request: Repeatable, answer: Answer) -> None:
    """Keep the first answer, in the transaction of what it tells."""
    await connection.execute(
        "INSERT INTO first_answers (peer, key, fingerprint, link, nonce) VALUES (%s, %s, %s, %s, %s)",
        [request.peer, request.key, request.fingerprint, Json(answer.link), answer.nonce],
    )

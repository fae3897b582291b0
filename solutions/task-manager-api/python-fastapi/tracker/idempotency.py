"""`Idempotency-Key`: draft-ietf-httpapi-idempotency-key-header-07."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from tracker.bodies import Draft
from tracker.database import Connection
from tracker.problems import Problem

LONGEST = 255


def require_key(header: str | None) -> str | None:
    """Return the key, None where the client has sent none, or raise 400."""
    if header is not None and not 1 <= len(header) <= LONGEST:
        raise Problem(400, "invalid-idempotency-key", f"a key has 1 to {LONGEST} characters")
    return header


async def once(
    connection: Connection, sub: str, key: str, draft: Draft, create: Callable[[], Awaitable[dict[str, Any]]]
) -> dict[str, Any]:
    """Return what `create` returns, or has returned to an earlier request with this key; 422 if that said otherwise.

    The key and what is created are committed together. A second request that comes meanwhile waits in the INSERT.
    """
    request = hashlib.sha256(draft.model_dump_json().encode()).digest()
    async with connection.transaction():
        cursor = await connection.execute(
            "INSERT INTO idempotency_keys (sub, key, request) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [sub, key, request],
        )
        if cursor.rowcount == 0:
            return await _stored(connection, sub, key, request)
        answer = await create()
        await connection.execute(
            "UPDATE idempotency_keys SET answer = %s WHERE sub = %s AND key = %s", [json.dumps(answer), sub, key]
        )
        return answer


async def _stored(connection: Connection, sub: str, key: str, request: bytes) -> dict[str, Any]:
    cursor = await connection.execute(
        "SELECT request, answer FROM idempotency_keys WHERE sub = %s AND key = %s", [sub, key]
    )
    row = await cursor.fetchone()
    if row["request"] != request:
        raise Problem(422, "idempotency-key-reused", "this key came with another body before")
    return row["answer"]

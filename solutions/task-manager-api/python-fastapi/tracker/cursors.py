"""Cursors: places in an order, signed so that nobody makes one up and bound to the order that they are places in."""

import base64
import hmac
import json
from dataclasses import dataclass

from tracker.problems import invalid_parameter

SEAL = 16  # bytes of the signature


@dataclass(frozen=True, slots=True)
class Place:
    """The last item of a page: the value it is sorted by, as text, and its id, which decides between equal values."""

    key: str
    id: str


class Cursors:
    """Writes and reads cursors; the secret outlives a restart, so they do too."""

    def __init__(self, secret: str):
        self._secret = secret.encode()

    def write(self, order: str, place: Place) -> str:
        """Return the cursor of a place."""
        return self._seal(order, json.dumps([place.key, place.id]).encode())

    def read(self, order: str, cursor: str) -> Place:
        """Return the place of a cursor, or raise 400 for one that we did not write for this order, just so."""
        try:
            payload = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)[SEAL:]
        except ValueError:
            payload = b""
        if not hmac.compare_digest(self._seal(order, payload).encode(), cursor.encode()):
            raise invalid_parameter("cursor", "is none of ours, or one of another order")
        return Place(*json.loads(payload))

    def _seal(self, order: str, payload: bytes) -> str:
        seal = hmac.digest(self._secret, order.encode() + b"\0" + payload, "sha256")[:SEAL]
        return base64.urlsafe_b64encode(seal + payload).decode().rstrip("=")

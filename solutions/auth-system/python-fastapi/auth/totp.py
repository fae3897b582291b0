"""Time-based one-time passwords: RFC 6238 with what every authenticator app understands."""

import base64
import hmac
import secrets
import struct
import time
from urllib.parse import quote, urlencode

PERIOD, DIGITS = 30, 6


def new_secret() -> str:
    """Return 160 random bits in base32, the length that RFC 4226 section 4 recommends."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def uri(secret: str, issuer: str, email: str) -> str:
    """Return what the QR code says."""
    values = {"secret": secret, "issuer": issuer, "algorithm": "SHA1", "digits": DIGITS, "period": PERIOD}
    return f"otpauth://totp/{quote(issuer, safe='')}:{quote(email, safe='')}?{urlencode(values, quote_via=quote)}"


def code_at(secret: str, step: int) -> str:
    """Return the code of a time step."""
    mac = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    offset = mac[-1] & 15
    (number,) = struct.unpack(">I", mac[offset : offset + 4])
    return str((number & 0x7FFFFFFF) % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: str, code: str) -> int | None:
    """Return the time step that a code belongs to: this one, the one before or the one after; clocks differ."""
    now = int(time.time()) // PERIOD
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None

"""Management tokens: made from a nonce, so that a replay can say one again, and stored as a hash only."""

import base64
import hashlib
import hmac
import secrets

PURPOSE = b"management-token:"


def new_nonce() -> bytes:
    """Return 256 random bits that a token can be made from."""
    return secrets.token_bytes(32)


def token(secret_key: str, nonce: bytes) -> str:
    """Return the token of a nonce: whoever has the nonce but not the key learns nothing about it."""
    made = hmac.digest(secret_key.encode(), PURPOSE + nonce, "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def digest(token: str) -> bytes:
    """Return what is stored of a token; it is random, so a fast hash without salt is enough."""
    return hashlib.sha256(token.encode()).digest()


def fits(token: str, stored: bytes) -> bool:
    """Say whether this is the token, in a time that tells nothing."""
    return hmac.compare_digest(digest(token), stored)

"""Make honest and hostile JSON Web Tokens, read what a program issued, estimate how guessable a token is."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import string
import uuid
from collections.abc import Mapping
from typing import Any

import jwt

from backend_katas.errors import ProgramFault

_BASE64URL = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
_ALPHABETS = (
    string.digits,
    string.digits + "abcdef",
    string.digits + "ABCDEF",
    string.ascii_uppercase + "234567",
    string.digits + string.ascii_lowercase,
    string.digits + string.ascii_uppercase,
    string.digits + string.ascii_letters,
    string.digits + string.ascii_letters + "-_",
    string.digits + string.ascii_letters + "+/",
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_UUID_BITS = {1: 14, 2: 6, 6: 14, 7: 74}  # RFC 9562: what is neither clock nor machine; all others may have 122
_ATTACKER = "a key that only the attacker has, and nobody asked for"


def mint(
    claims: Mapping[str, Any], secret: str, *, algorithm: str = "HS256", header: Mapping[str, Any] | None = None
) -> str:
    """Return a compact token (RFC 7515) that is signed as `algorithm` says: HS256, HS384, HS512, or none in any case.

    `header` is added to `typ` and `alg` and wins over them, so that a token may lie: {"alg": "RS256"} claims another
    algorithm than the one that signed it. Claims and key are taken as they are; times are whole seconds since 1970.
    """
    signer = jwt.get_algorithm_by_name("none" if algorithm.lower() == "none" else algorithm)
    signed = f"{_encode({'typ': 'JWT', 'alg': algorithm, **(header or {})})}.{_encode(claims)}"
    signature = signer.sign(signed.encode(), secret.encode())
    return f"{signed}.{_base64url(signature)}"


def forgeries(claims: Mapping[str, Any], secret: str) -> dict[str, str]:
    """Return tokens that nobody may accept, by what is wrong with each; only the first two need to know `secret`.

    They are the attacks of RFC 8725, sections 2.1, 2.7 and 3.1: the algorithm taken from the token instead of from
    the settings, and the key fetched from where the token says. The embedded key is symmetric (`oct`): a program that
    trusts `jwk` at all is caught by it, and an asymmetric one would say no more about a program that signs with HS256.
    """
    attacker_key = {"kty": "oct", "alg": "HS256", "k": _base64url(_ATTACKER.encode())}
    elsewhere = "http://127.0.0.1:9/jwks.json"
    return {
        "the header says RS256, the signature is an HMAC of the secret": mint(claims, secret, header={"alg": "RS256"}),
        "the signature is cut off": mint(claims, secret).rpartition(".")[0] + ".",
        "the algorithm is none": mint(claims, "", algorithm="none"),
        "the algorithm is None": mint(claims, "", algorithm="None"),
        "the algorithm is nOnE": mint(claims, "", algorithm="nOnE"),
        "it is signed with another key": mint(claims, _ATTACKER),
        "it is signed with an empty key": mint(claims, ""),
        "it brings its own key in `jwk`": mint(claims, _ATTACKER, header={"jwk": attacker_key}),
        "it names a foreign key set in `jku`": mint(claims, _ATTACKER, header={"jku": elsewhere, "kid": "1"}),
        "its `kid` is the path of an empty file": mint(claims, "", header={"kid": "../../../../../../dev/null"}),
        "its `kid` is SQL that returns its key": mint(claims, "x", header={"kid": "' UNION SELECT 'x' -- "}),
    }


def read(token: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims of a compact token as they stand, unverified; ProgramFault where it is none.

    It takes any value, so that a check may hand over what the program answered.
    """
    header, claims, _ = _parts(token)
    return _object(header, "header"), _object(claims, "payload")


def tamper(token: str, **claims: Any) -> str:
    """Return `token` with `claims` changed under the old header and signature."""
    header, _, signature = _parts(token)
    return f"{header}.{_encode(read(token)[1] | claims)}.{signature}"


def damage_signature(token: str) -> str:
    """Return `token` with one bit of its signature flipped.

    It is a bit in the middle: the last character of base64 may hold bits that a decoder drops (RFC 4648, 3.5), so that
    another last character can be the same signature.
    """
    header, claims, signature = _parts(token)
    if not signature:
        raise ProgramFault("the token has no signature")
    middle = len(signature) // 2
    flipped = _BASE64URL[_BASE64URL.index(signature[middle]) ^ 1]
    return f"{header}.{claims}.{signature[:middle]}{flipped}{signature[middle + 1 :]}"


def entropy_bits(token: str) -> float:
    """Return how many bits of randomness `token` can hold at most, judged by its form: never less than it has.

    A JWT counts with the bits of its signature, which nobody can guess without the key; a UUID with those its version
    leaves to chance (122 for version 4); anything else piece by piece between `.`, `:` and `~` with its length times
    the bits of the smallest usual alphabet that holds its characters (hex 4, base32 5, base64 6). A low figure is
    proof that a token is guessable; a high one proves nothing, for a counter may be dressed up.
    """
    if _is_jws(token):
        return len(_decode(token.rpartition(".")[2])) * 8.0
    return sum(_piece_bits(piece) for piece in re.split(r"[.:~]", token))


def _piece_bits(piece: str) -> float:
    if _UUID.fullmatch(piece):
        return float(_UUID_BITS.get(uuid.UUID(piece).version or 4, 122))
    characters = set(piece.rstrip("="))
    size = next((len(alphabet) for alphabet in _ALPHABETS if characters.issubset(alphabet)), 94)
    return len(piece.rstrip("=")) * math.log2(size)


def _is_jws(token: str) -> bool:
    try:
        read(token)
    except ProgramFault:
        return False
    return True


def _parts(token: object) -> tuple[str, str, str]:
    """Split a compact token into its three parts, each of them base64url."""
    if not isinstance(token, str):
        raise ProgramFault(f"the token is no string but {json.dumps(token, default=repr)[:80]}")
    parts = token.split(".")
    if len(parts) != 3 or not set("".join(parts)).issubset(_BASE64URL):
        raise ProgramFault(f"`{token[:80]}` is no signed JSON Web Token (three parts of base64url with dots between)")
    return parts[0], parts[1], parts[2]


def _object(part: str, name: str) -> dict[str, Any]:
    try:
        value = json.loads(_decode(part))
    except (ValueError, RecursionError):
        raise ProgramFault(f"the token's {name} is not JSON in base64url: `{part[:80]}`") from None
    if not isinstance(value, dict):
        raise ProgramFault(f"the token's {name} is no JSON object: `{part[:80]}`")
    return value  # pyright: ignore[reportUnknownVariableType] - JSON's keys are strings


def _encode(value: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        raise ProgramFault(f"a part of the token is not base64url: `{part[:80]}`") from None

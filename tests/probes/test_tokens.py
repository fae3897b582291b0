"""Tokens are signed as they say, lie where they should, and are read without trust."""

from __future__ import annotations

import base64
import json
import random
import secrets
import time
import uuid

import jwt
import pytest

from backend_katas.errors import ProgramFault
from backend_katas.probes import tokens

SECRET = "8d2f" * 16
CLAIMS = {"iss": "https://issuer.test", "sub": "7", "exp": int(time.time()) + 86_400, "roles": ["user"]}
FORGERIES = tokens.forgeries(CLAIMS, SECRET)


def segment(value: object) -> str:
    """Return `value` as a part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_an_honest_token_is_verified_by_a_library(algorithm):
    """PyJWT, told the algorithm and the secret, accepts a minted token and gives the claims back."""
    token = tokens.mint(CLAIMS, SECRET, algorithm=algorithm)

    assert jwt.decode(token, SECRET, algorithms=[algorithm]) == CLAIMS
    assert tokens.read(token) == ({"typ": "JWT", "alg": algorithm}, CLAIMS)


def test_the_header_is_the_callers():
    """A header is added, and wins over what would stand there; `kid` on a rightly signed token verifies."""
    token = tokens.mint(CLAIMS, SECRET, header={"kid": "7", "typ": "at+jwt"})

    assert jwt.decode(token, SECRET, algorithms=["HS256"]) == CLAIMS
    assert tokens.read(token)[0] == {"typ": "at+jwt", "alg": "HS256", "kid": "7"}


def test_claims_that_a_library_refuses_to_sign_are_minted():
    """A number as issuer and text as expiry are signed as given: programs must refuse them themselves."""
    token = tokens.mint({"iss": 5, "exp": "soon"}, SECRET)

    assert tokens.read(token)[1] == {"iss": 5, "exp": "soon"}
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(token, SECRET, algorithms=["HS256"])


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused_by_a_careful_library(name):
    """PyJWT with a fixed algorithm and key refuses each forgery, whose claims are otherwise good."""
    assert tokens.read(FORGERIES[name])[1] == CLAIMS
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(FORGERIES[name], SECRET, algorithms=["HS256"])


@pytest.mark.parametrize("name", [name for name in FORGERIES if "algorithm is" in name])
def test_a_token_without_algorithm_has_no_signature(name):
    """The header says none in the asked spelling and the signature is empty."""
    token = FORGERIES[name]

    assert tokens.read(token)[0]["alg"] == name.removeprefix("the algorithm is ")
    assert token.endswith(".")


def test_key_confusion_deceives_a_program_that_ignores_the_algorithm():
    """The RS256 lie carries a right HMAC: only the check of `alg` can refuse it."""
    token = FORGERIES["the header says RS256, the signature is an HMAC of the secret"]
    signed, _, signature = token.rpartition(".")

    assert tokens.read(token)[0]["alg"] == "RS256"
    mac = jwt.get_algorithm_by_name("HS256").sign(signed.encode(), SECRET.encode())
    assert base64.urlsafe_b64encode(mac).decode().rstrip("=") == signature


def test_an_embedded_key_verifies_its_token():
    """Whoever takes the key out of `jwk` finds the signature right: the forgery is a real temptation."""
    token = FORGERIES["it brings its own key in `jwk`"]
    key = jwt.PyJWK(tokens.read(token)[0]["jwk"])

    assert jwt.decode(token, key, algorithms=["HS256"]) == CLAIMS


def test_a_tampered_token_keeps_header_and_signature():
    """Changed claims stand beside unchanged ones, under a signature that no longer fits."""
    token = tokens.mint(CLAIMS, SECRET)

    changed = tokens.tamper(token, roles=["admin"])

    assert tokens.read(changed)[1] == CLAIMS | {"roles": ["admin"]}
    assert changed.split(".")[::2] == token.split(".")[::2]
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(changed, SECRET, algorithms=["HS256"])


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_damaged_signature_never_verifies(algorithm):
    """The flipped bit is one that counts, for every signature."""
    for number in range(200):
        token = tokens.mint({"jti": str(number)}, SECRET, algorithm=algorithm)

        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(tokens.damage_signature(token), SECRET, algorithms=[algorithm])


@pytest.mark.parametrize("token", [
    None, 5, {"a": 1}, "", "abc", "a.b", "a.b.c.d", "a b.c.d", "ä.ö.ü", "!!.??.**", "a.a.a", "e30.e30.e30.e30.e30",
    f"{segment([])}.{segment({})}.x", f"{segment({})}.{segment('x')}.x", f"{segment({})}.bm90IGpzb24.x",
    f"{segment({})}.{base64.urlsafe_b64encode(bytes([255, 254, 250])).decode()}.x",
    base64.urlsafe_b64encode(b"[" * 100_000).decode().rstrip("=") + ".e30.",
], ids=repr)  # fmt: skip
def test_what_is_no_token_is_the_programs_fault(token):
    """Anything but three parts of base64url with JSON objects is reported as the program's mistake."""
    with pytest.raises(ProgramFault, match=r"token|JSON Web Token"):
        tokens.read(token)


def test_a_signature_that_is_absent_cannot_be_damaged():
    """A program that answers unsigned tokens is told so."""
    with pytest.raises(ProgramFault, match="no signature"):
        tokens.damage_signature(tokens.mint(CLAIMS, "", algorithm="none"))


@pytest.mark.parametrize(("token", "bits"), [
    (secrets.token_hex(16), 128), (secrets.token_urlsafe(16), 128), (secrets.token_hex(32), 256),
    (base64.b64encode(bytes(range(200, 232))).decode(), 256), (base64.b32encode(secrets.token_bytes(20)).decode(), 160),
    (f"7:{secrets.token_urlsafe(32)}", 256), (f"{uuid.uuid4()}{uuid.uuid4()}", 128), (tokens.mint(CLAIMS, SECRET), 256),
], ids=["hex", "base64url", "long hex", "base64", "base32", "selector", "two uuids", "jwt"])  # fmt: skip
def test_a_random_token_is_never_called_guessable(token, bits):
    """The estimate of a token with so many random bits is at least that."""
    assert tokens.entropy_bits(token) >= bits


@pytest.mark.parametrize(("token", "most"), [
    ("", 0), ("482913", 20), ("1763616000123", 44), (secrets.token_hex(8), 64), (str(uuid.uuid4()), 122),
    (str(uuid.uuid1()), 14), ("0190a5e8-7b3c-7def-8abc-0123456789ab", 74), ("7:482913", 24),
    (tokens.mint(CLAIMS, "", algorithm="none"), 0),
], ids=["empty", "code", "clock", "short hex", "uuid4", "uuid1", "uuid7", "id and code", "unsigned"])  # fmt: skip
def test_a_guessable_token_is_not_called_random(token, most):
    """A short code, a clock, a time-based UUID and an unsigned token have at most this many bits."""
    assert tokens.entropy_bits(token) <= most


def test_random_alphanumeric_tokens_are_counted_by_their_alphabet():
    """Twenty-two letters and digits hold about 131 bits whichever are drawn."""
    rng = random.Random(7)
    letters = "".join(chr(code) for code in (*range(48, 58), *range(65, 91), *range(97, 123)))

    estimates = [tokens.entropy_bits("".join(rng.choices(letters, k=22))) for _ in range(200)]

    assert 130 < min(estimates) <= max(estimates) < 132

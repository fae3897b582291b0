"""Access tokens are JWTs that nobody can forge; each forgery is proved beside a good token that is accepted."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

import pytest

from backend_katas.client import Client
from backend_katas.grader import points, private
from backend_katas.probes.tokens import damage_signature, mint, read, tamper

HOUR = 3600
OTHER_KEY = "a key that the attacker chose, and long enough"
OWN_KEY = {
    "kty": "oct",
    "alg": "HS256",
    "kid": "1",
    "k": base64.urlsafe_b64encode(OTHER_KEY.encode()).decode().rstrip("="),
}


@pytest.fixture
def secret(deployment) -> str:
    """The key that the program signs with."""
    return deployment.environment["JWT_SECRET"]


@points(2, clause="jwt-hardening-1")
def test_an_access_token_says_what_it_is(account, deployment, secret):
    """An access token is an HS256 JWT with iss, aud, sub, iat, exp, jti and roles.

    RFC 7519 gives the claims their meaning; with JWT_SECRET anybody who knows it can check the signature.
    """
    names = deployment.environment
    first, second = account.login().access, account.login().access
    header, claims = read(first)

    assert header.get("alg") == "HS256"
    assert first.rpartition(".")[2] == _signature(first, secret), "the signature is not made with JWT_SECRET"
    assert claims.get("iss") == names["JWT_ISSUER"]
    assert claims.get("aud") in (names["JWT_AUDIENCE"], [names["JWT_AUDIENCE"]])
    assert claims.get("sub") == account.id
    assert claims.get("roles") == ["user"]
    assert claims.get("jti"), "the claim `jti` is missing"
    assert read(second)[1].get("jti") != claims["jti"]
    issued, expires = claims.get("iat"), claims.get("exp")
    assert isinstance(issued, int | float), f"iat is no number: {issued}"
    assert isinstance(expires, int | float), f"exp is no number: {expires}"
    assert abs(expires - issued - int(names["ACCESS_TOKEN_TTL"])) <= 2, "exp is not ACCESS_TOKEN_TTL after iat"


@points(1, clause="jwt-hardening-3")
def test_a_token_without_algorithm_is_refused(api, account, claims, secret):
    """A token with alg none answers 401, in any spelling, with or without a signature.

    Libraries once took it as "no signature to check" (RFC 8725 section 2.1).
    """
    mine = claims(account.id)
    forged = {f"its alg is {name}": mint(mine, "", algorithm=name) for name in ("none", "None", "NONE", "nOnE")}
    forged["its alg is none, beside a signature"] = mint(mine, secret, header={"alg": "none"})

    _assert_refused(api, mint(mine, secret), forged)


@points(1, clause="jwt-hardening-4")
def test_a_changed_token_is_refused(api, people, claims):
    """A token that was changed, signed with another key or not signed at all answers 401.

    Without the signature a token is only a wish (ASVS 9.1.1).
    """
    account, other = people.member(), people.member()
    issued = account.login().access
    forged = {
        "its sub was changed": tamper(issued, sub=other.id),
        "its roles were changed": tamper(issued, roles=["user", "admin"]),
        "a bit of its signature was changed": damage_signature(issued),
        "it has no signature": f"{issued.rpartition('.')[0]}.",
        "it is signed with another key": mint(claims(account.id), OTHER_KEY),
        "it is signed with an empty key": mint(claims(account.id), ""),
    }

    _assert_refused(api, issued, forged)


@points(1, clause="jwt-hardening-5")
def test_only_one_algorithm_is_accepted(api, account, claims, secret):
    """A token whose header names another algorithm than HS256 answers 401, also when the key is right.

    The program says how tokens are signed, never the token (RFC 8725 section 3.1, ASVS 9.1.2).
    """
    mine = claims(account.id)
    forged = {f"its alg is {name}": mint(mine, secret, algorithm=name) for name in ("HS384", "HS512")}
    forged |= {f"its alg says {name}": mint(mine, secret, header={"alg": name}) for name in ("RS256", "ES256")}

    _assert_refused(api, mint(mine, secret), forged)


@points(1, clause="jwt-hardening-6")
def test_a_token_out_of_its_time_is_refused(api, account, claims, secret):
    """A token that is expired, never expires, or is not valid yet answers 401.

    A stolen token has to become worthless by itself (RFC 7519 section 4.1, ASVS 9.2.1).
    """
    mine = claims(account.id)
    now = mine["iat"]
    forged = {
        "it expired an hour ago": mint(mine | {"iat": now - 2 * HOUR, "exp": now - HOUR}, secret),
        "it has no exp": mint(claims(account.id, exp=None), secret),
        "it is not valid for another hour": mint(mine | {"nbf": now + HOUR, "exp": now + 2 * HOUR}, secret),
    }

    _assert_refused(api, mint(mine, secret), forged)


@points(1, clause="jwt-hardening-7")
def test_a_token_for_somebody_else_is_refused(api, account, claims, secret):
    """A token from another issuer or for another audience answers 401.

    One secret may serve several programs: what another accepts is no business of yours (RFC 8725 section 3.9).
    """
    forged = {
        "it has another issuer": mint(claims(account.id, iss="https://elsewhere.example.test"), secret),
        "it has no issuer": mint(claims(account.id, iss=None), secret),
        "it is for another audience": mint(claims(account.id, aud="another-app"), secret),
        "it is for nobody": mint(claims(account.id, aud=None), secret),
    }

    _assert_refused(api, mint(claims(account.id), secret), forged)


@points(1, clause="jwt-hardening-8")
def test_a_token_does_not_bring_its_own_key(api, account, claims, secret):
    """A token signed with a key that its own header holds or names answers 401.

    Whoever takes the key from the token lets the attacker choose it (ASVS 9.1.3).
    """
    mine = claims(account.id)
    forged = {
        "its jwk holds the key": mint(mine, OTHER_KEY, header={"jwk": OWN_KEY}),
        "its jku names a foreign key set": mint(mine, OTHER_KEY, header={"jku": "http://127.0.0.1:9/keys", "kid": "1"}),
        "its kid is the path of an empty file": mint(mine, "", header={"kid": "../../../../../../dev/null"}),
        "its kid is SQL that makes a key": mint(mine, "x", header={"kid": "' UNION SELECT 'x' -- "}),
    }

    _assert_refused(api, mint(mine, secret), forged)


@points(1, clause="jwt-hardening-9")
def test_a_refresh_token_is_no_access_token(account):
    """A refresh token that is sent as Bearer answers 401.

    It lives far longer, and is meant for one route only (RFC 8725 section 3.11, ASVS 9.2.2).
    """
    tokens = account.login()

    answer = tokens.api.as_bearer(tokens.refresh).get("/auth/me")

    assert answer.status_code == 401
    assert tokens.me().status_code == 200


@private
@points(1, clause="jwt-hardening-10")
def test_accounts_and_tokens_survive_a_restart(account, deployment):
    """After a restart the account is there and its access token still works.

    Programs are restarted all the time: what one process keeps to itself is gone with it.
    """
    tokens = account.login()

    deployment.restart()

    assert tokens.me().status_code == 200
    assert account.attempt().status_code == 200


def _signature(token: str, secret: str) -> str:
    """Return what the signature of a token has to be (RFC 7515 section 5.1)."""
    digest = hmac.digest(secret.encode(), token.rpartition(".")[0].encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _assert_refused(api: Client, good: str, forged: Mapping[str, str]) -> None:
    accepted = api.as_bearer(good).get("/auth/me")
    assert accepted.status_code == 200, "a good token, signed with JWT_SECRET, is not accepted"
    for flaw, token in forged.items():
        assert api.as_bearer(token).get("/auth/me").status_code == 401, f"this token was not refused: {flaw}"

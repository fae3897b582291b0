"""Logging in, and what an access token says about its owner."""

from backend_katas.grader import points

INVALID = {
    "no password": {"email": "ada@example.com"},
    "no address": {"password": "correct horse battery"},
    "an object for a password": {"email": "ada@example.com", "password": {"$ne": ""}},
    "a number for an address": {"email": 7, "password": "correct horse battery"},
    "a list for a body": ["ada@example.com", "correct horse battery"],
}


@points(2, clause="login-and-me-1")
def test_the_right_password_gets_tokens(account, deployment):
    """POST /auth/login answers 200 with an access token, how long it lives, and a refresh token.

    RFC 6749 section 5.1 settles the names, so that every client library understands them.
    """
    answer = account.attempt()

    assert answer.status_code == 200
    assert answer.member("access_token", str), "the access token is empty"
    assert answer.member("refresh_token", str), "the refresh token is empty"
    assert answer.member("token_type", str).lower() == "bearer"
    assert answer.member("expires_in", float) == int(deployment.environment["ACCESS_TOKEN_TTL"])


@points(1, clause="login-and-me-2")
def test_no_cache_keeps_the_tokens(account):
    """The answer with tokens carries Cache-Control: no-store.

    A token in a cache is a token for whoever reads the cache next (RFC 6749 section 5.1).
    """
    answer = account.attempt()

    assert answer.status_code == 200
    assert "no-store" in answer.headers.get("Cache-Control", "").lower()


@points(2, clause="login-and-me-3")
def test_a_failed_login_does_not_tell_what_was_wrong(account, people):
    """A wrong password and an unknown address get the same 401, byte for byte.

    Any difference tells a stranger who has an account (ASVS 6.3.8).
    """
    wrong, unknown = account.fail(), people.stranger().attempt()

    assert wrong.status_code == 401
    assert unknown.status_code == 401
    assert unknown.content == wrong.content, "the two bodies differ, and tell whether there is such an account"
    assert unknown.content_type == wrong.content_type
    assert wrong.content_type.startswith("application/problem+json"), "the 401 is no problem document (RFC 9457)"
    assert "WWW-Authenticate" in wrong.headers, "a 401 has to say how to authenticate (RFC 9110 section 15.5.2)"


@points(1, clause="login-and-me-4")
def test_a_password_has_to_match_exactly(people):
    """The address is found in any case; the password is right only letter for letter, blanks included.

    ASVS 6.2.8: a password is checked as it was received, neither trimmed nor folded.
    """
    account = people.stranger()
    account.password = f" {people.word(8)} B "
    assert account.sign_up().status_code == 201

    account.email = account.email.upper()
    assert account.attempt().status_code == 200, "the address was not found in upper case"
    for wrong in (account.password.strip(), account.password.swapcase(), account.password.lower(), ""):
        assert account.attempt(wrong).status_code in (401, 400, 422), f"`{wrong}` passes for `{account.password}`"


@points(1, clause="login-and-me-5")
def test_me_needs_an_access_token(api, account):
    """GET /auth/me without a valid access token answers 401 and asks for a Bearer token.

    RFC 6750 section 3 says in WWW-Authenticate what to send, and that a token sent was not valid.
    """
    token = account.login().access
    headers = {
        "no header": {},
        "the scheme alone": {"Authorization": "Bearer"},
        "another scheme": {"Authorization": f"Basic {token}"},
        "no scheme": {"Authorization": token},
        "garbage": {"Authorization": "Bearer garbage"},
    }

    refused = {sent: api.get("/auth/me", headers=header) for sent, header in headers.items()}

    for sent, answer in refused.items():
        assert answer.status_code == 401, f"sent was {sent}"
        assert answer.headers.get("WWW-Authenticate", "").lower().startswith("bearer"), f"no challenge for {sent}"
    assert "invalid_token" in refused["garbage"].headers["WWW-Authenticate"]
    assert api.get("/auth/me", headers={"Authorization": f"bearer {token}"}).status_code == 200


@points(1, clause="login-and-me-6")
def test_me_is_whoever_the_token_was_issued_to(people):
    """GET /auth/me shows the user of the access token, with the id of the signup."""
    members = [people.member(name=people.word(9)) for _ in range(2)]
    tokens = [member.login() for member in members]

    for member, held in zip(members, tokens, strict=True):
        me = held.me()
        assert me.status_code == 200
        assert str(me.member("id", str | int)) == member.id
        assert me.member("email", str).casefold() == member.email


@points(1, clause="login-and-me-7")
def test_a_name_can_be_changed_to_any_text(account, rng):
    """PATCH /auth/me changes the name to any text, and to nothing that is not text.

    Text that is put into SQL instead of passed beside it breaks on the first O'Hara.
    """
    tokens = account.login()
    pieces = ["Róbert", "'); DROP TABLE users; --", "O'Hara", 'the "last"', "%s {0} $1", "🦉", "\\n\\", "名"]
    name = "".join(rng.sample(pieces, len(pieces)))

    changed = tokens.bearer.patch("/auth/me", json={"name": name})

    assert changed.status_code == 200
    assert changed.member("name") == name
    assert tokens.me().member("name") == name
    for wrong in (7, ["Ada"], {"first": "Ada"}):
        assert tokens.bearer.patch("/auth/me", json={"name": wrong}).status_code in (422, 400), f"the name {wrong}"
    assert tokens.me().member("name") == name


@points(1, clause="login-and-me-8")
def test_an_invalid_login_is_refused(api, account):
    """A login with a broken body answers 400, 415 or 422, and an address made of SQL logs nobody in.

    The login is the one route that every stranger can reach: nothing sent to it may surprise it.
    """
    login = "/auth/login"
    as_json = {"Content-Type": "application/json"}

    assert api.post(login, data="{", headers=as_json).status_code == 400
    assert api.post(login, data="", headers=as_json).status_code == 400
    assert api.post(login, data={"email": account.email, "password": account.password}).status_code == 415
    for wrong, body in INVALID.items():
        assert api.post(login, json=body).status_code in (422, 400), f"a body with {wrong} was not refused"
    for address in ("' OR 1=1 --", f"{account.email}' --", f"{account.email}\0"):
        answer = api.post(login, json={"email": address, "password": account.password})
        assert answer.status_code in (401, 422, 400), f"the address was {address!r}"

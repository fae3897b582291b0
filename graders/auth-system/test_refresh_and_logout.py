"""Refresh tokens rotate, a stolen one betrays the thief, and logging out ends what it should and no more."""

from backend_katas.client import Call
from backend_katas.grader import chancy, points
from backend_katas.probes.tokens import entropy_bits


@points(2, clause="refresh-and-logout-1")
def test_refreshing_gives_a_new_pair(account):
    """POST /auth/refresh answers 200 with a new access token and a new refresh token, and both work."""
    first = account.login()

    answer = first.renew()

    assert answer.status_code == 200
    assert "no-store" in answer.headers.get("Cache-Control", "").lower(), "Cache-Control does not say no-store"
    assert answer.member("refresh_token", str) != first.refresh
    assert answer.member("access_token", str) != first.access
    assert answer.member("token_type", str).lower() == "bearer"
    assert answer.member("expires_in", float) == first.answer.member("expires_in", float)
    second = account.holding(answer)
    assert second.me().status_code == 200, "the new access token does not work"
    assert second.renew().status_code == 200, "the new refresh token does not work"


@points(2, clause="refresh-and-logout-2")
def test_a_refresh_token_works_once(account):
    """A refresh token that was used answers 401.

    A token that works again and again can be stolen without anybody noticing (RFC 9700 section 4.14.2).
    """
    tokens = account.login()
    tokens.renewed()

    replay = tokens.renew()

    assert replay.status_code == 401


@points(2, clause="refresh-and-logout-3")
def test_a_used_refresh_token_ends_the_whole_login(account):
    """When a used refresh token comes back, every token that descends from the same login answers 401.

    Of thief and owner one comes second: nobody can tell which, so both are out (RFC 9700 section 4.14.2).
    """
    stolen, elsewhere = account.login(), account.login()
    newest = stolen.renewed().renewed()

    assert stolen.renew().status_code == 401
    assert newest.renew().status_code == 401, "the newest token of that login still works"
    assert elsewhere.renew().status_code == 200, "another login of the account was ended as well"


@chancy
@points(3, clause="refresh-and-logout-4")
def test_ten_refreshes_at_once_give_one_pair(api, account, postgres):
    """When one refresh token arrives ten times at the same moment, at most one answer is 200.

    Reading "not used yet" and writing "used" must be one statement, or two requests slip through between.
    """
    account.login().renewed()
    call = Call("POST", "/auth/refresh", json={"refresh_token": account.login().refresh})

    with postgres.relay.delay(0.03) as fault:
        statuses = [answer.status_code for answer in api.burst([call] * 10)]

    assert statuses.count(200) <= 1
    assert statuses.count(200) + statuses.count(401) == 10, f"the answers were {sorted(statuses)}"
    assert fault.hits > 0, "the refresh tokens are not kept in PostgreSQL: no refresh asked it for anything"


@chancy
@points(1, clause="refresh-and-logout-5")
def test_an_old_refresh_token_is_refused(account, aged):
    """A refresh token older than REFRESH_TOKEN_TTL answers 401."""
    account.login().renewed()

    answer = aged.api.post("/auth/refresh", json={"refresh_token": aged["refresh token"]})

    assert answer.status_code == 401, "REFRESH_TOKEN_TTL was 2, and the token three seconds old"


@points(1, clause="refresh-and-logout-6")
def test_what_is_no_refresh_token_is_refused(api, account):
    """Any other text answers 401, and a body without a text answers 422."""
    tokens = account.login()

    for text in ("garbage", "", tokens.access, f"{tokens.refresh}x"):
        refused = api.post("/auth/refresh", json={"refresh_token": text})
        assert refused.status_code in ((401,) if text else (401, 422, 400)), f"sent was `{text}`"
        assert refused.content_type.startswith("application/problem+json"), "the error is no problem document"
    for body in ({}, {"refresh_token": 7}, {"refresh_token": [tokens.refresh]}, [tokens.refresh]):
        assert api.post("/auth/refresh", json=body).status_code in (422, 400), f"sent was {body}"
    assert tokens.renew().status_code == 200


@points(1, clause="refresh-and-logout-7")
def test_logging_out_ends_one_login(api, account):
    """POST /auth/logout answers 204 and ends the login of that refresh token, and no other.

    Logging out has to do something on the server; forgetting the token in the browser is not enough (ASVS 7.4.1).
    """
    here, there = account.login().renewed(), account.login()
    body = {"refresh_token": here.refresh}

    assert api.post("/auth/logout", json=body).status_code == 401, "logging out works without an access token"
    assert here.bearer.post("/auth/logout", json=body).status_code == 204
    assert here.renew().status_code == 401, "the login can still be refreshed"
    assert there.renew().status_code == 200, "another login of the account was ended as well"


@points(1, clause="refresh-and-logout-8")
def test_logging_out_everywhere_ends_every_login(people):
    """POST /auth/logout-all answers 204 and ends every login of the account, and of no other account.

    It is what you press when your phone is gone (ASVS 7.5.2).
    """
    account, other = people.member(), people.member()
    logins, untouched = [account.login() for _ in range(3)], other.login()

    assert logins[0].bearer.post("/auth/logout-all").status_code == 204

    assert [login.renew().status_code for login in logins] == [401] * 3
    assert untouched.renew().status_code == 200, "another account was logged out as well"


@points(2, clause="refresh-and-logout-9")
def test_a_refresh_token_is_long_and_not_in_the_database(account, postgres):
    """A refresh token has at least 128 bits, and the database holds only a hash of it.

    A thief of the database must not find logins in it (ASVS 7.2.3, 11.5.1).
    """
    first = account.login()
    second = first.renewed()

    for tokens in (first, second):
        assert entropy_bits(tokens.refresh) >= 128, f"`{tokens.refresh}` cannot hold 128 random bits"
    found = postgres.database.find({"a refresh token": first.refresh, "a new refresh token": second.refresh})
    assert not found, f"refresh tokens stand in the database: {', '.join(map(str, found))}"

"""Administrators see and change accounts; nobody else does, and nobody makes themselves one."""

from backend_katas.client import Answer, JsonObject
from backend_katas.grader import points
from backend_katas.probes.tokens import mint


@points(1, clause="roles-and-admin-2")
def test_an_administrator_finds_accounts(admin, people, deployment):
    """GET /admin/users pages through the accounts, and finds one by its address in any case."""
    accounts = [people.member(name=people.word(8)) for _ in range(3)]

    first = admin.get("/admin/users", params={"limit": 2})
    assert first.status_code == 200
    second = admin.get("/admin/users", params={"limit": 2, "cursor": first.member("next_cursor", str | int)})
    pages = [[str(user["id"]) for user in _users(page)] for page in (first, second)]
    found = admin.get("/admin/users", params={"email": accounts[1].email.upper()})
    missed = admin.get("/admin/users", params={"email": accounts[1].email[1:]})
    itself = admin.get("/admin/users", params={"email": deployment.environment["ADMIN_EMAIL"]})

    assert [len(page) for page in pages] == [2, 2], "limit was 2, and there are more than three accounts"
    assert len({*pages[0], *pages[1]}) == 4, "two pages show an account twice"
    assert [(str(user["id"]), user["disabled"]) for user in _users(found)] == [(accounts[1].id, False)]
    assert found.member("next_cursor") is None
    assert _users(missed) == []
    assert [(set(map(str, user.member("roles", list))), user["email_verified"]) for user in _users(itself)] == [
        ({"user", "admin"}, True)
    ]


@points(1, clause="roles-and-admin-3")
def test_nobody_else_gets_in(api, people, claims, deployment):
    """Without a token the admin routes answer 401, and to an ordinary user 403, whatever the token claims.

    A role in a token is what was true when it was issued; the database knows what is true now (ASVS 8.2.1, 8.3.1).
    """
    account, other = people.member(), people.member()
    promoted = mint(claims(account.id, roles=["user", "admin"]), deployment.environment["JWT_SECRET"])

    for client, status in ((api, 401), (account.login().bearer, 403), (api.as_bearer(promoted), 403)):
        assert client.get("/admin/users").status_code == status
        assert client.patch(f"/admin/users/{other.id}", json={"disabled": True}).status_code == status
        assert client.patch(f"/admin/users/{_unknown(other.id)}", json={"roles": 7}).status_code == status
    assert other.attempt().status_code == 200, "a refused request has disabled the account all the same"


@points(1, clause="roles-and-admin-4")
def test_disabling_an_account_ends_its_sessions_at_once(admin, people):
    """A disabled account's tokens answer 401 from that moment, and its login the same 401 as a wrong password.

    Somebody who was let go at noon must not work until the token runs out (ASVS 7.4.2).
    """
    account = people.member()
    tokens, wrong = account.login(), account.fail()

    disabled = admin.patch(f"/admin/users/{account.id}", json={"disabled": True})

    assert disabled.status_code == 200
    assert disabled.member("disabled") is True
    assert tokens.me().status_code == 401, "the access token still works"
    assert tokens.renew().status_code == 401, "the refresh token still works"
    refused = account.attempt()
    assert refused.status_code == 401
    assert refused.content == wrong.content
    assert admin.patch(f"/admin/users/{account.id}", json={"disabled": False}).status_code == 200
    assert account.login().me().status_code == 200, "the account was enabled again, but its login does not work"


@points(1, clause="roles-and-admin-5")
def test_an_administrator_sets_roles(admin, people):
    """PATCH /admin/users/{id} gives and takes the role admin, and knows no others."""
    account, path = people.member(), "/admin/users/"

    promoted = admin.patch(path + account.id, json={"roles": ["user", "admin"]})
    assert promoted.status_code == 200
    assert set(map(str, promoted.member("roles", list))) == {"user", "admin"}
    assert account.login().bearer.get(path.rstrip("/")).status_code == 200, "the new administrator is not let in"

    assert admin.patch(path + account.id, json={"roles": ["user"]}).status_code == 200
    assert account.login().bearer.get(path.rstrip("/")).status_code == 403, "the former administrator is let in"
    for wrong in (["user", "root"], "admin", 7):
        assert admin.patch(path + account.id, json={"roles": wrong}).status_code in (422, 400), f"roles: {wrong}"
    assert admin.patch(path + account.id, json={"disabled": "yes, please"}).status_code in (422, 400)
    assert admin.patch(path + _unknown(account.id), json={"disabled": True}).status_code == 404


@points(1, clause="roles-and-admin-6")
def test_nobody_promotes_themselves(people):
    """Roles and other members of the system in a signup or a PATCH of oneself are ignored.

    Copying the whole body into the row is the oldest way to make anybody an administrator (ASVS 15.3.3).
    """
    account = people.stranger()
    wish = {"roles": ["user", "admin"], "role": "admin", "is_admin": True, "email_verified": True, "disabled": False}

    assert account.sign_up(**wish).status_code == 201
    tokens = account.login()
    assert tokens.bearer.patch("/auth/me", json={"name": "Ada", **wish}).status_code == 200

    me = tokens.me()
    assert me.member("roles") == ["user"]
    assert me.member("email_verified") is False
    assert me.member("name") == "Ada"
    assert account.login().bearer.get("/admin/users").status_code == 403


def _unknown(known: str) -> str:
    """Return an id that no account has, in the form of one that is known."""
    if known.isdecimal():
        return str(int(known) + 1_000_000)
    return known[:-1] + ("1" if known.endswith("0") else "0")


def _users(page: Answer) -> list[JsonObject]:
    """Return the accounts on a page, each of them an object."""
    users = page.member("items", list)
    assert all(isinstance(user, JsonObject) for user in users), "the items of a page have to be objects"
    return users

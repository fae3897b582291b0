"""Whoever brings a good token is let in, nobody else, and nobody is shown what is not theirs."""

from collections.abc import Mapping

from backend_katas.client import Answer, done
from backend_katas.grader import points
from backend_katas.probes.tokens import damage_signature, forgeries, mint, tamper

HOUR = 3600


@points(2, clause="authentication-1")
def test_nobody_gets_in_without_a_token(asha, api):
    """Without a good token every route answers 401 and says in WWW-Authenticate what it wants.

    RFC 9110 section 15.5.2 and RFC 6750 section 3: the challenge is how a client learns that its token was no good.
    """
    task = asha.task()

    for name, answer in {**_without_a_task(api), **_with_a_task(api, task.path)}.items():
        _assert_challenged(answer, f"{name} without a token")
    token = asha.api.headers["Authorization"].partition(" ")[2]
    for value in ("Basic dTE6cGFzcw==", f"Basic {token}", f"Token {token}", "Bearer", "Bearer ", token):
        answer = api.get("/tasks", headers={"Authorization": value})
        _assert_challenged(answer, f"`Authorization: {value[:20]}`")
    for value in ("Bearer x", "Bearer a.b.c", "Bearer e30.e30.e30", f"{asha.api.headers['Authorization']}x"):
        answer = api.get("/tasks", headers={"Authorization": value})
        _assert_challenged(answer, f"`Authorization: {value[:20]}`")
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"], "a token was sent, and it is not good"
    spelled = asha.api.headers["Authorization"].replace("Bearer", "bEARER")
    assert api.get("/tasks", headers={"Authorization": spelled}).status_code == 200, "the scheme's case does not matter"
    for path in ("/healthz", "/readyz"):
        assert api.get(path).status_code == 200, f"{path} needs no token"
    assert asha.now(task).member("title") == task.shown["title"], "a request without a token has changed the task"


@points(1, clause="authentication-2")
def test_a_token_out_of_its_time_is_refused(api, issuer):
    """A token that is expired, never expires, or is not valid yet answers 401.

    A stolen token has to become worthless by itself (RFC 7519 section 4.1, ASVS 9.2.1).
    """
    now = issuer.claims()["iat"]

    _assert_refused(
        api,
        issuer,
        {
            "it expired an hour ago": issuer.token(iat=now - 2 * HOUR, exp=now - HOUR),
            "it has no exp": issuer.token(exp=None),
            "it is not valid for another hour": issuer.token(nbf=now + HOUR, exp=now + 2 * HOUR),
        },
    )
    good = issuer.token(nbf=now - HOUR, iat=None)
    assert api.as_bearer(good).get("/me").status_code == 200, "a token that is valid for an hour now, without iat"


@points(1, clause="authentication-3")
def test_a_forged_token_is_refused(api, issuer):
    """A token without a signature, changed after signing, or signed with any other key answers 401.

    Whoever lets the token name its algorithm or its key lets the attacker choose them (RFC 8725 sections 2.1, 2.7).
    """
    good = issuer.token()
    forged = {flaw: token for flaw, token in forgeries(issuer.claims(), issuer.secret).items() if "RS256" not in flaw}
    forged |= {
        "its role was changed": tamper(good, role="admin"),
        "its team was changed": tamper(good, team="blue"),
        "a bit of its signature was changed": damage_signature(good),
        "its alg is none, beside a signature": mint(issuer.claims(), issuer.secret, header={"alg": "none"}),
    }

    _assert_refused(api, issuer, forged)


@points(1, clause="authentication-4")
def test_only_one_algorithm_is_accepted(api, issuer):
    """A token whose header names another algorithm than HS256 answers 401, also when the key is right.

    The program says how tokens are signed, never the token (RFC 8725 section 3.1, ASVS 9.1.2).
    """
    claims, secret = issuer.claims(), issuer.secret
    forged = {f"its alg is {name}": mint(claims, secret, algorithm=name) for name in ("HS384", "HS512")}
    forged |= {f"its alg says {name}": mint(claims, secret, header={"alg": name}) for name in ("RS256", "ES256")}

    _assert_refused(api, issuer, forged)


@points(1, clause="authentication-5")
def test_a_token_for_somebody_else_is_refused(api, issuer):
    """A token from another issuer or for another audience answers 401.

    One secret may serve several programs: what another accepts is no business of yours (RFC 8725 section 3.9).
    """
    _assert_refused(
        api,
        issuer,
        {
            "it has another issuer": issuer.token(iss="https://elsewhere.example.test"),
            "it has no issuer": issuer.token(iss=None),
            "it is for another audience": issuer.token(aud="another-app"),
            "it is for a list of others": issuer.token(aud=["another-app", "a-third"]),
            "it is for nobody": issuer.token(aud=None),
        },
    )


@points(1, clause="authentication-6")
def test_a_token_must_say_who_it_is(api, issuer):
    """A token without sub, team or role, or with a role that there is not, answers 401.

    A claim that is not there must not become a default: the default is somebody's right.
    """
    _assert_refused(
        api,
        issuer,
        {
            "it has no sub": issuer.token(sub=None),
            "it has no team": issuer.token(team=None),
            "it has no role": issuer.token(role=None),
            "its role is root": issuer.token(role="root"),
            "its role is Admin": issuer.token(role="Admin"),
            "its role is empty": issuer.token(role=""),
            "its role is a list": issuer.token(role=["admin"]),
        },
    )
    good = issuer.token(name=None, iat=None, scope="x", jti="1")
    assert api.as_bearer(good).get("/me").status_code == 200, "a token without a name, with a claim nobody knows"


@points(1, clause="authentication-7")
def test_me_is_who_the_token_says(crew, api, issuer):
    """GET /me answers 200 with sub, name, team and role of the token."""
    for person in (crew.member(), crew.manager(), crew.admin()):
        me = person.api.get("/me")
        assert me.status_code == 200
        for name in ("sub", "name", "team", "role"):
            assert me.member(name) == getattr(person, name)
    nameless = api.as_bearer(issuer.token(sub=crew.word(12), name=None)).get("/me")
    assert nameless.status_code == 200
    assert nameless.member("name") is None


@points(2, clause="authentication-8")
def test_the_tasks_of_others_do_not_exist(asha, crew, shapes, ids, items):
    """Another member's task is 404 with every method and on every route below it, and in no list.

    Ids are known or can be guessed; that one is signed in says nothing about whose task it is (OWASP API1:2023).
    """
    other, word = crew.member(), crew.word(12)
    task = asha.task(title=f"Secret {word}", tags=[word], assignee_id=asha.sub)
    comment = done(asha.comment(task, "for us"), 201, 200)
    path = f"{task.path}/comments/{comment.member('id', str | int)}"

    for name, answer in _with_a_task(other.api, task.path, tag=asha.tag(task)).items():
        assert answer.status_code == 404, name
    assert other.api.get(path).status_code == 404, "GET of a comment"
    assert other.api.head(task.path).status_code == 404, "HEAD"
    for params in ({}, {"q": word}, {"tag": word}, {"owner_id": asha.sub}, {"assignee_id": asha.sub}):
        assert task.id not in ids(other.all(**params)), f"it is in the list with {params}"
    shapes.unchanged(asha.now(task), task.shown)
    assert [item["text"] for item in items(asha.list(f"{task.path}/comments"))] == ["for us"], (
        "others have commented the task"
    )
    assert asha.api.get(path).status_code == 200


def _without_a_task(api) -> dict[str, Answer]:
    return {
        "GET /tasks": api.get("/tasks"),
        "POST /tasks": api.post("/tasks", json={"title": "x"}),
        "GET /me": api.get("/me"),
        "GET of no task": api.get("/tasks/none-of-yours"),
    }


def _with_a_task(api, path: str, tag: str = "*") -> dict[str, Answer]:
    """Send a good request of every kind to a task, the last of which would delete it."""
    match = {"If-Match": tag}
    return {
        "GET": api.get(path),
        "PUT": api.put(path, json={"title": "x"}, headers=match),
        "PATCH": api.patch(path, json={"title": "x"}, headers=match),
        "POST transitions": api.post(f"{path}/transitions", json={"to": "in_progress"}),
        "GET comments": api.get(f"{path}/comments"),
        "POST comments": api.post(f"{path}/comments", json={"text": "x"}),
        "DELETE": api.delete(path),
    }


def _assert_challenged(answer: Answer, what: str) -> None:
    assert answer.status_code == 401, what
    challenge = answer.headers.get("WWW-Authenticate", "")
    assert challenge.lower().startswith("bearer"), f"{what}: WWW-Authenticate asks for no Bearer token"


def _assert_refused(api, issuer, forged: Mapping[str, str]) -> None:
    assert api.as_bearer(issuer.token()).get("/me").status_code == 200, "a good token is not accepted"
    for flaw, token in forged.items():
        for path in ("/tasks", "/me"):
            assert api.as_bearer(token).get(path).status_code == 401, f"GET {path} took this token: {flaw}"

"""Signing up: one account for each address, and any password that is long enough and not a common one."""

from collections.abc import Callable
from pathlib import Path

from backend_katas.client import Call, is_problem
from backend_katas.grader import chancy, points

INVALID = {
    "a list": [],
    "a text": "ada@example.com",
    "null": None,
    "no password": {"email": "ada@example.com"},
    "no address": {"password": "correct horse battery"},
    "null for a password": {"email": "ada@example.com", "password": None},
    "a number for a password": {"email": "ada@example.com", "password": 1234567890},
    "a list for an address": {"email": ["ada@example.com"], "password": "correct horse battery"},
    "no @ in the address": {"email": "ada.example.com", "password": "correct horse battery"},
    "two @ in the address": {"email": "ada@home@example.com", "password": "correct horse battery"},
    "nothing before the @": {"email": "@example.com", "password": "correct horse battery"},
    "nothing after the @": {"email": "ada@", "password": "correct horse battery"},
    "U+0000 in the address": {"email": "a\0da@example.com", "password": "correct horse battery"},
    "a number for a name": {"email": "ada@example.com", "password": "correct horse battery", "name": 7},
    "U+0000 in the name": {"email": "ada@example.com", "password": "correct horse battery", "name": "A\0da"},
}


@points(2, clause="signup-1")
def test_signing_up_creates_an_account(people):
    """POST /auth/signup answers 201 with the new user and where to find it.

    RFC 9110 section 15.3.2: a 201 says what was created and, in Location, where.
    """
    ada, bob = people.stranger(), people.stranger()

    named, nameless = ada.sign_up(name="Ada Lovelace"), bob.sign_up()

    assert named.status_code == 201
    assert nameless.status_code == 201
    assert named.headers.get("Location", "").endswith("/auth/me"), "Location does not lead to /auth/me"
    user = named.object()
    assert user.member("email", str).casefold() == ada.email
    assert user.member("name") == "Ada Lovelace"
    assert nameless.member("name") is None
    assert user.member("email_verified") is False
    assert user.member("roles") == ["user"]
    assert str(user.member("id", str | int)) != str(nameless.member("id", str | int)), "two accounts have one id"
    user.moment("created_at")


@points(1, clause="signup-2")
def test_one_address_is_one_account(people):
    """A second signup with an address, in whatever case, answers 409.

    Mail servers do not tell Ada@ from ada@; two accounts for one mailbox would let one take over the other.
    """
    account = people.member()
    account.email = account.email.upper()

    again = account.sign_up()

    assert again.status_code == 409
    assert again.content_type.startswith("application/problem+json"), "the 409 is no problem document (RFC 9457)"


@chancy
@points(2, clause="signup-3")
def test_ten_signups_at_once_make_one_account(api, people, postgres):
    """Of ten signups for one address at the same moment one answers 201 and nine answer 409.

    Looking first and inserting then leaves a gap between the two; only a unique index closes it.
    """
    email = people.stranger().email
    bodies = [{"email": email, "password": people.password()} for _ in range(10)]

    # Longer than a password takes to be hashed on a busy machine, so that no signup is over before the next looks.
    with postgres.relay.delay(0.1) as fault:
        answers = api.burst([Call("POST", "/auth/signup", json=body, deadline=10.0) for body in bodies])

    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 9]
    assert fault.hits > 0, "the accounts are not kept in PostgreSQL: no signup asked it for anything"


@points(1, clause="signup-4")
def test_a_password_may_be_made_of_anything(people, rng):
    """Passwords of 8 to 64 characters are accepted whatever they are made of.

    Rules about digits and symbols make passwords harder to remember, not harder to guess (ASVS 6.2.5, 6.2.9).
    """
    passwords = {
        "eight characters": people.word(4) + "%-7Z",
        "twenty lower-case letters": people.word(20),
        "sixty-four characters": people.password() + people.word(44),
        "blanks inside and at both ends": f"  {people.word(6)} {people.word(6)} ",
        "emoji and other scripts": "".join(rng.sample("🐎🔋🧷🦉🍋пароль密码كلمة", 14)),
        "quotes and a backslash": f"'\"; -- \\{people.word(6)}",
    }

    for made_of, password in passwords.items():
        account = people.stranger()
        account.password = password
        assert account.sign_up().status_code == 201, f"a password of {made_of} was refused"


@points(1, clause="signup-5")
def test_a_short_password_is_refused(people, rng):
    """A password of seven characters is refused, seven emoji too.

    Length is what makes guessing hard (ASVS 6.2.1), and NIST SP 800-63B counts code points, not bytes.
    """
    passwords = {
        "no": "",
        "one": "x",
        "seven": people.word(4) + "%-Z",
        "seven emoji": "".join(rng.sample("🐎🔋🧷🦉🍋🎈🚲", 7)),
    }

    for length, password in passwords.items():
        account = people.stranger()
        account.password = password
        assert account.sign_up().status_code in (422, 400), f"a password of {length} characters was not refused"


@points(2, clause="signup-6")
def test_a_common_password_is_refused(people, rng, deployment):
    """A password from COMMON_PASSWORDS_FILE is refused; one that differs in a letter is not.

    A guesser tries the few thousand most common passwords first, against every account (ASVS 6.2.4).
    """
    common = Path(deployment.environment["COMMON_PASSWORDS_FILE"]).read_text("utf-8").splitlines()
    guessable = rng.sample([password for password in common if len(password) >= 8], 6)
    changed = _unlisted(lambda: rng.choice(guessable) + rng.choice("%§~"), common)
    recased = _unlisted(lambda: rng.choice(common).swapcase(), common)

    for password in guessable:
        account = people.stranger()
        account.password = password
        assert account.sign_up().status_code in (422, 400), f"the common password `{password}` was not refused"
    for password in (changed, recased):
        account = people.stranger()
        account.password = password
        assert account.sign_up().status_code == 201, f"the password `{password}` is not on the list but was refused"


@points(1, clause="signup-7")
def test_an_invalid_body_is_refused(api):
    """A body that is broken, incomplete or of the wrong types is refused with a problem.

    Whatever a client sends, it must never reach the database unchecked, and never come back as 500 (RFC 9457).
    """
    form = {"email": "ada@example.com", "password": "correct horse battery"}

    broken = api.post("/auth/signup", data='{"email": "ada@', headers={"Content-Type": "application/json"})
    empty = api.post("/auth/signup", data="", headers={"Content-Type": "application/json"})
    other_type = api.post("/auth/signup", data=form)

    is_problem(400, broken)
    is_problem(400, empty)
    is_problem(415, other_type)
    for wrong, body in INVALID.items():
        refused = api.post("/auth/signup", json=body)
        assert refused.status_code in (422, 400), f"a body with {wrong} was not refused"
        is_problem(refused.status_code, refused)


def _unlisted(draw: Callable[[], str], common: list[str]) -> str:
    """Draw until it is a good password that is not on the list."""
    random_ones = (draw() for _ in range(1000))
    return next(password for password in random_ones if len(password) >= 8 and password not in common)

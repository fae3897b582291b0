"""What the checks of auth-system share: accounts and their tokens, mailed links, an administrator, a phone."""

from __future__ import annotations

import base64
import random
import re
import string
import time
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pyotp
import pytest

from backend_katas.client import Answer, Client
from backend_katas.deployment import Deployment
from backend_katas.errors import ProgramFault
from backend_katas.host import Host
from backend_katas.model import Exchange
from backend_katas.services.smtp import Mailbox

STEP = 30  # seconds for which a time-based code is shown (RFC 6238)
SHORT_LIVED = {
    "REFRESH_TOKEN_TTL": "2",
    "VERIFY_TOKEN_TTL": "2",
    "RESET_TOKEN_TTL": "2",
    "LOGIN_MAX_FAILURES": "3",
    "LOCKOUT_SECONDS": "2",
}


def done(answer: Answer, status: int) -> Answer:
    """Return the answer of a step on the way to what a check is about; AssertionError if the step went wrong."""
    request = answer.request
    assert answer.status_code == status, f"{request.method} {request.path_url} went wrong before the check could go on"
    return answer


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a login or a refresh handed out; a token that is not there is the program's fault when it is asked for."""

    api: Client
    answer: Answer

    @property
    def access(self) -> str:
        """The access token."""
        return self.answer.member("access_token", str)

    @property
    def refresh(self) -> str:
        """The refresh token."""
        return self.answer.member("refresh_token", str)

    @property
    def bearer(self) -> Client:
        """A client that sends the access token."""
        return self.api.as_bearer(self.access)

    def me(self) -> Answer:
        """Ask who the access token belongs to."""
        return self.bearer.get("/auth/me")

    def renew(self) -> Answer:
        """Send the refresh token."""
        return self.api.post("/auth/refresh", json={"refresh_token": self.refresh})

    def renewed(self) -> Tokens:
        """Send the refresh token and return the new pair."""
        return Tokens(self.api, done(self.renew(), 200))


@dataclass(slots=True)
class Account:
    """Somebody with an address and a password, signed up or not."""

    api: Client
    email: str
    password: str
    id: str = ""

    def sign_up(self, **members: Any) -> Answer:
        """Send a signup; `members` are added to the body."""
        return self.api.post("/auth/signup", json={"email": self.email, "password": self.password, **members})

    def attempt(self, password: str | None = None, **options: Any) -> Answer:
        """Send a login, with another password if one is given."""
        body = {"email": self.email, "password": self.password if password is None else password}
        return self.api.post("/auth/login", json=body, **options)

    def fail(self) -> Answer:
        """Send a login with a wrong password."""
        return self.attempt(f"not {self.password}")

    def login(self) -> Tokens:
        """Log in."""
        return self.holding(done(self.attempt(), 200))

    def holding(self, answer: Answer) -> Tokens:
        """Return the tokens that an answer hands out."""
        return Tokens(self.api, answer)

    def forgot(self, **options: Any) -> Answer:
        """Ask for a link to reset the password."""
        return self.api.post("/auth/password/forgot", json={"email": self.email}, **options)

    def reset(self, token: str, password: str) -> Answer:
        """Send a reset with the token of a link; the account's own `password` stays as it was."""
        return self.api.post("/auth/password/reset", json={"token": token, "password": password})


class People:
    """Makes accounts with addresses and passwords that nobody else has."""

    def __init__(self, api: Client, rng: random.Random) -> None:
        self._api = api
        self._rng = rng

    def stranger(self) -> Account:
        """Return somebody who has not signed up."""
        return Account(self._api, f"{self.word(12)}@example.com", self.password())

    def member(self, **members: Any) -> Account:
        """Return somebody who has."""
        account = self.stranger()
        account.id = str(done(account.sign_up(**members), 201).member("id", str | int))
        return account

    def password(self) -> str:
        """Return a password of 20 characters."""
        return "".join(self._rng.choices(string.ascii_letters + string.digits, k=20))

    def word(self, length: int) -> str:
        """Return lower-case letters."""
        return "".join(self._rng.choices(string.ascii_lowercase, k=length))


class Letters:
    """Finds the tokens of mailed links, by recipient and link."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def token(self, page: str, to: str, *, besides: Collection[str] = ()) -> str:
        """Return the token of a mailed link to `/{page}?token=...`; `besides` are those seen before."""
        mails = self._mailbox.wait(to=to, containing=f"/{page}?token=", count=len(besides) + 1)
        pattern = re.compile(rf"/{page}\?token=([\w.~%+=/:-]+)")
        found = [unquote(token.rstrip(".:")) for mail in mails for token in pattern.findall(mail.text or mail.html)]
        new = [token for token in found if token not in besides]
        assert new, f"no mail to `{to}` has a link to `/{page}?token=...` that is new"
        return new[-1]

    def verification(self, account: Account, *, besides: Collection[str] = ()) -> str:
        """Return the token of a link that verifies the account's address."""
        return self.token("verify-email", account.email, besides=besides)

    def reset(self, account: Account, *, besides: Collection[str] = ()) -> str:
        """Ask for a link to reset the account's password and return its token."""
        done(account.forgot(), 202)
        return self.token("reset-password", account.email, besides=besides)


class Phone:
    """An authenticator: gives codes that are right, each once, and in the order of their steps."""

    def __init__(self, secret: str) -> None:
        try:
            base64.b32decode(secret + "=" * (-len(secret) % 8))
        except ValueError:
            raise ProgramFault(f"the secret `{secret[:80]}` is not Base32") from None
        self._totp = pyotp.TOTP(secret)
        self._last = 0
        self.shown = ""

    def code(self) -> str:
        """Return the next code: of the step before the present one if there is time left, else of a later one."""
        now, passed = divmod(time.time(), STEP)
        # Near its end a step may be over when the code arrives, and the one before it would be too old.
        earliest = int(now) - 1 if passed < STEP - 3 else int(now)
        self._last = max(self._last + 1, earliest)
        time.sleep(max((self._last - 1) * STEP + 0.2 - time.time(), 0))
        self.shown = self._at(self._last)
        return self.shown

    def wrong(self) -> str:
        """Return a code that is wrong now and in the minutes around."""
        step = int(time.time()) // STEP
        right = {self._at(step + near) for near in range(-3, 4)}
        return next(code for number in range(8) if (code := f"{number * 101_203:06}") not in right)

    def _at(self, step: int) -> str:
        return self._totp.at(step * STEP)


@dataclass(frozen=True, slots=True)
class Protected:
    """An account whose second factor is on."""

    account: Account
    phone: Phone
    recovery_codes: list[str]

    def challenge(self) -> str:
        """Log in with the password and return the `mfa_token`."""
        return done(self.account.attempt(), 200).member("mfa_token", str)

    def verify(self, mfa_token: str, code: str) -> Answer:
        """Send a code for a login."""
        return self.account.api.post("/auth/mfa/verify", json={"mfa_token": mfa_token, "code": code})


@dataclass(slots=True)
class Aged:
    """What was made in a program whose lifetimes are two seconds, three seconds ago; `api` is a client of it.

    Each thing is made on its own: where that went wrong, it is told to the check that asks for the thing. That check
    also gets on its record how the thing was made.
    """

    api: Client
    things: dict[str, tuple[Any, list[Exchange]]] = field(default_factory=dict)

    def keep(self, name: str, make: Callable[[], Any]) -> None:
        """Make a thing, or remember the program's fault."""
        begin = len(self.api.recorder)
        try:
            thing = make()
        except AssertionError as fault:
            thing = fault
        self.things[name] = thing, self.api.recorder[begin:]

    def __getitem__(self, name: str) -> Any:
        thing, exchanges = self.things[name]
        self.api.recorder.extend(exchange for exchange in exchanges if exchange not in self.api.recorder)
        if isinstance(thing, AssertionError):
            raise thing
        return thing


@pytest.fixture
def people(api: Client, rng: random.Random) -> People:
    """A source of accounts."""
    return People(api, rng)


@pytest.fixture
def account(people: People) -> Account:
    """Somebody who has signed up."""
    return people.member()


@pytest.fixture
def letters(mailbox: Mailbox) -> Letters:
    """The mails that the program sent, for their links."""
    return Letters(mailbox)


@pytest.fixture
def admin(api: Client, deployment: Deployment) -> Client:
    """A client that sends the access token of the first administrator."""
    names = deployment.environment
    return Account(api, names["ADMIN_EMAIL"], names["ADMIN_PASSWORD"]).login().bearer


@pytest.fixture
def claims(deployment: Deployment) -> Callable[..., dict[str, Any]]:
    """Claims of a good access token for the account with an id; `changes` replace some, None takes one away."""

    def make(subject: str, **changes: Any) -> dict[str, Any]:
        now, names = int(time.time()), deployment.environment
        usual = {"iss": names["JWT_ISSUER"], "aud": names["JWT_AUDIENCE"], "sub": subject, "roles": ["user"]}
        usual |= {"iat": now, "exp": now + 600, "jti": str(uuid.uuid4()), **changes}
        return {name: value for name, value in usual.items() if value is not None}

    return make


@pytest.fixture
def protected(account: Account) -> Protected:
    """Somebody whose second factor is on; the code that activated it is used up."""
    tokens = account.login()
    phone = Phone(done(tokens.bearer.post("/auth/mfa/totp/enroll"), 200).member("secret", str))
    activated = done(tokens.bearer.post("/auth/mfa/totp/activate", json={"code": phone.code()}), 200)
    return Protected(account, phone, [str(code) for code in activated.member("recovery_codes", list)])


@pytest.fixture
def phone_with() -> type[Phone]:
    """An authenticator for a secret."""
    return Phone


@pytest.fixture
def aged(request: pytest.FixtureRequest, api: Client) -> Aged:
    """Things that are past their time; what a check does with them is on its record."""
    shared: Aged = request.getfixturevalue("_aged")
    client = shared.api.with_headers({})
    client.recorder = api.recorder
    return Aged(client, shared.things)


@pytest.fixture(scope="session")
def _aged(host: Host) -> Aged:
    """Make everything that has to grow old at once, and wait for all of it together."""
    deployment = host.shared(SHORT_LIVED)
    api = deployment.client()
    mailbox = deployment.services["smtp"].endpoint.mailbox
    assert mailbox is not None
    people, letters = People(api, random.Random(f"{host.settings.seed}:aged")), Letters(mailbox)
    aged = Aged(api)
    aged.keep("refresh token", lambda: people.member().login().refresh)
    aged.keep("verification token", lambda: letters.verification(people.member()))
    aged.keep("reset token", lambda: letters.reset(people.member()))
    aged.keep("locked account", lambda: _lock(people.member()))
    nothing_made = all(isinstance(thing, AssertionError) for thing, _ in aged.things.values())
    pause = 0 if nothing_made else 1.6
    time.sleep(pause)
    aged.keep("attempt while locked", lambda: aged["locked account"].fail())
    time.sleep(pause)
    aged.keep("failure after the lock", lambda: aged["locked account"].fail())
    aged.keep("login after the lock", lambda: aged["locked account"].attempt())
    return aged


def _lock(account: Account) -> Account:
    for _ in range(3):
        done(account.fail(), 401)
    done(account.attempt(), 429)
    return account

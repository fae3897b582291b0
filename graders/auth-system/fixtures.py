"""What the checks of auth-system may ask for: people and their mails, an administrator, a phone, aged things."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backend_katas.ageing import Aged, Cellar
from backend_katas.client import Client, done
from backend_katas.deployment import Deployment
from backend_katas.grader import make_early
from backend_katas.host import Host
from backend_katas.services.smtp import Mailbox

from .cellar import SHORT_LIVED, stock
from .people import Account, Letters, People
from .second_factor import Phone, Protected


@pytest.fixture
def people(request: pytest.FixtureRequest, api: Client, rng: random.Random) -> People:
    """A source of accounts."""
    make_early(request, "cellar", wanted_by="aged")
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
def aged(request: pytest.FixtureRequest, deployment: Deployment) -> Aged:
    """Things that are past their time; what a check does with them is on its record."""
    # Not as an argument: that would be made before the deployment, which tells best why a program is not there.
    return request.getfixturevalue("cellar").opened_for(deployment)


@pytest.fixture(scope="session")
def cellar(host: Host) -> Iterator[Cellar]:
    """Everything that has to grow old, made at once."""
    with Cellar(host.shared(SHORT_LIVED)) as cellar:
        stock(cellar, random.Random(f"{host.settings.seed}:aged"))
        yield cellar

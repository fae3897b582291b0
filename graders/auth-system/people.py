"""Accounts and what they do: sign up, log in, hold tokens, get mails with links."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from backend_katas.client import Answer, Client, done
from backend_katas.grader import word
from backend_katas.services.smtp import Mailbox


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
        return word(self._rng, length)


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

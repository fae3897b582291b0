"""What has to grow old before it is judged: tokens of two seconds, and a locked account."""

from __future__ import annotations

import random
from contextlib import suppress

from backend_katas.ageing import Cellar
from backend_katas.client import done

from .people import Account, Letters, People

HALF_AGED = 1.6  # seconds; twice that is the lifetimes below and a full second more, since `exp` is in whole seconds
AGED = 2 * HALF_AGED
SHORT_LIVED = {
    "REFRESH_TOKEN_TTL": "2",
    "VERIFY_TOKEN_TTL": "2",
    "RESET_TOKEN_TTL": "2",
    "LOGIN_MAX_FAILURES": "3",
    "LOCKOUT_SECONDS": "2",
}


def stock(cellar: Cellar, rng: random.Random) -> None:
    """Make everything, in a program whose lifetimes are two seconds.

    Tokens are made before the first check goes on: hashing passwords beside its race would pull that apart.
    """
    mailbox = cellar.deployment.services["smtp"].endpoint.mailbox
    assert mailbox is not None
    people, letters = People(cellar.api, rng), Letters(mailbox)
    cellar.keep("refresh token", lambda: people.member().login().refresh, age=AGED)
    cellar.keep("verification token", lambda: letters.verification(people.member()), age=AGED)
    cellar.keep("reset token", lambda: letters.reset(people.member()), age=AGED)
    account = people.stranger()
    cellar.play(lambda: cellar.keep("locked account", lambda: _nudged(_locked(account), cellar), age=HALF_AGED))


def _locked(account: Account) -> Account:
    done(account.sign_up(), 201)
    for _ in range(3):
        done(account.fail(), 401)
    done(account.attempt(), 429)
    return account


def _nudged(account: Account, cellar: Cellar) -> Account:
    """Try a locked account half way, which must not prolong the lock; what comes of it shows afterwards."""
    cellar.pause(HALF_AGED)
    with suppress(AssertionError):
        account.fail()
    return account

"""A phone that shows time-based codes, and an account that wants them (RFC 6238)."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass

import pyotp

from backend_katas.client import Answer, done
from backend_katas.errors import ProgramFault

from .people import Account

STEP = 30  # seconds for which a code is shown


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

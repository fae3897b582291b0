"""Which passwords are taken, and how they are kept: argon2id at the OWASP minimum, exactly as typed."""

import asyncio
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from auth.problems import invalid

SHORTEST, LONGEST = 8, 256


class Passwords:
    """Hashes and verifies in a few threads: a flood of logins must not take all memory, nor stop other requests."""

    def __init__(self, common_passwords_file: str):
        self._common = _read_common(common_passwords_file)
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._nobodys_hash = self._hasher.hash(secrets.token_urlsafe())
        self._threads = ThreadPoolExecutor(max_workers=os.cpu_count(), thread_name_prefix="argon2")

    def refuse_weak(self, password: str, pointer: str) -> None:
        """Raise 422 for a password that is too short, far too long or common; no rule asks for digits or signs."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise invalid(pointer, f"must have {SHORTEST} to {LONGEST} characters")
        if password in self._common:
            raise invalid(pointer, "is one of the passwords that everybody tries first")

    async def hash(self, password: str) -> str:
        """Return the string to store; the salt is in it."""
        return await self._in_thread(self._hasher.hash, password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Say whether the password is right; without a hash it takes as long and is wrong, so time tells nothing."""
        matches = await self._in_thread(self._matches, password_hash or self._nobodys_hash, password)
        return matches and password_hash is not None

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, function, *args):
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *args)


def _read_common(path: str) -> frozenset[str]:
    """Read one password a line, exactly: no trimming, no folding."""
    return frozenset(Path(path).read_text("utf-8").split("\n")) if path else frozenset()

"""What the environment tells the program."""

import os
import re
from dataclasses import dataclass
from datetime import timedelta

ALPHABET = re.compile(r"[A-Za-z0-9_-]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, read once at the start."""

    host: str
    port: int
    database_url: str
    redis_url: str
    public_base_url: str
    secret_key: str
    code_length: int
    code_alphabet: str
    cache_ttl: timedelta
    click_flush: timedelta
    create_limit_per_minute: int

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the environment; a required name that is missing stops the program: a secret is never guessed."""
        env = os.environ
        return cls(
            host=env.get("HOST") or "127.0.0.1",
            port=int(env.get("PORT") or 8000),
            database_url=env["DATABASE_URL"],
            redis_url=env["REDIS_URL"],
            public_base_url=env["PUBLIC_BASE_URL"].rstrip("/"),
            secret_key=env["SECRET_KEY"],
            code_length=int(env.get("CODE_LENGTH") or 7),
            code_alphabet=alphabet(env["CODE_ALPHABET"]),
            cache_ttl=timedelta(seconds=float(env.get("CACHE_TTL") or 300)),
            click_flush=timedelta(seconds=float(env.get("CLICK_FLUSH_SECONDS") or 5)),
            create_limit_per_minute=int(env.get("CREATE_LIMIT_PER_MINUTE") or 60),
        )


def alphabet(text: str) -> str:
    """Return the characters of codes, each once, or stop the program."""
    if not ALPHABET.fullmatch(text):
        raise ValueError("CODE_ALPHABET: two or more letters, digits, `-` or `_`")
    return "".join(dict.fromkeys(text))

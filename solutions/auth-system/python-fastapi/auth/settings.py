"""What the environment tells the program."""

import os
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, read once at the start."""

    database_url: str
    smtp_url: str
    app_base_url: str
    mail_from: str
    jwt_secret: str
    jwt_issuer: str
    jwt_audience: str
    access_token_ttl: timedelta
    refresh_token_ttl: timedelta
    verify_token_ttl: timedelta
    reset_token_ttl: timedelta
    mfa_token_ttl: timedelta
    login_max_failures: int
    lockout: timedelta
    require_verified_email: bool
    common_passwords_file: str
    admin_email: str
    admin_password: str

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the environment; a required name that is missing stops the program: a secret is never guessed."""
        env = os.environ
        return cls(
            database_url=env["DATABASE_URL"],
            smtp_url=env.get("SMTP_URL", ""),
            app_base_url=env["APP_BASE_URL"].rstrip("/"),
            mail_from=env.get("MAIL_FROM") or f"no-reply@{urlsplit(env['APP_BASE_URL']).hostname}",
            jwt_secret=env["JWT_SECRET"],
            jwt_issuer=env["JWT_ISSUER"],
            jwt_audience=env["JWT_AUDIENCE"],
            access_token_ttl=seconds("ACCESS_TOKEN_TTL", 900),
            refresh_token_ttl=seconds("REFRESH_TOKEN_TTL", 30 * 86_400),
            verify_token_ttl=seconds("VERIFY_TOKEN_TTL", 86_400),
            reset_token_ttl=seconds("RESET_TOKEN_TTL", 3_600),
            mfa_token_ttl=seconds("MFA_TOKEN_TTL", 300),
            login_max_failures=int(env.get("LOGIN_MAX_FAILURES", "10")),
            lockout=seconds("LOCKOUT_SECONDS", 900),
            require_verified_email=env.get("REQUIRE_VERIFIED_EMAIL", "0") == "1",
            common_passwords_file=env.get("COMMON_PASSWORDS_FILE", ""),
            admin_email=env.get("ADMIN_EMAIL", ""),
            admin_password=env.get("ADMIN_PASSWORD", ""),
        )


def seconds(name: str, default: int) -> timedelta:
    """Read a lifetime in seconds."""
    return timedelta(seconds=float(os.environ.get(name) or default))

"""What the environment tells the program."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, read once at the start."""

    database_url: str
    jwt_secret: str
    jwt_issuer: str
    jwt_audience: str
    secret_key: str

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the environment; a name that is missing stops the program: a secret is never guessed."""
        return cls(
            database_url=os.environ["DATABASE_URL"],
            jwt_secret=os.environ["JWT_SECRET"],
            jwt_issuer=os.environ["JWT_ISSUER"],
            jwt_audience=os.environ["JWT_AUDIENCE"],
            secret_key=os.environ["SECRET_KEY"],
        )

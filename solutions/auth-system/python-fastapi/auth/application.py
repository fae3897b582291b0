"""Puts the parts together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from auth import problems, users
from auth.database import Connection, Database, create_schema
from auth.mailer import Mailer
from auth.passwords import Passwords
from auth.problems import Problem
from auth.routes import accounts, admin, email, health, login, mfa, password
from auth.services import Services
from auth.settings import Settings
from auth.throttle import Throttle
from auth.tokens import AccessTokens

ROUTES = (health, accounts, login, email, password, mfa, admin)


def create_app(settings: Settings) -> FastAPI:
    """Return the application; its lifespan opens and closes what it needs."""
    passwords = Passwords(settings.common_passwords_file)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            Database(settings.database_url, prepare=_preparation(settings, passwords)) as database,
            Mailer(settings.smtp_url, settings.mail_from) as mailer,
        ):
            app.state.services = Services(
                settings=settings,
                database=database,
                passwords=passwords,
                access_tokens=AccessTokens(settings),
                throttle=Throttle(settings.login_max_failures, settings.lockout),
                mailer=mailer,
            )
            with suppress(Problem):  # where the database is away, the first request that reaches it prepares it
                await database.run(_nothing)
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    problems.install(app)
    for module in ROUTES:
        app.include_router(module.router)
    return app


def _preparation(settings: Settings, passwords: Passwords):
    """Return what is to be done once with a database: its tables, and the first administrator."""

    async def prepare(connection: Connection) -> None:
        await create_schema(connection)
        if settings.admin_email:
            password_hash = await passwords.hash(settings.admin_password)
            await users.create_admin(connection, settings.admin_email, password_hash)

    return prepare


async def _nothing(_: Connection) -> None:
    """Do nothing: to reach the database is enough."""

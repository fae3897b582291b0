"""Puts the parts together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from tracker import problems
from tracker.cursors import Cursors
from tracker.database import Database
from tracker.problems import Problem
from tracker.routes import comments, health, me, tasks
from tracker.services import Services
from tracker.settings import Settings
from tracker.tokens import Tokens

ROUTES = (health, me, tasks, comments)


def create_app(settings: Settings) -> FastAPI:
    """Return the application; its lifespan opens and closes the database."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Database(settings.database_url) as database:
            app.state.services = Services(
                database=database, tokens=Tokens(settings), cursors=Cursors(settings.secret_key)
            )
            with suppress(Problem):  # where the database is away, the first request that reaches it makes the tables
                await database.reach()
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    problems.install(app)
    for module in ROUTES:
        app.include_router(module.router)
    return app

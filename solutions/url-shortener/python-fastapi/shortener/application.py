"""Puts the parts together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from shortener import problems
from shortener.breaker import Breaker
from shortener.cache import Cache
from shortener.clicks import Clicks
from shortener.codes import Codes
from shortener.coherence import Coherence
from shortener.database import Database
from shortener.destinations import Destinations
from shortener.routes import creation, health, management, redirects
from shortener.services import Services
from shortener.settings import Settings
from shortener.targets import Policy

ROUTES = (health, creation, management, redirects)  # the last one takes every path of one part


def create_app(settings: Settings) -> FastAPI:
    """Return the application; its lifespan opens what it needs, and closes it in reverse: clicks before the database."""
    policy = Policy(public_base_url=settings.public_base_url, host=settings.host, port=settings.port)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Database(settings.database_url) as database, Breaker(settings.redis_url) as breaker:
            cache = Cache(breaker, ttl=settings.cache_ttl)
            async with (
                Coherence(database, breaker, cache) as coherence,
                Clicks(database, settings.click_flush) as clicks,
            ):
                app.state.services = Services(
                    settings=settings,
                    database=database,
                    coherence=coherence,
                    destinations=Destinations(cache, database),
                    clicks=clicks,
                    codes=Codes(settings.code_alphabet, settings.code_length),
                    policy=policy,
                )
                yield

    app = FastAPI(lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    problems.install(app)
    for module in ROUTES:
        app.include_router(module.router)
    return app

"""A URL shortener, level by level: `BRIEF.md` says what each route does, `README.md` how to check it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import JSONResponse

# Everything the program is told comes from the environment; `BRIEF.md` lists the names.
DATABASE_URL = os.environ.get("DATABASE_URL", "")
REDIS_URL = os.environ.get("REDIS_URL", "")
PUBLIC_BASE_URL = os.environ.get("PUBLIC_BASE_URL", "http://localhost:8000")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Open what the program needs before the first request; what stands after `yield` runs on SIGTERM."""
    yield


app = FastAPI(title="url-shortener", lifespan=lifespan)


def problem(status: int, title: str) -> JSONResponse:
    """An error in the form that every answer of this kata uses: RFC 9457, application/problem+json."""
    body = {"type": "about:blank", "title": title, "status": status}
    return JSONResponse(body, status, media_type="application/problem+json")


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the program is up; the checks begin at the first 200."""
    return {"status": "ok"}


# Level 1: shorten and redirect. Start here.
#
# Read the JSON body, draw a code, write one row with psycopg (already in requirements.txt), answer 201. The database is
# empty at first: make your tables when the program starts.
@app.post("/api/links")
async def create_link() -> JSONResponse:
    """Make a link."""
    return problem(501, "links cannot be made yet")


# Then look it up again. Redis can wait until level 8.
#
#   GET, HEAD /{code}
#   GET       /api/links/{code}


# Level 2: refuse targets that do harm.
